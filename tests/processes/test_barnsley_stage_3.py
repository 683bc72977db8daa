"""Barnsley's stage 3: the warning notice, what an academy gets in its place, and the link HMI."""

from __future__ import annotations

import pytest

from engine.errors import FormInvalid
from tests.processes.barnsley import (
    COMMUNITY,
    DIRECTOR,
    HEP,
    complied,
    due,
    meeting,
    raise_concern,
    report,
    stage_2,
    stage_3,
    to_powers,
    told,
    warned,
)
from tests.processes.story import Story

ACADEMY = "100006"


def test_to_a_warning_notice_and_intervention(story: Story) -> None:
    """BAR-ESC-3.1, BAR-ESC-3.2, BAR-ESC-3.3."""
    warned(story)
    # Fifteen working days counted from 8 September 2026 end with Monday 28 September; the check is due the morning after.
    assert str(story.due("compliance-ends").date()) == "2026-09-29"
    assert story.waiting() == ["link-hmi", "sponsor-support", "tell-rsc"]
    to_powers(complied(story.do(HEP, "tell-rsc").do("head-of-bsa", "sponsor-support"), "intervention"))
    report(story, HEP, "powers-ended", outcome="intervention")
    assert story.ended
    assert story.trace[-1] == "outside"


def test_the_period_of_a_notice_counts_from_the_day_it_is_given(story: Story) -> None:
    """BAR-ESC-3.1: recorded on 14 September, dated the 8th, fifteen working days end with Tuesday the 29th."""
    warned(story, late=7, warning_date="2026-09-08")
    assert str(story.due("compliance-ends").date()) == "2026-09-30"


def test_governors_are_told_when_why_and_what_to_do(story: Story) -> None:
    """BAR-ESC-3.1: the notice carries its date, its grounds and what is required."""
    grounds = ["standards", "safety"]
    warned(story, warning_grounds=grounds, warning_action_required="Replace the plan.")
    said = told(story, "chair-of-governors", "Formal warning notice")
    assert "7 September 2026" in said
    assert "standards; safety" in said
    assert "Replace the plan." in said


@pytest.mark.parametrize("school", ["100002"])
def test_copies_of_the_notice_go_out_with_it(story: Story, school: str) -> None:
    """BAR-ESC-3.1: to the headteacher, the diocese of a church school, and whoever appoints the foundation governors."""
    warned(story, school=school)
    assert [role for role, subject in story.told if subject.startswith("Formal warning notice")] == [
        "chair-of-governors",
        "headteacher",
        "diocesan-representative",
        "foundation-governor-appointer",
    ]


@pytest.mark.parametrize(
    ("grounds", "open_"), [(["pay and conditions"], False), (["pay and conditions", "safety"], True)]
)
def test_section_63_is_closed_after_a_notice_about_pay_alone(story: Story, grounds: list[str], open_: bool) -> None:
    """BAR-QA-5.M7: Education and Inspections Act 2006, section 63(1): eligible "other than by virtue of section 60A"."""
    complied(warned(story, warning_grounds=grounds), "intervention")
    if open_:
        story.do(HEP, "propose-powers", powers_proposed=["specified actions"])
        assert "answer-consultation" in story.waiting()
    else:
        assert "powers_proposed" in story.refused(HEP, "propose-powers", powers_proposed=["specified actions"])


def test_compliance_is_checked_whatever_is_open_beside_it(story: Story) -> None:
    """BAR-ESC-3.1, BAR-ESC-3.2: the talk with the RSC, the sponsor and the link HMI hold up no check."""
    warned(story).wait_for("compliance-ends")
    assert story.waiting() == ["check-compliance", "link-hmi", "sponsor-support", "tell-rsc"]


def test_what_is_open_is_withdrawn_with_the_stage(story: Story) -> None:
    """BAR-ESC-3.3, BAR-ESC-3.5."""
    complied(warned(story), "stage 2")
    assert story.waiting() == ["notice-to-improve"]


@pytest.mark.parametrize("outcome", ["stage 1", "stage 2"])
def test_a_notice_that_is_complied_with_leads_back_down(story: Story, outcome: str) -> None:
    complied(warned(story), outcome, school_category="getting to good")
    assert story.waiting() == (["set-up-sisg"] if outcome == "stage 1" else ["notice-to-improve"])


