"""Dates in Barnsley's forms lie where the case lets them: not before what went before, nor flatly within two years of today."""

from __future__ import annotations

from tests.processes.barnsley import (
    COMMUNITY,
    DIRECTOR,
    HEP,
    complied,
    known,
    raise_concern,
    stage_2,
    stage_3,
    to_powers,
    warned,
)
from tests.processes.barnsley import meeting as hold_meeting
from tests.processes.story import Story
from tests.processes.test_barnsley_concerns import four_steps, to_the_notice

DECISION = "The date of the warning notice must be the same as or after 14 September 2026"


def sisg(story: Story) -> Story:
    return raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")


def test_a_warning_notice_is_not_dated_before_the_decision(story: Story) -> None:
    """BAR-ESC-3.1: the meeting was on the 7th; the Service Director decided on the 14th."""
    hold_meeting(stage_2(sisg(story)).do(HEP, "notice-to-improve"), "not improving")
    stage_3(story.later(7))
    assert story.refused(HEP, "warning-notice", warning_date="2026-09-09") == {"warning_date": [DECISION]}


def test_a_section_60_notice_is_not_dated_before_the_last_step(story: Story) -> None:
    """BAR-QA-5.M6: it follows four steps, the last of them on 7 September."""
    to_the_notice(story).later(7)
    assert "notice_on" in story.refused(DIRECTOR, "section-60", notice_on="2026-09-04")


def test_a_sisg_recorded_late_may_have_its_next_date_behind_it(story: Story) -> None:
    """BAR-ESC-1.4: it met on 9 September and meets on the 23rd; on 30 September this is recorded."""
    sisg(story).later(23).do("seo", "hold-sisg", sisg_date="2026-09-09", sisg_next_on="2026-09-23")
    assert known(story, "update-on-progress")["sisg_next_on"] == "2026-09-23"


def test_a_sisg_meets_next_after_it_met(story: Story) -> None:
    """BAR-ESC-1.4: not on the day itself, nor before."""
    sisg(story).later(23)
    assert "sisg_next_on" in story.refused("seo", "hold-sisg", sisg_date="2026-09-09", sisg_next_on="2026-09-09")


def test_a_sisg_meets_after_it_met_last(story: Story) -> None:
    """BAR-ESC-1.3: the second meeting is not the first one's date again, a year out."""
    sisg(story).do("seo", "hold-sisg", sisg_date="2026-09-07", sisg_next_on="")
    story.do("chair-of-governors", "share-summary").do("seo", "update-on-progress", sisg_next="carry on")
    story.wait_for("sisg-due")
    assert "sisg_date" in story.refused("seo", "hold-sisg", sisg_date="2025-10-05", sisg_next_on="")


def test_an_accountability_meeting_recorded_late_may_have_its_next_date_behind_it(story: Story) -> None:
    """BAR-ESC-2.4: held on 9 September, the next on the 23rd; recorded on the 30th."""
    stage_2(sisg(story)).do(HEP, "notice-to-improve").do(HEP, "call-meeting").later(23)
    story.do("clerk", "hold-meeting", meeting_held_on="2026-09-09", meeting_next="2026-09-23")
    assert known(story, "summary-statement")["meeting_next"] == "2026-09-23"


def test_powers_end_after_they_began(story: Story) -> None:
    """BAR-QA-5.M7: what ended before it began is a slip."""
    to_powers(complied(warned(story), "intervention"))
    assert "powers_ended_on" in story.report_refused(DIRECTOR, "powers-ended", COMMUNITY, powers_ended_on="2026-09-07")


def test_powers_are_not_used_before_they_are_decided(story: Story) -> None:
    """BAR-QA-5.M7: decided on the day of the last answer, at the earliest."""
    complied(warned(story), "intervention").do(HEP, "propose-powers").do("chair-of-governors", "answer-consultation")
    told = story.refused(DIRECTOR, "use-powers", powers_decided_on="2026-09-29", governors_from="2026-09-01")
    assert told == {
        "governors_from": [
            "The day from which the additional governors are in place must be the same as or after 29 September 2026"
        ]
    }


def test_powers_are_not_decided_before_the_consultation_is_over(story: Story) -> None:
    """BAR-QA-5.M7: answered on 29 September."""
    complied(warned(story), "intervention").do(HEP, "propose-powers").do("chair-of-governors", "answer-consultation")
    assert "powers_decided_on" in story.refused(DIRECTOR, "use-powers", powers_decided_on="2026-09-28")


def test_the_headteacher_is_met_after_the_chair(story: Story) -> None:
    """BAR-QA-5.M5"""
    four_steps(story.start("seo", "barnsley-concerns-maintained", COMMUNITY))
    story.do("seo", "question-performance", head_performance="yes").later(7)
    story.do(DIRECTOR, "meet-chair", chair_met_on="2026-09-11")
    assert "head_met_on" in story.refused(DIRECTOR, "meet-head", head_met_on="2026-09-10")


def test_a_change_of_risk_is_told_after_it_was_found(story: Story) -> None:
    """BAR-QA-3.5: by letter and by a visit; found on 7 September."""
    story.start("seo", "barnsley-risk-review", COMMUNITY).do("seo", "evaluate", risk_level="high").later(7)
    before = {"change_letter_on": "2026-09-04", "change_visit_on": "2026-09-04"}
    assert story.refused("seo", "letter-and-visit", **before).keys() == before.keys()
