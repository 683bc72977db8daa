"""Days that an address asks for: from one until another, both included, in London."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.queries import Period
from webapp.dates import ZONE, day

#: What is said of a day that cannot be read.
NO_DAY = "Enter each day as a date, such as 14 September 2026"


@dataclass(frozen=True)
class Days:
    """From ``since`` until ``until``; None leaves a side open. ``problem`` says what of the address cannot be read."""

    since: date | None = None
    until: date | None = None
    problem: str = ""

    @classmethod
    def asked(cls, args: Mapping[str, str], otherwise: Days | None = None) -> Days:
        """What the address says; ``otherwise`` where it names no day at all."""
        if otherwise is not None and "since" not in args and "until" not in args:
            return otherwise
        first, wrong = _day(args.get("since", ""))
        last, wrong_too = _day(args.get("until", ""))
        return cls(first, last, wrong or wrong_too)

    @property
    def period(self) -> Period:
        """From the first moment of the first day until the end of the last."""
        last = self.until + timedelta(days=1) if self.until else None
        return Period(_midnight(self.since), _midnight(last))

    @property
    def said(self) -> str:
        """The days in words; empty for all."""
        first = f"from {day(self.since)}" if self.since else ""
        return f"{first} {f'until {day(self.until)}' if self.until else ''}".strip()


def _day(text: str) -> tuple[date | None, str]:
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, NO_DAY


def _midnight(of: date | None) -> datetime | None:
    return datetime.combine(of, time(), ZONE) if of else None


def school_year(today: date) -> Days:
    """The school year until today: from the first of September."""
    return Days(date(today.year - (today.month < 9), 9, 1), today)