def test_governors_are_told_that_they_have_complied(story: Story) -> None:
    """BAR-ESC-3.1: and on what was found."""
    complied(warned(story), "stage 2", compliance_findings="All five actions are done.")
    assert "All five actions are done." in told(story, "chair-of-governors", "Warning notice complied with")


def test_a_notice_may_be_given_more_time(story: Story) -> None:
    """BAR-ESC-3.1: fifteen and five working days from 8 September end with Monday 5 October, and governors are told."""
    report(warned(story), HEP, "notice-extended", compliance_more=5, notice_extended_why="The chair resigned.")
    assert str(story.due("compliance-ends").date()) == "2026-10-06"
    assert "The chair resigned." in told(story, "chair-of-governors", "Warning notice, more time")


def test_no_more_time_is_given_when_the_period_has_ended(story: Story) -> None:
    """BAR-ESC-3.1, Education and Inspections Act 2006, section 60(1)(b): a new notice is needed then."""
    warned(story).wait_for("compliance-ends")
    with pytest.raises(FormInvalid):
        report(story, HEP, "notice-extended", compliance_more=25, notice_extended_why="The chair resigned.")
    assert "check-compliance" in story.waiting()


def test_a_period_under_a_working_week_needs_a_reason(story: Story) -> None:
    """BAR-ESC-3.1: guidance asks for a reasonable period."""
    warned(story, compliance_length=4, compliance_unit="working days", short_period_why="The pupils are in danger.")
    assert "check-compliance" in story.wait_for("compliance-ends").waiting()


def test_whoever_checks_is_told_fourteen_days_before_the_two_months_end(story: Story) -> None:
    """BAR-ESC-3.1: the period ends on 28 September 2026, and the two months on 28 November."""
    warned(story).wait_for("compliance-ends")
    assert str(story.due("notice-soon").date()) == "2026-11-14"
    story.wait_for("notice-soon")
    assert "28 November 2026" in told(story, HEP, "Time for powers ends soon")


@pytest.mark.parametrize("stage", ["notice-late", "proposal-late"])
def test_after_the_two_months_it_is_asked_whether_a_new_notice_is_given(story: Story, stage: str) -> None:
    """BAR-ESC-3.1: no school goes back to stage 2 by itself."""
    warned(story).wait_for("compliance-ends")
    if stage == "proposal-late":
        story.do(HEP, "check-compliance", outcome="intervention")
    story.wait_for(stage)
    assert "after-two-months" in story.waiting()
    assert "notice-to-improve" not in story.waiting()
    story.do(HEP, "after-two-months", after_two_months="end", after_why="It improves.")
    assert "notice-to-improve" in story.waiting()
    assert "It improves." in told(story, "chair-of-governors", "Warning notice over")


def test_a_new_notice_follows_one_that_is_too_late(story: Story) -> None:
    """BAR-ESC-3.1: with a period and a talk with the RSC of its own."""
    warned(story).wait_for("compliance-ends").wait_for("notice-late")
    story.do(HEP, "after-two-months", after_two_months="new notice")
    period = {"compliance_length": 15, "compliance_unit": "working days"}
    story.do(HEP, "warning-notice", warning_date="2026-11-29", **period)
    assert {"tell-rsc", "sponsor-support"} <= set(story.waiting())
    assert str(story.due("compliance-ends").date()) > "2026-12-15"


def test_a_notice_may_end_early(story: Story) -> None:
    """BAR-ESC-3.1: withdrawn, governors are told, and nothing of it stays open."""
    ended = {"notice_ended_on": "2026-09-07", "notice_ended_why": "The plan was replaced."}
    report(warned(story), HEP, "notice-ended", **ended, outcome="stage 2")
    assert "The plan was replaced." in told(story, "chair-of-governors", "Warning notice ended")
    assert story.waiting() == ["notice-to-improve"]


def test_a_school_that_becomes_an_academy_has_no_notice_any_more(story: Story) -> None:
    """BAR-ESC-3.1, BAR-ESC-3.4: the register says so; governors are told, and it goes to the RSC."""
    warned(story).converts(COMMUNITY)
    assert "has ended" in told(story, "chair-of-governors", "Now an academy")
    assert story.waiting() == ["academy-to-rsc", "link-hmi"]
    story.do(HEP, "academy-to-rsc")
    assert story.ended
    assert story.trace[-1] == "outside"


