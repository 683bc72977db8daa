"""PW-80x: timers, due dates and what goes with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from engine.calendar import timers
from engine.calendar.rhythms import Every
from engine.calendar.timers import Timer
from engine.diagram import Element, EventDefinition, is_feel, strip_feel
from engine.errors import PathwaysError, TimerNotUnderstood
from engine.lint.core import OURS, Fault, Look, fault, quoted, rule, short
from engine.lint.names import World, possible, read
from engine.lint.names.sources import tree
from engine.lint.sites import Site, sites
from engine.lint.wants import DAY, TIME, unfit

_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _timers(look: Look) -> Iterator[tuple[Element, EventDefinition]]:
    for element in look.elements():
        for definition in element.event_definitions:
            if definition.kind == "timer":
                yield element, definition


@rule("PW-801", section="BPMN 2.0.2 §10.5.5")
def timer_has_one_time(look: Look) -> Iterator[Fault]:
    """A timer has exactly one of timeDate, timeDuration and timeCycle, and it isn't empty."""
    for element, definition in _timers(look):
        if len(definition.timer_parts) != 1 or not definition.text:
            several = len(definition.timer_parts) > 1
            message = "the timer has several times." if several else "the timer has no time."
            yield fault(element, message, "Give it one date, one duration or one cycle.", definition.line)


@rule("PW-802", section=OURS)
def timer_is_understood(look: Look) -> Iterator[Fault]:
    """A timer is an ISO 8601 date, duration or cycle, or in the school calendar's words, or FEEL."""
    for element, definition in _timers(look):
        reason = _misunderstood(definition.text, kind := timers.KINDS.get(definition.timer_kind, "any"))
        if reason:
            message = f'the timer "{short(definition.text)}" is not understood: {reason}.'
            yield fault(element, message, _remedy(kind), definition.line)


def _misunderstood(text: str, kind: timers.Kind) -> str:
    """Say why a timer's text is not understood, or give the empty string when it is well, FEEL, or missing."""
    if not text or is_feel(text):
        return ""
    try:
        timers.parse(text, kind)
    except TimerNotUnderstood as error:
        return short(str(error.details.get("reason", ""))).rstrip(".")
    return ""


def _remedy(kind: timers.Kind) -> str:
    """What would be accepted in that place."""
    return f'Write for instance {quoted(timers.EXAMPLES[kind])}, or FEEL after "=".'


@rule("PW-803", section=OURS)
def due_date_is_understood(look: Look) -> Iterator[Fault]:
    """A user task's due date, and the date until which it rests, are in the words of timers, or FEEL."""
    for element in look.elements("userTask"):
        for what, text in (("due", element.due_date), ("follow-up", element.follow_up_date)):
            reason = _misunderstood(text, "due")
            if reason:
                message = f'its {what} date "{short(text)}" is not understood: {reason}.'
                yield fault(element, message, _remedy("due"))


@rule("PW-807", section=OURS)
def date_counted_from_has_its_place(look: Look) -> Iterator[Fault]:
    """The property from (the date that a timer or due date counts from) stands at a timer inside a case, or at a user
    task with a due date."""
    outside = {start.id for key in look.diagram.processes for start in look.diagram.starts(key)}
    for element in look.elements():
        timed = "timer" in element.event_kinds and element.id not in outside
        if "from" in element.properties and not timed and not element.due_date:
            remedy = "Put it at a timer inside the case, or at a user task with a due date."
            yield fault(element, "the property from does nothing here.", remedy)


@rule("PW-806", section=OURS, severity="warning")
def interrupting_timer_does_not_repeat(look: Look) -> Iterator[Fault]:
    """A timer that interrupts, or that a flow waits at, happens once: a cycle's later beats never come."""
    for element, definition in _timers(look):
        once = element.kind == "boundaryEvent" and element.cancel_activity
        repeats = definition.timer_kind == "timeCycle" and bool(definition.text)
        if repeats and (once or element.kind == "intermediateCatchEvent"):
            remedy = "Use a duration, or make the event non-interrupting."
            yield fault(element, "only the first beat of this cycle is ever used.", remedy, definition.line)


