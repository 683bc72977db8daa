"""Cheshire East's Improving Outcomes Programme: the level of support, both tiers, warning notice and powers, the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine import queries
from engine.errors import NotForThisSchool, TaskNotYours
from tests.processes.story import Story

PROCESS, MONITORING = "cheshire-east-iop", "cheshire-east-exit-monitoring"
QA, MI, OFFICER, SMT, HEAD, CHAIR = "qa-manager", "mi-manager", "mi-officer", "smt", "headteacher", "chair-of-governors"
COMMUNITY, AIDED, ACADEMY, INDEPENDENT, NURSERY = "130001", "130002", "130006", "130020", "130025"


def seen(story: Story, element: str) -> dict[str, Any]:
    """The variables that an open task sees: those of the process which the case is in there."""
    task = next(task for task in story.engine.tasks.open(story.case) if task.element == element)
    with story.engine.reading() as session:
        return dict(queries.task(session, task.id).variables)


def enter(story: Story, losi: str, school: str = COMMUNITY) -> Story:
    """The evidence, the table, the QA Manager's decision, and who co-ordinates."""
    story.start(MI, PROCESS, school).do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi=losi)
    return story.do(MI, "name-coordinator")


def set_up(story: Story, *, diocese: bool = False, robust: str = "yes", teams: Sequence[str] = ()) -> Story:
    """The SMT agrees entry to tier 2, and all is set up with the school."""
    story.do(SMT, "agree-entry", entry_agreed="yes")
    wanted = ["agree-budget", "baseline", "critical-friend", "inform-stakeholders", "management-group", "publish-date"]
    assert story.waiting() == sorted(wanted + (["consult-diocese"] if diocese else []))
    story.do("finance-officer", "agree-budget").do(MI, "baseline").do(CHAIR, "critical-friend")
    story.do(HEAD, "inform-stakeholders").do(HEAD, "management-group").do(HEAD, "check-plan", robust_plan=robust)
    if diocese:
        story.do("diocesan-representative", "consult-diocese")
    if robust == "no":
        story.do(HEAD, "make-plan")
    return story.do(MI, "tell-teams", specialist_teams=list(teams))


def in_tier_2(story: Story) -> Story:
    """A school whose first IOP meeting has no date yet."""
    set_up(enter(story, "intensive"))
    assert story.waiting() == ["publish-date"]
    return story


def hold(story: Story, **answers: Any) -> Story:
    """An IOP meeting is recorded, and what follows it has begun."""
    story.do(MI, "hold-meeting", **{"professionals_called": "no"} | answers).engine.jobs.run_due()
    return story


def meeting(story: Story, day: str, result: str) -> Story:
    """One IOP meeting on a day, with all that goes before and after it."""
    story.do(MI, "publish-date", meeting_date=day, agencies_asked=[])
    story.wait_for("report-due").do(HEAD, "progress-report").do("sip", "record-of-visit", sip_agrees="yes")
    story.wait_for("agenda-due").do(MI, "send-agenda")
    hold(story.wait_for("meeting-day"), meeting_result=result).do(OFFICER, "send-minutes")
    story.engine.jobs.run_due()
    return story


@pytest.mark.parametrize(
    ("evidence", "performance", "ofsted", "grounds", "level"),
    [
        ("good", "in line", "inadequate", 0, "intensive"),
        ("good", "low", "good", 0, "intensive"),
        ("poor", "below", "good", 1, "intensive"),
        ("mixed", "below", "less than good", 2, "intensive"),
        ("good", "in line", "good", 1, "targeted"),
        ("good", "in line", "good", 0, "universal"),
        ("mixed", "in line", "good", 0, "targeted"),
    ],
)
def test_the_level_follows_from_the_evidence(
    story: Story, evidence: str, performance: str, ofsted: str, grounds: int, level: str
) -> None:
    """CHE-2.4 CHE-5.2.1: self evaluation, performance, Ofsted and the three grounds, by open criteria."""
    story.start(MI, PROCESS, COMMUNITY).do(
        OFFICER,
        "gather-evidence",
        self_evaluation=evidence,
        performance=performance,
        ofsted_outcome=ofsted,
        iop_grounds=["low standards", "breakdown", "safety"][:grounds],
    )
    assert seen(story, "decide-entry")["worked_out_losi"] == level


