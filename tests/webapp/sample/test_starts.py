"""When the sample's people begin cases, and where."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from webapp.sample.starts import STARTS, Start, first_day, kept

LENGTH = 364
HISTORY = Start("t", 48, "p", "seo", 1, 0)
WAITING = Start("t", 48, "p", "seo", 2, 1, waits_at="a")


def on(start: Start, end: date, closed_from: date = date.max) -> date:
    """The day on which cases are begun in a year that ends then, where school is closed from some day on."""
    begun = end - timedelta(days=LENGTH)
    day = first_day(start, begun, LENGTH, lambda day: "in the holidays" if day >= closed_from else "")
    return begun + timedelta(days=day)


def test_history_begins_on_a_tuesday_of_its_week() -> None:
    assert on(HISTORY, date(2026, 11, 26)) == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("closed_from", "day"), [(date.max, date(2027, 7, 23)), (date(2027, 7, 22), date(2027, 6, 23))], ids=str
)
def test_what_waits_begins_as_many_days_of_school_before_the_end(closed_from: date, day: date) -> None:
    assert on(WAITING, date(2027, 8, 20), closed_from) == day


def test_what_would_begin_before_the_year_begins_with_it() -> None:
    assert on(WAITING, date(2027, 8, 20), date(2026, 9, 1)) == date(2026, 8, 21)


def test_the_schools_of_a_case_that_waits_are_kept_for_it() -> None:
    assert kept([HISTORY, WAITING], ["1", "2", "3", "4"]) == {("p", "2"), ("p", "3")}


def test_no_school_is_kept_twice_for_a_process() -> None:
    waiting = [each for each in STARTS if each.waits_at]
    places = [(each.process, number) for each in waiting for number in range(each.first, each.first + each.number)]
    assert sorted(places) == sorted(set(places))
