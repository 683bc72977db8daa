"""The words of school time: what each of them gives, by hand, and that nothing is proposed that would be refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import timers
from engine.calendar.files import Calendars
from engine.errors import TimerNotUnderstood
from tests.engine.calendar.test_beats import follow

BARNSLEY = Calendars(Path(__file__).resolve().parents[3] / "config/calendars")("barnsley")
LONDON = ZoneInfo("Europe/London")

# Monday 7 September 2026 unless said otherwise; terms and INSET days are those of config/calendars/barnsley.csv.
WORDS = [
    ("2 fortnights", "2026-09-07", None, "2026-10-06"),  # a period: it has run out on the morning after 5 October
    ("2 fortnights", "2026-09-07", "meeting", "2026-10-05"),
    ("a fortnight", "2026-09-07", "meeting", "2026-09-21"),
    ("6 weeks", "2026-09-07", None, "2026-10-20"),
    ("6 weeks", "2026-09-07", "meeting", "2026-10-19"),
    ("six weeks", "2026-09-14", "meeting", "2026-11-09"),  # 26 October lies in the break
    ("every 6 weeks", "2026-09-14", "meeting", "2026-11-09"),
    (
        "10 school days",
        "2026-10-14",
        None,
        "2026-11-12",
    ),  # seven to 23 October, three from 9 November; then the morning
    ("10 school days", "2026-10-14", "meeting", "2026-11-11"),
    ("ten working days", "2026-10-14", None, "2026-10-29"),
    ("one term", "2026-09-07", None, "2027-01-11"),
    ("two terms", "2026-09-07", None, "2027-04-19"),
    ("one half term", "2026-09-09", None, "2026-11-18"),
    ("1 year", "2026-09-07", None, "2027-09-07"),
    ("1 year", "2026-08-31", None, "2027-09-02"),  # 31 August is no school day, 1 September an INSET day
    ("every year", "2026-09-07", None, "2027-09-07"),
    ("end of term", "2026-09-07", None, "2026-12-18"),
    ("end of the term", "2026-12-18", None, "2027-03-25"),  # on the last day itself: the next
    ("end of term", "2026-10-28", None, "2026-12-18"),
    ("end of half-term", "2026-09-07", None, "2026-10-23"),
    ("end of next term", "2026-09-07", None, "2027-03-25"),
    ("end of next term", "2026-10-28", None, "2027-03-25"),  # the October break lies in the autumn term
    ("end of next term", "2026-12-28", None, "2027-03-25"),  # the Christmas holidays lie in none
    ("last Friday of term", "2026-09-07", None, "2026-12-18"),
    ("last Friday of term", "2027-03-01", None, "2027-03-19"),  # term ends on Thursday 25 March, before Good Friday
    ("first Monday of term", "2026-09-07", None, "2027-01-11"),  # 4 January is an INSET day
    ("first Monday of next term", "2026-09-07", None, "2027-01-11"),
    ("second Tuesday of half-term", "2026-09-09", None, "2026-09-15"),  # Tuesday 1 September is an INSET day
    ("first Monday of the month", "2026-09-07", None, "2026-10-05"),
    ("first Monday of the month", "2027-04-06", None, "2027-05-04"),  # 3 May is May Day
    ("first Monday of the month", "2027-04-06", "period", "2027-05-03"),
    ("last Friday of the month", "2026-09-07", None, "2026-09-25"),
    ("first Monday of next month", "2026-09-01", None, "2026-10-05"),
    ("last school day of the month", "2026-10-01", None, "2026-10-23"),
    ("first school day of the month", "2027-07-10", None, "2027-09-02"),  # August has none
    ("last working day of the month", "2026-12-01", None, "2026-12-31"),
    ("P1M", "2026-10-07", "meeting", "2026-11-09"),  # Saturday 7 November, in the break
    ("P1M", "2026-10-07", None, "2026-11-07"),
    ("P7DT3H", "2026-10-19", "meeting", "2026-11-09"),
    ("2026-10-03", "2026-09-07", "meeting", "2026-10-05"),  # Saturday
    ("2026-10-28", "2026-09-07", "meeting", "2026-11-09"),  # in the break
    ("2026-10-03", "2026-09-07", "period", "2026-10-03"),
    ("2026-10-03", "2026-09-07", None, "2026-10-03"),
]


def began(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(9), LONDON).astimezone(UTC)


@pytest.mark.parametrize(("text", "day", "rule", "expected"), WORDS)
def test_words_by_hand(text: str, day: str, rule: str | None, expected: str) -> None:
    due = timers.parse(text).next(began(day), BARNSLEY, rule)
    assert str(due.at.astimezone(LONDON).date()) == expected


CYCLES = [
    ("every end of term", "2026-09-07", None, "2026-12-18 2027-03-25 2027-07-28"),
    ("every last Friday of term", "2026-09-07", None, "2026-12-18 2027-03-19 2027-07-23"),
    ("every first Monday of the month", "2027-04-06", None, "2027-05-04 2027-06-08 2027-07-05"),
    (
        "every fourth Friday of half-term",
        "2026-09-07",
        None,
        "2026-09-25 2026-12-04 2027-01-29 2027-03-19 2027-05-07 2027-07-02",
    ),
    (
        "every 6 weeks",
        "2026-09-14",
        "meeting",
        "2026-11-09 2026-12-07 2027-01-18 2027-03-01 2027-04-12 2027-05-24 2027-07-05",
    ),
    ("R/P6W", "2026-09-14", "meeting", "2026-11-09 2026-12-07 2027-01-18 2027-03-01 2027-04-12 2027-05-24 2027-07-05"),
    ("every fortnight", "2026-10-05", None, "2026-10-19 2026-11-02"),
    ("R2/end of term", "2026-09-07", None, "2026-12-18 2027-03-25 2027-07-28"),
]


@pytest.mark.parametrize(("text", "anchor", "rule", "days"), CYCLES)
def test_cycles_in_words_by_hand(text: str, anchor: str, rule: str | None, days: str) -> None:
    assert follow(text, anchor, days.split()[-1], rule) == days.split()


def test_a_meeting_after_a_duration_keeps_its_hour_if_it_has_one() -> None:
    due = timers.parse("P7DT3H").next(began("2026-10-19"), BARNSLEY, "meeting")
    assert f"{due.at.astimezone(LONDON):%H:%M}" == "12:00"


def test_a_meeting_on_a_day_and_hour_keeps_its_hour() -> None:
    due = timers.parse("2026-10-03T14:30").next(began("2026-09-07"), BARNSLEY, "meeting")
    assert f"{due.at.astimezone(LONDON):%Y-%m-%d %H:%M}" == "2026-10-05 14:30"


def test_a_meeting_on_a_date_follows_the_calendar_and_says_why() -> None:
    timer = timers.from_value(date(2026, 10, 3), "date")
    assert timer.by_calendar("meeting")
    assert not timer.by_calendar(None)
    why = timer.next(began("2026-09-07"), BARNSLEY, "meeting").why
    moved = "Saturday 3 October 2026 is no school day, so it moves to Monday 5 October 2026"
    assert why == f"on Saturday 3 October 2026, as given; {moved}"


def test_a_meeting_after_a_duration_of_days_is_at_the_calendar_s_hour() -> None:
    due = timers.parse("P1M").next(began("2026-10-07"), BARNSLEY, "meeting")
    assert f"{due.at.astimezone(LONDON):%H:%M}" == "08:00"


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, found in timers.EXAMPLES.items() for text in found])
def test_what_is_proposed_for_a_place_is_accepted_there(kind: timers.Kind, text: str) -> None:
    assert timers.parse(text, kind).text == text


@pytest.mark.parametrize("text", ["P0D", "PT0S", "-P1D", "-PT1H", "0 weeks", "-P1M"])
def test_no_time_at_all_is_refused(text: str) -> None:
    with pytest.raises(TimerNotUnderstood, match="no time at all"):
        timers.parse(text)


@pytest.mark.parametrize("value", [timedelta(0), timedelta(days=-6)])
def test_a_value_of_no_time_is_refused(value: timedelta) -> None:
    with pytest.raises(TimerNotUnderstood, match="no time at all"):
        timers.from_value(value, "duration")


def test_a_due_date_does_not_repeat() -> None:
    with pytest.raises(TimerNotUnderstood, match="a due date is wanted, and this repeats"):
        timers.parse("every month", "due")
