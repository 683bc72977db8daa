"""iCalendar (RFC 5545) as councils publish it.

It tells of school time by terms ("Autumn term"), or their first and last days ("Spring term starts", "Spring term
ends"), with the half-term breaks between; or by half-terms ("Summer 2", "Term 6"); and by INSET days. Events that repeat
are unfolded, times are seen in London, and what goes from midnight to midnight takes whole days. Whatever else is in it
is passed over and named, bank holidays too: they come from the law.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from engine.calendar.reading import NAMES, Reading, label, weekday
from engine.calendar.terms import DAY
from engine.calendar.timers import ZONE
from engine.errors import CalendarInvalid

#: An event of a term that is shorter is not the term itself.
SHORTEST_TERM = timedelta(days=14)
#: Repetitions that no school calendar has, and that would fill the memory.
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_LINE = "X-PATHWAYS-LINE"
#: What an event has once, and what its days are made of.
_ONCE = ("DTSTART", "DTEND", "DURATION", "STATUS", "SUMMARY")
READ = {*_ONCE, "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
_NAME = re.compile(r"[A-Z-]+")
#: A line without a value, or with a parameter without one.
_UNCLEAR = re.compile(r"[^:]*|[^:;]*;[^=:]*:.*")

_SEASON = re.compile(r"\b(autumn|spring|summer)\b")
_HALF = re.compile(r"\b(autumn|spring|summer)\b(?:\s+term)?\s*[-:,(]*\s*(1|2|first half|second half|one|two)\b")
_SIXTH = re.compile(r"\bterm ([1-6])\b")
_INSET = re.compile(r"\binset\b|training day|non[- ]pupil|pupil[- ]free|professional development")
_HOLIDAY = re.compile(r"holiday|break|closed|vacation")
_STARTS = re.compile(r"\b(starts?|begins?|opens?|re-?opens?|start of|first day)\b")
_ENDS = re.compile(r"\b(ends?|closes?|break up|end of|last day)\b")


@dataclass
class _Event:
    """One occurrence. ``whole``: it takes whole days; ``cancelled``: it was called off."""

    line: int
    summary: str
    first: date
    last: date
    whole: bool = True
    cancelled: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.summary.lower().replace("half term", "half-term").split())

    @property
    def length(self) -> timedelta:
        return self.last - self.first

    @property
    def is_inset(self) -> bool:
        return _INSET.search(self.text) is not None

    @property
    def why_not(self) -> str:
        """Why it does not count, whatever it tells of; empty where it does."""
        part = self.is_inset and not self.whole
        return "cancelled" if self.cancelled else "a part of the day" if part else ""

    @property
    def is_break(self) -> bool:
        return "half-term" in self.text and timedelta(0) < self.length < SHORTEST_TERM * 2

    @property
    def season(self) -> str | None:
        """The season of the term that it tells of; None for a holiday, and where it names none."""
        found = _SEASON.search(self.text)
        aside = _HOLIDAY.search(self.text) or "half-term" in self.text
        return found[1] if found and not aside else None


@dataclass
class _Term:
    """A term as its events tell of it, bit by bit."""

    line: int
    first: date | None = None
    last: date | None = None


def read(text: str, file: str) -> Reading:
    """What an iCalendar says. Raises CalendarInvalid."""
    reading, terms, breaks = Reading(file), dict[tuple[str, str], _Term](), list[_Event]()
    for event in _events(text, file, reading.passed_over):
        if why := event.why_not:
            reading.passed_over.append(f"line {event.line}: {event.summary} ({why})")
        elif event.is_inset:
            reading.add_inset(event.line, event.first, event.last)
        elif half := _half_of(event):
            reading.add(event.line, label(event.first), half, event.first, event.last)
        elif event.is_break:
            breaks.append(event)
        elif not _tells_of_term(event, terms):
            reading.passed_over.append(f"line {event.line}: {event.summary}")
    for (year, season), term in terms.items():
        _halve(reading, year, season, term, breaks)
    reading.half_terms.sort(key=lambda placed: placed.half.first)
    return reading


def _half_of(event: _Event) -> str | None:
    """The half-term that an event is the whole of; None for any other."""
    if event.length < SHORTEST_TERM or _HOLIDAY.search(event.text):
        return None
    if found := _HALF.search(event.text):
        return f"{found[1]} {2 if found[2] in ('2', 'second half', 'two') else 1}"
    if found := _SIXTH.search(event.text):
        return NAMES[int(found[1]) - 1]
    return None


def _tells_of_term(event: _Event, terms: dict[tuple[str, str], _Term]) -> bool:
    """Take in an event that is a term, or its first or last day; false when it is neither."""
    season, whole = event.season, event.length >= SHORTEST_TERM
    begins = whole or _STARTS.search(event.text) is not None
    ends = whole or (not begins and _ENDS.search(event.text) is not None)
    if season is None or not (begins or ends):
        return False
    term = terms.setdefault((label(event.first), season), _Term(event.line))
    term.first = event.first if begins else term.first
    term.last = event.last if ends else term.last
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
    reading.add(term.line, year, f"{season} 1", first, weekday(pause.first - DAY, -DAY))
    reading.add(pause.line, year, f"{season} 2", weekday(pause.last + DAY, DAY), last)


# -- events as RFC 5545 has them ----------------------------------------------------------------------------------


def _events(text: str, file: str, passed_over: list[str]) -> list[_Event]:
    """Every occurrence of every event, in the file's order. Endless repetitions end with the rest of the calendar."""
    try:
        calendar = Calendar.from_ical(text)
        found = calendar.walk("VEVENT")
    except (ValueError, IndexError, KeyError):
        reason = "it is no iCalendar, which begins with BEGIN:VCALENDAR and ends with END:VCALENDAR"
        raise CalendarInvalid(file=file, line=1, reason=reason) from None
    if not found:
        return []
    _number(found, text, file)
    _tell_apart(found)
    first, last = min(_first_day(event) for event in found), max(_last_known(event) for event in found)
    passed_over += [f"line {e[_LINE]}: {_summary(e)}, after {last}: it repeats for ever" for e in found if _endless(e)]
    try:
        unfolded = recurring_ical_events.of(calendar).between(first, last + DAY)
    except (ValueError, TypeError, OverflowError):
        raise CalendarInvalid(file=file, line=1, reason="its repetitions cannot be followed") from None
    return sorted((_event(each) for each in unfolded), key=lambda event: (event.line, event.first))


