"""The Barnsley escalation: evidence, stage 1 and the ends of a case, with dates worked out by hand for 2026/27."""

from __future__ import annotations

import pytest

from engine.errors import FormInvalid, TaskNotYours
from tests.processes.barnsley import (
    COMMUNITY,
    HEP,
    PROCESS,
    due,
    hold_sisg,
    on_its_date,
    raise_concern,
    report,
    stage_2,
    told,
)
from tests.processes.story import Story

AIDED, SECONDARY = "100002", "100010"


def test_the_evidence_of_a_concern_goes_to_the_head_of_the_bsa_first(story: Story) -> None:
    """BAR-ESC-0.1, BAR-ESC-0.2, BAR-ESC-0.3."""
    story.start("seo", PROCESS, COMMUNITY, areas_of_concern=["safety of staff"])
    story.do("seo", "document-evidence", evidence_staff_safety="Two were hurt.")
    assert story.waiting() == ["consider-evidence"]
    assert story.shown("head-of-bsa", "consider-evidence") >= {"evidence_staff_safety"}
    assert story.variables["evidence_staff_safety"] == "Two were hurt."


def test_a_sisg_is_recorded_and_its_update_sent(story: Story) -> None:
    """BAR-ESC-1.4, BAR-ESC-1.5, BAR-ESC-1.6: five areas, seven matters, and whether progress is reasonable."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    asked = story.shown("seo", "hold-sisg")
    assert asked >= {"sisg_early_years", "sisg_quality_of_education", "sisg_leadership_and_management"}
    assert asked >= {"sisg_pace", "sisg_use_of_resources", "sisg_exit_strategy"}
    hold_sisg(story, "carry on")
    assert "reasonable" in told(story, "quality-of-education-group", "SISG update")


def test_an_aided_school_has_its_diocesan_representative(story: Story) -> None:
    """BAR-ESC-1.2."""
    raise_concern(story, AIDED)
    with pytest.raises(FormInvalid):
        story.do("seo", "set-up-sisg", sisg_diocesan_representative="")


def test_the_date_agreed_at_a_sisg_counts_before_the_interval(story: Story) -> None:
    """BAR-ESC-1.3: held on 8 September, and the next agreed for the 22nd: before the month is over."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    hold_sisg(story, "carry on", next_on="2026-09-22")
    assert str(story.due("sisg-agreed").date()) == "2026-09-22"
    assert story.wait_for("sisg-agreed").waiting() == ["hold-sisg"]


def test_sisg_meets_monthly_and_then_half_termly(story: Story) -> None:
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    hold_sisg(story, "carry on")
    assert str(story.due("sisg-due").date()) == "2026-10-07"
    hold_sisg(story.wait_for("sisg-due"), "carry on", interval="1 half-term")
    # Wednesday of week 6 of autumn 1 is Wednesday of week 6 of autumn 2.
    assert str(story.due("sisg-due").date()) == "2026-12-16"


def test_monthly_counts_from_the_meeting_and_not_from_its_papers(story: Story) -> None:
    """BAR-ESC-1.3: held on 7 September, papers on their due dates; the next is a month after the meeting."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    story.do("seo", "hold-sisg", sisg_date="2026-09-07", sisg_next_on="")
    on_its_date(story, "seo", "update-on-progress", sisg_interval="1 month", sisg_next="carry on")
    on_its_date(story, "chair-of-governors", "share-summary")
    assert str(story.due("sisg-due").date()) == "2026-10-07"
    assert str(due(story.wait_for("sisg-due"), "hold-sisg")) == "2026-10-14"


def sisg_held(story: Story, next_on: str = "") -> Story:
    """BAR-ESC-1.3: the first SISG, on 7 September 2026, with monthly meetings from then on."""
    return hold_sisg(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"), "carry on", next_on=next_on)


def test_a_sisg_that_nobody_records_is_asked_for_again(story: Story) -> None:
    """BAR-ESC-1.3: monthly, and whoever manages its work is told."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").wait_for("not-recorded")
    assert story.waiting() == ["hold-sisg"]
    assert told(story, "head-of-bsa", "No SISG recorded")
    assert str(story.due("not-recorded").date()) == "2026-11-09", "a month after 7 October is a Saturday"