def test_universal_support_needs_no_programme(story: Story) -> None:
    """CHE-4.1: the Quality Assurance Manager decides entry, and nobody else."""
    story.start(MI, PROCESS, COMMUNITY).do(OFFICER, "gather-evidence")
    with pytest.raises(TaskNotYours):
        story.do(MI, "decide-entry", losi="universal")
    story.do(QA, "decide-entry", losi="universal")
    assert story.ended
    assert story.trace[-1] == "universal"
    assert story.category_of(COMMUNITY) == "universal"


def test_tier_1_ends_when_improvement_is_evidenced(story: Story) -> None:
    """CHE-4.2 CHE-4.3 CHE-5.2.2 CHE-5.2.3 CHE-5.3.11: support over an agreed period, and monitoring goes on afterwards."""
    enter(story, "targeted").do(
        MI, "tier-1-support", agreed_length=2, agreed_unit="half-terms", monitor_every="1 half-term"
    )
    assert story.category_of(COMMUNITY) == "targeted"
    # A half-term on from Monday of week 2 of autumn 1 (7 September): Monday of week 2 of autumn 2, which began on 2 November.
    assert str(story.due("monitoring-due").date()) == "2026-11-09"
    # Two half-terms on: Monday of week 2 of spring 1, which began on Tuesday 5 January 2027.
    assert str(story.due("agreed-period").date()) == "2027-01-11"
    story.wait_for("monitoring-due").do("sip", "monitor-tier-1", tier_1_found="not judged")
    story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="improved")
    name = story.variables["school"]["name"]
    assert story.told == [(QA, f"IOP tier 1 reviewed: {name}")], "key decisions go to the QA Manager"
    assert story.ended
    assert story.trace[-2:] == ["left", "case-ends"]
    story.follow(MONITORING, COMMUNITY)
    # A term on from Monday of week 2 of the spring term: Monday of week 2 of the summer term, which began on 12 April.
    assert str(story.due("a-term-on").date()) == "2027-04-19"


def proposed(story: Story) -> Story:
    """A school whose targeted support of a month has not been enough."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="months", monitor_every="1 term")
    # A month on from Monday 7 September 2026: Wednesday 7 October.
    assert str(story.due("agreed-period").date()) == "2026-10-07"
    return story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="not enough")


def test_not_enough_in_tier_1_leads_to_tier_2_if_the_smt_agrees(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.4 CHE-5.3.1: without the agreement targeted support goes on, and nothing is asked twice."""
    proposed(story).do(SMT, "agree-entry", entry_agreed="no")
    assert story.waiting() == ["tier-1-support"]
    assert story.category_of(COMMUNITY) == "targeted"
    assert "not-agreed" in story.trace


def test_support_goes_on_while_the_smt_is_silent(story: Story) -> None:
    """CHE-5.2.2 CHE-5.3.1: intensive support is not agreed for half a year, and the school has targeted support."""
    enter(story, "intensive")
    assert story.waiting() == ["agree-entry", "tier-1-support"]
    story.do(MI, "tier-1-support", agreed_length=1, agreed_unit="terms", monitor_every="1 month")
    assert "monitor-tier-1" in story.wait_for("monitoring-due").waiting()
    story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="not enough")
    assert story.waiting().count("agree-entry") == 1, "the SMT is asked once"
    story.do(SMT, "agree-entry", entry_agreed="yes")
    assert "tier-1-support" not in story.waiting()
    assert "publish-date" in story.waiting()


def test_nothing_waits_for_the_name_of_the_co_ordinator(story: Story) -> None:
    """CHE-4.3 CHE-5.3.1 CHE-5.2.2: the SMT is asked, and support begins."""
    story.start(MI, PROCESS, COMMUNITY).do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi="intensive")
    assert story.waiting() == ["agree-entry", "name-coordinator", "tier-1-support"]
    story.do(SMT, "agree-entry", entry_agreed="yes")
    assert HEAD in told(story, "Enters the Improving Outcomes Programme")
    assert "coordinator-named" in story.do(MI, "name-coordinator").trace


def test_monitoring_waits_neither_for_the_support_nor_for_the_review(story: Story) -> None:
    """CHE-5.2.2 CHE-5.2.3: each half-term until something else is agreed, and on past the agreed period."""
    enter(story, "targeted")
    assert str(story.due("monitoring-due").date()) == "2026-11-09"
    story.do(MI, "tier-1-support", support_from="2026-09-14", agreed_length=1, agreed_unit="months")
    # A month on from Monday 14 September 2026.
    assert str(story.due("agreed-period").date()) == "2026-10-14"
    story.wait_for("agreed-period").wait_for("monitoring-due")
    assert story.waiting() == ["monitor-tier-1", "review-tier-1"]


