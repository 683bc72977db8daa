"""Timers in words and in ISO 8601, and the day on which they fall due.

Dates are found in local time (Europe/London) and timers fire on their day at the calendar's hour (08:00). A *meeting*
that would not be on a school day moves to the next one, or back to its half-term's last. A *period* never moves: N days
end with the day N days after the one given, N working days with the Nth weekday that is no bank holiday, counted from the
day after; the timer of a period that has to run out fires on the morning after its last day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.calendar.terms import DAY, WEEK, SchoolCalendar, is_working_day, monday
from engine.errors import TimerNotUnderstood

ZONE = ZoneInfo("Europe/London")
FOR_EVER = -1

Kind = Literal["date", "duration", "cycle", "any"]
Unit = Literal["half-term", "term", "month", "week", "day", "working day"]
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
UNITS = "half-term|term|month|week|working day|day"
AMOUNT = re.compile(rf"(?P<every>every |each )?(?:(?P<n>\d{{1,4}}|a|an|one) )?(?P<unit>{UNITS})s?")
YEARLY = re.compile(rf"(?P<every>every |each )?(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)})")
NEXT = re.compile(r"(?P<every>every )?start of (?:the )?(?:next )?(?P<unit>half-term|term)")
ISO_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<y>\d+)Y)?(?:(?P<mo>\d+)M)?(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<h>\d+)H)?(?:(?P<mi>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
ISO_CYCLE = re.compile(r"R(?P<n>\d*)/(?P<rest>.+)")
#: Steps of one cycle that are counted through before it is taken to be a mistake.
STEP_LIMIT = 200_000


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

    def after(self, moment: datetime) -> datetime:
        """The moment this much later."""
        local = moment.astimezone(ZONE)
        if self.months or self.days:
            day = add_months(local.date(), self.months) + DAY * self.days
            local = datetime.combine(day, local.time(), ZONE)
        return local.astimezone(UTC) + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Timer:
    """A timer that has been understood. ``repeats``: None for once, -1 for ever, else how many times."""

    text: str
    repeats: int | None = None
    unit: Unit | None = None
    amount: int = 1
    yearly: tuple[int, int] | None = None
    start_of: Literal["term", "half-term"] | None = None
    duration: Duration | None = None
    anchor: date | datetime | None = None
    until: datetime | None = None
    moment: datetime | None = None
    on: date | None = None

    @property
    def by_calendar(self) -> bool:
        """Whether it needs the school calendar whatever its rule: it counts terms, half-terms or months of meetings."""
        return self.start_of is not None or self.unit in ("half-term", "term", "month")

    def next(self, after: datetime, calendar: SchoolCalendar, rule: str | None = None) -> Due:
        """The first time after ``after`` (aware) at which it falls due.

        ``rule`` is "meeting" or "period"; without it terms, half-terms and months are meetings, all else never moves.
        """
        if self.moment is not None:
            return Due(self.moment.astimezone(UTC), False, f"on {_said(self.moment.astimezone(ZONE).date())}, as given")
        if self.on is not None:
            return Due(fires_on(self.on, calendar), False, f"on {_said(self.on)}, as given")
        if self.duration is not None:
            return self._next_iso(after, calendar)
        today = after.astimezone(ZONE).date()
        if self.repeats is None and self.unit in ("day", "week", "working day") and rule != "meeting":
            return self._period(today, calendar)
        day, estimated, why = self._day(today, calendar)
        if rule == "meeting" or (rule is None and self.unit in ("half-term", "term", "month")):
            moved = calendar.meeting_day(day)
            if moved != day:
                why, day = f"{why}; {_said(day)} is no school day, so it moves to {_said(moved)}", moved
        return Due(fires_on(day, calendar), estimated or not calendar.covers(day), why)

    def _next_iso(self, after: datetime, calendar: SchoolCalendar) -> Due:
        assert self.duration is not None
        at = self.duration.after(after) if self.anchor is None else _moment(self.anchor, calendar)
        for _ in range(STEP_LIMIT):
            if at > after:
                return Due(at, False, f"{self.text} from {_said(after.astimezone(ZONE).date())}")
            at = self.duration.after(at)
        raise TimerNotUnderstood(text=self.text, reason="its next time cannot be found")

    def _period(self, today: date, calendar: SchoolCalendar) -> Due:
        if self.unit == "working day":
            last = add_working_days(today, self.amount)
        else:
            last = today + (WEEK if self.unit == "week" else DAY) * self.amount
        why = f"{self.text} counted from the day after {_said(today)} end with {_said(last)}; a period never moves"
        return Due(fires_on(last + DAY, calendar), False, why, last)

    def _day(self, today: date, calendar: SchoolCalendar) -> tuple[date, bool, str]:
        if self.yearly is not None:
            return _next_yearly(today, self.yearly), False, f"the next {self.text} after {_said(today)}"
        if self.start_of is not None:
            return _start_of_next(today, self.start_of, calendar)
        if self.unit == "half-term":
            return half_terms_on(today, self.amount, calendar)
        if self.unit == "term":
            return terms_on(today, self.amount, calendar)
        if self.unit == "month":
            return add_months(today, self.amount), False, f"{self.text} from {_said(today)}"
        if self.unit == "working day":
            return add_working_days(today, self.amount), False, f"{self.text} from {_said(today)}"
        return today + (WEEK if self.unit == "week" else DAY) * self.amount, False, f"{self.text} from {_said(today)}"


def fires_on(day: date, calendar: SchoolCalendar) -> datetime:
    """The moment at which a timer of this day fires, in UTC."""
    return datetime.combine(day, calendar.fires_at, ZONE).astimezone(UTC)


def _moment(given: date | datetime, calendar: SchoolCalendar) -> datetime:
    return given.astimezone(UTC) if isinstance(given, datetime) else fires_on(given, calendar)


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise TimerNotUnderstood(text=f"{months} months", reason="it leads out of the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(day: date, number: int) -> date:
    """The Nth weekday that is no bank holiday, counted from the day after."""
    while number > 0:
        day += DAY
        number -= is_working_day(day)
    return day


def half_terms_on(day: date, number: int, calendar: SchoolCalendar) -> tuple[date, bool, str]:
    """N half-terms on: same week number and weekday, or past the half-term's end its last school day."""
    index = calendar.half_term_index(day)
    here = calendar.half_term(index)
    start = day if day in here else calendar.next_school_day(here.first)
    week = (start - monday(here.first)).days // 7
    there = calendar.half_term(index + number)
    found = monday(there.first) + WEEK * week + DAY * start.weekday()
    found = calendar.last_school_day(there) if found > there.last else found
    began = f"week {week + 1} of {here.name} {here.school_year}"
    why = f"{_count(number, 'half-term')} on from {began}: {there.name} {there.school_year}"
    return found, there.estimated, why


