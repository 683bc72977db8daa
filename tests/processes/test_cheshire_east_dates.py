"""Dates in Cheshire East's forms lie where the case lets them: after entry, after the last meeting, after the decision."""

from __future__ import annotations

from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import HEAD, MI, QA, SMT, enter
from tests.processes.test_cheshire_east_powers import three_terms


def in_tier_2(story: Story) -> Story:
    """The SMT agreed to entry on 14 September 2026."""
    return enter(story, "intensive").later(7).do(SMT, "agree-entry", entry_agreed="yes")


def test_a_notice_is_not_given_before_the_smt_agreed(story: Story) -> None:
    """CHE-5.2.5"""
    three_terms(story).do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    assert "notice_on" in story.later(7).refused(QA, "give-notice", notice_on="2027-09-03")


def test_what_entry_brings_is_not_before_entry(story: Story) -> None:
    """CHE-5.3.4: governors and staff are told once the SMT has agreed."""
    assert "informed_on" in in_tier_2(story).refused(HEAD, "inform-stakeholders", informed_on="2026-09-11")


def test_a_group_set_up_late_may_have_met(story: Story) -> None:
    """CHE-5.3.6: it met on 21 September; set up and recorded on the 28th."""
    in_tier_2(story).later(14).do(HEAD, "management-group", smg_first="2026-09-21")
    assert "management-group" not in story.waiting()


def test_a_meeting_whose_date_is_published_late_may_have_been_held(story: Story) -> None:
    """CHE-7.3: after entry, and not before."""
    in_tier_2(story).later(14)
    assert "meeting_date" in story.refused(MI, "publish-date", meeting_date="2026-09-10")
    story.do(MI, "publish-date", meeting_date="2026-09-22").later(0)
    assert "hold-meeting" in story.waiting()


def test_a_meeting_is_held_after_the_last_one(story: Story) -> None:
    """CHE-7.3: the second's minutes do not carry the first one's day."""
    in_tier_2(story).later(14).do(MI, "publish-date", meeting_date="2026-09-22").later(0)
    story.do(MI, "hold-meeting", held_on="2026-09-22", meeting_held="yes")
    story.later(60)
    assert "meeting_date" in story.refused(MI, "publish-date", meeting_date="2026-09-22")


def test_a_meeting_at_short_notice_says_why(story: Story) -> None:
    """CHE-7.4: agendas go out at least a week before."""
    in_tier_2(story)
    soon = {"meeting_date": "2026-09-15", "meeting_short_why": ""}
    assert "meeting_short_why" in story.refused(MI, "publish-date", **soon)
    assert "publish-date" not in story.do(MI, "publish-date", meeting_date="2026-09-15").waiting()