def test_monitoring_in_tier_1_finds_that_ofsted_has_judged(story: Story) -> None:
    """CHE-2.4: the level of support is looked at anew."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="terms", monitor_every="1 month")
    story.wait_for("monitoring-due").do(OFFICER, "monitor-tier-1", tier_1_found="judged")
    assert story.waiting() == ["gather-evidence"]
    assert str(story.due("agreed-period").date()) == "2027-01-11", "the support goes on"
    assert {"judged-since", "tier-1-judged"} <= set(story.trace)


def test_a_school_that_is_judged_good_in_tier_1_is_monitored(story: Story) -> None:
    """CHE-5.2.3 CHE-5.3.11: it leaves the programme, and monitoring goes on."""
    enter(story, "targeted").receive("ofsted-judgement", COMMUNITY, judgement="good")
    story.do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi="universal")
    assert story.trace[-2:] == ["left", "case-ends"]
    assert story.follow(MONITORING, COMMUNITY).due("a-term-on") is not None


def test_another_system_says_that_ofsted_has_judged(story: Story) -> None:
    """CHE-2.4: at any moment of tier 1, by a message."""
    enter(story, "targeted").receive("ofsted-judgement", COMMUNITY, judgement="inadequate")
    assert story.waiting() == ["gather-evidence", "three-term-review", "tier-1-support"]
    assert "ofsted-judgement" in story.trace
    assert seen(story, "gather-evidence")["judgement"] == "inadequate"


def test_tier_2_is_set_up_with_the_school_its_governors_and_the_diocese(story: Story) -> None:
    """CHE-4.4 CHE-4.5 CHE-4.6 CHE-4.7 CHE-4.8 CHE-5.2.4 CHE-5.3.1 CHE-5.3.2 CHE-5.3.3 CHE-5.3.4 CHE-5.3.5 CHE-5.4.1 CHE-5.4.2.

    There is no robust plan, and two teams are asked for specialist support.
    """
    enter(story, "intensive", AIDED)
    assert story.category_of(AIDED) == "targeted", "intensive is not on the record before the SMT has agreed it"
    set_up(story, diocese=True, robust="no", teams=["governance", "hr"])
    assert story.category_of(AIDED) == "intensive"
    assert story.waiting() == ["publish-date", "specialist-support", "specialist-support"]
    story.do("governance-officer", "specialist-support", support_contact="Gil")
    with pytest.raises(TaskNotYours):
        story.do("finance-officer", "specialist-support")
    story.do("hr-officer", "specialist-support", support_contact="Jo")
    assert story.waiting() == ["publish-date"]
    assert {"make-plan", "consult-diocese"} <= set(story.trace)


def told(story: Story, subject: str) -> list[str]:
    """The roles that were told something."""
    return [role for role, text in story.told if text.startswith(subject)]


def test_meetings_wait_for_nothing_that_is_set_up(story: Story) -> None:
    """CHE-7.3 CHE-5.3.6 CHE-5.3.9: nothing is set up, and meetings, monthly group and the three terms run from entry."""
    enter(story, "intensive").later(7)
    story.do(SMT, "agree-entry", entry_agreed="yes", smt_on="2026-09-11")
    assert "publish-date" in story.waiting()
    # A month on from Friday 11 September 2026, a Sunday: Monday.
    assert str(story.due("each-month").date()) == "2026-10-12"
    # Three terms on from Friday of week 2 of autumn 2026: Friday of week 2 of autumn 2027.
    assert str(story.due("three-terms").date()) == "2027-09-10"


def test_school_and_teams_know_of_entry_at_once(story: Story) -> None:
    """CHE-5.3.4 CHE-5.3.3: not when all is set up; the plan and each team's role follow."""
    enter(story, "intensive").do(SMT, "agree-entry", entry_agreed="yes")
    teams = ["governance-officer", "hr-officer", "finance-officer"]
    assert told(story, "Enters the Improving Outcomes Programme") == [HEAD, CHAIR, "sip", QA, MI, *teams]
    story.do(MI, "baseline").do(HEAD, "check-plan", robust_plan="yes").do(MI, "tell-teams", specialist_teams=[])
    assert told(story, "Your role in the Improving Outcomes Programme") == [*teams, "sip"]


