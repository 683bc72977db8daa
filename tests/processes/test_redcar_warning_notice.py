"""Redcar and Cleveland's warning notice: its period, what overrides it, and what it leads to."""

from __future__ import annotations

import pytest

from tests.processes.barnsley import told
from tests.processes.redcar import (
    ACADEMY,
    AIDED,
    COMMUNITY,
    DIRECTOR,
    FOLLOW_UP,
    FOUNDATION,
    HOE,
    give_notice,
    judged_inadequate,
    report,
    use_powers,
)
from tests.processes.redcar import NOTICE as PROCESS
from tests.processes.story import Story


def test_a_notice_that_is_not_complied_with_leads_to_powers_and_back(story: Story) -> None:
    """RED-8A.1, RED-8A.2, RED-8A.3, RED-8A.4, RED-8A.8, RED-8B.1, RED-8B.2, RED-8B.3, RED-8C.1."""
    story.start(HOE, PROCESS, AIDED)
    give_notice(story, 5, compliance_length=15, compliance_unit="days")
    assert [copy["to"] for copy in story.variables["copies"]] == [
        "headteacher",
        "Ofsted",
        "Secretary of State",
        "diocesan authority",
        "person who appoints the foundation governors",
    ]
    # Given on Monday 7 September 2026, the fifteenth day after is Tuesday 22 September: what follows comes on the 23rd.
    assert str(story.due("compliance-ends").date()) == "2026-09-23"
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied").do(
        HOE, "further-notice"
    )
    use_powers(story, "chair-of-governors", "diocesan-representative")
    # Half a term on from Wednesday of week 4 of autumn 1: Wednesday of week 4 of autumn 2, which begins on 2 November 2026.
    assert str(story.due("review-due").date()) == "2026-11-25"
    story.wait_for("review-due").do("sia", "review-improvement", improved="not yet")
    story.wait_for("review-due").do("sia", "review-improvement", improved="yes")
    assert story.waiting() == ["give-back"], "what was taken is given back, and confirmed in writing"
    story.do(HOE, "give-back")
    answers = story.variables["consultation_answers"]
    assert [(a["who"], a["view"]) for a in answers] == [("Governing body", "partly"), ("Diocesan authority", "partly")]
    assert story.ended
    assert {"use-powers", "give-back", "powers-restored"} <= set(story.trace)


def test_a_notice_that_is_complied_with_ends_the_case(story: Story) -> None:
    """RED-8A.3 in working days, RED-8A.4 for a community school: two copies."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="working days")
    # Fifteen working days counted from Tuesday 8 September end with Monday 28 September 2026.
    assert str(story.due("compliance-ends").date()) == "2026-09-29"
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="complied").do(HOE, "confirm-complied")
    assert story.ended
    assert story.trace[-1] == "complied"


def test_the_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """RED-8A.7: the DfE is alerted in its place."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]
    assert "has ended" in told(story, "chair-of-governors", "Now an academy")
    story.do(HOE, "alert-dfe")
    assert story.ended
    assert "converted" in story.trace


def test_the_academy_that_follows_the_school_has_its_case(story: Story) -> None:
    """RED-8A.7: under the URN that is open, the DfE is alerted."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    story.is_followed(COMMUNITY)
    assert story.cases(PROCESS, "199999") == [story.case]
    assert story.waiting() == ["alert-dfe"]


def test_no_further_notice_is_given_to_a_school_that_has_become_an_academy(story: Story) -> None:
    """RED-8B.1: the case turns to the DfE, at whatever stage it is."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]


def test_an_academy_gets_no_notice_and_the_dfe_is_alerted(story: Story) -> None:
    """RED-8A.7."""
    story.start(HOE, PROCESS, ACADEMY)
    assert story.waiting() == ["alert-dfe"]
    story.do(HOE, "alert-dfe")
    assert story.ended
    assert story.trace[-1] == "dfe-alerted"


def test_no_ground_no_notice(story: Story) -> None:
    """RED-8A.1: begun by category 3 (RED-7.4), and the group determines that none is given."""
    story.receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert story.ended
    assert story.trace[-1] == "no-notice"
    assert {role for role, _ in story.told} == {"sia", "senior-sia", "director-of-people-services"}


def test_a_school_in_category_3_is_told_that_no_notice_is_given(story: Story) -> None:
    """RED-8A.1: the letter of category 3 said that the group considers one."""
    given = {"category": "3", "category_why": "", "evaluation": "", "category_by": "School Monitoring Group"}
    story.receive("category-settled", COMMUNITY, **given).follow(PROCESS, COMMUNITY)
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert ("chair-of-governors", f"No warning notice: {story.variables['school']['name']}") in story.told


