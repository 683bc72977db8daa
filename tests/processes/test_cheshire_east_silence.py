"""Cheshire East: what silence, late records and a judgement at the wrong moment neither stop nor lose."""

from __future__ import annotations

import pytest

from engine import queries
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import (
    HEAD,
    MI,
    MONITORING,
    OFFICER,
    PROCESS,
    QA,
    SMT,
    enter,
    in_tier_2,
    meeting,
    told,
)
from tests.processes.test_cheshire_east_powers import considered

COMMUNITY, REPORTING, SIP = "130001", "cheshire-east-reporting", "sip"


def test_the_visit_is_asked_for_without_the_school_s_report(story: Story) -> None:
    """CHE-7.2: the head is silent, and the School Improvement Partner is asked and reminded all the same."""
    in_tier_2(story).do(MI, "publish-date", meeting_date="2026-11-11", agencies_asked=[])
    # Four weeks before 11 November 2026, as the report of the school.
    assert str(story.due("visit-due").date()) == "2026-10-14"
    story.wait_for("visit-due").wait_for("visit-late")
    assert told(story, "Record of Visit is missing") == [SIP, MI]
    assert "progress-report" in story.waiting()
    story.wait_for("meeting-day").do(SIP, "record-of-visit", sip_agrees="yes")
    assert "visited" in story.trace
    assert "report-in" in story.do(HEAD, "progress-report").trace


