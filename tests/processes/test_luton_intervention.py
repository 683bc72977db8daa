"""Luton's intervention in a maintained school that is judged inadequate, beside the support that every such school gets."""

from __future__ import annotations

import pytest

from engine.errors import FormInvalid, LiveCaseExists, NotForThisSchool
from tests.processes.barnsley import told as text
from tests.processes.story import Story

PROCESS, SUPPORT, NOTICE, DIRECTOR = (
    "luton-inadequate",
    "luton-ri-maintained",
    "luton-warning-notice",
    "service-director",
)
COMMUNITY, AIDED, ACADEMY = "120001", "120002", "120006"


def intervene(story: Story, school: str = COMMUNITY) -> Story:
    """LUT-IN.1 to LUT-IN.3: up to the group's first meeting."""
    story.start("sia", PROCESS, school).do("sia", "statement-of-action")
    return story.do(DIRECTOR, "convene-group", group_first="2026-09-21").wait_for("first-meeting")


def judged(story: Story, judgement: str) -> Story:
    return story.receive("section-5-inspection", COMMUNITY, judgement=judgement, inspection_published_on="2026-09-18")


def better(story: Story) -> Story:
    """The adviser reports in the intervention that Ofsted judges the school good."""
    answers = {"intervention_result": "good", "recovered_published_on": "2026-09-18", "recovered_summary": "Good."}
    story.report("sia", "no-longer-inadequate", COMMUNITY, **answers)
    story.engine.jobs.run_due()
    return story


def test_the_support_begins_beside_the_intervention(story: Story) -> None:
    """LUT-IN.1: in addition to the support for schools that require improvement; LUT-1.5: in category D."""
    story.start("sia", PROCESS, COMMUNITY)
    assert story.waiting() == ["convene-group", "statement-of-action"]
    assert story.category_of(COMMUNITY) == "D"
    assert "allocate-sia" in story.follow(SUPPORT, COMMUNITY).waiting()
    story.do(DIRECTOR, "allocate-sia").do("sia", "meet-head-chair", met_with=["head", "chair"])
    assert "set-up-group" not in story.waiting(), "the group is the intervention's"
    assert "broker-school" in story.waiting()


def test_support_that_runs_already_is_not_begun_again(story: Story) -> None:
    """LUT-IN.1: one case of the support a school."""
    story.start("sia", SUPPORT, COMMUNITY).start("sia", PROCESS, COMMUNITY).follow(PROCESS)
    assert "support-runs" in story.trace
    assert len(story.cases(SUPPORT, COMMUNITY)) == 1


def test_those_concerned_are_told_of_the_intervention(story: Story) -> None:
    """LUT-IN.1."""
    story.start("sia", PROCESS, AIDED)
    told = [role for role, subject in story.told if subject.startswith("Intervention begins: ")]
    church = ["diocesan-representative", "foundation-governor-appointer"]
    assert told == ["headteacher", "chair-of-governors", "panel-chair", *church]


def test_it_is_for_maintained_schools_and_once_at_a_time(story: Story) -> None:
    """LUT-IN.1."""
    with pytest.raises(NotForThisSchool):
        story.start("sia", PROCESS, ACADEMY)
    story.start("sia", PROCESS, COMMUNITY)
    with pytest.raises(LiveCaseExists):
        story.start("sia", PROCESS, COMMUNITY)


def test_the_group_is_chaired_by_the_service_director_and_meets_on_its_day(story: Story) -> None:
    """LUT-IN.3: first on the day that was named, then as often as it says."""
    story.start("sia", PROCESS, COMMUNITY)
    for missing in ("group_core", "group_chaired"):
        with pytest.raises(FormInvalid):
            story.do(DIRECTOR, "convene-group", **{"group_first": "2026-09-21", missing: False})
    story.do(DIRECTOR, "convene-group", group_first="2026-09-21")
    assert str(story.due("first-meeting").date()) == "2026-09-21"
    story.wait_for("first-meeting").do(DIRECTOR, "group-meets", next_step="carry on", group_interval="1 month")
    assert str(story.due("group-due").date()) == "2026-10-21"


def test_a_statement_that_is_late_holds_up_no_meeting_and_is_told_of(story: Story) -> None:
    """LUT-IN.2 LUT-IN.3."""
    story.start("sia", PROCESS, COMMUNITY).do(DIRECTOR, "convene-group", group_first="2026-09-21")
    # Ten working days counted from 8 September 2026, the day after the report, end with Monday 21 September.
    assert str(story.due("statement-late").date()) == "2026-09-22"
    story.wait_for("first-meeting")
    assert story.waiting() == ["group-meets", "statement-of-action"]
    story.wait_for("statement-late")
    assert (DIRECTOR, f"No statement of action yet: {story.variables['school']['name']}") in story.told


