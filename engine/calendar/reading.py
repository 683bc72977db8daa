"""What a calendar file was understood to say, whatever its form, and whether that holds together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from engine.calendar.rhythms import days
from engine.calendar.terms import DAY, HalfTerm, SchoolCalendar
from engine.errors import CalendarInvalid

NAMES = ("autumn 1", "autumn 2", "spring 1", "spring 2", "summer 1", "summer 2")
#: Breaks longer than these are taken for a half-term that is missing: within a school year, and over the summer.
LONGEST_BREAK, LONGEST_SUMMER = timedelta(days=28), timedelta(days=70)
#: From the first to the last of INSET days one after another: more than a week of them is taken for a slip in a date.
LONGEST_INSET = timedelta(days=6)


@dataclass(frozen=True)
class Placed:
    """A half-term, and the line of the file that it comes from."""

    half: HalfTerm
    line: int


@dataclass
class Reading:
    """What a file was understood to say."""

    file: str
    half_terms: list[Placed] = field(default_factory=list)
    inset: list[date] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    #: Where each INSET day stands that has one line.
    _inset_lines: dict[date, int] = field(default_factory=dict)
    #: Those that are part of several: a weekend between two of them is no slip.
    _ranged: set[date] = field(default_factory=set)
    _moved: list[str] = field(default_factory=list)
    _long: list[str] = field(default_factory=list)

    def add(self, line: int, label: str, name: str, first: date, last: date) -> None:
        """Take a half-term in, from its first weekday to its last: weeks are counted from the Monday of its first day, so a
        Sunday would count one too many. Raises CalendarInvalid when its days are the wrong way round, or none is a weekday."""
        if first > last:
            raise CalendarInvalid(file=self.file, line=line, reason=f"{first} is after {last}")
        opens, closes = weekday(first, DAY), weekday(last, -DAY)
        if opens > closes:
            raise CalendarInvalid(file=self.file, line=line, reason=f"{first} to {last} holds no weekday")
        if opens != first:
            self._moved.append(f"line {line}: {name} begins on a {first:%A}, {first}: {opens:%A} {opens} is taken")
        if closes != last:
            self._moved.append(f"line {line}: {name} ends on a {last:%A}, {last}: {closes:%A} {closes} is taken")
        self.half_terms.append(Placed(HalfTerm(label, name, opens, closes), line))

    def add_inset(self, line: int, first: date, last: date) -> None:
        """Take INSET days in. Raises CalendarInvalid when they are the wrong way round."""
        if first > last:
            raise CalendarInvalid(file=self.file, line=line, reason=f"{first} is after {last}")
        if last - first > LONGEST_INSET:
            self._long.append(
                f"line {line}: {first} to {last} makes {(last - first).days + 1} INSET days one after another"
            )
        self.inset.extend(days(first, last))
        self._ranged.update(days(first, last) if first != last else ())
        self._inset_lines |= dict.fromkeys(days(first, last), line)

    def remarks(self) -> list[str]:
        """What is odd about it and yet usable, with the line: days that were moved, INSET days that are at a weekend or far
        from any half-term, and more of them together than a school has in a year."""
        odd = [(self._inset_lines[day], day, self._oddness(day)) for day in sorted(set(self.inset))]
        lines = [f"line {line}: the INSET day {day} {said}" for line, day, said in odd if said]
        return self._moved + lines + self._long

    def _oddness(self, inset: date) -> str:
        if not self._belongs(inset):
            return "lies in no half-term"
        return f"is a {inset:%A}" if inset.weekday() > 4 and inset not in self._ranged else ""

    def _belongs(self, inset: date) -> bool:
        """Whether a half-term has the INSET day, or it is a weekday that others of them and weekends alone part from one:
        councils publish it after the last day for pupils too."""
        halves = [placed.half for placed in self.half_terms]
        near = (self._beyond(inset, step) for step in (DAY, -DAY)) if inset.weekday() < 5 else ()
        return any(day in half for day in (inset, *near) for half in halves)

    def _beyond(self, inset: date, step: timedelta) -> date:
        while inset in self.inset or inset.weekday() > 4:
            inset += step
        return inset

    def calendar(self) -> SchoolCalendar:
        """The calendar, checked. Raises CalendarInvalid for overlaps, gaps, and half-terms or years that are missing."""
        check(self.half_terms, self.file)
        return SchoolCalendar((placed.half for placed in self.half_terms), self.inset, self.file)


def weekday(day: date, step: timedelta) -> date:
    """The day itself, or the first weekday from it on, by steps."""
    while day.weekday() > 4:
        day += step
    return day


def label(day: date) -> str:
    """The school year of a day, which begins in August: "2026/27"."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def check(found: Iterable[Placed], file: str) -> None:
    """Raise CalendarInvalid unless the half-terms follow each other whole, year after year, without overlaps or gaps."""
    placed = sorted(found, key=lambda each: each.half.first)
    if not placed:
        raise CalendarInvalid(file=file, line=1, reason="no half-term was found in it")
    for earlier, later in pairwise(placed):
        _check_pair(earlier, later, file)
    for year in dict.fromkeys(each.half.school_year for each in placed):
        _check_year(year, [each for each in placed if each.half.school_year == year], file)


def _check_pair(earlier: Placed, later: Placed, file: str) -> None:
    one, two = earlier.half, later.half
    if two.first <= one.last:
        line = max(earlier.line, later.line)
        reason = f"{_said(two)} begins on {two.first}, before {_said(one)} ends on {one.last}: they overlap"
        raise CalendarInvalid(file=file, line=line, reason=reason)
    if int(two.school_year[:4]) > int(one.school_year[:4]) + 1:
        reason = f"the school year after {one.school_year} is missing: {two.school_year} comes next"
        raise CalendarInvalid(file=file, line=later.line, reason=reason)
    longest = LONGEST_BREAK if one.school_year == two.school_year else LONGEST_SUMMER
    if two.first - one.last > longest:
        reason = f"there is a gap of {(two.first - one.last).days - 1} days between {_said(one)} and {_said(two)}"
        raise CalendarInvalid(file=file, line=later.line, reason=reason)


def _check_year(year: str, placed: list[Placed], file: str) -> None:
    names = [each.half.name for each in placed]
    for each in placed:
        if label(each.half.first) != year or label(each.half.last) != year:
            reason = f"{each.half.first} to {each.half.last} does not lie in the school year {year}"
            raise CalendarInvalid(file=file, line=each.line, reason=reason)
        if names.count(each.half.name) > 1:
            raise CalendarInvalid(file=file, line=each.line, reason=f"{_said(each.half)} is there twice")
    missing = [name for name in NAMES if name not in names]
    if missing:
        raise CalendarInvalid(file=file, line=placed[-1].line, reason=f"{year} has no {', '.join(missing)}")
    if names != list(NAMES):
        reason = f"the half-terms of {year} are not in their order, autumn 1 to summer 2"
        raise CalendarInvalid(file=file, line=placed[0].line, reason=reason)


def _said(half: HalfTerm) -> str:
    return f"{half.name} {half.school_year}"
