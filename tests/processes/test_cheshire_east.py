"""Cheshire East's Improving Outcomes Programme: entry, two tiers, its meetings, the way out, monitoring and reports."""

from __future__ import annotations

import pytest

from engine import Engine, queries
from engine.clock import VirtualClock
from tests.processes.story import Story

PROCESS, MONITORING, REPORTING = "cheshire-east-iop", "cheshire-east-exit-monitoring", "cheshire-east-reporting"
QA, MI = "qa-manager", "mi-manager"
COMMUNITY, AIDED = "130001", "130002"


@pytest.fixture
def story(engine: Engine, clock: VirtualClock) -> Story:
    return Story(engine, clock, "cheshire-east")


def enter(story: Story, losi: str, school: str = COMMUNITY, **evidence: str) -> Story:
    """CHE-2.4, CHE-4.1, CHE-5.2.1: the evidence, the table and the decision."""
    return (
        story.start(MI, PROCESS, school)
        .do("mi-officer", "gather-evidence", **evidence)
        .do(QA, "decide-entry", losi=losi)
    )


def set_up(story: Story, *, diocese: bool = False, robust: str = "yes") -> Story:
    """CHE-5.3.1 to 5.3.5: agreed by the SMT, and set up with the school."""
    story.do("smt", "agree-entry", entry_agreed="yes")
    wanted = ["agree-budget", "baseline", "critical-friend", "inform-stakeholders", "management-group", "specialists"]
    assert story.waiting() == sorted(wanted + (["consult-diocese"] if diocese else []))
    story.do(MI, "agree-budget").do(MI, "baseline", robust_plan=robust).do("chair-of-governors", "critical-friend")
    story.do("headteacher", "inform-stakeholders").do("headteacher", "management-group").do(MI, "specialists")
    return story.do("diocesan-representative", "consult-diocese") if diocese else story


def meeting(story: Story, day: str, result: str, professionals: str = "no") -> Story:
    """One IOP meeting on a day."""
    story.do(MI, "publish-date", meeting_date=day)
    story.wait_for("group-due").do("headteacher", "management-group")
    story.wait_for("report-due").do("headteacher", "progress-report").do("sip", "record-of-visit").do(MI, "send-agenda")
    story.wait_for("meeting-day").do(MI, "hold-meeting", meeting_result=result, professionals_called=professionals)
    return story.do(MI, "send-minutes").do("chair-of-governors", "feedback")


@pytest.mark.parametrize(
    ("evidence", "level"),
    [
        ({"self_evaluation": "good", "performance": "in line", "ofsted_outcome": "good"}, "universal"),
        ({"self_evaluation": "mixed", "performance": "in line", "ofsted_outcome": "good"}, "targeted"),
        ({"self_evaluation": "good", "performance": "low", "ofsted_outcome": "good"}, "intensive"),
        ({"self_evaluation": "good", "performance": "in line", "ofsted_outcome": "inadequate"}, "intensive"),
    ],
)
def test_the_level_follows_from_three_kinds_of_evidence(story: Story, evidence: dict[str, str], level: str) -> None:
    """CHE-2.4: by open criteria."""
    story.start(MI, PROCESS, COMMUNITY).do("mi-officer", "gather-evidence", **evidence)
    assert story.variables["worked_out_losi"] == level


def test_universal_support_needs_no_programme(story: Story) -> None:
    """CHE-4.1: the Quality Assurance Manager decides."""
    enter(story, "universal")
    assert story.ended and story.trace[-1] == "universal"
    with story.engine.reading() as session:
        assert queries.school(session, COMMUNITY).category == "universal"


