"""Cheshire East: the quarterly report on the schools in the programme, and the annual review of the policy."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.clock import VirtualClock
from tests.processes.story import Story

PROCESS, PROGRAMME, SCHOOL = "cheshire-east-reporting", "cheshire-east-iop", "130001"
MI, OFFICER, QA = "mi-manager", "mi-officer", "qa-manager"


@pytest.fixture
def story(engine: Engine, clock: VirtualClock) -> Story:
    return Story(engine, clock, "cheshire-east")


def test_each_quarter_a_report_is_drawn_from_the_live_cases(story: Story) -> None:
    """CHE-7.9: by the Quality Assurance Manager to the SMT."""
    story.start(MI, PROGRAMME, SCHOOL)
    # Three months on from Monday 7 September 2026: Monday 7 December.
    assert str(story.beat(PROCESS, "each-quarter").date()) == "2026-12-07"
    story.start_by_timer(PROCESS, "each-quarter")
    # The evidence was due ten working days after 7 September: it is overdue.
    line = ": since 7 September 2026; waits for LOSI evidence; 1 overdue"
    assert story.variables["iop_schools"].endswith(f"Sampleford Community Primary School{line}")
    story.do(QA, "write-report")
    assert story.ended
    assert story.trace[-1] == "reported"
    assert story.told == [("smt", "Quarterly report: schools in the Improving Outcomes Programme")]
    # Three months on from Monday 7 December 2026: Sunday 7 March 2027, which moves to Monday 8 March.
    assert str(story.beat(PROCESS, "each-quarter").date()) == "2027-03-08"


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
