"""Timers in words and in ISO 8601, and the day on which they fall due.

Dates are found in local time (Europe/London) and timers fire on their day at the calendar's hour (08:00). A *meeting*
that would not be on a school day moves to the next one, or back to its half-term's last. A *period* never moves: N days
end with the day N days after the one given, N working days with the Nth weekday that is no bank holiday, counted from the
day after; the timer of a period that has to run out fires on the morning after its last day.

What repeats counts from where it began (its *anchor*): beat N is N periods after that, moved for that beat alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.calendar import words
from engine.calendar.rhythms import Every, Rhythm, add_months, nth, said
from engine.calendar.terms import DAY, SchoolCalendar
from engine.errors import TimerNotUnderstood

ZONE = ZoneInfo("Europe/London")
FOR_EVER = -1
NO_TIME = "it is no time at all, or less"
NEITHER = "it is neither ISO 8601 nor in the words for school time"
#: What is written as a day or a moment, whether or not there is such a one.
_DATED = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?")

Kind = Literal["date", "duration", "cycle", "due", "any"]
#: What BPMN calls the kinds of timer.
KINDS: Mapping[str, Kind] = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
#: What may be written where each kind is wanted.
EXAMPLES: Mapping[Kind, tuple[str, ...]] = {
    "date": ("1 September", "start of next term", "last Friday of term", "2026-09-01"),
    "duration": ("15 working days", "1 half-term", "6 weeks", "P10D"),
    "cycle": ("every half-term", "every 6 weeks", "every last Friday of term", "R/P7D"),
    "due": ("10 working days", "1 week", "end of term", "P10D"),
    "any": ("15 working days", "every half-term", "1 September", "P10D"),
}
ISO_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<y>\d+)Y)?(?:(?P<mo>\d+)M)?(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<h>\d+)H)?(?:(?P<mi>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
ISO_CYCLE = re.compile(r"R(?P<n>\d*)/(?P<rest>.+)")


@dataclass(frozen=True)
class Due:
    """When something falls due, whether its date is an estimate, why it is that date, and a period's last day."""

    at: datetime
    estimated: bool
    why: str
    last_day: date | None = None


@dataclass(frozen=True)
class Duration:
    """An ISO 8601 duration: calendar parts go by local dates, clock parts are elapsed time."""

    months: int
    days: int
    seconds: float

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """The moment this much later, or so many times this much."""
        local = moment.astimezone(ZONE)
        if self.months or self.days:
            day = add_months(local.date(), self.months * times) + DAY * self.days * times
            local = datetime.combine(day, local.time(), ZONE)
        return local.astimezone(UTC) + timedelta(seconds=self.seconds * times)


