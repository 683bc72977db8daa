"""Variables keep their type while a case waits: what a script made a date, a time or a duration still is one afterwards."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from engine.feel import ZONE, YearsMonths
from tests.engine.running import deploy, running, task
from tests.engine.spiff.cases import bpmn


def script(ident: str, result: str, expression: str) -> str:
    return (
        f'<scriptTask id="{ident}" scriptFormat="feel" camunda:resultVariable="{result}">'
        f"<script>= {expression}</script></scriptTask>"
    )


PROCESS = bpmn(
    '<startEvent id="s"/>'
    + script("make", "made", '{week: @"P7D", term: @"P1Y6M", day: date(on), clock: @"09:30:00", moment: now()}')
    + '<userTask id="wait" camunda:candidateGroups="seo"/>'
    + script(
        "use",
        "used",
        "{twice: made.week * 2, half: made.term / 3, later: made.day + made.week, "
        'left: made.moment + made.week - made.moment, same: made.clock = @"09:30:00"}',
    )
    + '<userTask id="end" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>make make>wait wait>use use>end end>e",
)


@pytest.fixture
def variables(database_url: str) -> dict[str, Any]:
    engine = running(database_url)
    deploy(engine, PROCESS)
    case = engine.cases.start("p", variables={"on": "2026-10-14", "given": timedelta(hours=3)})
    engine.tasks.complete(task(engine, "wait"), {}, by="seo")
    found = dict(engine.cases.variables(case))
    engine.dispose()
    return found


def test_they_are_what_they_were(variables: dict[str, Any]) -> None:
    moment = datetime(2026, 9, 7, 9, 0, tzinfo=ZONE)
    assert variables["made"] == {
        "week": timedelta(days=7),
        "term": YearsMonths("P1Y6M"),
        "day": date(2026, 10, 14),
        "clock": time(9, 30),
        "moment": moment,
    }


def test_they_can_be_reckoned_with(variables: dict[str, Any]) -> None:
    assert variables["used"] == {
        "twice": timedelta(days=14),
        "half": YearsMonths("P6M"),
        "later": date(2026, 10, 21),
        "left": timedelta(days=7),
        "same": True,
    }


def test_so_is_one_that_a_case_was_started_with(variables: dict[str, Any]) -> None:
    assert variables["given"] == timedelta(hours=3)
