"""Timers and due dates that count from a date that a form gave, and those that cannot be counted."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import TimerImpossible
from tests.engine.spiff.cases import Case, bpmn, prop

GIVEN = prop(**{"from": "= notice_given"})


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def wait(text: str, more: str = GIVEN, kind: str = "timeDuration") -> bytes:
    body = (
        '<startEvent id="s"/><userTask id="other"/><parallelGateway id="g"/>'
        f'<intermediateCatchEvent id="t" name="The period">{more}{timer(text, kind)}</intermediateCatchEvent>'
        '<endEvent id="e"/><endEvent id="e2"/>'
    )
    return bpmn(body, "s>g g>t g>other t>e other>e2")


def falls(case: Case) -> str:
    return str(case.now_out.timers[0].due.date())


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("15 working days", "2026-10-01", "2026-10-23"),  # the fifteenth working day is Thursday 22 October
        ("15 working days", "2026-10-01T16:30", "2026-10-23"),
        ("1 month", "2026-10-01", "2026-11-02"),  # 1 November is a Sunday
        ("P15D", "2026-10-01", "2026-10-16"),
        ("1 September", "2027-10-01", "2028-09-01"),
    ],
)
def test_a_timer_counts_from_the_date_that_a_form_gave(text: str, given: Any, expected: str) -> None:
    assert falls(Case(wait(text)).start(notice_given=given)) == expected


def test_the_date_may_be_worked_out() -> None:
    more = prop(**{"from": "= date(notice_given) + duration('P1D')".replace("'", "&quot;")})
    assert falls(Case(wait("15 working days", more)).start(notice_given="2026-09-30")) == "2026-10-23"


def test_a_change_of_the_date_works_the_waiting_timer_out_again() -> None:
    case = Case(wait("15 working days")).start(notice_given="2026-10-01")
    case.complete("other", notice_given="2026-10-05")
    assert falls(case) == "2026-10-27"


def test_another_change_leaves_the_timer_as_it_is() -> None:
    case = Case(wait("15 working days")).start(notice_given="2026-10-01").complete("other", remark="none")
    assert falls(case) == "2026-10-23"


def test_a_cycle_from_a_date_passes_over_the_beats_that_are_gone() -> None:
    assert falls(Case(wait("every month", kind="timeCycle")).start(notice_given="2026-01-31")) == "2026-09-30"


@pytest.mark.parametrize("given", [None, "", "soon", 7])
def test_what_is_no_date_is_an_error_that_names_the_element_and_the_answer(given: Any) -> None:
    with pytest.raises(
        TimerImpossible, match=r"At \"The period\".*counts from .*no date.*made of notice_given\."
    ) as wrong:
        Case(wait("15 working days")).start(notice_given=given)
    assert wrong.value.names == ("notice_given",)


BOUNDARY = (
    '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/><endEvent id="e2"/><endEvent id="e3"/>'
    f'<parallelGateway id="g"/><boundaryEvent id="t" attachedToRef="a">{GIVEN}{timer("10 days")}</boundaryEvent>'
)


def test_a_boundary_event_waits_for_its_date_and_then_counts_from_it() -> None:
    case = Case(bpmn(BOUNDARY, "s>g g>a g>b a>e b>e2 t>e3")).start()
    assert not case.now_out.timers
    case.complete("b", notice_given="2026-09-10")
    assert falls(case) == "2026-09-21"


def test_a_boundary_event_waits_again_when_its_date_is_taken_back() -> None:
    case = Case(bpmn(BOUNDARY, "s>g g>a g>b a>e b>e2 t>e3")).start(notice_given="2026-09-10")
    case.complete("b", notice_given=None)
    assert not case.now_out.timers


ALONE = (
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><endEvent id="e2"/>'
    f'<boundaryEvent id="t" name="Late" attachedToRef="a" cancelActivity="false">{GIVEN}{timer("10 days")}</boundaryEvent>'
)


def test_a_boundary_event_whose_date_nothing_can_give_any_more_is_an_error_that_names_it() -> None:
    with pytest.raises(TimerImpossible, match='At "Late".*counts from nothing'):
        Case(bpmn(ALONE, "s>a a>e t>e2")).start()


def test_a_boundary_event_whose_date_is_worked_out_of_what_is_no_date_is_an_error() -> None:
    given = prop(**{"from": "= date(notice_given)"})
    with pytest.raises(TimerImpossible, match="made of notice_given"):
        Case(bpmn(ALONE.replace(GIVEN, given), "s>a a>e t>e2")).start(notice_given="soon")


def test_a_boundary_event_whose_date_was_left_open_waits() -> None:
    assert not Case(bpmn(ALONE, "s>a a>e t>e2")).start(notice_given=None).now_out.timers


def test_the_start_of_an_event_subprocess_counts_from_a_date_too() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        '<subProcess id="p1" triggeredByEvent="true">'
        f'<startEvent id="t" isInterrupting="false">{GIVEN}{timer("10 days")}</startEvent><endEvent id="pe"/>'
        '<sequenceFlow id="f_t_pe" sourceRef="t" targetRef="pe"/></subProcess>'
    )
    case = Case(bpmn(body, "s>a a>b b>e")).start()
    assert not case.now_out.timers
    assert falls(case.complete("a", notice_given="2026-09-10")) == "2026-09-21"


def due(text: str) -> bytes:
    body = (
        '<startEvent id="s"/><parallelGateway id="g"/><userTask id="other"/><endEvent id="e"/><endEvent id="e2"/>'
        f'<userTask id="a" camunda:dueDate="{text}">{GIVEN}</userTask>'
    )
    return bpmn(body, "s>g g>a g>other a>e other>e2")


def due_of(case: Case) -> str:
    found = next(task.due for task in case.now_out.user_tasks if task.element == "a")
    assert found is not None
    return f"{found:%Y-%m-%d %H:%M}"


def test_a_due_date_counts_from_a_date_and_is_its_last_day() -> None:
    case = Case(due("1 week")).start(notice_given="2026-09-10")
    assert due_of(case) == "2026-09-17 22:59"


def test_a_change_of_the_date_moves_the_due_date() -> None:
    case = Case(due("1 week")).start(notice_given="2026-09-10").complete("other", notice_given="2026-09-14")
    assert due_of(case) == "2026-09-21 22:59"


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ('= date("2026-09-01") - date(n)', {"n": "2026-09-07"}),
        ('= string(n) + " weeks"', {"n": 0}),
        ('= if n = 0 then duration("PT0S") else duration("P1D")', {"n": 0}),
    ],
)
def test_no_time_at_all_is_an_error_that_names_the_element_and_the_answer(text: str, answers: dict[str, Any]) -> None:
    with pytest.raises(TimerImpossible, match=r'At "The period" .*no time at all.*made of n\.') as wrong:
        Case(wait(text.replace('"', "&quot;"), more="")).start(**answers)
    assert wrong.value.names == ("n",)


def test_a_due_date_of_nothing_is_such_an_error_too() -> None:
    with pytest.raises(TimerImpossible, match="made of n"):
        Case(due("= n")).start(notice_given="2026-09-10", n=None)


def test_a_repeating_due_date_names_what_the_diagram_says() -> None:
    with pytest.raises(TimerImpossible, match='this repeats. The diagram says "every month"'):
        Case(due("every month")).start(notice_given="2026-09-10")


def said(period: str = "= string(length) + &quot; working days&quot;", after: str = "= given") -> bytes:
    """A task whose answers give a period, the last day of which is kept."""
    kept = prop(lastDay="last", lastDayOf=period, lastDayFrom=after)
    return bpmn(
        f'<startEvent id="s"/><userTask id="notice" name="The notice">{kept}</userTask><userTask id="then"/>'
        '<endEvent id="e"/>',
        "s>notice notice>then then>e",
    )


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("= string(length) + &quot; working days&quot;", "2026-10-22"),
        ("= string(length) + &quot; days&quot;", "2026-10-16"),
        ("P15D", "2026-10-16"),
    ],
)
def test_the_last_day_of_a_period_is_kept_as_the_task_ends(period: str, expected: str) -> None:
    case = Case(said(period)).start().complete("notice", length=15, given="2026-10-01")
    assert str(case.variables["last"]) == expected


def test_a_period_without_a_day_to_run_after_is_an_error_that_names_the_answer() -> None:
    with pytest.raises(TimerImpossible) as told:
        Case(said()).start().complete("notice", length=15, given=None)
    assert told.value.details["names"] == ("given",)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("", "2026-10-03"), ("period", "2026-10-03"), ("meeting", "2026-10-05")],  # 3 October 2026 is a Saturday
)
def test_a_date_that_is_worked_out_moves_where_the_diagram_calls_it_a_meeting(rule: str, expected: str) -> None:
    more = prop(timerRule=rule) if rule else ""
    assert falls(Case(wait("= date(met) + @&quot;P1M&quot;", more, "timeDate")).start(met="2026-09-03")) == expected