def test_the_next_sisg_waits_for_no_summary(story: Story) -> None:
    """BAR-ESC-1.3, BAR-ESC-1.8: the chair writes none, and the group meets on the day that it agreed."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").do("seo", "hold-sisg", sisg_next_on="2026-09-22")
    story.do("seo", "update-on-progress", sisg_interval="1 month", sisg_next="carry on").wait_for("sisg-agreed")
    assert story.waiting() == ["hold-sisg", "share-summary"]
    story.wait_for("no-summary")
    assert story.waiting() == ["hold-sisg"]
    assert told(story, "seo", "No SISG summary")


def test_stage_2_waits_for_no_summary(story: Story) -> None:
    """BAR-ESC-1.8, BAR-ESC-1.9"""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").do("seo", "hold-sisg")
    story.do("seo", "update-on-progress", sisg_interval="1 month", sisg_next="consider stage 2")
    story.do("seo", "seo-on-stage-2", stage_2_seo="escalate").do(HEP, "hep-on-stage-2", stage_2_hep="escalate")
    assert story.waiting() == ["notice-to-improve"]


def test_a_monthly_sisg_is_not_put_off_for_half_a_year(story: Story) -> None:
    """BAR-ESC-1.3."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    with pytest.raises(FormInvalid):
        story.do("seo", "hold-sisg", sisg_next_on="2027-03-01")


def test_the_agreed_date_of_a_sisg_can_be_moved(story: Story) -> None:
    """BAR-ESC-1.3: and the group is told."""
    moved = {"sisg_next_on": "2026-10-01", "sisg_moved_why": "The system leader is away."}
    report(sisg_held(story, "2026-09-22"), "seo", "sisg-moved", **moved)
    assert str(story.due("sisg-agreed").date()) == "2026-10-01"
    assert "1 October 2026" in told(story, "chair-of-governors", "SISG moved")


def test_a_sisg_without_a_date_can_be_given_one(story: Story) -> None:
    """BAR-ESC-1.3: it counts before the interval."""
    moved = {"sisg_next_on": "2026-09-22", "sisg_moved_why": "Ofsted comes."}
    report(sisg_held(story), "seo", "sisg-moved", **moved)
    assert story.wait_for("sisg-agreed").waiting() == ["hold-sisg"]


def test_a_further_concern_is_taken_up_by_the_case_that_runs(story: Story) -> None:
    """BAR-ESC-0.1: its areas are added, and those on the case are told."""
    story.start("seo", PROCESS, COMMUNITY, areas_of_concern=["quality of education"])
    further = {"added_areas": ["safety of pupils"], "added_concern": "A gate was open."}
    report(story, "seo", "escalation-concern-added", **further)
    assert story.variables["areas_of_concern"] == ["quality of education", "safety of pupils"]
    assert "A gate was open." in told(story, "head-of-bsa", "Further concern")


def test_the_next_sisg_is_on_the_date_that_was_agreed(story: Story) -> None:
    """BAR-ESC-1.3."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").do("seo", "hold-sisg", sisg_next_on="2026-09-30")
    story.do("seo", "update-on-progress", sisg_interval="1 month", sisg_next="carry on")
    story.do("chair-of-governors", "share-summary")
    assert str(story.due("sisg-agreed").date()) == "2026-09-30"


def test_a_sisg_without_its_members_says_who_was_missing(story: Story) -> None:
    """BAR-ESC-1.2."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    with pytest.raises(FormInvalid):
        story.do("seo", "hold-sisg", sisg_present=["SEO"], sisg_absent="")


