"""Barnsley gives a school one warning notice at a time, whichever of its two processes comes first."""

from __future__ import annotations

from tests.processes.barnsley import (
    COMMUNITY,
    DIRECTOR,
    HEP,
    MAINTAINED,
    four_steps,
    given,
    meeting,
    raise_concern,
    report,
    stage_2,
    stage_3,
    to_the_notice,
    told,
    warned,
)
from tests.processes.story import Story

PERIOD = {"compliance_length": 15, "compliance_unit": "working days"}


def at_stage_3(story: Story) -> Story:
    """The escalation stands where a notice of stage 3 would be written."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    return stage_3(meeting(story.do(HEP, "notice-to-improve"), "not improving"))


def concern_to_the_notice(story: Story) -> Story:
    """A serious concern stands where a section 60 notice would be written."""
    four_steps(story.start("seo", MAINTAINED, COMMUNITY))
    return story.do("seo", "question-performance", head_performance="no")


def test_a_notice_of_stage_3_waits_while_a_section_60_notice_runs(story: Story) -> None:
    """BAR-ESC-3.1, BAR-QA-5.M6: two do not run at once, and whoever can withdraw the other is told."""
    at_stage_3(given(story))
    assert "another-notice" in story.waiting()
    assert "warning-notice" not in story.waiting()
    assert "section 60" in told(story, DIRECTOR, "Another warning notice is considered")


def test_that_the_other_is_withdrawn_is_not_taken_on_trust(story: Story) -> None:
    """BAR-ESC-3.1: it is looked up in the other case."""
    at_stage_3(given(story)).do(HEP, "another-notice")
    assert "another-notice" in story.waiting()


def test_once_the_section_60_notice_is_withdrawn_the_other_is_written(story: Story) -> None:
    """BAR-ESC-3.1, BAR-QA-5.M6: its governing body hears of the withdrawal from the case that gave it."""
    concern = given(story).case
    escalation = at_stage_3(story).case
    story.case = concern
    report(story, DIRECTOR, "section-60-withdrawn", concern_goes_on="no")
    assert told(story, "chair-of-governors", "Section 60 notice ended")
    story.case = escalation
    story.do(HEP, "another-notice").do(HEP, "warning-notice", **PERIOD)
    assert told(story, "chair-of-governors", "Formal warning notice")


def test_a_section_60_notice_waits_while_one_of_stage_3_runs(story: Story) -> None:
    """BAR-QA-5.M6, BAR-ESC-3.1: and the Head of Education and Partnerships is told."""
    escalation = warned(story).case
    concern = concern_to_the_notice(story).case
    assert story.waiting() == ["another-notice"]
    assert "stage 3" in told(story, HEP, "Another warning notice is considered")
    story.case = escalation
    report(story, HEP, "notice-ended", outcome="stage 2")
    story.case = concern
    assert story.do(DIRECTOR, "another-notice").waiting() == ["section-60"]


def test_a_notice_given_while_another_is_written_comes_first(story: Story) -> None:
    """BAR-QA-5.M6: looked up again before it is given; then it is written anew, with a day of its own."""
    concern = to_the_notice(story).case
    escalation = at_stage_3(story).do(HEP, "warning-notice", **PERIOD).case
    story.case = concern
    assert story.do(DIRECTOR, "section-60", **PERIOD).waiting() == ["another-notice"]
    story.case = escalation
    report(story, HEP, "notice-ended", outcome="stage 2")
    story.case = concern
    assert story.do(DIRECTOR, "another-notice").waiting() == ["section-60"]


def test_one_whose_check_is_not_confirmed_still_runs(story: Story) -> None:
    """BAR-ESC-3.1: it can be reopened until then."""
    given(story).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied")
    assert "another-notice" in at_stage_3(story).waiting()


def test_a_withdrawn_notice_is_not_ended_once_more(story: Story) -> None:
    """BAR-QA-5.M6: the governing body heard when it was withdrawn, with the right day."""
    given(story).later(10)
    report(story, DIRECTOR, "section-60-withdrawn", concern_goes_on="yes", notice_ended_on="2026-09-14")
    assert story.waiting() == ["section-60"]
    report(story.later(10), "seo", "concern-resolved")
    assert story.ended
    assert [role for role, about in story.told if "Section 60 notice ended" in about].count("chair-of-governors") == 1
