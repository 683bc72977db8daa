"""School calendars as files: our CSV, and iCalendar (RFC 5545) as councils publish it; read, checked and written.

The CSV has the columns ``school_year,kind,name,first_day,last_day``; ``kind`` is ``half-term`` (named "autumn 1" to
"summer 2", first and last day that school is open) or ``inset``. Lines that begin with # are comments.

An iCalendar says the same by events of whole days: terms ("Autumn term"), or their first and last days ("Spring term
starts", "Spring term ends"), with the half-term breaks between; or half-terms ("Summer 2", "Term 6"); and INSET days.
Whatever else is in it is passed over and named, bank holidays too: they come from the law.
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from icalendar import Calendar

from engine.calendar.terms import DAY, FIRES_AT, HalfTerm, SchoolCalendar
from engine.errors import CalendarInvalid

COLUMNS = ("school_year", "kind", "name", "first_day", "last_day")
NAMES = ("autumn 1", "autumn 2", "spring 1", "spring 2", "summer 1", "summer 2")
#: Breaks longer than these are taken for a half-term that is missing: within a school year, and over the summer.
LONGEST_BREAK, LONGEST_SUMMER = timedelta(days=28), timedelta(days=70)
#: An event of a term that is shorter is not the term itself.
SHORTEST_TERM = timedelta(days=14)

log = logging.getLogger("pathways.calendar")

_SEASON = re.compile(r"\b(autumn|spring|summer)\b")
_HALF = re.compile(r"\b(autumn|spring|summer)\b(?:\s+term)?\s*[-:,(]*\s*(1|2|first half|second half|one|two)\b")
_SIXTH = re.compile(r"\bterm ([1-6])\b")
_INSET = re.compile(r"\binset\b|training day|non[- ]pupil|pupil[- ]free|professional development")
_HOLIDAY = re.compile(r"holiday|break|closed|vacation")
_STARTS = re.compile(r"\b(starts?|begins?|opens?|re-?opens?|start of|first day)\b")
_ENDS = re.compile(r"\b(ends?|closes?|break up|end of|last day)\b")


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

    def add(self, line: int, label: str, name: str, first: date, last: date) -> None:
        """Take a half-term in. Raises CalendarInvalid when its days are the wrong way round."""
        if first > last:
            raise CalendarInvalid(file=self.file, line=line, reason=f"{first} is after {last}")
        self.half_terms.append(Placed(HalfTerm(label, name, first, last), line))

    def calendar(self) -> SchoolCalendar:
        """The calendar, checked. Raises CalendarInvalid for overlaps, gaps, and half-terms or years that are missing."""
        check(self.half_terms, self.file)
        return SchoolCalendar((placed.half for placed in self.half_terms), self.inset, self.file)


def load(path: Path) -> SchoolCalendar:
    """The calendar in a file. Raises CalendarInvalid with the line."""
    return read(path.read_bytes(), path.name).calendar()


def read(data: bytes, file: str) -> Reading:
    """What a calendar file says: iCalendar when its name ends with .ics, else CSV. Raises CalendarInvalid."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CalendarInvalid(file=file, line=1, reason="it is not UTF-8 text") from None
    return _read_ics(text, file) if file.lower().endswith(".ics") else _read_csv(text, file)


def replace_years(known: SchoolCalendar | None, reading: Reading) -> SchoolCalendar:
    """The known calendar with the school years of the file in place of its own. Raises CalendarInvalid as ``check``."""
    check(reading.half_terms, reading.file)
    fresh = {placed.half.school_year for placed in reading.half_terms}
    kept = [half for half in known.half_terms if half.school_year not in fresh] if known else []
    inset = [day for day in known.inset_days if any(day in half for half in kept)] if known else []
    whole = [Placed(half, 1) for half in kept] + reading.half_terms
    check(whole, reading.file)
    return SchoolCalendar((placed.half for placed in whole), inset + reading.inset, reading.file)