def test_a_judgement_after_tier_1_is_not_lost_while_a_notice_keeps_the_school(story: Story) -> None:
    """CHE-2.4 CHE-5.2.3: tier 1 has improved the school, a notice runs, and Ofsted judges it less than good."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="months")
    considered(story, "safety").do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "approve-notice", notice_approved="yes").do(QA, "give-notice", compliance_length=90)
    story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="improved")
    story.report(SIP, "ofsted-judgement", COMMUNITY, judgement="requires improvement")
    assert "judged-before-leaving" in story.trace
    story.do("mi-officer", "gather-evidence", ofsted_outcome="less than good").do(QA, "decide-entry", losi="universal")
    assert not story.ended, "the notice still runs"
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="complied").do(QA, "confirm-complied")
    assert story.ended


def test_the_months_of_the_group_run_from_its_first_meeting(story: Story) -> None:
    """CHE-5.3.6: which is named when the group is set up."""
    enter(story, "intensive").do(SMT, "agree-entry", entry_agreed="yes")
    story.do(HEAD, "management-group", smg_first="2026-09-21")
    assert str(story.due("each-month").date()) == "2026-09-21"
    assert str(story.wait_for("each-month").due("each-month").date()) == "2026-10-21"


def monitored(story: Story) -> Story:
    """A school that left on 7 September 2026, on the day of its first monitoring: 11 January 2027."""
    return story.receive("left-programme", COMMUNITY, exit_strategy="").follow(MONITORING).wait_for("a-term-on")


def test_terms_count_from_the_day_of_the_monitoring(story: Story) -> None:
    """CHE-5.3.11: not from the day on which it is typed."""
    monitored(story).later(56).do(SIP, "monitor", sustained="yes", monitor_next="go on", monitored_on="2027-01-11")
    # A term on from Monday of week 2 of the spring term: Monday of week 2 of the summer term.
    assert str(story.due("a-term-on").date()) == "2027-04-19"


def test_the_last_monitoring_is_not_counted_again(story: Story) -> None:
    """CHE-5.3.11: the school leaves once more, and the day after the monitoring of the time before is recorded."""
    monitored(story).later(21).receive("left-programme", COMMUNITY, left_on="2027-02-01", exit_strategy="")
    story.later(1).do(SIP, "monitor", sustained="yes", monitor_next="end", monitored_on="2027-02-01")
    assert story.variables["terms_monitored"] == 0
    # A term on from Monday 1 February 2027, week 5 of the spring term.
    assert str(story.due("a-term-on").date()) == "2027-05-10"


def test_the_report_carries_what_meetings_and_monitoring_found(story: Story) -> None:
    """CHE-7.9: results, targets, outcomes of the IOP meetings, and the schools that are monitored."""
    monitored(story).start(QA, REPORTING, None)
    assert "waits for Termly monitoring" in story.variables["monitored_schools"]
    refused = story.refused(QA, "write-report", report_results="", report_meetings="", report_monitoring="")
    assert set(refused) == {"report_results", "report_meetings", "report_monitoring"}
    assert "reported" in story.do(QA, "write-report").trace


def judged(story: Story, level: str = "targeted") -> Story:
    """In tier 1, with its support agreed, when Ofsted judges that the school requires improvement."""
    enter(story, level).do(MI, "tier-1-support", agreed_length=1, agreed_unit="terms", monitor_every="1 month")
    return story.report(SIP, "ofsted-judgement", COMMUNITY, judgement="requires improvement")


def test_support_goes_on_while_nobody_gathers_the_evidence(story: Story) -> None:
    """CHE-5.2.2 CHE-7.9: monitoring comes on its day, and the school is reported as one of the programme."""
    judged(story).wait_for("monitoring-due")
    assert story.waiting() == ["gather-evidence", "monitor-tier-1"]
    report = story.start(QA, REPORTING, None).variables["iop_schools"]
    assert (
        "School: since 7 September 2026; waits for Targeted support: monitoring, Agreed period ends, LOSI evidence"
        in report
    )
    assert "Under consideration" not in report


def test_a_level_that_stays_leaves_the_support_as_it_is(story: Story) -> None:
    """CHE-5.2.2: the agreed period runs on; another judgement is looked at again."""
    ends = judged(story).due("agreed-period")
    story.do(OFFICER, "gather-evidence").report(SIP, "ofsted-judgement", COMMUNITY, judgement="inadequate")
    assert story.waiting() == ["gather-evidence", "three-term-review"], "not decided on what was gathered before"
    story.do(QA, "three-term-review", ask_notice="no")
    story.do(OFFICER, "gather-evidence", ofsted_outcome="inadequate").do(QA, "decide-entry", losi="targeted")
    assert story.waiting() == []
    assert story.due("agreed-period") == ends
    story.engine.jobs.run_due()
    assert story.variables["ofsted_outcome"] == "inadequate", "powers may be proposed"
    story.report(SIP, "ofsted-judgement", COMMUNITY, judgement="good")
    assert story.waiting() == ["gather-evidence"]


def test_a_level_that_changes_ends_tier_1_as_it_was(story: Story) -> None:
    """CHE-5.3.1: the SMT is asked, and the support for a school of significant concern is agreed."""
    judged(story).do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi="intensive")
    assert story.waiting() == ["agree-entry", "tier-1-support"]
    assert "level-changes" in story.trace


def test_a_school_that_improves_while_it_is_looked_at_leaves_when_that_is_decided(story: Story) -> None:
    """CHE-5.2.3: the judgement is not lost."""
    judged(story).wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="improved")
    assert story.waiting() == ["gather-evidence"]
    assert story.do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi="universal").ended
    assert story.follow(MONITORING, COMMUNITY).due("a-term-on") is not None


def test_tier_2_ends_the_look_at_the_level(story: Story) -> None:
    """CHE-5.3.1: the SMT has agreed meanwhile."""
    judged(story, "intensive").do(SMT, "agree-entry", entry_agreed="yes")
    assert "gather-evidence" not in story.waiting()


def test_a_school_does_not_leave_with_a_concern_that_nobody_has_looked_at(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: a child was hurt, and tier 1 has improved the school before the QA Manager looks at it."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="months").wait_for("agreed-period")
    considered(story, "safety").do(MI, "review-tier-1", tier_1_result="improved")
    assert "three-term-review" in story.waiting()
    story.do(QA, "three-term-review", ask_notice="no").engine.jobs.run_due()
    assert story.ended


def exit_agreed(story: Story) -> Story:
    """Tier 2: the SMT has agreed in November 2026 that the school leaves on 23 December."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy", exit_on="2026-12-23")
    return story.do(SMT, "agree-exit", exit_agreed="yes")