def test_a_wrong_decision_on_compliance_is_taken_back(story: Story) -> None:
    """RED-8A.8: before the school is told; the check is done again."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15).wait_for("compliance-ends")
    story.do(HOE, "check-compliance", notice_outcome="complied")
    report(story, "compliance-reopened", COMMUNITY, reopened_why="The wrong school.")
    assert story.waiting() == ["check-compliance"]
    assert "take-back" in story.trace


def test_the_authority_withdraws_its_notice(story: Story) -> None:
    """RED-8A.2: for a reason of its own, at any moment until the further notice is given."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.", withdrawn_on="2026-09-07")
    assert story.ended
    assert "notice-withdrawn" in story.trace


def test_the_period_counts_from_the_day_on_which_the_notice_was_given(story: Story) -> None:
    """RED-8A.3: given on 8 September, recorded on the 14th; the fifteenth day after the 8th is the 23rd."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").later(7)
    story.do(HOE, "give-notice", notice_given_on="2026-09-08", compliance_length=15, compliance_unit="days")
    assert str(story.due("compliance-ends").date()) == "2026-09-24"


LONGER = {"extended_to": "2026-10-07", "extension_reason": "The chair is new."}


def test_the_period_can_be_extended(story: Story) -> None:
    """RED-8A.3: the period in the notice is the initial one; its end follows, and the school is told."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    report(story, "compliance-extended", COMMUNITY, **LONGER)
    # What follows its last day, Wednesday 7 October, comes on the 8th.
    assert str(story.due("compliance-ends").date()) == "2026-10-08"
    assert ("chair-of-governors", f"Compliance period extended: {story.variables['school']['name']}") in story.told


def test_a_period_that_has_ended_is_not_extended(story: Story) -> None:
    """RED-8A.3, section 60(1)(b): a new notice is needed then, and the two months stay where they are."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    told_of = story.wait_for("compliance-ends").report_refused(HOE, "compliance-extended", COMMUNITY, **LONGER)
    assert set(told_of) == {"extended_to"}
    assert story.waiting() == ["check-compliance"]


def unchecked(story: Story) -> Story:
    """RED-8A.8: a notice of 7 September 2026 for fifteen days, which nobody has checked."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    return story.wait_for("compliance-ends")


def test_whoever_checks_is_told_fourteen_days_before_the_two_months_end(story: Story) -> None:
    """RED-8A.8, RED-8B.2: they end on 22 November 2026."""
    assert str(unchecked(story).due("check-soon").date()) == "2026-11-08"
    story.wait_for("check-soon")
    assert "22 November 2026" in told(story, HOE, "Time for powers ends soon")
    assert story.waiting() == ["check-compliance"]


@pytest.mark.parametrize("checked", [False, True])
def test_after_the_two_months_no_further_notice_is_asked_for(story: Story, checked: bool) -> None:
    """RED-8A.8, RED-8B.2: only whether a new notice is given; the school is told nothing that is not so."""
    unchecked(story)
    if checked:
        story.do(HOE, "check-compliance", notice_outcome="not complied")
    story.wait_for("further-late" if checked else "check-late")
    assert story.waiting() == ["after-two-months"]
    assert not [subject for _, subject in story.told if "igible" in subject or "Further" in subject]
    story.do(HOE, "after-two-months", after_two_months="end", after_why="It has a new head.")
    assert story.ended
    assert "It has a new head." in told(story, "chair-of-governors", "Warning notice over")


def test_a_period_is_only_extended_to_a_later_day(story: Story) -> None:
    """RED-8A.3: forty working days from 7 September end with Monday 2 November 2026; the same day is no extension."""
    period = {"compliance_length": 40, "compliance_unit": "working days"}
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, **period)
    shorter = {**LONGER, "extended_to": "2026-11-02"}
    told = story.report_refused(HOE, "compliance-extended", COMMUNITY, **shorter)
    assert told == {
        "extended_to": ["The last day of the compliance period must be the same as or after 3 November 2026"]
    }


def test_a_notice_gives_fifteen_days_at_least(story: Story) -> None:
    """RED-8A.3: of either kind."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice")
    assert "compliance_length" in story.refused(HOE, "give-notice", compliance_length="14")


def test_the_notice_says_until_which_day_it_runs(story: Story) -> None:
    """RED-8A.2, RED-8A.3: fifteen days after 7 September 2026."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    assert "until 22 September 2026" in told(story, "chair-of-governors", "Warning notice:")


def test_nothing_is_extended_before_the_notice_is_given(story: Story) -> None:
    """RED-8A.3: the school hears of no period of a notice that it has not had."""
    story.start(HOE, PROCESS, COMMUNITY)
    report(story, "compliance-extended", COMMUNITY, **LONGER)
    assert story.told == []


def test_a_notice_that_is_stopped_before_it_is_given_is_told_to_officers_alone(story: Story) -> None:
    """RED-8A.1: the school has had no notice, and is told of none."""
    story.start(HOE, PROCESS, COMMUNITY)
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.", withdrawn_on="2026-09-07")
    assert {role for role, _ in story.told} == {"sia", "senior-sia", "director-of-people-services"}
    assert "notice-stopped" in story.trace


