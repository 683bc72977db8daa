"""Cheshire East: the quarterly report on the schools in the programme, and the annual review of the policy."""

from __future__ import annotations

from sqlalchemy import select

from engine.store.tables import Notification
from tests.processes.story import Story

PROCESS, PROGRAMME, SCHOOL = "cheshire-east-reporting", "cheshire-east-iop", "130001"
MI, OFFICER, QA = "mi-manager", "mi-officer", "qa-manager"


def test_each_quarter_a_report_is_drawn_from_the_live_cases(story: Story) -> None:
    """CHE-7.9: by the Quality Assurance Manager to the SMT, with all that was gathered for it."""
    story.start(MI, PROGRAMME, SCHOOL).do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi="targeted")
    # The quarter begins on Sunday 4 October 2026, which moves to Monday 5 October.
    assert str(story.beat(PROCESS, "each-quarter").date()) == "2026-10-05"
    story.start_by_timer(PROCESS, "each-quarter")
    # The co-ordinator was due five working days after 7 September: the task is overdue.
    line = (
        ": since 7 September 2026; waits for Key member of the M&I team, Monitoring is due, Targeted support; 1 overdue"
    )
    assert story.variables["iop_schools"].endswith(f"Sampleford Community Primary School{line}")
    story.do(QA, "write-report", report_left="None.", report_risks="Staffing.", report_resources="Half is spent.")
    assert story.trace[-1] == "reported"
    assert story.told == [("smt", "Quarterly report: schools in the Improving Outcomes Programme")]
    text = notified(story)
    assert "Entered or left: None." in text
    assert "To be looked at: Staffing." in text
    assert "Resources and funding: Half is spent." in text
    # Monday 4 January 2027 is in the Christmas holiday, and Tuesday 5 January is an INSET day.
    assert str(story.beat(PROCESS, "each-quarter").date()) == "2027-01-06"


def notified(story: Story) -> str:
    """The text of the one notification of the case."""
    with story.engine.reading() as session:
        return str(session.scalar(select(Notification.text).where(Notification.instance_id == story.case)))


def test_a_school_that_is_only_considered_is_not_in_the_programme(story: Story) -> None:
    """CHE-7.9: it is named apart."""
    story.start(MI, PROGRAMME, SCHOOL).start(QA, PROCESS, None)
    assert story.variables["iop_schools"].startswith("No school is in the programme.\n\nUnder consideration")


def test_a_change_of_the_law_leads_to_a_review(story: Story) -> None:
    """CHE-8.1, and section 5.1 of the protocol: when it happens, and not only once a year."""
    story.engine.messages.correlate("law-changed", {}, {"policy_law_change": "New guidance."}, story.authority)
    story.follow(PROCESS)
    assert story.waiting() == ["consult"] * 7
    assert story.variables["law_changes"] == "New guidance."


def test_a_report_may_be_asked_for_when_no_school_is_in_the_programme(story: Story) -> None:
    """CHE-7.9: a report outside the quarter."""
    story.start(QA, PROCESS, None)
    assert story.variables["iop_schools"] == "No school is in the programme."
    assert story.do(QA, "write-report").ended


def reviewed(story: Story) -> Story:
    """The annual review of 2027 has begun."""
    assert str(story.beat(PROCESS, "each-year").date()) == "2027-09-01"
    return story.start_by_timer(PROCESS, "each-year")


def test_the_policy_is_reviewed_each_year(story: Story) -> None:
    """CHE-8.1: by the M&I team with heads, School Improvement Partners and officers."""
    reviewed(story)
    assert story.waiting() == ["consult"] * 7
    for number in range(7):
        story.do(OFFICER, "consult", policy_view=f"View {number}.")
    said = story.variables["policy_said"].splitlines()
    assert said[0] == "Headteachers of primary schools (CEAPH): View 0."
    assert len(said) == 7
    story.do(MI, "review-policy")
    assert story.ended
    assert story.trace[-1] == "policy-reviewed"


def test_consultees_who_have_not_answered_are_asked_again(story: Story) -> None:
    """CHE-8.1: three months on."""
    reviewed(story)
    # Three months on from Wednesday 1 September 2027: Wednesday 1 December.
    assert str(story.due("consult-late").date()) == "2027-12-01"
    story.wait_for("consult-late")
    assert [role for role, _ in story.told] == [MI]
    assert "asked-again" in story.trace
    assert "consult" in story.waiting()


def test_a_report_is_due_on_the_day_on_which_it_is_wanted(story: Story) -> None:
    """CHE-7.9: not by the quarter's rule."""
    story.start(QA, PROCESS, None, report_wanted_on="2026-09-10")
    [task] = story.engine.tasks.open(story.case)
    assert task.due is not None
    assert str(task.due.date()) == "2026-09-10"


def change(story: Story, what: str) -> Story:
    """The M&I Manager reports a change of the law."""
    return story.report(MI, "law-changed", policy_law_change=what, law_from="2026-12-01")


def test_a_second_change_of_the_law_goes_to_the_review_that_is_open(story: Story) -> None:
    """CHE-8.1: nobody is consulted twice over, and both changes are before those who answer later."""
    change(story, "New guidance.").follow(PROCESS).do(OFFICER, "consult")
    change(story, "A new Act.")
    assert len(story.cases(PROCESS)) == 1
    assert story.variables["law_changes"].splitlines() == [
        "New guidance. (from 1 December 2026)",
        "A new Act. (from 1 December 2026)",
    ]
    assert story.waiting() == ["consult"] * 6
    assert [role for role, subject in story.told if subject == "Review of the policy: the law changes again"] == [
        MI,
        OFFICER,
    ]


def test_a_quarterly_report_that_is_open_takes_no_change_of_the_law(story: Story) -> None:
    """CHE-7.9 CHE-8.1: the review begins as a case of its own."""
    story.start(QA, PROCESS, None)
    assert change(story, "New guidance.").follow(PROCESS).waiting() == ["consult"] * 7


def test_a_review_that_is_open_is_the_year_s_review_too(story: Story) -> None:
    """CHE-8.1."""
    opened = change(story, "New guidance.").follow(PROCESS).case
    story.start_by_timer(PROCESS, "each-year")
    assert story.ended
    assert [role for role, subject in story.told if subject == "Annual review of the policy: one is open"] == [MI]
    story.case = opened
    assert story.waiting() == ["consult"] * 7