def terms_on(day: date, number: int, calendar: SchoolCalendar) -> tuple[date, bool, str]:
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
    return found, there.estimated, f"{_count(number, 'term')} on from week {week + 1} of {terms[at].name}: {there.name}"


def _start_of_next(day: date, what: str, calendar: SchoolCalendar) -> tuple[date, bool, str]:
    index = calendar.half_term_index(day)
    here = calendar.half_term(index)
    if day >= here.first:
        index += 1
        while what == "term" and calendar.half_term(index).term == here.term:
            index += 1
    elif what == "term":
        while index > 0 and not calendar.half_term(index).name.endswith("1"):
            index += 1
    there = calendar.half_term(index)
    found = calendar.next_school_day(there.first)
    return (
        found,
        there.estimated,
        f"the first school day of {there.name if what == 'half-term' else there.term} {there.school_year}",
    )


def _next_yearly(today: date, yearly: tuple[int, int]) -> date:
    day, month = yearly
    for year in (today.year, today.year + 1):
        found = date(year, month, min(day, monthrange(year, month)[1]))
        if found > today:
            return found
    raise AssertionError("a yearly date comes round")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def parse(text: str, kind: Kind = "any") -> Timer:
    """Understand a timer. Raises TimerNotUnderstood with the reason.

    ``kind`` is what the diagram says it is: a date, a duration, a cycle, or any of them.
    """
    given = " ".join(text.split())
    found = _words(given) or _iso(given)
    if found is None:
        raise TimerNotUnderstood(text=text, reason="it is neither ISO 8601 nor in the words for school time")
    if kind == "cycle" and found.repeats is None:
        raise TimerNotUnderstood(text=text, reason='a cycle is wanted, such as "every half-term" or "R/P1M"')
    if kind in ("date", "duration") and found.repeats is not None:
        raise TimerNotUnderstood(text=text, reason=f"a {kind} is wanted, and this repeats")
    return found


def from_value(value: Any, kind: Kind = "any") -> Timer:
    """As :func:`parse`, for what a FEEL expression gives: text, a date, a time, or a duration."""
    if isinstance(value, str):
        return parse(value, kind)
    if isinstance(value, datetime):
        return Timer(value.isoformat(), moment=value if value.tzinfo else value.replace(tzinfo=ZONE))
    if isinstance(value, date):
        return Timer(value.isoformat(), on=value)
    if isinstance(value, timedelta):
        return Timer(str(value), duration=Duration(0, 0, value.total_seconds()))
    raise TimerNotUnderstood(text=str(value), reason="the expression gives no text, date or duration")


def _words(text: str) -> Timer | None:
    said = text.lower().replace("half term", "half-term")
    if match := AMOUNT.fullmatch(said):
        if not match["every"] and not match["n"]:
            return None
        number = int(match["n"]) if match["n"] and match["n"].isdigit() else 1
        if number < 1:
            raise TimerNotUnderstood(text=text, reason="the number must be at least 1")
        return Timer(text, FOR_EVER if match["every"] else None, match["unit"], number)  # type: ignore[arg-type]
    if match := NEXT.fullmatch(said):
        return Timer(text, FOR_EVER if match["every"] else None, start_of=match["unit"])  # type: ignore[arg-type]
    if match := YEARLY.fullmatch(said):
        day, month = int(match["day"]), MONTHS.index(match["month"]) + 1
        if not 1 <= day <= monthrange(2024, month)[1]:
            raise TimerNotUnderstood(text=text, reason=f"{match['month'].title()} has no day {day}")
        return Timer(text, FOR_EVER if match["every"] else None, yearly=(day, month))
    return None


def _iso(text: str) -> Timer | None:
    if match := ISO_CYCLE.fullmatch(text):
        return _iso_cycle(text, match["n"], match["rest"])
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
        words = _words(rest)
        return replace(words, text=text, repeats=repeats) if words else None
    return Timer(text, repeats, duration=_duration(inner), anchor=start)


def _duration(match: re.Match[str]) -> Duration:
    parts = {name: float(value) if value else 0.0 for name, value in match.groupdict().items()}
    months, days = int(parts["y"] * 12 + parts["mo"]), int(parts["w"] * 7 + parts["d"])
    seconds = parts["h"] * 3600 + parts["mi"] * 60 + parts["s"]
    if not (months or days or seconds) or months > 12_000 or days > 366_000:
        raise TimerNotUnderstood(text=match[0], reason="it is no time at all, or more than a thousand years")
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
