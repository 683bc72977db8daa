"""School calendars: terms, half-terms, INSET days and England's bank holidays, and what a school day is.

A *school day* is a weekday inside a half-term that is neither a bank holiday nor an INSET day. Past the last known school
year the last year's pattern is carried on, moved by whole weeks (52 or 53 a year), and marked estimated.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

import holidays

from engine.errors import CalendarInvalid, CalendarMissing

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
#: When timers fire on their day unless the configuration says otherwise, in local time.
FIRES_AT = time(8)
#: School years beyond the known ones that are estimated before it is taken to be a mistake.
ESTIMATED_YEARS = 60


@lru_cache(maxsize=200)
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays of a calendar year."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


@dataclass(frozen=True)
class BankHolidays:
    """England's bank holidays: the law's, with days that were proclaimed, and without days that were taken away."""

    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()
    remarks: tuple[str, ...] = ()
    """What of that does nothing, with the line of the table."""

    def __contains__(self, day: date) -> bool:
        return day in self.added or (day in bank_holidays(day.year) and day not in self.removed)


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class HalfTerm:
    """Half a term: its first and last day that school is open. ``name`` is such as "autumn 1"."""

    school_year: str
    name: str
    first: date
    last: date
    estimated: bool = False

    @property
    def term(self) -> str:
        """The term that it is half of, such as "autumn"."""
        return self.name.rsplit(" ", 1)[0]

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Term:
    """A term: its half-terms in order."""

    halves: tuple[HalfTerm, ...]

    @property
    def name(self) -> str:
        """Such as "autumn 2026/27"."""
        return f"{self.halves[0].term} {self.halves[0].school_year}"

    @property
    def estimated(self) -> bool:
        """Whether any of it is estimated."""
        return any(half.estimated for half in self.halves)

    def weeks(self) -> list[date]:
        """The Mondays of its school weeks: the half-terms counted as one run."""
        found: list[date] = []
        for half in self.halves:
            week = monday(half.first)
            while week <= half.last:
                found.append(week)
                week += WEEK
        return found


class SchoolCalendar:
    """The calendar of an authority or of one school. Immutable. ``fires_at`` is the local time at which timers fire."""

    def __init__(
        self,
        half_terms: Iterable[HalfTerm],
        inset: Iterable[date] = (),
        name: str = "",
        fires_at: time = FIRES_AT,
        bank_holidays: BankHolidays | None = None,
    ) -> None:
        self.name, self.fires_at = name, fires_at
        self.bank_holidays = bank_holidays or BankHolidays()
        self._known = tuple(sorted(half_terms, key=lambda half: half.first))
        self._inset = frozenset(inset)
        self._halves = list(self._known)
        self._extended_inset = set(self._inset)
        self._firsts = [half.last for half in self._halves]
        self._years = 0

    @classmethod
    def bare(cls, fires_at: time = FIRES_AT, bank_holidays: BankHolidays | None = None) -> SchoolCalendar:
        """A calendar without school years: weekdays and bank holidays only. Words about terms raise CalendarMissing."""
        return cls((), fires_at=fires_at, bank_holidays=bank_holidays)

    @property
    def runs_out_on(self) -> date | None:
        """The last known day; None for a bare calendar."""
        return self._known[-1].last if self._known else None

    def covers(self, day: date) -> bool:
        """Whether the day lies within the known school years (a bare calendar has none to go past)."""
        return not self._known or day <= self._known[-1].last

    @property
    def half_terms(self) -> tuple[HalfTerm, ...]:
        """The known half-terms, in order."""
        return self._known

    @property
    def inset_days(self) -> frozenset[date]:
        """The known INSET days."""
        return self._inset

    def terms(self, through: date | None = None) -> list[Term]:
        """The terms, in order; with ``through``, estimated ones as far as that day."""
        if through is not None:
            self._extend(through)
        found: list[list[HalfTerm]] = []
        for half in self._halves:
            if found and (found[-1][0].school_year, found[-1][0].term) == (half.school_year, half.term):
                found[-1].append(half)
            else:
                found.append([half])
        return [Term(tuple(halves)) for halves in found]

    def half_term_index(self, day: date) -> int:
        """The place, in :meth:`half_term`, of the half-term that holds the day, or else of the one after it."""
        self._need_years(day)
        self._extend(day)
        return bisect_left(self._firsts, day)

    def half_term(self, index: int) -> HalfTerm:
        """The half-term at a place, estimated ones included."""
        while index >= len(self._halves):
            self._add_year()
        return self._halves[index]

    def begins_term(self, index: int) -> bool:
        """Whether the half-term at a place is the first of its term."""
        here = self.half_term(index)
        before = self.half_term(index - 1) if index > 0 else None
        return before is None or (before.school_year, before.term) != (here.school_year, here.term)

    def is_working_day(self, day: date) -> bool:
        """Whether this is a weekday and no bank holiday."""
        return day.weekday() < 5 and day not in self.bank_holidays

    def is_school_day(self, day: date) -> bool:
        """Whether school is open that day; in a bare calendar, whether it is a working day."""
        if not self.is_working_day(day):
            return False
        if not self._known:
            return True
        half = self.half_term(self.half_term_index(day))
        return day in half and day not in self._extended_inset

    def why_closed(self, day: date) -> str:
        """Why school is not open that day, as the end of a sentence ("is a bank holiday"); empty when it is open."""
        if self.is_school_day(day):
            return ""
        if day.weekday() >= 5:
            return f"is a {day:%A}"
        if day in self.bank_holidays:
            return "is a bank holiday"
        return "is an INSET day" if day in self._extended_inset else "is in the school holidays"

    def next_school_day(self, day: date) -> date:
        """The day itself, or the first school day after it."""
        while not self.is_school_day(day):
            day += DAY
        return day

    def like(self, was: date, day: date) -> date:
        """The day itself, or the first one after it of the kind that another was: a school day, or else a working day."""
        if self.is_school_day(was):
            return self.next_school_day(day)
        while self.is_working_day(was) and not self.is_working_day(day):
            day += DAY
        return day

    def last_school_day(self, half: HalfTerm) -> date:
        """The last school day of a half-term."""
        return next(day for day in _back_from(half.last) if self.is_school_day(day) or day < half.first)

    def meeting_day(self, day: date) -> date:
        """Where a meeting goes: the next school day, or back to the half-term's last if that would leave it."""
        moved = self.next_school_day(day)
        if moved == day or not self._known:
            return moved
        half = self.half_term(self.half_term_index(day))
        if day in half and moved not in half:
            return self.last_school_day(half)
        return moved

    # -- past the known years ---------------------------------------------------------------------------------

    def _need_years(self, day: date) -> None:
        if not self._known:
            raise CalendarMissing()
        if day < monday(self._known[0].first) - 8 * WEEK:
            raise CalendarInvalid(file=self.name, line=2, reason=f"{day} lies before its first school year")

    def _extend(self, through: date) -> None:
        while self._known and self._halves[-1].last < through:
            self._add_year()

    def _add_year(self) -> None:
        self._years += 1
        if not self._known or self._years > ESTIMATED_YEARS:
            raise CalendarMissing()
        last_year = self._known[-1].school_year
        moved = WEEK * round(self._years * 365.2425 / 7)
        label = _year_after(last_year, self._years)
        for half in self._known:
            if half.school_year == last_year:
                self._halves.append(HalfTerm(label, half.name, half.first + moved, half.last + moved, True))
                self._firsts.append(half.last + moved)
                self._extended_inset.update(day + moved for day in self._inset if day in half)


def _back_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day -= DAY


def _year_after(label: str, by: int) -> str:
    first = int(label[:4]) + by
    return f"{first}/{(first + 1) % 100:02d}"