def as_csv(calendar: SchoolCalendar) -> str:
    """A calendar as our CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    years = dict.fromkeys(half.school_year for half in calendar.half_terms)
    for year in years:
        rows.writerows(
            [half.school_year, "half-term", half.name, half.first, half.last]
            for half in calendar.half_terms
            if half.school_year == year
        )
        rows.writerows([year, "inset", "INSET", day, day] for day in sorted(calendar.inset_days) if label(day) == year)
    return out.getvalue()


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


# -- CSV ----------------------------------------------------------------------------------------------------------


def _read_csv(text: str, file: str) -> Reading:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]
    rows = csv.DictReader(line for _, line in lines)
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise CalendarInvalid(file=file, line=1, reason=f"there is no column {', '.join(missing)}")
    reading = Reading(file)
    for row in rows:
        _take_row(reading, row, lines[rows.line_num - 1][0])
    return reading


def _take_row(reading: Reading, row: dict[str, str], line: int) -> None:
    try:
        first, last = date.fromisoformat(row["first_day"].strip()), date.fromisoformat(row["last_day"].strip())
        kind, name, year = row["kind"].strip(), row["name"].strip(), row["school_year"].strip()
    except (AttributeError, ValueError) as wrong:
        raise CalendarInvalid(file=reading.file, line=line, reason=f"{wrong}; days are written 2026-09-01") from None
    if kind == "half-term":
        if name not in NAMES:
            raise CalendarInvalid(file=reading.file, line=line, reason=f'"{name}" is none of {", ".join(NAMES)}')
        reading.add(line, year, name, first, last)
    elif kind == "inset":
        reading.inset.extend(_days(first, last))
    else:
        raise CalendarInvalid(file=reading.file, line=line, reason=f'the kind "{kind}" is neither half-term nor inset')


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * n for n in range((last - first).days + 1))


# -- iCalendar ----------------------------------------------------------------------------------------------------


@dataclass
class _Event:
    line: int
    summary: str
    first: date
    last: date

    @property
    def text(self) -> str:
        return " ".join(self.summary.lower().replace("half term", "half-term").split())

    @property
    def length(self) -> timedelta:
        return self.last - self.first


@dataclass
class _Term:
    """A term as its events tell of it, bit by bit."""

    line: int
    first: date | None = None
    last: date | None = None


def _read_ics(text: str, file: str) -> Reading:
    reading, terms, breaks = Reading(file), dict[tuple[str, str], _Term](), list[_Event]()
    for event in _events(text, file):
        half = _half_of(event)
        if _INSET.search(event.text):
            reading.inset.extend(_days(event.first, event.last))
        elif half and event.length >= SHORTEST_TERM and not _HOLIDAY.search(event.text):
            reading.add(event.line, label(event.first), half, event.first, event.last)
        elif "half-term" in event.text and timedelta(0) < event.length < SHORTEST_TERM * 2:
            breaks.append(event)
        elif not _tells_of_term(event, terms):
            reading.passed_over.append(f"line {event.line}: {event.summary}")
    for (year, season), term in terms.items():
        _halve(reading, year, season, term, breaks)
    reading.half_terms.sort(key=lambda placed: placed.half.first)
    return reading


def _half_of(event: _Event) -> str | None:
    if found := _HALF.search(event.text):
        return f"{found[1]} {2 if found[2] in ('2', 'second half', 'two') else 1}"
    if found := _SIXTH.search(event.text):
        return NAMES[int(found[1]) - 1]
    return None


def _tells_of_term(event: _Event, terms: dict[tuple[str, str], _Term]) -> bool:
    """Take in an event that is a term, or its first or last day; false when it is neither."""
    season = _SEASON.search(event.text)
    if not season or _HOLIDAY.search(event.text) or "half-term" in event.text:
        return False
    whole, starts, ends = event.length >= SHORTEST_TERM, _STARTS.search(event.text), _ENDS.search(event.text)
    if not (whole or starts or ends):
        return False
    term = terms.setdefault((label(event.first), season[1]), _Term(event.line))
    if whole or starts:
        term.first = event.first
    if whole or (ends and not starts):
        term.last = event.last
    return True


def _halve(reading: Reading, year: str, season: str, term: _Term, breaks: list[_Event]) -> None:
    """Make a term's two half-terms of its days and of the break between."""
    first, last = term.first, term.last
    if first is None or last is None:
        wanted = "begins" if first is None else "ends"
        reason = f"nothing says when the {season} term of {year} {wanted}"
        raise CalendarInvalid(file=reading.file, line=term.line, reason=reason)
    between = [event for event in breaks if first < event.first and event.last < last]
    if len(between) != 1:
        reason = f"the {season} term of {year} has {len(between) or 'no'} half-term breaks, not one"
        raise CalendarInvalid(file=reading.file, line=term.line, reason=reason)
    pause = between[0]
    reading.add(term.line, year, f"{season} 1", first, _weekday(pause.first - DAY, -DAY))
    reading.add(pause.line, year, f"{season} 2", _weekday(pause.last + DAY, DAY), last)