def test_an_entry_that_is_refused_is_told(story: Story) -> None:
    """CHE-5.3.1 CHE-4.2: the managers hear the reason, and may propose the school again."""
    enter(story, "intensive").do(SMT, "agree-entry", entry_agreed="no", smt_reason="Too soon.")
    assert told(story, "Intensive support not agreed") == [QA, MI]


def test_a_month_without_a_group_is_told_and_asked_for_no_more(story: Story) -> None:
    """CHE-5.3.6: reports of the monthly meeting do not pile up."""
    in_tier_2(story).wait_for("each-month")
    # Four weeks on from Wednesday 7 October 2026, and the month after that.
    assert str(story.due("month-over").date()) == "2026-11-04"
    story.wait_for("month-over").wait_for("each-month")
    assert story.waiting().count("record-group") == 1
    assert told(story, "Management group: no meeting recorded")[:3] == [MI, QA, CHAIR]
    assert "group-chased" in story.trace


def test_a_group_of_the_head_alone_is_explained(story: Story) -> None:
    """CHE-4.6: senior leaders, a governor and the leads for English and mathematics belong to it."""
    enter(story, "intensive").do(SMT, "agree-entry", entry_agreed="yes")
    story.do(HEAD, "management-group", smg=["head"], smg_without="A small school.")
    assert seen(story, "baseline")["smg_without"] == "A small school."


def test_the_management_group_meets_each_month(story: Story) -> None:
    """CHE-5.3.6 CHE-7.1: its meeting is recorded monthly, for as long as the school is in the programme."""
    in_tier_2(story)
    # A month on from Monday 7 September 2026: Wednesday 7 October.
    assert str(story.due("each-month").date()) == "2026-10-07"
    story.wait_for("each-month")
    assert story.waiting() == ["publish-date", "record-group"]
    story.do(OFFICER, "record-group")
    # A month on from there: Saturday 7 November, which moves to Monday 9 November.
    assert str(story.due("each-month").date()) == "2026-11-09"
    story.wait_for("each-month").do(HEAD, "record-group")
    assert story.trace.count("group-recorded") == 2


def test_meetings_go_on_every_two_months_and_support_is_revised(story: Story) -> None:
    """CHE-7.3 CHE-4.2 CHE-5.3.5: carried on, not enough, and the QA Manager is told of the decision."""
    # Two months on from 7 September 2026.
    assert seen(in_tier_2(story), "publish-date")["meeting_falls"] == "2026-11-07"
    meeting(story, "2026-11-11", "carry on")
    # Two months on from the meeting of 11 November 2026.
    assert seen(story, "publish-date")["meeting_falls"] == "2027-01-11"
    meeting(story, "2027-01-13", "not enough").do(MI, "revise-support", notice_wanted="no")
    assert (QA, f"IOP decision: {story.variables['school']['name']}") in story.told
    assert "publish-date" in story.waiting()
    assert "three-term-review" not in story.waiting()


def test_ofsted_inspects_a_school_in_tier_2(story: Story) -> None:
    """CHE-5.3.2: the two managers are told, the baseline is renewed, and the programme goes on meanwhile."""
    in_tier_2(story).receive("ofsted-judgement", COMMUNITY, judgement="good", judgement_summary="Better.")
    assert story.waiting() == ["baseline-on-ofsted", "publish-date"]
    assert told(story, "Ofsted has judged a school in the programme") == [QA, MI]
    assert "baseline-renewed" in story.do(OFFICER, "baseline-on-ofsted").trace


def test_a_school_that_is_ready_leaves_by_an_agreed_exit_strategy(story: Story) -> None:
    """CHE-5.3.10 CHE-5.3.11: agreed with the school and by the SMT; monitoring is told the strategy."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy").do(
        SMT, "agree-exit", exit_agreed="no"
    )
    assert "stays" in story.trace
    assert told(story, "Exit strategy not agreed") == [MI, QA, HEAD, CHAIR]
    meeting(story, "2027-01-13", "ready to leave").do(MI, "exit-strategy", exit_strategy="Keep the coaching.")
    assert "record-group" in story.waiting()
    story.do(SMT, "agree-exit", exit_agreed="yes").engine.jobs.run_due()
    assert story.ended, "what was still open in tier 2 has ended with it"
    assert story.trace[-2:] == ["left", "case-ends"]
    assert HEAD in told(story, "Leaves the Improving Outcomes Programme")
    assert story.follow(MONITORING, COMMUNITY).variables["exit_strategy"] == "Keep the coaching."


def test_meetings_go_on_while_an_exit_is_not_agreed(story: Story) -> None:
    """CHE-7.3 CHE-5.3.10: the SMT is silent; a second proposal waits until it has answered the first."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy")
    assert {"agree-exit", "publish-date"} <= set(story.waiting())
    meeting(story, "2027-01-13", "ready to leave")
    assert "exit-strategy" not in story.waiting()
    assert "exit-strategy" in story.do(SMT, "agree-exit", exit_agreed="no").waiting()


