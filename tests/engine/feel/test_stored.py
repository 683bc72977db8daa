"""Values that are stored: a date, a time and a duration keep their type, and what was stored before without one is read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from engine.feel import ZONE, YearsMonths
from engine.feel.stored import restored, stored

SAME = [
    date(2026, 10, 14),
    time(10, 30),
    time(10, 30, tzinfo=UTC),
    time(10, 30, tzinfo=ZONE),
    datetime(2026, 7, 1, 9, 30),
    datetime(2026, 7, 1, 9, 30, tzinfo=UTC),
    datetime(2026, 7, 1, 9, 30, tzinfo=ZONE),
    datetime(2026, 10, 25, 1, 30, tzinfo=ZONE, fold=1),
    datetime(2026, 7, 1, 9, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=-3))),
    timedelta(days=2, hours=3),
    timedelta(days=-1, microseconds=1),
    timedelta(0),
    YearsMonths("-P1Y2M"),
    {"due": date(2026, 10, 14), "rows": [{"week": timedelta(days=7)}]},
    {"@type": "date", "value": "2026-10-14"},
    {"@type": "mine", "other": [1]},
    {"@type": {"@type": "context"}},
    "P2D",
    "2026-10-14",
    1.5,
    None,
]


def there_and_back(value: Any) -> Any:
    return json.loads(json.dumps(stored(value)), object_hook=restored)


@pytest.mark.parametrize("value", SAME, ids=repr)
def test_a_value_comes_back_as_what_it_was(value: Any) -> None:
    found = there_and_back(value)
    assert (found, type(found)) == (value, type(value))


def test_a_zone_keeps_its_name() -> None:
    assert there_and_back(datetime(2026, 7, 1, 9, 30, tzinfo=ZONE)).tzinfo is ZONE


def test_an_hour_that_comes_twice_stays_the_second_one() -> None:
    assert there_and_back(datetime(2026, 10, 25, 1, 30, tzinfo=ZONE, fold=1)).fold == 1


def test_what_is_stored_can_be_read_by_a_person() -> None:
    assert stored(timedelta(days=2)) == {"@type": "days and time duration", "value": "P2D"}


@pytest.mark.parametrize(
    "odd", [{"@type": "date", "value": "soon"}, {"@type": "date", "value": 3}, {"@type": [], "value": 1}]
)
def test_what_only_looks_like_a_stored_date_is_left_alone(odd: dict[str, Any]) -> None:
    assert restored(dict(odd)) == odd