def test_tier_1_ends_when_improvement_is_evidenced(story: Story) -> None:
    """CHE-4.2, CHE-4.3, CHE-5.2.1, CHE-5.2.2, CHE-5.2.3: and monitoring goes on (CHE-5.3.11)."""
    enter(story, "targeted").do(MI, "name-coordinator").do(MI, "tier-1-support", agreed_length=2, agreed_unit="terms")
    # Two terms on from Monday of week 2 of autumn 2026 (7 September): Monday of week 2 of summer 2027, which began on 12 April.
    assert str(story.due("agreed-period").date()) == "2027-04-19"
    story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="improved")
    assert story.ended and story.trace[-1] == "left"
    story.follow(MONITORING, COMMUNITY)
    # Monitored a term on from there: Monday of week 2 of autumn 2027, which began on 1 September: Monday 6 September.
    assert str(story.due("a-term-on").date()) == "2027-09-06"


def test_not_enough_in_tier_1_leads_to_tier_2_if_the_smt_agrees(story: Story) -> None:
    """CHE-5.2.4, CHE-5.3.1."""
    enter(story, "targeted").do(MI, "name-coordinator").do(MI, "tier-1-support", agreed_length=1, agreed_unit="terms")
    story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="not enough")
    story.do("smt", "agree-entry", entry_agreed="no")
    assert story.waiting() == ["name-coordinator"], "not agreed: back to tier 1"


def test_tier_2_is_set_up_with_the_school_its_governors_and_the_diocese(story: Story) -> None:
    """CHE-4.4, CHE-4.5, CHE-4.6, CHE-4.7, CHE-4.8, CHE-5.3.2, CHE-5.3.3, CHE-5.3.4, CHE-5.3.5, CHE-5.4.1, CHE-5.4.2."""
    set_up(enter(story, "intensive", AIDED), diocese=True, robust="no")
    assert story.waiting() == ["make-plan"], "a separate plan only where there is no robust one"
    story.do("headteacher", "make-plan")
    assert story.waiting() == ["publish-date"]


def test_one_meeting_from_its_date_to_the_governors_feedback(story: Story) -> None:
    """CHE-5.3.6, CHE-5.3.7, CHE-5.3.8, CHE-5.4.3, CHE-7.1, CHE-7.2, CHE-7.3, CHE-7.4, CHE-7.5, CHE-7.6, CHE-7.7, CHE-7.8."""
    set_up(enter(story, "intensive")).do(MI, "publish-date", meeting_date="2026-11-11")
    # The management group is asked for its record a month on from 7 September, on Wednesday 7 October 2026.
    assert str(story.due("group-due").date()) == "2026-10-07"
    story.wait_for("group-due").do("headteacher", "management-group")
    # It meets again before the IOP meeting: fourteen days before Wednesday 11 November is 28 October, in the half-term break.
    assert str(story.due("report-due").date()) == "2026-10-28"
    story.wait_for("report-due").do("headteacher", "progress-report").do("sip", "record-of-visit")
    # The agenda goes out a week before; if it does not, the managers are told.
    assert str(story.due("agenda-late").date()) == "2026-11-04"
    story.wait_for("agenda-late")
    assert [role for role, _ in story.told] == [MI, QA]
    story.do(MI, "send-agenda")
    assert str(story.due("meeting-day").date()) == "2026-11-11"
    story.wait_for("meeting-day").do(MI, "hold-meeting", meeting_result="not enough", professionals_called="yes")
    minutes = next(task for task in story.engine.user_tasks(story.case) if task.element == "send-minutes")
    assert minutes.due is not None and str(minutes.due.date()) == "2026-11-18", "within a week"
    story.do(MI, "send-minutes").do("chair-of-governors", "feedback").do(MI, "professionals-meeting")
    assert story.waiting() == ["strengthen-support"]
    story.do(MI, "strengthen-support")
    assert story.waiting() == ["publish-date"], "and the next meeting"