def test_the_chair_writes_the_summary_from_the_minutes(story: Story) -> None:
    """BAR-ESC-1.7, BAR-ESC-1.8: the group reads its minutes, nobody else's task shows them."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg").do("seo", "hold-sisg")
    assert "sisg_minutes" in story.shown("chair-of-governors", "share-summary")


def test_a_disagreement_is_recorded_and_goes_back_to_both(story: Story) -> None:
    hold_sisg(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"), "consider stage 2")
    story.do("seo", "seo-on-stage-2", stage_2_seo="escalate").do(HEP, "hep-on-stage-2", stage_2_hep="stay")
    assert story.waiting() == ["record-disagreement"]
    story.do(HEP, "record-disagreement")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"]
    story.do("seo", "seo-on-stage-2", stage_2_seo="stay").do(HEP, "hep-on-stage-2", stage_2_hep="stay")
    assert story.waiting() == []
    assert story.due("sisg-due")


def test_a_secondary_school_has_no_sisg(story: Story) -> None:
    """BAR-ESC-1.1."""
    raise_concern(story, SECONDARY)
    assert story.waiting() == ["decide-without-sisg"]


def consider_without_sisg(story: Story, seo: str, hep: str) -> Story:
    raise_concern(story, SECONDARY).do("head-of-bsa", "decide-without-sisg", without_sisg_decision="stage 2")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"], "neither answers for the other"
    return story.do("seo", "seo-on-stage-2", stage_2_seo=seo).do(HEP, "hep-on-stage-2", stage_2_hep=hep)


def test_without_a_sisg_too_both_must_agree_to_stage_2(story: Story) -> None:
    """BAR-ESC-1.9, BAR-ESC-1.10."""
    consider_without_sisg(story, "escalate", "escalate")
    assert story.waiting() == ["notice-to-improve"]


def test_without_a_sisg_a_joint_no_goes_back_to_the_head_of_the_bsa(story: Story) -> None:
    """BAR-ESC-1.9: who sees both reasons, and may find support outside a SISG."""
    consider_without_sisg(story, "stay", "stay")
    assert {"stage_2_seo_reason", "stage_2_hep_reason"} <= story.shown("head-of-bsa", "decide-without-sisg")
    story.do("head-of-bsa", "decide-without-sisg", without_sisg_decision="support")
    assert story.trace[-1] == "support-outside-sisg"


def test_without_a_sisg_too_a_disagreement_goes_back_to_both(story: Story) -> None:
    """BAR-ESC-1.9."""
    consider_without_sisg(story, "escalate", "stay").do(HEP, "record-disagreement")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"]


def test_other_ends(story: Story) -> None:
    raise_concern(story, COMMUNITY, head_of_bsa_decision="more evidence")
    assert story.waiting() == ["document-evidence"]
    story.do("seo", "document-evidence").do(
        "head-of-bsa", "consider-evidence", head_of_bsa_decision="no further action"
    )
    assert story.ended
    raise_concern(story, SECONDARY).do("head-of-bsa", "decide-without-sisg", without_sisg_decision="support")
    assert story.ended
    assert story.trace[-1] == "support-outside-sisg"


def test_a_task_is_only_for_its_roles(story: Story) -> None:
    story.start("seo", PROCESS, COMMUNITY).do("seo", "document-evidence")
    with pytest.raises(TaskNotYours):
        story.do("seo", "consider-evidence", head_of_bsa_decision="escalate", school_category="getting to good")
    assert story.waiting() == ["consider-evidence"]


@pytest.mark.parametrize("process", [PROCESS, "barnsley-concerns-maintained", "barnsley-risk-assessment"])
def test_a_case_ends_when_its_school_closes(story: Story, process: str) -> None:
    """BAR-ESC-0.1 BAR-QA-5.M1 BAR-QA-3.1: nothing more is asked of anybody, and whoever was asked is told."""
    assert story.start("seo", process, COMMUNITY).closes(COMMUNITY).ended
    assert "seo" in [role for role, subject in story.told if subject.startswith("Ended with the school")]


@pytest.mark.parametrize(
    ("follows", "task"),
    [("", "update-on-progress"), ("consider stage 2", "hep-on-stage-2"), ("reduce support", "reduce-support")],
)
def test_a_sisg_meets_on_its_date_whatever_was_not_written(story: Story, follows: str, task: str) -> None:
    """BAR-ESC-1.3: the next was agreed for Tuesday 22 September 2026."""
    raise_concern(story, COMMUNITY).do("seo", "set-up-sisg")
    if follows:
        hold_sisg(story, follows, next_on="2026-09-22")
    else:
        story.do("seo", "hold-sisg", sisg_next_on="2026-09-22")
    assert task in story.later(14).waiting(), "not before the day"
    story.later(1)
    assert "hold-sisg" in story.waiting()
    assert task not in story.waiting()
    assert told(story, HEP, "The SISG meets first")


def test_a_meeting_is_not_moved_into_the_past(story: Story) -> None:
    """BAR-ESC-1.3."""
    hold_sisg(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"), "carry on").later(10)
    assert "sisg_next_on" in story.report_refused("seo", "sisg-moved", COMMUNITY, sisg_next_on="2026-09-14")


@pytest.mark.parametrize("stage", ["evidence", "stage 2"])
def test_that_a_school_becomes_an_academy_before_stage_3_is_told(story: Story, stage: str) -> None:
    """BAR-ESC-3.4: the escalation goes on; the school hears it where it knows of the escalation."""
    if stage == "stage 2":
        stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    else:
        story.start("seo", PROCESS, COMMUNITY)
    waiting = story.waiting()
    assert story.converts(COMMUNITY).waiting() == waiting
    hear = [role for role, subject in story.told if subject.startswith("Now an academy")]
    assert hear[:4] == ["seo", "head-of-bsa", HEP, "service-director"]
    assert hear[4:] == (["headteacher", "chair-of-governors"] if stage == "stage 2" else [])


def test_another_change_of_the_school_is_told_to_nobody(story: Story) -> None:
    """BAR-ESC-3.4."""
    story.start("seo", PROCESS, COMMUNITY)
    line = f"{COMMUNITY},Renamed School,primary,community,Oxford\n"
    story.engine.schools.import_file(f"urn,name,phase,type,diocese\n{line}".encode(), story.authority)
    story.engine.jobs.run_due()
    assert story.told == []
    assert "change-noted" in story.trace
