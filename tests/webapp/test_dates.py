"""Dates as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from webapp import dates
from webapp.dates import day, hour


def test_days_and_hours_are_local_and_in_govuk_style() -> None:
    assert day(date(2026, 10, 4)) == "4 October 2026"
    assert day(datetime(2026, 7, 31, 23, 30, tzinfo=UTC)) == "1 August 2026", "half past midnight in summer time"
    assert hour(datetime(2026, 10, 14, 7, 5, tzinfo=UTC)) == "14 October 2026 at 8:05am"
    assert hour(datetime(2026, 12, 14, 12, 0, tzinfo=UTC)) == "14 December 2026 at 12:00pm"
    assert (day(None), hour(None)) == ("", "")


def test_a_day_goes_into_three_fields_and_comes_back() -> None:
    assert dates.parts("until", None) == {}
    given = dates.parts("until", date(2026, 9, 1))
    assert given == {"until-day": "1", "until-month": "9", "until-year": "2026"}
    assert dates.typed(given, "until") == "1/9/2026"
    assert dates.typed({"until-day": " "}, "until") == ""
