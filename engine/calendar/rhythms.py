"""What a timer in words counts, on days: day N of a rhythm is always counted from the day on which it began.

So a day that was moved off a holiday moves no other, and the 31st, 29 February and week 8 of a half-term come back
where they exist.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from engine.calendar.terms import DAY, WEEK, SchoolCalendar, monday
from engine.errors import TimerNotUnderstood

Unit = Literal["half-term", "term", "month", "week", "day", "working day", "school day"]
#: Units that are meetings unless the diagram says otherwise.
MEETINGS = ("half-term", "term", "month")
#: How far ahead a day of a month is looked for.
MOST_YEARS = 60
#: Units whose count no school calendar changes.
PLAIN = ("week", "day")


@dataclass(frozen=True)
class Found:
    """A day, whether it is an estimate, and why it is that day."""

    day: date
    estimated: bool
    why: str


class Rhythm(ABC):
    """Days that come round. ``meets``: they are meetings unless said otherwise; ``by_calendar``: the school calendar
    has a part in which days they are."""

    meets: bool
    by_calendar: bool

    @abstractmethod
    def day(self, anchor: date, number: int, calendar: SchoolCalendar) -> Found:
        """Day ``number`` (from 1) of the rhythm that began on ``anchor``. Raises CalendarMissing, TimerNotUnderstood."""


@dataclass(frozen=True)
class Every(Rhythm):
    """So many half-terms, terms, months, weeks or days, again and again."""

    text: str
    unit: Unit
    amount: int

    @property
    def meets(self) -> bool:  # type: ignore[override]
        """Terms and months are kept by people who meet; days and weeks are counted."""
        return self.unit in MEETINGS

    @property
    def by_calendar(self) -> bool:  # type: ignore[override]
        """Weeks and days go by no calendar."""
        return self.unit not in PLAIN

    def day(self, anchor: date, number: int, calendar: SchoolCalendar) -> Found:
        count = self.amount * number
        if self.unit == "half-term":
            return half_terms_on(anchor, count, calendar)
        if self.unit == "term":
            return terms_on(anchor, count, calendar)
        return Found(self._plain(anchor, count, calendar), False, f"{self.text} from {said(anchor)}{nth(number)}")

    def _plain(self, anchor: date, count: int, calendar: SchoolCalendar) -> date:
        if self.unit == "month":
            return add_months(anchor, count)
        if self.unit == "working day":
            return add_working_days(anchor, count, calendar)
        if self.unit == "school day":
            return add_school_days(anchor, count, calendar)
        return anchor + (WEEK if self.unit == "week" else DAY) * count


@dataclass(frozen=True)
class Yearly(Rhythm):
    """A day of the year."""

    text: str
    dom: int
    month: int
    meets = False
    by_calendar = False

    def day(self, anchor: date, number: int, calendar: SchoolCalendar) -> Found:
        first = anchor.year if self._in(anchor.year) > anchor else anchor.year + 1
        return Found(self._in(first + number - 1), False, f"{self.text} after {said(anchor)}{nth(number)}")

    def _in(self, year: int) -> date:
        return date(year, self.month, min(self.dom, monthrange(year, self.month)[1]))


@dataclass(frozen=True)
class StartOf(Rhythm):
    """The first school day of each term or half-term."""

    what: str
    meets = False
    by_calendar = True

    def day(self, anchor: date, number: int, calendar: SchoolCalendar) -> Found:
        found = nth_half(from_next(anchor, self.what, calendar), number, self.what, calendar)
        there = calendar.half_term(found)
        name = there.name if self.what == "half-term" else there.term
        day = calendar.next_school_day(there.first)
        return Found(day, there.estimated, f"the first school day of {name} {there.school_year}")


@dataclass(frozen=True)
class EndOf(Rhythm):
    """The last school day of each term or half-term; with ``next``, from the one after this on."""

    what: str
    next: bool = False
    meets = False
    by_calendar = True

    def day(self, anchor: date, number: int, calendar: SchoolCalendar) -> Found:
        index = from_next(anchor, self.what, calendar) if self.next else calendar.half_term_index(anchor)
        while True:
            half = calendar.half_term(index)
            day = calendar.last_school_day(half)
            ends = self.what == "half-term" or calendar.begins_term(index + 1)
            if ends and day > anchor and (number := number - 1) == 0:
                name = half.name if self.what == "half-term" else half.term
                return Found(day, half.estimated, f"the last school day of {name} {half.school_year}")
            index += 1


@dataclass(frozen=True)
class Nth(Rhythm):
    """Such as the first Monday of each month, or the last Friday of each term.

    ``which`` counts from 1, or is -1 for the last; ``weekday`` is 0 for Monday, None for a school or working day, as
    ``what`` says. In a term only school days are counted; a month or term without such a day is passed over.
    """

    text: str
    which: int
    weekday: int | None
    what: str
    of: str
    next: bool = False
    by_calendar = True

    @property
    def meets(self) -> bool:  # type: ignore[override]
        """The first Monday of a month may be a bank holiday; what is counted by school or working days is none."""
        return self.weekday is not None

    def day(self, anchor: date, number: int, calendar: SchoolCalendar) -> Found:
        spans = self._months(anchor) if self.of == "month" else self._terms(anchor, calendar)
        for first, last, estimated in spans:
            fitting = [day for day in days(first, last) if self._fits(day, calendar)]
            chosen = self._chosen(fitting)
            if chosen is not None and chosen > anchor and (number := number - 1) == 0:
                return Found(chosen, estimated, f"{self.text}, the next after {said(anchor)}")
        raise TimerNotUnderstood(text=self.text, reason="no such day comes")

    def _chosen(self, fitting: list[date]) -> date | None:
        if self.which < 0:
            return fitting[-1] if fitting else None
        return fitting[self.which - 1] if len(fitting) >= self.which else None

    def _fits(self, day: date, calendar: SchoolCalendar) -> bool:
        if self.weekday is not None and day.weekday() != self.weekday:
            return False
        if self.of == "month" and self.what != "school day":
            return self.weekday is not None or calendar.is_working_day(day)
        return calendar.is_school_day(day)

    def _months(self, anchor: date) -> Iterator[tuple[date, date, bool]]:
        first = add_months(anchor.replace(day=1), int(self.next))
        for after in range(12 * MOST_YEARS):
            month = add_months(first, after)
            yield month, add_months(month, 1) - DAY, False

    def _terms(self, anchor: date, calendar: SchoolCalendar) -> Iterator[tuple[date, date, bool]]:
        index = from_next(anchor, self.of, calendar) if self.next else calendar.half_term_index(anchor)
        while self.of == "term" and not calendar.begins_term(index):
            index -= 1
        while True:
            last = index
            while self.of == "term" and not calendar.begins_term(last + 1):
                last += 1
            half = calendar.half_term(last)
            yield calendar.half_term(index).first, half.last, half.estimated
            index = last + 1


def days(first: date, last: date) -> Iterator[date]:
    """The days from one to another, both included."""
    return (first + DAY * n for n in range((last - first).days + 1))


def from_next(anchor: date, what: str, calendar: SchoolCalendar) -> int:
    """Where the next term or half-term begins: after the one that a day lies in, or at the one that a holiday leads to."""
    index = calendar.half_term_index(anchor)
    within = anchor >= calendar.half_term(index).first
    return nth_half(index + 1 if within else index, 1, what, calendar)


def nth_half(index: int, number: int, what: str, calendar: SchoolCalendar) -> int:
    """The Nth half-term from the one at ``index`` on that begins a term, or any of them."""
    if what == "half-term":
        return index + number - 1
    while not (calendar.begins_term(index) and (number := number - 1) == 0):
        index += 1
    return index


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise TimerNotUnderstood(text=f"{months} months", reason="it leads out of the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(day: date, number: int, calendar: SchoolCalendar) -> date:
    """The Nth weekday that is no bank holiday, counted from the day after."""
    while number > 0:
        day += DAY
        number -= calendar.is_working_day(day)
    return day


def add_school_days(day: date, number: int, calendar: SchoolCalendar) -> date:
    """The Nth school day, counted from the day after."""
    while number > 0:
        day = calendar.next_school_day(day + DAY)
        number -= 1
    return day


def half_terms_on(day: date, number: int, calendar: SchoolCalendar) -> Found:
    """N half-terms on: same week number and weekday, or past the half-term's end its last school day."""
    index = calendar.half_term_index(day)
    here = calendar.half_term(index)
    start = day if day in here else calendar.next_school_day(here.first)
    week = (start - monday(here.first)).days // 7
    there = calendar.half_term(index + number)
    found = monday(there.first) + WEEK * week + DAY * start.weekday()
    found = calendar.last_school_day(there) if found > there.last else found
    began = f"week {week + 1} of {here.name} {here.school_year}"
    why = f"{count(number, 'half-term')} on from {began}: {there.name} {there.school_year}"
    return Found(found, there.estimated, why)


def terms_on(day: date, number: int, calendar: SchoolCalendar) -> Found:
    """N terms on: as half-terms, with a term's two halves counted as one run of school weeks."""
    half = calendar.half_term(calendar.half_term_index(day))
    start = day if day in half else calendar.next_school_day(half.first)
    terms = calendar.terms(through=half.last + timedelta(days=366 * (number // 3 + 2)))
    at = next(i for i, term in enumerate(terms) if half in term.halves)
    week = terms[at].weeks().index(monday(start))
    there = terms[at + number]
    weeks = there.weeks()
    last = there.halves[-1]
    found = weeks[week] + DAY * start.weekday() if week < len(weeks) else last.last + DAY
    found = calendar.last_school_day(last) if found > last.last else found
    why = f"{count(number, 'term')} on from week {week + 1} of {terms[at].name}: {there.name}"
    return Found(found, there.estimated, why)


def count(number: int, unit: str) -> str:
    """A number of things in words: "2 terms"."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def nth(number: int) -> str:
    """What is said of a beat after the first."""
    return f", time {number}" if number > 1 else ""


def said(day: date) -> str:
    """A day in words: Monday 7 September 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"