@rule("PW-808", section=OURS, plain="off")
def worked_out_time_is_understood(look: Look) -> Iterator[Fault]:
    """A timer or due date whose FEEL gives a text gives one in the words of timers, as do the settings that it reads."""
    world = look.world
    if world is None:
        return
    for site in sites(look, world):
        wrong = dict(_wrong_times(site, look, world)) if site.timer is not None else {}
        if wrong:
            said, reason = f'{site.what} "{short(strip_feel(site.text))}"', next(iter(wrong.values()))
            message = f"{said} gives {quoted(wrong)}, which is not understood: {reason}."
            yield fault(site.part, message, _remedy(site.timer or "any"), site.line)


_CUT = re.compile(r"\b(substring(?: before| after)?|split|replace|extract)\(\s*settings\.(\w+)")


@rule("PW-812", section=OURS, plain="off")
def setting_is_taken_whole(look: Look) -> Iterator[Fault]:
    """A setting that is a length of time is taken with its unit: whoever writes "40 weeks" for "10 months" must get weeks."""
    for site in sites(look, look.world) if look.world is not None else ():
        for function, name in _CUT.findall(site.text):
            value = (look.known.settings or {}).get(name)
            if isinstance(value, str) and _length(value) is not None:
                message = (
                    f'{site.what} takes a part of settings.{name} ("{short(value)}") by {function}(), without its unit.'
                )
                remedy = (
                    f"Make it a duration: = settings.{name}, with the property from for the day that it counts from."
                )
                yield fault(site.part, message, remedy, site.line)


def _wrong_times(site: Site, look: Look, world: World) -> Iterator[tuple[str, str]]:
    """The values of an expression, where they are known, that are no time; each with the reason."""
    parsed = tree(world.feel, strip_feel(site.text))
    if parsed is None or site.timer is None:
        return
    reading = read(parsed, site.scope)
    if unfit(site.wants, reading.shape):  # which is said by PW-876
        return
    found: Iterable[Any] = sorted(reading.shape.values or (), key=str)
    if reading.reads <= {"settings"} and not reading.remarks:
        found = _settled(site.text, look, world)
    for each in found:
        reason = _no_time(each, site.timer)
        if reason:
            yield str(each), reason


def _settled(text: str, look: Look, world: World) -> list[Any]:
    """What an expression gives that only the authority's settings have a say in; nothing where that cannot be told."""
    try:
        value = world.feel.evaluate(text, {"settings": dict(look.known.settings or {})})
    except PathwaysError:
        return []
    return [] if value is None else [value]


def _no_time(value: Any, kind: timers.Kind) -> str:
    try:
        timers.from_value(value, kind)
    except TimerNotUnderstood as error:
        return short(str(error.details.get("reason", ""))).rstrip(".")
    return ""


@rule("PW-809", section=OURS, severity="warning")
def date_is_no_date_for_all_cases(look: Look) -> Iterator[Fault]:
    """A due date, or a timer inside a case, is no day of one year: every case that begins later has it behind it."""
    for element in look.elements():
        texts = [each.text for each in element.event_definitions if each.kind == "timer"]
        for text in (element.due_date, element.follow_up_date, *texts):
            if _A_DAY.match(text.strip()) and element.kind != "startEvent":
                message = f'"{short(text)}" is past for every case that comes there later.'
                yield fault(element, message, _EVERY_CASE)
    if look.world is not None:
        yield from _fixed(look, look.world)


def _fixed(look: Look, world: World) -> Iterator[Fault]:
    """Expressions for a time, or for the day that one counts from, that give a day of one year."""
    for site in sites(look, world):
        start = isinstance(site.part, Element) and site.part.kind == "startEvent"
        if site.wants in (TIME, DAY) and not start and (day := _fixed_day(site, world)):
            message = f"{site.what} is {day}, which is past for every case that comes there later."
            yield fault(site.part, message, _EVERY_CASE, site.line)


