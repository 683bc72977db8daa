"""Days that an address asks for: from one until another, both included, in London."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from engine.queries import Period
from webapp.dates import ZONE, day

#: What is said of days of which the first comes after the last.
WRONG_WAY = "The day until which it goes must be the same as or after the day from which it goes"
#: What is said of a day that cannot be read.
NO_DAY = "Enter each day as a date, such as 14 September 2026"
#: The years of which a day may be; beyond them nothing is known, and some days have no day after or no moment in UTC.
YEARS = range(1900, 2200)
#: What is said of a day of another year.
TOO_FAR = f"Each day must be in a year from {YEARS[0]} to {YEARS[-1]}"


@dataclass(frozen=True)
class Days:
    """From ``since`` until ``until``; None leaves a side open. ``problem`` says what is wrong with what was asked for, ``field``
    with which of the two."""

    since: date | None = None
    until: date | None = None
    problem: str = ""
    field: str = "since"

    @classmethod
    def asked(cls, args: Mapping[str, str], otherwise: Days | None = None) -> Days:
        """What the address says; ``otherwise`` where it names no day at all."""
        if otherwise is not None and "since" not in args and "until" not in args:
            return otherwise
        (first, wrong), (last, wrong_too) = (_day(args.get(each, "")) for each in ("since", "until"))
        if wrong or wrong_too:
            return cls(first, last, wrong or wrong_too, "since" if wrong else "until")
        return cls(first, last, *_order(first, last))

    def judged(self, last: date, too_late: str) -> Days:
        """The same days, with what is wrong with them: that they go on after ``last``."""
        late = not self.problem and self.until and self.until > last
        return replace(self, problem=too_late, field="until") if late else self

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by the field."""
        return {self.field: self.problem} if self.problem else {}

    @property
    def period(self) -> Period:
        """From the first moment of the first day until the end of the last; a day of no year of ours leaves its side open."""
        first, last = (each if each and each.year in YEARS else None for each in (self.since, self.until))
        return Period(_midnight(first), _midnight(last + timedelta(days=1) if last else None))

    @property
    def said(self) -> str:
        """The days in words; empty for all."""
        first = f"from {day(self.since)}" if self.since else ""
        return f"{first} {f'until {day(self.until)}' if self.until else ''}".strip()


def _day(text: str) -> tuple[date | None, str]:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        return None, NO_DAY
    return found, "" if found is None or found.year in YEARS else TOO_FAR


def _order(first: date | None, last: date | None) -> tuple[str, ...]:
    return (WRONG_WAY, "until") if first and last and first > last else ()


def _midnight(of: date | None) -> datetime | None:
    return datetime.combine(of, time(), ZONE) if of else None


def school_year(today: date) -> Days:
    """The school year until today: from the first of September."""
    return Days(date(today.year - (today.month < 9), 9, 1), today)