def test_the_check_waits_for_no_copy(story: Story) -> None:
    """RED-8A.3, RED-8A.4: a copy that is not ticked off keeps the period from nothing, and stays to be done."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    story.wait_for("compliance-ends")
    assert story.waiting() == ["check-compliance", "send-copies", "send-copies", "send-copies"]


def test_the_powers_wait_for_no_copy(story: Story) -> None:
    """RED-8A.4, RED-8A.8: the further notice is given, and a copy is still to be ticked off."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.do(HOE, "further-notice")
    assert story.waiting() == ["propose-powers", "send-copies", "send-copies", "send-copies"]


def test_those_who_get_a_copy_are_told_what_the_notice_says(story: Story) -> None:
    """RED-8A.2, RED-8A.4: the governing body, and for a church school the diocese and who appoints governors."""
    story.start(HOE, PROCESS, AIDED).do(HOE, "determine-notice").do(HOE, "give-notice")
    assert [role for role, subject in story.told if subject.startswith("Warning notice:")] == [
        "chair-of-governors",
        "headteacher",
        "diocesan-representative",
        "foundation-governor-appointer",
    ]


@pytest.mark.parametrize("stage", ["determine-notice", "give-notice", "compliance-ends", "further-notice", "confirm"])
def test_an_inadequate_judgement_overrides_the_notice_at_each_stage(story: Story, stage: str) -> None:
    """RED-8D.1: straight to eligibility, from the group's decision to the end of the notice; the school is told."""
    story.start(HOE, PROCESS, COMMUNITY)
    if stage != "determine-notice":
        story.do(HOE, "determine-notice")
    if stage not in ("determine-notice", "give-notice"):
        story.do(HOE, "give-notice", compliance_length=15).do("sia", "send-copies").do("sia", "send-copies").do(
            "sia", "send-copies"
        )
    if stage in ("further-notice", "confirm"):
        outcome = "complied" if stage == "confirm" else "not complied"
        story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome=outcome)
    judged_inadequate(story, COMMUNITY)
    assert story.waiting() == ["propose-powers"]
    assert ("chair-of-governors", f"Eligible for intervention: {story.variables['school']['name']}") in story.told


def test_an_inadequate_judgement_needs_no_notice_first(story: Story) -> None:
    """RED-8D.1, RED-8B.2: it begins a case of its own; a foundation school's appointer is consulted (RED-8B.3)."""
    judged_inadequate(story, FOUNDATION).follow(PROCESS, FOUNDATION)
    assert story.waiting() == ["propose-powers"]
    story.do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.do("foundation-governor-appointer", "answer-consultation").do(DIRECTOR, "decide-powers", powers_used=[])
    assert story.ended
    assert "no-powers" in story.trace


def test_an_academy_judged_inadequate_is_the_departments_matter(story: Story) -> None:
    """RED-8A.7, RED-8D.1: no power is proposed; the alert follows from category 3."""
    judged_inadequate(story, ACADEMY).follow(PROCESS, ACADEMY)
    assert story.trace[-1] == "departments-matter"
    assert story.follow(FOLLOW_UP, ACADEMY).waiting() == ["alert-dfe", "broker-support"]


@pytest.mark.parametrize("stage", ["no notice", "notice", "powers", "alert"])
def test_a_school_judged_inadequate_is_in_category_3(story: Story, stage: str) -> None:
    """RED-7.3, RED-3.3: whatever runs; the Director, the chief executive and the group are told."""
    urn = ACADEMY if stage == "alert" else COMMUNITY
    if stage in ("notice", "alert"):
        story.start(HOE, PROCESS, urn)
    if stage == "powers":
        judged_inadequate(story, urn)
        story.receive("category-settled", urn, category="2", category_why="", evaluation="", category_by="")
    judged_inadequate(story, urn).follow(FOLLOW_UP, urn)
    assert story.category_of(urn) == "3"
    name = story.variables["school"]["name"]
    assert ("chief-executive", f"Serious concerns: {name}") in story.told
    assert ("intelligence-hub-manager", f"Category 3: {name}") in story.told


def test_an_inadequate_judgement_is_heard_while_powers_are_considered(story: Story) -> None:
    """RED-8D.1: what is proposed goes on, and those who decide know of the judgement."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    judged_inadequate(story, COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert story.waiting() == ["propose-powers"]
    assert ("director-of-people-services", f"Judged inadequate: {story.variables['school']['name']}") in story.told


DIRECTED = {"direction_dated": "2026-09-04", "direction_says": "Give a notice."}


def test_the_secretary_of_state_directs_a_notice_and_gives_one(story: Story) -> None:
    """RED-8A.6: directed to give a notice; the Secretary of State's own notice then voids it, and the school is told."""
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED).follow(PROCESS, COMMUNITY)
    give_notice(story, 3, compliance_length=15, compliance_unit="days")
    own = {"secretary_notice_dated": "2026-09-07", "secretary_notice_says": "Replace the board."}
    report(story, "secretary-of-state-notice", COMMUNITY, **own)
    assert story.ended
    assert story.trace[-1] == "void"
    assert ("chair-of-governors", f"Warning notice void: {story.variables['school']['name']}") in story.told


