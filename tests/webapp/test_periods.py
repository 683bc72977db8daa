"""Days that an address asks for."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from webapp.dates import ZONE
from webapp.periods import NO_DAY, TOO_FAR, WRONG_WAY, Days, school_year


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


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2200-01-01", "1899-12-31"])
@pytest.mark.parametrize("side", ["since", "until"])
def test_a_day_far_away_is_refused(side: str, day: str) -> None:
    assert Days.asked({side: day}).problems == {side: TOO_FAR}


def test_the_last_day_of_all_has_a_day_after_it() -> None:
    assert Days.asked({"since": "1900-01-01", "until": "2199-12-31"}).problem == ""


@pytest.mark.parametrize(
    ("today", "first"), [(date(2026, 8, 31), date(2025, 9, 1)), (date(2026, 9, 1), date(2026, 9, 1))]
)
def test_a_school_year_begins_in_september(today: date, first: date) -> None:
    assert school_year(today).since == first


def test_days_in_words() -> None:
    assert Days(date(2026, 9, 7), date(2026, 9, 8)).said == "from 7 September 2026 until 8 September 2026"


def test_days_of_which_the_first_comes_after_the_last_are_refused_whoever_asks() -> None:
    assert Days.asked({"since": "2026-09-02", "until": "2026-09-01"}).problems == {"until": WRONG_WAY}


def test_days_are_judged() -> None:
    last = date(2026, 9, 7)
    assert Days(None, date(2026, 9, 8)).judged(last, "Too late").problems == {"until": "Too late"}
    assert Days(last, last).judged(last, "Too late").problems == {}
    assert Days.asked({"until": "soon"}).judged(last, "Too late").problems == {"until": NO_DAY}