def _number(events: list[Any], text: str, file: str) -> None:
    """Note on each event the line on which it begins. Raises CalendarInvalid for one that cannot be used."""
    lines = text.splitlines()
    begins = [number for number, line in enumerate(lines, 1) if line.strip().upper() == "BEGIN:VEVENT"]
    for line, event in zip(begins, events, strict=False):
        event.add(_LINE, str(line))
        _refuse_broken(event, line, lines, file)
        _refuse_unusable(event, line, file)


def _refuse_broken(event: Any, begins: int, lines: list[str], file: str) -> None:
    """Refuse an event with a line that is no iCalendar: without what it says, its days would be others."""
    broken = {name for name, _ in event.errors}
    inside = takewhile(lambda line: line.strip().upper() != "END:VEVENT", lines[begins:])
    for number, line in enumerate(inside, begins + 1) if broken else ():
        if _is_broken(line, broken):
            reason = f'"{line.strip()[:80]}" is not written as iCalendar has it, such as DTSTART;VALUE=DATE:20260901'
            raise CalendarInvalid(file=file, line=number, reason=reason)


def _is_broken(line: str, broken: Collection[str | None]) -> bool:
    """Whether a line is one of those that are broken; None among these stands for lines whose name cannot be told."""
    found = _NAME.match(line.upper())
    name = found[0] if found else ""
    return name in broken or (None in broken and name in READ and _UNCLEAR.fullmatch(line) is not None)