def _weekday(day: date, step: timedelta) -> date:
    while day.weekday() > 4:
        day += step
    return day


def _events(text: str, file: str) -> Iterator[_Event]:
    try:
        found = Calendar.from_ical(text).walk("VEVENT")
    except (ValueError, IndexError, KeyError) as wrong:
        raise CalendarInvalid(file=file, line=1, reason=f"it is no iCalendar: {wrong}") from None
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    for line, event in zip(lines, found, strict=False):
        first = _day(event.get("DTSTART"))
        if first is None:
            raise CalendarInvalid(file=file, line=line, reason="this event has no first day (DTSTART)")
        yield _Event(line, str(event.get("SUMMARY", "")), first, _last_day(event, first))


def _last_day(event: Any, first: date) -> date:
    """The last day of an event: RFC 5545 section 3.6.1 says the day after it where days are whole."""
    end = event.get("DTEND")
    last = _day(end)
    if last is None:
        lasts = event.get("DURATION")
        last = first + lasts.dt if lasts is not None else first + DAY
        return max(first, last - DAY)
    return last if isinstance(end.dt, datetime) else max(first, last - DAY)


def _day(value: Any) -> date | None:
    if value is None:
        return None
    return value.dt.date() if isinstance(value.dt, datetime) else value.dt


# -- a folder of them ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """A file as it was read: ``mark`` changes when the file does."""

    mark: tuple[int, int]
    digest: str
    calendar: SchoolCalendar


class Calendars:
    """The calendars of a folder: one CSV an authority, and in ``schools/`` one a school (by URN) that overrides it.

    A file that is replaced is read anew at the next question. One that has become unreadable is logged, and what it said
    before goes on. Raises CalendarInvalid when a file is wrong from the beginning.
    """

    def __init__(self, folder: Path, fires_at: time = FIRES_AT) -> None:
        self._folder, self._fires_at = folder, fires_at
        self._known: dict[str, _Known] = {}
        self._bare = SchoolCalendar.bare(fires_at)
        for name in self._names():
            self._read(name)

    def __call__(self, authority: str, school_urn: str | None = None) -> SchoolCalendar:
        """The school's own calendar, else its authority's, else a bare one."""
        own = self._read(f"schools/{school_urn}") if school_urn and school_urn.isalnum() else None
        return own or self._read(authority) or self._bare

    def digests(self) -> dict[str, str]:
        """What each calendar says, in short: by authority, or "schools/" and URN. Changes when a file's content does."""
        names = self._names()
        for name in names:
            self._read(name)
        return {name: self._known[name].digest for name in names if name in self._known}

    def path(self, authority: str, school_urn: str | None = None) -> Path:
        """Where the calendar of an authority or school stands, or would."""
        return self._folder / (f"schools/{school_urn}.csv" if school_urn else f"{authority}.csv")

    def schools(self) -> list[str]:
        """The URNs of the schools that keep a calendar of their own."""
        return [name.removeprefix("schools/") for name in self._names() if "/" in name]

    def _names(self) -> list[str]:
        found = [*self._folder.glob("*.csv"), *self._folder.glob("schools/*.csv")]
        return sorted(path.relative_to(self._folder).with_suffix("").as_posix() for path in found)

    def _read(self, name: str) -> SchoolCalendar | None:
        path, known = self._folder / f"{name}.csv", self._known.get(name)
        try:
            stat = path.stat()
        except FileNotFoundError:
            self._known.pop(name, None)
            return None
        mark = (stat.st_mtime_ns, stat.st_size)
        if known is None or known.mark != mark:
            known = self._known[name] = self._fresh(path, mark, known)
        return known.calendar

    def _fresh(self, path: Path, mark: tuple[int, int], before: _Known | None) -> _Known:
        data = path.read_bytes()
        try:
            found = read(data, path.name).calendar()
        except CalendarInvalid as wrong:
            if before is None:
                raise
            log.error("%s The calendar as it was before goes on.", wrong)
            return replace(before, mark=mark)
        calendar = SchoolCalendar(found.half_terms, found.inset_days, found.name, self._fires_at)
        return _Known(mark, sha256(data).hexdigest(), calendar)
