"""Timers and the school calendar: dates worked out by hand for Barnsley, and against independent day-by-day arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import timers
from engine.calendar.files import Calendars
from engine.calendar.terms import SchoolCalendar, bank_holidays
from engine.errors import CalendarMissing, TimerNotUnderstood

ROOT = Path(__file__).resolve().parents[3]
BARNSLEY = Calendars(ROOT / "config/calendars")("barnsley")
LONDON = ZoneInfo("Europe/London")
DAYS = st.dates(date(2025, 9, 2), date(2028, 6, 30))


def at(day: date | str, hour: int = 10) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)


def due(text: str, day: date | str, rule: str | None = None) -> date:
    return timers.parse(text).next(at(day), BARNSLEY, rule).at.astimezone(LONDON).date()


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        # Autumn 1 of 2026/27 runs from 1 September to 23 October, autumn 2 from 9 November to 18 December.
        ("1 half-term", "2026-09-09", "2026-11-18"),  # Wednesday of week 2
        ("1 half-term", "2026-10-14", "2026-12-18"),  # week 7 of a half-term that has six: its last school day
        (
            "1 half-term",
            "2026-10-28",
            "2027-01-05",
        ),  # in the break: the first school day of autumn 2; 4 January is INSET
        ("2 half-terms", "2026-09-09", "2027-01-13"),
        ("1 term", "2026-11-11", "2027-03-10"),  # week 9 of autumn: week 9 of spring begins on 8 March
        ("2 terms", "2026-09-07", "2027-04-19"),
        ("every half-term", "2026-09-09", "2026-11-18"),
        ("1 month", "2026-09-30", "2026-11-09"),  # 30 October lies in the break
        ("1 month", "2027-01-29", "2027-03-01"),  # 28 February is a Sunday
        ("every 2 months", "2026-09-15", "2026-11-16"),  # 15 November is a Sunday
        ("start of next term", "2026-10-14", "2027-01-05"),
        ("start of next half-term", "2026-09-14", "2026-11-09"),
        ("1 September", "2026-09-01", "2027-09-01"),
        ("15 days", "2026-09-07", "2026-09-23"),  # the last day is 22 September: it has run out on the morning after
        ("15 working days", "2026-12-14", "2027-01-08"),  # Christmas, Boxing Day's substitute and New Year do not count
        ("P1M", "2027-01-31", "2027-02-28"),
        ("P1M", "2028-01-31", "2028-02-29"),
        ("R/P1Y", "2028-02-29", "2029-02-28"),
        ("2026-12-25", "2026-09-01", "2026-12-25"),  # a date as given never moves
    ],
)
def test_dates_worked_out_by_hand(text: str, day: str, expected: str) -> None:
    assert due(text, day) == date.fromisoformat(expected)


def test_timers_fire_at_eight_local_time_on_both_sides_of_a_clock_change() -> None:
    before, after = (
        timers.parse("1 month").next(at("2026-09-22"), BARNSLEY),
        timers.parse("1 month").next(at("2026-10-22"), BARNSLEY),
    )
    assert before.at == datetime(2026, 10, 22, 7, tzinfo=UTC)
    assert after.at == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_elapsed_time_is_exact_and_calendar_parts_keep_the_local_time() -> None:
    spring = datetime(2027, 3, 27, 12, tzinfo=UTC)  # the clocks go forward in the night after
    assert timers.parse("PT24H").next(spring, BARNSLEY).at - spring == timedelta(hours=24)
    assert timers.parse("P1D").next(spring, BARNSLEY).at - spring == timedelta(hours=23)
    autumn = datetime(2026, 10, 24, 11, tzinfo=UTC)
    assert timers.parse("P1D").next(autumn, BARNSLEY).at - autumn == timedelta(hours=25)


@pytest.mark.parametrize(
    ("text", "after", "last"),
    [
        ("1 month", "2026-09-15", "2026-10-15"),
        ("3 months", "2026-11-30", "2027-02-28"),
        ("1 year", "2026-09-15", "2027-09-15"),
    ],
)
def test_a_period_of_months_has_run_out_on_the_morning_after_its_last_day(text: str, after: str, last: str) -> None:
    found = timers.parse(text).next(at(after), BARNSLEY, "period")
    assert found.last_day == date.fromisoformat(last)
    assert found.at.astimezone(timers.ZONE).date() == date.fromisoformat(last) + timedelta(days=1)


def test_a_period_says_its_last_day_and_never_moves() -> None:
    found = timers.parse("15 days").next(at("2026-12-11"), BARNSLEY)
    assert found.last_day == date(2026, 12, 26)
    assert "a period never moves" in found.why


def test_past_the_known_years_a_date_is_an_estimate() -> None:
    found = timers.parse("1 half-term").next(at("2029-06-20"), BARNSLEY)
    assert found.estimated
    assert found.at.date() > date(2029, 8, 31)
    assert not timers.parse("1 half-term").next(at("2029-04-20"), BARNSLEY).estimated


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "half-term",
        "0 terms",
        "1 lunar month",
        "fifth Monday of term",
        "last Friday of the week",
        "31 February",
        "R0/P1M",
        "P",
        "PT",
        "P0D",
        "R/",
        "0 9 * * 1",
        "1 half-term and a bit",
        "P9999999Y",
    ],
)
def test_what_is_not_understood_is_said(text: str) -> None:
    with pytest.raises(TimerNotUnderstood):
        timers.parse(text)


def test_kinds_are_kept_apart() -> None:
    for text, kind in (("every month", "duration"), ("1 month", "cycle"), ("R/P1M", "date")):
        with pytest.raises(TimerNotUnderstood, match="wanted"):
            timers.parse(text, kind)  # type: ignore[arg-type]
    assert (timers.parse("every month").repeats, timers.parse("R3/P1M").repeats, timers.parse("P1M").repeats) == (
        -1,
        3,
        None,
    )


def test_values_of_expressions() -> None:
    moment = datetime(2026, 10, 14, 9, tzinfo=UTC)
    assert timers.from_value(date(2026, 10, 14)).next(moment, BARNSLEY).at == datetime(2026, 10, 14, 7, tzinfo=UTC)
    assert timers.from_value(timedelta(days=2)).next(moment, BARNSLEY).at == moment + timedelta(days=2)
    with pytest.raises(TimerNotUnderstood):
        timers.from_value(None)


def test_without_a_calendar_terms_cannot_be_counted_but_days_can() -> None:
    bare = SchoolCalendar.bare()
    with pytest.raises(CalendarMissing):
        timers.parse("1 half-term").next(at("2026-09-07"), bare)
    assert timers.parse("10 working days").next(at("2026-09-07"), bare).last_day == date(2026, 9, 21)


# -- independent arithmetic ---------------------------------------------------------------------------------------


def is_school_day(day: date) -> bool:
    open_then = any(half.first <= day <= half.last for half in BARNSLEY.half_terms)
    return open_then and day.weekday() < 5 and day not in bank_holidays(day.year) and day not in BARNSLEY.inset_days


def half_of(day: date) -> int:
    return next(i for i, half in enumerate(BARNSLEY.half_terms) if day <= half.last)


def next_school_day(day: date) -> date:
    while not is_school_day(day):
        day += timedelta(days=1)
    return day


@given(DAYS)
def test_school_days_are_as_counted_one_by_one(day: date) -> None:
    assert BARNSLEY.is_school_day(day) == is_school_day(day)
    assert BARNSLEY.next_school_day(day) == next_school_day(day)


@given(DAYS, st.integers(1, 40))
def test_working_days_are_as_counted_one_by_one(day: date, number: int) -> None:
    last, left = day, number
    while left:
        last += timedelta(days=1)
        left -= last.weekday() < 5 and last not in bank_holidays(last.year)
    assert timers.parse(f"{number} working days").next(at(day), BARNSLEY).last_day == last


@given(DAYS, st.integers(1, 3))
def test_half_terms_keep_week_and_weekday_or_end_with_the_half_term(day: date, number: int) -> None:
    index = half_of(day)
    start = day if day >= BARNSLEY.half_terms[index].first else next_school_day(BARNSLEY.half_terms[index].first)
    there = BARNSLEY.half_terms[index + number]
    first_monday = BARNSLEY.half_terms[index].first - timedelta(days=BARNSLEY.half_terms[index].first.weekday())
    wanted = there.first - timedelta(days=there.first.weekday()) + (start - first_monday)
    last = max(d for n in range(60) if is_school_day(d := there.last - timedelta(days=n)) and d >= there.first)
    moved = next(
        (d for n in range(60) if is_school_day(d := max(wanted, there.first) + timedelta(days=n)) and d <= there.last),
        last,
    )
    assert due(f"{number} half-terms", day) == (last if wanted > there.last else moved)


@given(DAYS)
def test_a_month_ends_with_the_same_day_or_the_month_s_last_and_a_meeting_is_on_a_school_day(day: date) -> None:
    exact = due("1 month", day, "period")
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    length = ((following + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    assert exact == following.replace(day=min(day.day, length)) + timedelta(days=1)
    assert is_school_day(due("1 month", day))


@given(
    DAYS, st.sampled_from(["every half-term", "every term", "every month", "every week", "every day", "R/P1M", "R/P7D"])
)
def test_cycles_go_forward(day: date, text: str) -> None:
    moment, timer = at(day), timers.parse(text)
    for _ in range(3):
        following = timer.next(moment, BARNSLEY).at
        assert following > moment
        moment = following