def _refuse_unusable(event: Any, line: int, file: str) -> None:
    if twice := [name for name in _ONCE if isinstance(event.get(name), list)]:
        raise CalendarInvalid(file=file, line=line, reason=f"this event has more than one {twice[0]}")
    if event.get("DTSTART") is None:
        raise CalendarInvalid(file=file, line=line, reason="this event has no first day (DTSTART)")
    if _end(event, event["DTSTART"].dt) < _local(event["DTSTART"].dt):
        reason = f"this event ends on {_end(event, event['DTSTART'].dt).date()}, before it begins"
        raise CalendarInvalid(file=file, line=line, reason=reason)
    if TOO_OFTEN.intersection(*(_rule(event).get("FREQ", []),)):
        raise CalendarInvalid(file=file, line=line, reason="this event repeats within the day")


def _tell_apart(events: list[Any]) -> None:
    """Give events their own UID where a careless export has given several the same, or none, so that none is lost."""
    seen = set[str]()
    for event in events:
        uid = str(event.get("UID", ""))
        if not uid or (uid in seen and event.get("RECURRENCE-ID") is None):
            event["UID"] = f"{uid}:{event[_LINE]}"
        seen.add(uid)


def _rule(event: Any) -> Any:
    """The repetition of an event; empty when it has none. Of several the first: RFC 5545 section 3.8.5.3 advises one."""
    found = event.get("RRULE", {})
    return found[0] if isinstance(found, list) else found


def _endless(event: Any) -> bool:
    rule = _rule(event)
    return bool(rule) and not rule.get("UNTIL") and not rule.get("COUNT")


def _first_day(event: Any) -> date:
    days = [_local(event["DTSTART"].dt).date(), *_dates(event, "RDATE")]
    return min(days)


def _last_known(event: Any) -> date:
    """The last day that an event is known to reach. Where it repeats by a count, that is looked for two years on."""
    last, rule = _event(event).last, _rule(event)
    until = [_local(each).date() for each in rule.get("UNTIL", [])]
    counted = [last + timedelta(days=731)] if rule.get("COUNT") else []
    return max([last, *until, *counted, *_dates(event, "RDATE")])


def _dates(event: Any, name: str) -> Iterator[date]:
    """The days of RDATE; one of its periods begins with its first part."""
    found = event.get(name, [])
    for given in found if isinstance(found, list) else [found]:
        for each in given.dts:
            yield _local(each.dt[0] if isinstance(each.dt, tuple) else each.dt).date()


def _event(event: Any) -> _Event:
    start = event["DTSTART"].dt
    began, ended = _local(start), _end(event, start)
    whole = began.time() == time(0) and (ended.time() == time(0) or ended.time() >= time(23, 59))
    last = ended.date() - DAY if ended.time() == time(0) else ended.date()
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return _Event(int(event[_LINE]), _summary(event), began.date(), max(began.date(), last), whole, cancelled)


def _end(event: Any, start: date | datetime) -> datetime:
    """When an event ends: RFC 5545 section 3.6.1. Without an end a day lasts a day, and a moment no time."""
    if event.get("DTEND") is not None:
        return _local(event["DTEND"].dt)
    if event.get("DURATION") is not None:
        lasts = event["DURATION"].dt
        return _local(start + lasts) if not isinstance(start, datetime) or lasts.days else _exactly(start, lasts)
    return _local(start) if isinstance(start, datetime) else _local(start + DAY)


def _exactly(start: datetime, lasts: timedelta) -> datetime:
    return (_local(start).astimezone(UTC) + lasts).astimezone(ZONE)


def _local(given: date | datetime) -> datetime:
    """A moment in London; a day begins at its midnight, and a time without a zone is London's."""
    if not isinstance(given, datetime):
        return datetime.combine(given, time(0), ZONE)
    return given.astimezone(ZONE) if given.tzinfo else given.replace(tzinfo=ZONE)


def _summary(event: Any) -> str:
    return str(event.get("SUMMARY", ""))
