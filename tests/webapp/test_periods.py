"""Days that an address asks for."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from webapp.dates import ZONE
from webapp.periods import NO_DAY, Days, school_year


def test_both_days_are_included() -> None:
    period = Days.asked({"since": "2026-09-07", "until": "2026-09-08"}).period
    assert period.since == datetime(2026, 9, 7, tzinfo=ZONE)
    assert period.until == datetime(2026, 9, 9, tzinfo=ZONE)


def test_no_day_leaves_a_side_open() -> None:
    assert Days.asked({"since": ""}, school_year(date(2026, 9, 7))) == Days()
    assert Days.asked({}).said == ""


def test_where_no_day_is_named_another_choice_stands_in() -> None:
    assert Days.asked({}, school_year(date(2026, 9, 7))) == Days(date(2026, 9, 1), date(2026, 9, 7))


def test_what_is_no_day_is_said() -> None:
    assert Days.asked({"until": "soon"}).problem == NO_DAY


@pytest.mark.parametrize(
    ("today", "first"), [(date(2026, 8, 31), date(2025, 9, 1)), (date(2026, 9, 1), date(2026, 9, 1))]
)
def test_a_school_year_begins_in_september(today: date, first: date) -> None:
    assert school_year(today).since == first


def test_days_in_words() -> None:
    assert Days(date(2026, 9, 7), date(2026, 9, 8)).said == "from 7 September 2026 until 8 September 2026"