def test_a_school_leaves_when_the_minutes_are_out(story: Story) -> None:
    """CHE-7.5 CHE-5.3.10: leaving takes no minutes away."""
    published = in_tier_2(story).do(MI, "publish-date", meeting_date="2026-11-11", agencies_asked=[])
    published.wait_for("report-due").do(HEAD, "progress-report").do("sip", "record-of-visit", sip_agrees="yes")
    hold(story.wait_for("meeting-day"), meeting_result="ready to leave")
    assert "exit-strategy" not in story.waiting()
    story.do(OFFICER, "send-minutes").engine.jobs.run_due()
    assert "exit-strategy" in story.waiting()


def test_all_schools_may_be_categorised_at_once(story: Story) -> None:
    """CHE-2.4: one case a school, and none for an independent school."""
    answers = {
        "considered_because": "categorisation",
        "considered_concern": "All schools.",
        "considered_on": "2026-09-07",
    }
    story.engine.batches.start(PROCESS, answers, by=story.scope(QA))
    story.engine.jobs.run_due()
    assert len(story.cases(PROCESS)) == 24
    assert story.cases(PROCESS, NURSERY), "a maintained nursery school is a school of the authority"
    assert story.cases(PROCESS, INDEPENDENT) == []
    assert story.follow(PROCESS, AIDED).waiting() == ["gather-evidence"]


def test_an_independent_school_has_no_case(story: Story) -> None:
    """CHE-2.4: the programme is for the authority's schools, however it is begun."""
    with pytest.raises(NotForThisSchool):
        story.start(MI, PROCESS, INDEPENDENT)


def test_less_support_than_the_criteria_say_is_told(story: Story) -> None:
    """CHE-4.1 CHE-5.3.1: the table says intensive, and the QA Manager decides otherwise."""
    story.start(MI, PROCESS, COMMUNITY).do(OFFICER, "gather-evidence", ofsted_outcome="inadequate")
    story.do(QA, "decide-entry", losi="targeted")
    assert told(story, "Less support than the criteria say") == [SMT, MI]


def test_another_concern_is_taken_by_the_case_that_runs(story: Story) -> None:
    """CHE-4.1: the two managers hear of it."""
    answers = {"considered_because": "concern", "considered_concern": "Exclusions.", "considered_on": "2026-09-07"}
    in_tier_2(story).report("sip", "iop-re-entry", COMMUNITY, **answers)
    story.engine.jobs.run_due()
    assert told(story, "Another concern") == [MI, QA]
    assert len(story.cases(PROCESS, COMMUNITY)) == 1


def test_a_school_in_the_programme_has_no_second_case(story: Story) -> None:
    """CHE-4.1: monitoring finds that an improvement is not sustained, and the school is in the programme already."""
    story.start(MI, PROCESS, COMMUNITY).receive("iop-re-entry", COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert story.waiting() == ["gather-evidence"]
    assert [role for role, _ in story.told] == [MI, QA]
    assert "re-entry-noted" in story.trace


def test_the_programme_ends_when_the_school_closes(story: Story) -> None:
    """CHE-5.3.1: nothing more is asked of anybody, and whoever was asked is told."""
    in_tier_2(story).closes(COMMUNITY)
    assert story.ended
    assert MI in [role for role, subject in story.told if subject.startswith("Ended with the school")]


@pytest.mark.parametrize("at", ["gather-evidence", "decide-entry"])
def test_a_judgement_before_the_level_is_decided_has_the_evidence_gathered_anew(story: Story, at: str) -> None:
    """CHE-2.4: at whatever step of it, not only in a tier."""
    story.start(MI, PROCESS, COMMUNITY)
    if at == "decide-entry":
        story.do(OFFICER, "gather-evidence")
    story.report(MI, "ofsted-judgement", COMMUNITY)
    assert story.waiting() == ["gather-evidence"]
    assert "judged-early" in story.trace