def test_a_directed_notice_has_to_be_given(story: Story) -> None:
    """RED-8A.6: the group is shown the direction, and is not asked whether a notice is given."""
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED).follow(PROCESS, COMMUNITY)
    assert "notice_decision" not in story.shown(HOE, "determine-notice")
    story.do(HOE, "determine-notice")
    assert story.waiting() == ["give-notice"]


def test_a_direction_reaches_the_case_that_runs(story: Story) -> None:
    """RED-8A.6: it makes no second case, and the one that runs can no longer end without a notice."""
    story.receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert "notice_decision" not in story.shown(HOE, "determine-notice")


def test_category_3_begins_no_second_notice_while_one_runs(story: Story) -> None:
    """RED-7.4."""
    story.receive("category-3", COMMUNITY).receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert "category-3-noted" in story.trace
    assert story.waiting() == ["determine-notice"], "the case that runs goes on"


def test_a_notice_recorded_after_its_period_is_checked_at_once(story: Story) -> None:
    """RED-8A.3: the period counts from the day of the notice, however late it is recorded."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").later(30)
    period = {"notice_given_on": "2026-09-08", "compliance_length": 15, "compliance_unit": "days"}
    assert "check-compliance" in story.do(HOE, "give-notice", **period).later(0).waiting()


def test_a_direction_while_powers_are_used_is_told_to_whoever_decides(story: Story) -> None:
    """RED-8A.6: it begins no second case, and the powers go on."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED)
    assert story.cases(PROCESS, COMMUNITY) == [story.case]
    assert story.waiting() == ["propose-powers"]
    assert "Give a notice." in told(story, "director-of-people-services", "Notice directed")


@pytest.mark.parametrize("way", ["complied", "withdrawn"])
def test_a_copy_that_is_not_ticked_off_holds_off_no_new_notice(story: Story, way: str) -> None:
    """RED-8A.4, RED-8A.1: the old case is over with the notice, and what is open of its copies is told."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    if way == "withdrawn":
        report(story, "notice-withdrawn", COMMUNITY)
    else:
        story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="complied")
        story.do(HOE, "confirm-complied")
    assert story.ended
    assert "Ofsted" in told(story, "sia", "Copies not ticked off")
    assert story.start(HOE, PROCESS, COMMUNITY).waiting() == ["determine-notice"]


def test_a_copy_holds_off_no_new_notice_after_powers(story: Story) -> None:
    """RED-8A.4, RED-8C.1."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.do(HOE, "further-notice").do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    assert story.do(DIRECTOR, "decide-powers", powers_used=[]).ended


def test_a_directed_notice_is_withdrawn_only_when_it_is_directed_no_more(story: Story) -> None:
    """RED-8A.6: before it is given, too."""
    report(story, "secretary-of-state-direction", COMMUNITY).follow(PROCESS, COMMUNITY)
    assert "direction_lifted" in story.report_refused(HOE, "notice-withdrawn", COMMUNITY, direction_lifted=False)
    report(story, "notice-withdrawn", COMMUNITY, direction_lifted=True)
    assert story.ended


@pytest.mark.parametrize("open_notice", [False, True])
def test_a_school_in_category_3_that_converts_is_put_to_the_dfe_once(story: Story, open_notice: bool) -> None:
    """RED-8A.7: by the notice's own case where one is open, else by what follows the category."""
    settled = {"category": "3", "category_why": "Results.", "evaluation": "Weak.", "category_by": "the group"}
    story.receive("category-settled", COMMUNITY, **settled).follow(PROCESS, COMMUNITY)
    if not open_notice:
        story.do(HOE, "determine-notice", notice_decision="no notice")
    story.converts(COMMUNITY)
    asked = [task.instance_id for task in story.engine.tasks.open() if task.element == "alert-dfe"]
    assert asked == story.cases(PROCESS if open_notice else FOLLOW_UP, COMMUNITY)


def test_a_pupil_referral_unit_is_given_no_notice(story: Story) -> None:
    """RED-8A.7, Education and Inspections Act 2006, section 59: unless the authority's settings say otherwise."""
    story.start(HOE, PROCESS, "110018")
    assert "notice_decision" in story.refused(HOE, "determine-notice", notice_decision="notice")
    assert story.do(HOE, "determine-notice").ended
