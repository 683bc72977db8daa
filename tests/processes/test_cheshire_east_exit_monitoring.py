"""Cheshire East: termly monitoring of a school that has left the Improving Outcomes Programme."""

from __future__ import annotations

import pytest

from engine import queries
from engine.errors import FormInvalid, NotForThisSchool, SchoolHasClosed
from tests.processes.story import Story

PROCESS, PROGRAMME, SCHOOL = "cheshire-east-exit-monitoring", "cheshire-east-iop", "130001"
MI, QA = "mi-manager", "qa-manager"


def left(story: Story) -> Story:
    """A school has left the programme on Monday 7 September 2026."""
    return story.receive("left-programme", SCHOOL, exit_strategy="Keep the coaching.").follow(PROCESS, SCHOOL)


def test_monitoring_lasts_for_two_terms(story: Story) -> None:
    """CHE-5.3.11: termly, by the School Improvement Partner or the M&I Manager, and not ended before two terms are over."""
    left(story)
    # A term on from Monday of week 2 of the autumn term: Monday of week 2 of the spring term, which began on 5 January 2027.
    assert str(story.due("a-term-on").date()) == "2027-01-11"
    story.wait_for("a-term-on").do("sip", "monitor", sustained="yes", monitor_next="end")
    assert not story.ended, "one term is too short"
    assert story.variables["terms_monitored"] == 1, "one term is too short"
    # A term on from there: Monday of week 2 of the summer term, which began on Monday 12 April 2027.
    assert str(story.due("a-term-on").date()) == "2027-04-19"
    story.wait_for("a-term-on").do(MI, "monitor", sustained="yes", monitor_next="end")
    assert story.ended
    assert story.trace[-1] == "monitoring-ends"
    with story.engine.reading() as session:
        assert queries.school(session, SCHOOL).category == "universal"


def test_monitoring_may_last_longer(story: Story) -> None:
    """CHE-5.3.11: at least two terms. A school that left before is monitored by hand."""
    story.start(MI, PROCESS, SCHOOL, left_on="2026-05-01", terms_before=1).wait_for("a-term-on")
    story.do("sip", "monitor", sustained="yes", monitor_next="go on")
    assert not story.ended
    assert story.variables["terms_monitored"] == 2
    story.wait_for("a-term-on").do("sip", "monitor", sustained="yes", monitor_next="end")
    assert story.ended
    assert story.variables["terms_monitored"] == 3


def test_only_a_school_that_can_have_been_in_the_programme_is_monitored(story: Story) -> None:
    """CHE-5.3.11: an independent school never was; a school that has closed is no more."""
    with pytest.raises(NotForThisSchool):
        story.start(MI, PROCESS, "130020")
    story.closes(SCHOOL)
    with pytest.raises(SchoolHasClosed):
        story.start(MI, PROCESS, SCHOOL)


def test_no_more_terms_are_said_to_be_monitored_than_have_passed(story: Story) -> None:
    """CHE-5.3.11: at least two terms."""
    with pytest.raises(FormInvalid):
        story.start(MI, PROCESS, SCHOOL, left_on="2026-09-07", terms_before=9)


def test_an_improvement_that_is_not_sustained_leads_back(story: Story) -> None:
    """CHE-5.3.11: the programme begins again for the school."""
    left(story).wait_for("a-term-on").do("sip", "monitor", sustained="no")
    assert story.ended
    assert story.trace[-1] == "back-in"
    assert story.follow(PROGRAMME, SCHOOL).waiting() == ["gather-evidence"]
    assert story.variables["considered_concern"] == "Noted.", "the new case says what is not sustained"


def test_a_school_that_comes_back_and_needs_no_programme_is_monitored_again(story: Story) -> None:
    """CHE-5.3.11: at least two terms, from then."""
    left(story).wait_for("a-term-on").do("sip", "monitor", sustained="no")
    story.follow(PROGRAMME, SCHOOL).do("mi-officer", "gather-evidence").do(QA, "decide-entry", losi="universal")
    assert len(story.cases(PROCESS, SCHOOL)) == 1
    story.follow(PROCESS, SCHOOL)
    assert len(story.cases(PROCESS, SCHOOL)) == 2
    # A term on from Monday of week 2 of the spring term.
    assert str(story.due("a-term-on").date()) == "2027-04-19"


