"""Barnsley's escalation goes on whoever is silent, loses no report, and each who heard of it hears of its end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.processes.barnsley import (
    COMMUNITY,
    HEP,
    HLS,
    hold_sisg,
    meeting,
    raise_concern,
    report,
    stage_2,
    told,
)
from tests.processes.story import Story

AIDED = "100002"
EVERYBODY = ("headteacher", "chair-of-governors", HEP, "quality-of-education-group")


def at_stage_2(story: Story, school: str = COMMUNITY) -> Story:
    return stage_2(raise_concern(story, school).do("seo", "set-up-sisg"))


@pytest.mark.parametrize("silent", ["governance-measures", "systemic-solutions"])
def test_silence_about_measures_keeps_stage_3_from_nobody(story: Story, silent: str) -> None:
    """BAR-ESC-2.6, BAR-ESC-2.9: the Head of the BSA and the Service Director are asked without them."""
    meeting(at_stage_2(story).do(HEP, "notice-to-improve"), "not improving")
    if silent == "systemic-solutions":
        story.do(HEP, "governance-measures")
    story.wait_for("measures-late" if silent == "governance-measures" else "solutions-late")
    assert {"head-of-bsa-on-stage-3", "service-director-on-stage-3"} <= set(story.waiting())
    assert told(story, "service-director", "Measures not considered")


def reviewed(story: Story, agreed: str) -> str:
    """What the head who chairs the meetings hears of the review after two terms."""
    at_stage_2(story).wait_for("two-terms").do("head-of-bsa", "two-term-review", two_term_review_agreed=agreed)
    return told(story, HEP, "Two-term review")


def test_a_view_that_both_share_is_told_as_theirs(story: Story) -> None:
    """BAR-ESC-2.7: and that one of them gave it."""
    assert "by the answer of one of them" in reviewed(story, "yes")


def test_a_disagreement_about_two_terms_is_told_as_one(story: Story) -> None:
    """BAR-ESC-2.7, BAR-ESC-2.6."""
    assert "do not see it the same way" in reviewed(story, "no")


def moved(story: Story, **to: Any) -> Story:
    """An accountability meeting about an aided school is moved on its day; the external report is in."""
    at_stage_2(story, AIDED).do(HEP, "notice-to-improve").do(HEP, "call-meeting", meeting_date="2026-09-21")
    story.do("seo", "external-report", external_report="Reading has improved.").wait_for("meeting-day-first")
    assert story.waiting() == ["hold-meeting"]
    report(story, HEP, "meeting-moved", meeting_date="2026-10-12", **to)
    return story


def test_what_had_not_come_is_asked_again_for_the_later_day(story: Story) -> None:
    """BAR-ESC-2.5: and what had come is kept."""
    assert moved(story).waiting() == ["diocesan-attendance", "internal-report"]
    story.do("headteacher", "internal-report").do("diocesan-representative", "diocesan-attendance")
    story.wait_for("meeting-day").do("clerk", "hold-meeting")
    assert story.waiting() == ["summary-statement"]


def test_the_next_meeting_has_reports_of_its_own(story: Story) -> None:
    """BAR-ESC-2.5: nothing is kept of the last one's."""
    moved(story).wait_for("meeting-day-first").do("clerk", "hold-meeting", meeting_next="2026-11-09")
    story.do(HEP, "summary-statement", outcome="meet again").do(HEP, "call-meeting", meeting_date="2026-11-09")
    assert {"external-report", "internal-report", "diocesan-attendance"} <= set(story.waiting())


@pytest.mark.parametrize("silent", ["notice-to-improve", "call-meeting"])
def test_that_no_accountability_meeting_takes_place_is_told(story: Story, silent: str) -> None:
    """BAR-ESC-2.1, BAR-ESC-2.2: the head who calls it may be silent for months."""
    at_stage_2(story)
    if silent == "call-meeting":
        story.do(HEP, "notice-to-improve")
    assert not [role for role, about in story.told if about.startswith("No accountability meeting")]
    story.wait_for("three-months")
    assert told(story, "head-of-bsa", "No accountability meeting")
    assert told(story, "service-director", "No accountability meeting")


def test_of_meetings_that_take_place_nothing_is_told(story: Story) -> None:
    """BAR-ESC-2.1."""
    meeting(at_stage_2(story).later(60).do(HEP, "notice-to-improve"), "meet again")
    story.wait_for("three-months")
    assert not [role for role, about in story.told if about.startswith("No accountability meeting")]


@pytest.mark.parametrize(("school", "diocese"), [(COMMUNITY, False), (AIDED, True)])
def test_the_members_of_the_sisg_are_told_of_its_minutes_and_no_mail_holds_them(
    story: Story, school: str, diocese: bool
) -> None:
    """BAR-ESC-1.7: they are confidential to the group and the officers on the case."""
    raise_concern(story, school).do("seo", "set-up-sisg").do("seo", "hold-sisg", sisg_minutes="Reading comes first.")
    for role in ("headteacher", "chair-of-governors"):
        assert "Reading comes first." not in told(story, role, "Minutes of the SISG")
    assert (("diocesan-representative", "Minutes of the SISG") in {(r, s[:19]) for r, s in story.told}) is diocese


def test_that_a_case_is_closed_is_told(story: Story) -> None:
    """BAR-ESC-1.11: to the school, and to those who had every update."""
    hold_sisg(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"), "reduce support")
    story.do("seo", "reduce-support", outcome="closed", support_remaining="Termly visits.")
    for role in EVERYBODY:
        assert "Termly visits." in told(story, role, "Escalation closed")
    assert story.ended


def test_support_outside_a_sisg_is_told(story: Story) -> None:
    """BAR-ESC-1.1."""
    raise_concern(story, COMMUNITY, school_category="other")
    story.do("head-of-bsa", "decide-without-sisg", without_sisg_decision="support")
    for role in EVERYBODY:
        assert told(story, role, "Support outside a SISG")


def test_that_the_school_is_back_at_stage_1_is_told(story: Story) -> None:
    """BAR-ESC-2.8: what its notice to improve asked is over."""
    meeting(at_stage_2(story).do(HEP, "notice-to-improve"), "stage 1", school_category="getting to good")
    for role in EVERYBODY:
        assert told(story, role, "Back to stage 1")


@pytest.mark.parametrize("silent", ["document-evidence", "consider-evidence", "set-up-sisg"])
def test_a_high_risk_does_not_wait_unseen_for_its_group(story: Story, silent: str) -> None:
    """BAR-QA-4.3, BAR-ESC-0.2: whoever found the risk is told after twenty working days."""
    story.receive("high-risk", COMMUNITY).follow("barnsley-escalation", COMMUNITY)
    if silent != "document-evidence":
        story.do("seo", "document-evidence")
    if silent == "set-up-sisg":
        story.do("head-of-bsa", "consider-evidence", head_of_bsa_decision="escalate", ieb_in_place="no")
    waits = {"document-evidence": "evidence-late", "consider-evidence": "decision-late", "set-up-sisg": "set-up-late"}
    story.wait_for(waits[silent])
    assert told(story, HLS, "No SISG set up" if silent == "set-up-sisg" else "Escalation not begun")
    assert silent in story.waiting()