def test_the_group_meets_on_during_a_notice_and_powers(story: Story) -> None:
    """LUT-IN.4 LUT-IN.5: both run beside it; an inadequate school needs no notice before powers."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="notice", group_interval="1 month")
    intervention = story.case
    assert story.follow(NOTICE, COMMUNITY).waiting() == ["write-notice"]
    story.case = intervention
    story.wait_for("group-due").do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month")
    story.wait_for("group-due")
    assert story.waiting() == ["group-meets", "propose-powers"]
    story.do(DIRECTOR, "propose-powers", powers_proposed=["section 64"]).do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=[])
    assert "powers-over" in story.trace


@pytest.mark.parametrize(("judgement", "support_ends"), [("good", True), ("requires improvement", False)])
def test_a_better_judgement_ends_the_intervention(story: Story, judgement: str, support_ends: bool) -> None:
    """LUT-IN.1 LUT-1.5 LUT-RI.10: the school is in C for the first year after D; the support ends only when it is good."""
    intervention = judged(intervene(story), judgement).case
    assert story.ended
    assert "intervention-ends" in story.trace
    assert story.category_of(COMMUNITY) == "C"
    assert ("headteacher", f"Intervention ends: {story.variables['school']['name']}") in story.told
    assert story.follow(SUPPORT, COMMUNITY).ended == support_ends
    assert story.case != intervention


def test_a_better_judgement_ends_it_before_there_is_a_group(story: Story) -> None:
    """LUT-IN.1: at any moment, from the first day."""
    story.start("sia", PROCESS, COMMUNITY).engine.jobs.run_due()
    assert judged(story, "requires improvement").ended


def test_a_school_with_a_notice_stays_in_category_d(story: Story) -> None:
    """LUT-1.5: whatever Ofsted judges, while the notice runs."""
    intervene(story).start(DIRECTOR, NOTICE, COMMUNITY).do(DIRECTOR, "write-notice", notice_kind="warning")
    judged(story, "requires improvement")
    assert story.category_of(COMMUNITY) == "D"


def test_another_judgement_begins_no_second_case(story: Story) -> None:
    """LUT-IN.1."""
    story.receive("judged-inadequate", COMMUNITY).receive("judged-inadequate", COMMUNITY).follow(PROCESS, COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert "judged-again-noted" in story.trace


def test_a_better_judgement_ends_it_where_the_support_was_cancelled(story: Story) -> None:
    """LUT-IN.1 LUT-RI.10: reported in the intervention itself."""
    intervention = intervene(story).case
    support = story.cases(SUPPORT, COMMUNITY)[-1]
    story.engine.cases.cancel(support, by=story.scope(DIRECTOR), reason="Begun twice.")
    better(story)
    story.case = intervention
    assert story.ended
    assert story.category_of(COMMUNITY) == "C"


def test_a_better_judgement_that_is_reported_here_ends_the_support_too(story: Story) -> None:
    """LUT-IN.1 LUT-RI.10: either case hears of it, and the other by it."""
    intervention = better(intervene(story)).case
    assert story.ended
    assert story.follow(SUPPORT, COMMUNITY).ended
    assert story.case != intervention


def test_a_meeting_that_nobody_records_keeps_no_later_one_from_its_day(story: Story) -> None:
    """LUT-IN.3: the group meets on as often as the authority's setting says."""
    intervene(story)
    first = story.engine.tasks.open(story.case)[0].id
    # Monday of week 4 of autumn 1 (21 September 2026) is Monday of week 4 of autumn 2, which began on 2 November.
    assert str(story.due("meeting-missed").date()) == "2026-11-23"
    story.wait_for("meeting-missed")
    assert [role for role, subject in story.told if "no meeting recorded" in subject] == [DIRECTOR, "sia"]
    assert story.waiting() == ["group-meets"]
    assert story.engine.tasks.open(story.case)[0].id != first


def test_an_intervention_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """LUT-IN.1 LUT-AC.3: no group and no power is left, and the department is told."""
    intervene(story).converts(COMMUNITY)
    assert story.waiting() == ["tell-dfe"]
    story.do(DIRECTOR, "tell-dfe")
    assert story.ended
    assert "handed-over" in story.trace


def test_powers_are_not_forgotten_when_the_intervention_ends(story: Story) -> None:
    """LUT-IN.5: in use when Ofsted judges the school better, they are given back, and the governing body is told."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month")
    story.do(DIRECTOR, "propose-powers", powers_proposed=["section 64"]).do("chair-of-governors", "answer-consultation")
    better(story.do(DIRECTOR, "use-powers", powers_used=["section 64"]))
    assert story.waiting() == ["end-powers"]
    story.do(DIRECTOR, "end-powers", powers_end="given back", powers_end_how="The added governors leave.")
    assert story.ended
    assert ("chair-of-governors", f"Powers of intervention: {story.variables['school']['name']}") in story.told


def test_a_power_that_was_only_proposed_neither_stays_nor_is_given_back(story: Story) -> None:
    """LUT-IN.5: when Ofsted judges the school better it lapses, the governing body is told, and nobody is asked."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month")
    better(story.do(DIRECTOR, "propose-powers", powers_proposed=["section 64"]))
    assert story.ended
    assert "Nothing that was proposed is used" in text(story, "chair-of-governors", "Powers of intervention: ")


def test_powers_that_were_given_back_are_not_asked_about_again(story: Story) -> None:
    """LUT-IN.5: when Ofsted judges the school better after they were."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month")
    story.do(DIRECTOR, "propose-powers", powers_proposed=["section 64"]).do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month").wait_for("review-due")
    assert better(story.do(DIRECTOR, "review-powers", powers_review="given back")).ended


def test_without_powers_nothing_is_asked_when_the_intervention_ends(story: Story) -> None:
    """LUT-IN.5"""
    assert better(intervene(story)).ended


def test_the_governing_body_is_told_when_conversion_ends_powers(story: Story) -> None:
    """LUT-IN.5: the council's powers end with the maintained school."""
    intervene(story).do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month").converts(COMMUNITY)
    assert story.waiting() == ["tell-dfe"]
    assert [role for role, subject in story.told if subject.startswith("Intervention ends, now an academy")] == [
        "chair-of-governors",
        "headteacher",
        "sia",
        "panel-chair",
    ]
