"""Other dates than the diagram's: set by hand, they stay, and the diagram's own is kept beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import NotWaiting
from engine.steps import CalendarChanged, Redate, SetVariables
from tests.engine.spiff.cases import Case, bpmn, prop

DAY = timedelta(days=1)
NOW = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
#: A task that is due, and one without a date; a reminder every other day, and a timer that counts from an answer.
DATED = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a" camunda:dueDate="P10D"/><userTask id="b"/>'
    '<intermediateCatchEvent id="c">' + prop(**{"from": "= day"}) + "<timerEventDefinition>"
    "<timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    '<boundaryEvent id="r" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeCycle>R3/P2D</timeCycle>'
    '</timerEventDefinition></boundaryEvent><endEvent id="e"/>',
    "s>g g>a g>b g>c a>e b>e c>e r>e",
)


def begun() -> Case:
    return Case(DATED).start(day="2026-09-07")


def redate(case: Case, element: str, at: datetime) -> Case:
    waits = [*case.now_out.user_tasks, *case.now_out.timers]
    return case.step(Redate({next(each.token for each in waits if each.element == element): at}))


def dates(case: Case, element: str) -> tuple[datetime | None, datetime | None]:
    """When something is due, and when by the diagram, where that is another day."""
    waits = [*case.now_out.user_tasks, *case.now_out.timers]
    found = next(each for each in waits if each.element == element)
    return found.due, found.drawn


def test_a_task_has_the_new_date_and_the_diagram_s_beside_it() -> None:
    assert dates(redate(begun(), "a", NOW + 20 * DAY), "a") == (NOW + 20 * DAY, NOW + 10 * DAY)


def test_a_second_date_is_held_against_the_diagram_s_not_the_first() -> None:
    case = redate(redate(begun(), "a", NOW + 20 * DAY), "a", NOW + 25 * DAY)
    assert dates(case, "a") == (NOW + 25 * DAY, NOW + 10 * DAY)


def test_the_diagram_s_own_day_brings_its_own_date_back() -> None:
    case = redate(redate(begun(), "a", NOW + 20 * DAY), "a", NOW + 10 * DAY + timedelta(hours=3))
    assert dates(case, "a") == (NOW + 10 * DAY, None)


def test_a_task_without_a_date_gets_one() -> None:
    case = redate(begun(), "b", NOW + DAY)
    assert dates(case, "b") == (NOW + DAY, None)
    assert dates(case.set(other=1), "b") == (NOW + DAY, None)


def test_a_timer_stays_where_it_was_set_when_what_it_counts_from_changes() -> None:
    case = redate(begun(), "c", NOW + 9 * DAY).step(SetVariables({"day": "2026-09-10"}))
    due, drawn = dates(case, "c")
    assert due == NOW + 9 * DAY
    assert drawn is not None
    assert drawn.day == 15


def test_a_date_that_was_set_stays_when_the_calendar_changes() -> None:
    case = redate(redate(begun(), "a", NOW + 20 * DAY), "c", NOW + 9 * DAY).step(CalendarChanged())
    assert dates(case, "a")[0] == NOW + 20 * DAY
    assert dates(case, "c")[0] == NOW + 9 * DAY


def test_the_beat_after_one_that_was_moved_goes_by_the_diagram() -> None:
    case = redate(begun(), "r", NOW + 3 * DAY).fire("r")
    assert dates(case, "r") == (NOW + 4 * DAY, None)


def test_a_timer_says_that_a_manager_set_it() -> None:
    [timer] = [each for each in redate(begun(), "r", NOW + 3 * DAY).now_out.timers if each.element == "r"]
    assert timer.why.startswith("set by a manager; by the diagram it is ")


def test_what_does_not_wait_has_no_date() -> None:
    with pytest.raises(NotWaiting):
        begun().step(Redate({"99": NOW}))