def test_a_school_that_is_ready_leaves_and_may_come_back(story: Story) -> None:
    """CHE-5.3.10, CHE-5.3.11: the exit strategy is agreed by the SMT; two terms of monitoring."""
    meeting(set_up(enter(story, "intensive")), "2026-11-11", "carry on")
    meeting(story, "2027-01-13", "ready to leave").do(MI, "exit-strategy").do("smt", "agree-exit", exit_agreed="no")
    meeting(story, "2027-03-10", "ready to leave").do(MI, "exit-strategy").do("smt", "agree-exit", exit_agreed="yes")
    assert story.ended and story.trace[-1] == "left"
    story.follow(MONITORING, COMMUNITY).wait_for("a-term-on").do("sip", "monitor", sustained="yes")
    assert not story.ended, "at least two terms"
    story.wait_for("a-term-on").do(MI, "monitor", sustained="yes")
    assert story.ended and story.trace[-1] == "monitoring-ends"
    story.start(MI, MONITORING, COMMUNITY).wait_for("a-term-on").do("sip", "monitor", sustained="no")
    assert story.ended and story.follow(PROCESS, COMMUNITY).waiting() == ["gather-evidence"]


def three_terms(story: Story) -> Story:
    set_up(enter(story, "intensive"))
    # Three terms on from Monday of week 2 of autumn 2026: Monday of week 2 of autumn 2027, 6 September.
    assert str(story.due("three-terms").date()) == "2027-09-06"
    return story.wait_for("three-terms")


def test_after_three_terms_a_notice_may_be_asked_for(story: Story) -> None:
    """CHE-5.3.9: not asked for, or not approved by the SMT; the programme goes on."""
    three_terms(story).do(QA, "three-term-review", ask_notice="no")
    assert story.waiting() == ["publish-date"] and "no-notice" in story.trace


@pytest.mark.parametrize("approved", ["no", "yes"])
def test_the_smt_approves_the_notice(story: Story, approved: str) -> None:
    """CHE-5.3.9, CHE-5.2.5: complied with, or not approved."""
    three_terms(story).do(QA, "three-term-review", ask_notice="yes").do(
        "smt", "approve-notice", notice_approved=approved
    )
    if approved == "yes":
        story.do(QA, "give-notice", compliance_length=15, compliance_unit="working days")
        # Fifteen working days counted from Tuesday 7 September 2027 end with Monday 27 September.
        assert str(story.due("period-ends").date()) == "2027-09-28"
        story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="complied")
    assert story.waiting() == ["publish-date"] and "powers-done" in story.trace


def test_powers_are_a_last_resort(story: Story) -> None:
    """CHE-5.2.5."""
    three_terms(story).do(QA, "three-term-review", ask_notice="yes").do("smt", "approve-notice", notice_approved="yes")
    story.do(QA, "give-notice", compliance_length=15, compliance_unit="days").wait_for("period-ends")
    story.do(QA, "check-notice", notice_outcome="not complied").do("smt", "use-powers")
    assert "powers-used" in story.trace


def test_each_quarter_a_report_is_drawn_from_the_live_cases(story: Story) -> None:
    """CHE-7.9."""
    enter(story, "targeted")
    # Three months on from 7 September 2026: Monday 7 December.
    assert str(story.beat(REPORTING, "each-quarter").date()) == "2026-12-07"
    story.start_by_timer(REPORTING, "each-quarter")
    assert "Sampleford Community Primary School: since 2026-09-07; waits for Name who" in story.variables["iop_schools"]
    story.do(QA, "write-report")
    assert story.ended and story.told == [("smt", "Quarterly report on IOP schools")]


def test_a_report_may_be_asked_for_when_no_school_is_in_the_programme(story: Story) -> None:
    """CHE-7.9."""
    story.start(QA, REPORTING, None)
    assert story.variables["iop_schools"] == "No school is in the programme."


def test_the_policy_is_reviewed_each_year(story: Story) -> None:
    """CHE-8.1: with heads, partners and officers."""
    assert str(story.beat(REPORTING, "each-year").date()) == "2027-09-01"
    story.start_by_timer(REPORTING, "each-year")
    for _ in range(3):
        story.do(MI, "consult")
    assert [view["group"] for view in story.variables["policy_views"]] == [
        "Headteachers",
        "School Improvement Partners",
        "LA officers",
    ]
    story.do(MI, "review-policy")
    assert story.ended and story.trace[-1] == "policy-reviewed"