@dataclass(frozen=True)
class Timer:
    """A timer that has been understood. ``repeats``: None for once, -1 for ever, else how many times."""

    text: str
    repeats: int | None = None
    rhythm: Rhythm | None = None
    duration: Duration | None = None
    anchor: date | datetime | None = None
    moment: datetime | None = None
    on: date | None = None

    def by_calendar(self, rule: str | None) -> bool:
        """Whether the school calendar has a part in its dates."""
        return rule == "meeting" or (self.rhythm is not None and self.rhythm.by_calendar)

    def next(self, after: datetime, calendar: SchoolCalendar, rule: str | None = None) -> Due:
        """When it falls due for the first time, if it begins at ``after`` (aware)."""
        if self.repeats is None:
            return self.beat(1, after, calendar, rule)
        return self.following(after, 0, after, calendar, rule)[1]

    def beat(self, number: int, anchor: datetime, calendar: SchoolCalendar, rule: str | None = None) -> Due:
        """Beat ``number`` (from 1) of what began at ``anchor`` (aware), whatever became of the beats before it.

        ``rule`` is "meeting" or "period"; without it terms, half-terms and months are meetings, all else never moves.
        Raises CalendarMissing, and TimerNotUnderstood for a date that no calendar holds.
        """
        try:
            return self._beat(number, anchor, calendar, rule)
        except OverflowError:
            raise TimerNotUnderstood(text=self.text, reason="it leads out of the calendar") from None

    def following(
        self, anchor: datetime, number: int, after: datetime, calendar: SchoolCalendar, rule: str | None = None
    ) -> tuple[int, Due]:
        """The first beat past ``number`` that falls after a moment, and its number. Raises as :meth:`beat`.

        Beats never go backwards, so it is looked for in strides and then by halves, however many have been missed.
        """
        low, stride = number, 1
        while (due := self.beat(low + stride, anchor, calendar, rule)).at <= after:
            low, stride = low + stride, stride * 2
        high = low + stride
        while high - low > 1:
            middle = (low + high) // 2
            found = self.beat(middle, anchor, calendar, rule)
            low, high, due = (low, middle, found) if found.at > after else (middle, high, due)
        return high, due

    def _beat(self, number: int, anchor: datetime, calendar: SchoolCalendar, rule: str | None) -> Due:
        if self.moment is not None:
            return _given(self.moment, calendar, rule)
        if self.on is not None:
            return _given(fires_on(self.on, calendar), calendar, rule)
        if self.duration is not None:
            return self._elapsed(self.duration, number, anchor, calendar, rule)
        assert self.rhythm is not None
        return self._counted(self.rhythm, number, anchor.astimezone(ZONE).date(), calendar, rule)

    def _elapsed(
        self, duration: Duration, number: int, anchor: datetime, calendar: SchoolCalendar, rule: str | None
    ) -> Due:
        """Where the text names its own beginning, as in R/2026-09-07T08:00/P7D, that is the first beat."""
        if self.anchor is not None:
            anchor, number = _moment(self.anchor, calendar), number - 1
        why = f"{self.text} from {said(anchor.astimezone(ZONE).date())}{nth(number)}"
        at = duration.after(anchor, number)
        if rule != "meeting":
            return Due(at, False, why)
        local = at.astimezone(ZONE)
        hour = local.time() if duration.seconds else calendar.fires_at  # a meeting without an hour has a day's
        return _meeting(local.date(), hour, why, calendar)

    def _counted(self, rhythm: Rhythm, number: int, anchor: date, calendar: SchoolCalendar, rule: str | None) -> Due:
        found = rhythm.day(anchor, number, calendar)
        runs_out = rule == "period" or (rule is None and not rhythm.meets)
        if self.repeats is None and runs_out and isinstance(rhythm, Every):
            return self._period(found.day, anchor, calendar)
        day, why = found.day, found.why
        if rule == "meeting" or (rule is None and rhythm.meets):
            day, why = _moved(day, why, calendar)
        return Due(fires_on(day, calendar), found.estimated or not calendar.covers(day), why)

    def _period(self, last: date, anchor: date, calendar: SchoolCalendar) -> Due:
        why = f"{self.text} counted from the day after {said(anchor)} end with {said(last)}; a period never moves"
        return Due(fires_on(last + DAY, calendar), False, why, last)


def _given(moment: datetime, calendar: SchoolCalendar, rule: str | None) -> Due:
    """A date, or a date and time, that is written out: it never moves, unless it is said to be a meeting."""
    local = moment.astimezone(ZONE)
    why = f"on {said(local.date())}, as given"
    if rule != "meeting":
        return Due(moment.astimezone(UTC), False, why)
    return _meeting(local.date(), local.time(), why, calendar)


def _meeting(day: date, hour: time, why: str, calendar: SchoolCalendar) -> Due:
    """A meeting of a day and hour, on the school day that it moves to."""
    day, why = _moved(day, why, calendar)
    return Due(datetime.combine(day, hour, ZONE).astimezone(UTC), not calendar.covers(day), why)


def _moved(day: date, why: str, calendar: SchoolCalendar) -> tuple[date, str]:
    moved = calendar.meeting_day(day)
    return (day, why) if moved == day else (moved, f"{why}; {said(day)} is no school day, so it moves to {said(moved)}")


def fires_on(day: date, calendar: SchoolCalendar) -> datetime:
    """The moment at which a timer of this day fires, in UTC."""
    return datetime.combine(day, calendar.fires_at, ZONE).astimezone(UTC)


def _moment(given: date | datetime, calendar: SchoolCalendar) -> datetime:
    return given.astimezone(UTC) if isinstance(given, datetime) else fires_on(given, calendar)


def parse(text: str, kind: Kind = "any") -> Timer:
    """Understand a timer. Raises TimerNotUnderstood with the reason.

    ``kind`` is what the diagram says it is: a date, a duration, a cycle, a due date (which is anything that does not
    repeat), or any of them.
    """
    given = " ".join(text.split())
    found = _words(given) or _iso(given)
    if found is None:
        reason = "there is no such day or time" if _DATED.fullmatch(given) else NEITHER
        raise TimerNotUnderstood(text=text, reason=reason)
    if kind == "cycle" and found.repeats is None:
        raise TimerNotUnderstood(text=text, reason='a cycle is wanted, such as "every half-term" or "R/P1M"')
    if kind not in ("cycle", "any") and found.repeats is not None:
        wanted = "due date" if kind == "due" else kind
        raise TimerNotUnderstood(text=text, reason=f"a {wanted} is wanted, and this repeats")
    return found