def test_a_school_that_becomes_an_academy_has_no_powers_used_over_it(story: Story) -> None:
    """BAR-ESC-3.4."""
    to_powers(complied(warned(story), "intervention")).converts(COMMUNITY)
    assert story.waiting() == ["academy-to-rsc", "link-hmi"]


def test_powers_at_stage_3_are_proposed_consulted_on_and_decided(story: Story) -> None:
    """BAR-ESC-3.1, BAR-QA-5.M7: by two people, in that order, and governors are told."""
    complied(warned(story), "intervention").do(HEP, "propose-powers", powers_proposed=["IEB", "budget"])
    story.do("chair-of-governors", "answer-consultation")
    assert "use-powers" in story.waiting(), "the Service Director decides"
    story.do(DIRECTOR, "use-powers", powers_used=["budget"])
    assert "budget" in told(story, "chair-of-governors", "Powers of intervention")


def test_without_a_power_the_school_goes_back_to_stage_2(story: Story) -> None:
    """BAR-ESC-3.1: and governors are told why none is used."""
    complied(warned(story), "intervention").do(HEP, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=[], powers_how="A new chair has begun.")
    assert story.waiting() == ["notice-to-improve"]
    assert "A new chair has begun." in told(story, "chair-of-governors", "No power of intervention")


def test_the_school_stays_at_stage_3_while_powers_are_used(story: Story) -> None:
    """BAR-ESC-3.1, BAR-ESC-3.5."""
    to_powers(complied(warned(story), "intervention"))
    report(story, HEP, "powers-ended", outcome="stage 2")
    assert "notice-to-improve" in story.waiting()


def test_an_academy_gets_no_warning_notice(story: Story) -> None:
    """BAR-ESC-3.4."""
    stage_2(raise_concern(story, ACADEMY).do("seo", "set-up-sisg"))
    stage_3(meeting(story.do(HEP, "notice-to-improve"), "not improving"))
    assert story.waiting() == ["link-hmi", "speak-to-leaders"]
    story.do(HEP, "speak-to-leaders", outcome="speak again", discussion_interval="1 month").wait_for("discussion-due")
    story.do(HEP, "speak-to-leaders", outcome="regional schools commissioner").do(HEP, "academy-to-rsc")
    assert story.ended
    assert "warning-notice" not in story.trace


def test_an_academy_that_addresses_it_goes_back_to_stage_2(story: Story) -> None:
    """BAR-ESC-3.4."""
    stage_2(raise_concern(story, ACADEMY).do("seo", "set-up-sisg"))
    stage_3(meeting(story.do(HEP, "notice-to-improve"), "not improving"))
    story.do(HEP, "speak-to-leaders", outcome="stage 2")
    assert story.waiting() == ["notice-to-improve"]
    assert "academy-back-to-stage-2" in story.trace


def test_the_link_hmi_is_spoken_to_a_half_term_after_the_last_talk(story: Story) -> None:
    """BAR-ESC-3.5: Tuesday of the second week of autumn 1 is Tuesday of the second week of autumn 2."""
    warned(story, late=1).do("head-of-bsa", "link-hmi", hmi_date="2026-09-08")
    assert str(story.due("hmi-due").date()) == "2026-11-17"
    assert "link-hmi" in story.wait_for("hmi-due").waiting(), "stage 3 goes on beside"


def test_talks_that_are_not_held_do_not_pile_up(story: Story) -> None:
    """BAR-ESC-3.5: one talk is asked for at a time, however long it is open."""
    to_powers(complied(warned(story), "intervention"))
    first = due(story, "link-hmi")
    story.clock.set(story.clock.now().replace(year=2027))
    story.engine.jobs.run_due()
    assert [each for each in story.waiting() if "hmi" in each] == ["link-hmi"]
    assert due(story, "link-hmi") == first


def test_nobody_speaks_about_a_school_that_has_closed(story: Story) -> None:
    """BAR-ESC-3.5."""
    warned(story)
    school = story.variables["school"]
    line = f'{COMMUNITY},"{school["name"]}",{school["phase"]},{school["type"]},closed'
    story.engine.schools.import_file(f"urn,name,phase,type,status\n{line}\n".encode(), "barnsley")
    story.do("head-of-bsa", "link-hmi")
    assert "hmi-over" in story.trace