_EVERY_CASE = 'Write one that every case can have, such as "1 September" or "10 days".'


def _fixed_day(site: Site, world: World) -> str:
    """The day that an expression gives which reads nothing, not even the clock; empty for any other."""
    text = strip_feel(site.text)
    parsed = tree(world.feel, text) if text else None
    if parsed is None or read(parsed, site.scope).reads or not possible.is_timeless(parsed):
        return ""
    try:
        found = world.feel.evaluate(text, {})
    except PathwaysError:
        return ""
    given = found.isoformat() if isinstance(found, date) else str(found)
    return given[:10] if _A_DAY.match(given) else ""


@rule("PW-813", section=OURS, severity="warning", plain="off")
def task_rests_no_longer_than_it_has(look: Look) -> Iterator[Fault]:
    """A task that rests (followUpDate) comes up before it is due."""
    for element in look.elements("userTask"):
        rests, has = _length(element.follow_up_date), _length(element.due_date)
        if rests is not None and has is not None and rests[1] > has[1]:
            message = f'it rests for "{short(element.follow_up_date)}", and is due after "{short(element.due_date)}".'
            yield fault(element, message, "Give it a longer time, or let it rest shorter.")


#: Seconds in a day; how far ahead, in days, a person is hardly ever given a time.
_DAY, _FAR = 86_400.0, 548
#: How many days a unit of words takes, about.
_DAYS = {
    "day": 1.0,
    "working day": 1.4,
    "school day": 1.9,
    "week": 7.0,
    "month": 30.4,
    "half-term": 61.0,
    "term": 122.0,
}


def _length(text: str) -> tuple[Timer, float] | None:
    """A timer and about how many seconds lie between its beats, or before it; None for one that names a day."""
    try:
        timer = timers.parse(text)
    except TimerNotUnderstood:
        return None
    if timer.duration is not None:
        whole = timer.duration
        return timer, (whole.months * _DAYS["month"] + whole.days) * _DAY + whole.seconds
    return (timer, timer.rhythm.amount * _DAYS[timer.rhythm.unit] * _DAY) if isinstance(timer.rhythm, Every) else None


def _lengths(look: Look) -> Iterator[tuple[Element, int, str, Timer, float]]:
    """Every time that is written out, with its line and about its length in seconds."""
    for element in look.elements():
        texts = [(each.line, each.text) for each in element.event_definitions if each.kind == "timer"]
        for line, text in [*texts, (element.line, element.due_date)]:
            known = _length(text) if text and not is_feel(text) else None
            if known is not None:
                yield element, line, text, *known


@rule("PW-810", section=OURS, plain="off")
def cycle_is_no_faster_than_a_day(look: Look) -> Iterator[Fault]:
    """A timer that repeats does so once a day at most: councils work by days, and each beat begins a case or a task."""
    for element, line, text, timer, seconds in _lengths(look):
        if timer.repeats is not None and seconds < _DAY:
            message = f'"{short(text)}" comes round more than once a day.'
            yield fault(element, message, 'Write how many days or weeks lie between, such as "every week".', line)


@rule("PW-811", section=OURS, severity="warning", plain="off")
def time_is_plausible(look: Look) -> Iterator[Fault]:
    """A time is no shorter than an hour and no longer than a year and a half, and no process begins every day by itself."""
    for element, line, text, timer, seconds in _lengths(look):
        if said := _implausible(element, timer, seconds):
            yield fault(element, f'"{short(text)}" {said}.', "Write the time that the policy gives.", line)


def _implausible(element: Element, timer: Timer, seconds: float) -> str:
    if timer.repeats is not None:
        often = element.kind == "startEvent" and _DAY <= seconds < 7 * _DAY
        return "begins cases more than once a week" if often else ""
    if seconds < _DAY / 24:
        return "is less than an hour"
    return "is longer than a year and a half" if seconds > _FAR * _DAY else ""