def parse_length(text: str) -> Timer:
    """Understand a length of time, such as "2 weeks" or "P10D". Raises TimerNotUnderstood with the reason, also for words
    that name a day."""
    found = parse(text, "duration")
    if found.duration is None and not isinstance(found.rhythm, Every):
        raise TimerNotUnderstood(text=text, reason="a length of time is wanted, and this names a day")
    return found


def from_value(value: Any, kind: Kind = "any") -> Timer:
    """As :func:`parse`, for what a FEEL expression gives: text, a date, a time, or a duration."""
    if isinstance(value, str):
        return parse(value, kind)
    if isinstance(value, datetime):
        return Timer(value.isoformat(), moment=value if value.tzinfo else value.replace(tzinfo=ZONE))
    if isinstance(value, date):
        return Timer(value.isoformat(), on=value)
    if isinstance(value, timedelta) and value <= timedelta(0):
        raise TimerNotUnderstood(text=str(value), reason=NO_TIME)
    if isinstance(value, timedelta):
        return Timer(_iso_text(value), duration=Duration(0, 0, value.total_seconds()))
    raise TimerNotUnderstood(text=str(value), reason="the expression gives no text, date or duration")


def day_given(value: Any, calendar: SchoolCalendar) -> datetime:
    """The moment that something counts from, when a form or an expression gave its date (or date and time).

    A date begins at the hour at which timers fire. Raises TimerNotUnderstood for what is no date.
    """
    found = _iso_moment(value.partition("@")[0]) if isinstance(value, str) else value
    if isinstance(found, datetime):
        return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(UTC)
    if isinstance(found, date):
        return fires_on(found, calendar)
    # What it is may be an answer that is kept to certain roles.
    said = "nothing" if value in (None, "") else "a text" if isinstance(value, str) else "something"
    raise TimerNotUnderstood(text=str(value), reason=f"it counts from {said}, which is no date")


def _iso_text(value: timedelta) -> str:
    seconds = f"{value.seconds + value.microseconds / 1e6:f}".rstrip("0").rstrip(".")
    return f"P{value.days}D" + (f"T{seconds}S" if seconds != "0" else "")


def left_after(left: int | None, beats: int) -> int | None:
    """How many beats are left of a timer's ``repeats`` after so many more; None when there are no more."""
    if left is None or left == FOR_EVER:
        return left
    return left - beats if left > beats else None


def _words(text: str) -> Timer | None:
    found = words.read(text)
    return Timer(text, FOR_EVER if found[1] else None, found[0]) if found else None


def _iso(text: str) -> Timer | None:
    if match := ISO_CYCLE.fullmatch(text):
        return _iso_cycle(text, match["n"], match["rest"])
    if ISO_DURATION.fullmatch(text.removeprefix("-")) and text.startswith("-"):
        raise TimerNotUnderstood(text=text, reason=NO_TIME)
    if match := ISO_DURATION.fullmatch(text):
        return Timer(text, duration=_duration(match))
    moment = _iso_moment(text)
    if isinstance(moment, datetime):
        return Timer(text, moment=moment)
    return Timer(text, on=moment) if moment else None


def _iso_cycle(text: str, number: str, rest: str) -> Timer | None:
    parts = rest.split("/")
    start = _iso_moment(parts[0]) if len(parts) == 2 else None
    inner = ISO_DURATION.fullmatch(parts[-1])
    repeats = int(number) if number else FOR_EVER
    if repeats == 0:
        raise TimerNotUnderstood(text=text, reason="it repeats no times at all")
    if inner is None or len(parts) > 2 or (len(parts) == 2 and start is None):
        inside = _words(rest)
        return replace(inside, text=text, repeats=repeats) if inside else None
    return Timer(text, repeats, duration=_duration(inner), anchor=start)


def _duration(match: re.Match[str]) -> Duration:
    parts = {name: float(value) if value else 0.0 for name, value in match.groupdict().items()}
    months, days = int(parts["y"] * 12 + parts["mo"]), int(parts["w"] * 7 + parts["d"])
    seconds = parts["h"] * 3600 + parts["mi"] * 60 + parts["s"]
    if not (months or days or seconds):
        raise TimerNotUnderstood(text=match[0], reason=NO_TIME)
    if months > 12_000 or days > 366_000:
        raise TimerNotUnderstood(text=match[0], reason="it is more than a thousand years")
    return Duration(months, days, seconds)


def _iso_moment(text: str) -> date | datetime | None:
    """A day, or an aware moment; None when it is neither."""
    try:
        if "T" not in text:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)
