"""One rule of lateness: due on the last day, late from the morning after, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine import Engine, queries
from engine.calendar.lateness import is_late, late_before
from engine.clock import VirtualClock
from tests.engine.spiff.cases import bpmn

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("due", "now", "late"),
    [
        (datetime(2026, 9, 14, 23, 59), datetime(2026, 9, 14, 23, 59, 30), False),
        (datetime(2026, 9, 14, 8, 0), datetime(2026, 9, 14, 17, 0), False),
        (datetime(2026, 9, 14, 23, 59), datetime(2026, 9, 15, 0, 0), True),
        (datetime(2026, 10, 25, 8, 0), datetime(2026, 10, 25, 23, 30), False),  # the clocks go back on that day
        (datetime(2027, 3, 28, 0, 0), datetime(2027, 3, 28, 23, 30), False),  # and forward on this one
    ],
)
def test_late_from_the_morning_after(due: datetime, now: datetime, late: bool) -> None:
    assert is_late(due.replace(tzinfo=LONDON), now.replace(tzinfo=LONDON)) is late


def test_the_day_begins_at_midnight_in_london() -> None:
    assert late_before(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == datetime(2026, 7, 1, 23, 0, tzinfo=UTC)


MINUTES = bpmn(
    '<startEvent id="s"/><userTask id="week" camunda:dueDate="1 week"/><userTask id="month" camunda:dueDate="1 month"/>'
    '<parallelGateway id="g"/><endEvent id="e"/><endEvent id="e2"/>',
    "s>g g>week g>month week>e month>e2",
)


def overdue(engine: Engine) -> int:
    with engine.reading() as session:
        (case,) = queries.live_cases(session, "barnsley", "p", engine.clock.now())
    return int(case["overdue"])


def test_minutes_within_a_week_are_in_time_on_day_7_and_late_on_day_8(engine: Engine, clock: VirtualClock) -> None:
    engine.deployments.deploy({"p.bpmn": MINUTES}, "barnsley", strict=False)
    engine.cases.start("p", authority="barnsley")
    clock.set(datetime(2026, 9, 14, 20, tzinfo=LONDON))
    assert overdue(engine) == 0
    clock.advance(timedelta(hours=5))
    assert overdue(engine) == 1


def test_what_is_due_on_a_day_at_eight_is_in_time_until_the_day_is_over(engine: Engine, clock: VirtualClock) -> None:
    engine.deployments.deploy({"p.bpmn": MINUTES}, "barnsley", strict=False)
    engine.cases.start("p", authority="barnsley")
    clock.set(datetime(2026, 10, 7, 20, tzinfo=LONDON))
    assert overdue(engine) == 1, "the week is over, the month is not"
    clock.set(datetime(2026, 10, 8, 0, 1, tzinfo=LONDON))
    assert overdue(engine) == 2