def judged_inadequate(story: Story) -> Story:
    story.receive("ofsted-judgement", COMMUNITY, judgement="inadequate", judgement_summary="Unsafe.")
    story.engine.jobs.run_due()
    return story


def test_an_inadequate_judgement_calls_an_agreed_exit_off(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: it comes between the SMT's agreement and the day of leaving; the SMT hears it."""
    judged_inadequate(exit_agreed(story)).do(QA, "three-term-review", ask_notice="no").later(60)
    assert not story.ended
    assert told(story, "Does not leave yet") == [MI, QA, HEAD, "chair-of-governors", SMT]
    assert "stays" in story.trace


def test_an_inadequate_judgement_while_the_smt_is_asked_calls_the_exit_off(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy", exit_on="2026-12-23")
    judged_inadequate(story).do(SMT, "agree-exit", exit_agreed="yes")
    assert told(story, "Does not leave yet") == [MI, QA, HEAD, "chair-of-governors", SMT]


def test_an_agreed_exit_waits_for_a_concern_that_nobody_has_looked_at(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: the school leaves when the QA Manager has."""
    considered(exit_agreed(story), "safety").wait_for("exit-day")
    assert "three-term-review" in story.waiting()
    story.do(QA, "three-term-review", ask_notice="no").engine.jobs.run_due()
    assert story.ended


@pytest.mark.parametrize("ground", ["progress", "safety"])
def test_two_considerations_keep_each_its_own_case(story: Story, ground: str) -> None:
    """CHE-5.3.5 CHE-4.2: the QA Manager sees what speaks for each."""
    in_tier_2(story)
    for each in ("progress", "safety"):
        story.report(MI, "notice-considered", COMMUNITY, notice_ground=each, notice_case=f"About {each}.")
    with story.engine.reading() as session:
        tasks = [task.id for task in story.engine.tasks.open(story.case) if task.element == "three-term-review"]
        said = {queries.task(session, task).variables["notice_case"] for task in tasks}
    assert f"About {ground}." in said


def test_part_4_does_not_reach_a_pupil_referral_unit(story: Story) -> None:
    """CHE-5.2.5: section 59 of the Education and Inspections Act 2006 does not name it; the managers hear the concern."""
    unit = "130018"
    enter(story, "targeted", unit).report(MI, "notice-considered", unit, notice_ground="safety", notice_case="Hurt.")
    story.engine.jobs.run_due()
    assert "three-term-review" not in story.waiting()
    assert told(story, "No formal warning notice") == [QA, MI]


def test_the_secretary_of_state_gets_a_copy_of_a_notice(story: Story) -> None:
    """CHE-5.2.5: section 60(6A) of the Education and Inspections Act 2006."""
    considered(in_tier_2(story)).do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "approve-notice", notice_approved="yes")
    assert "notice_copies" in story.refused(QA, "give-notice", notice_copies=[])


@pytest.mark.parametrize(
    ("judgement", "asked", "hear"),
    [
        ("inadequate", ["gather-evidence", "three-term-review"], [QA, MI, SMT]),
        ("requires improvement", ["gather-evidence"], [QA, MI]),
    ],
)
def test_a_judgement_about_a_school_in_no_case_begins_its_consideration(
    story: Story, judgement: str, asked: list[str], hear: list[str]
) -> None:
    """CHE-2.4 CHE-4.1 CHE-5.2.4 CHE-5.2.5: the QA Manager reports it; one that is inadequate is put to them for powers at once."""
    story.report(QA, "ofsted-judgement", COMMUNITY, judgement=judgement).follow(PROCESS, COMMUNITY)
    assert story.waiting() == asked
    assert [role for role, subject in story.told if subject.startswith("Ofsted has judged a school")] == hear


def test_a_good_judgement_about_a_school_in_no_case_begins_no_programme(story: Story) -> None:
    """CHE-2.4: nothing is to be considered."""
    assert story.report(QA, "ofsted-judgement", COMMUNITY, judgement="good").follow(PROCESS, COMMUNITY).ended
    assert story.told == []