def test_monitoring_that_is_not_recorded_is_told_of(story: Story) -> None:
    """CHE-5.3.11: the managers are told once, and the monitoring is still asked for."""
    left(story).wait_for("a-term-on")
    # Twenty working days counted from Tuesday 12 January 2027 end with Monday 8 February; the morning after.
    assert str(story.due("monitor-late").date()) == "2027-02-09"
    story.wait_for("monitor-late")
    assert [role for role, _ in story.told] == [MI, QA]
    assert story.waiting() == ["monitor"]
    assert "managers-told" in story.trace


def test_a_school_that_leaves_again_is_monitored_for_two_terms_from_then(story: Story) -> None:
    """CHE-5.3.11: no second case begins."""
    left(story).wait_for("a-term-on").do("sip", "monitor", sustained="yes")
    story.receive("left-programme", SCHOOL, exit_strategy="")
    assert story.cases(PROCESS, SCHOOL) == [story.case]
    assert "counted-anew" in story.trace
    assert story.variables["terms_monitored"] == 0


def test_the_terms_of_a_school_that_leaves_again_run_from_there(story: Story) -> None:
    """CHE-5.3.11: not from where it left first."""
    left(story).receive("left-programme", SCHOOL, exit_strategy="", left_on="2026-11-16")
    # A term on from Monday of week 11 of the autumn term.
    assert str(story.due("a-term-on").date()) == "2027-03-22"


def test_the_first_term_counts_from_the_day_of_leaving(story: Story) -> None:
    """CHE-5.3.11: which may be later than the day on which the exit was agreed."""
    story.receive("left-programme", SCHOOL, exit_strategy="", left_on="2026-09-14").follow(PROCESS, SCHOOL)
    # A term on from Monday of week 3 of the autumn term.
    assert str(story.due("a-term-on").date()) == "2027-01-18"


@pytest.mark.parametrize(("chosen", "asked"), [("SIP", "sip"), ("M&I Manager", MI)])
def test_whoever_the_exit_strategy_names_monitors(story: Story, chosen: str, asked: str) -> None:
    """CHE-5.3.11: the School Improvement Partner or the M&I Manager, and not both."""
    story.receive("left-programme", SCHOOL, exit_strategy="", exit_monitor=chosen, exit_back="Falling results.")
    story.follow(PROCESS, SCHOOL).wait_for("a-term-on")
    [task] = story.engine.tasks.open(story.case)
    assert list(task.roles) == [asked]
    assert "exit_back" in story.shown(asked, "monitor")


def test_a_school_that_is_back_in_the_programme_keeps_its_level(story: Story) -> None:
    """CHE-5.3.11: the end of monitoring takes off no level that another case has put on."""
    left(story)
    monitoring = story.case
    story.start(MI, PROGRAMME, SCHOOL).do("mi-officer", "gather-evidence").do(QA, "decide-entry", losi="targeted")
    story.case = monitoring
    for _ in range(2):
        story.wait_for("a-term-on").do(MI, "monitor", sustained="yes", monitor_next="end")
    assert story.ended
    with story.engine.reading() as session:
        assert queries.school(session, SCHOOL).category == "targeted"


@pytest.mark.parametrize(
    ("judged", "hear", "waits", "ends"),
    [("inadequate", [QA, MI, "smt"], 1, "judged-back"), ("good", [QA, MI], 0, "stays-out")],
)
def test_ofsted_judges_a_school_that_is_monitored(
    story: Story, judged: str, hear: list[str], waits: int, ends: str
) -> None:
    """CHE-5.3.11: the managers are told, of an inadequate judgement the SMT too, and a school that is not good comes back to the programme."""
    left(story).receive("ofsted-judgement", SCHOOL, judgement=judged, judgement_summary="Read it.")
    story.engine.jobs.run_due()
    assert [role for role, _ in story.told] == hear
    assert ends in story.trace
    assert len(story.cases(PROGRAMME, SCHOOL)) == waits
