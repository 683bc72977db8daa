"""Timers of a token: worked out when it starts to wait, from the injected clock and the school calendar.

SpiffWorkflow's own timer events read the system clock and miss month ends, so none of them is used.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from engine.calendar import timers
from engine.spiff.tree import Token

if TYPE_CHECKING:
    from engine.calendar.timers import Due, Timer
    from engine.diagram import EventDefinition

#: What BPMN calls the kinds of timer.
KINDS: dict[str, timers.Kind] = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
#: Beats of a cycle that may be passed over after a long stop, before it is taken to be a mistake.
BEAT_LIMIT = 100_000


def arm(token: Token, index: int, definition: EventDefinition) -> None:
    """Work out the first beat of a timer and keep it with the token."""
    timer = _timer(token, definition.text, definition.timer_kind)
    now = token.workflow.context.now
    _keep(token, index, timer, now, _next(token, timer, now), timer.repeats)


def rearm(token: Token, index: int, definition: EventDefinition) -> bool:
    """After a beat of a repeating timer: work out the next. False when it was the last.

    Beats missed while nothing ran are passed over, unless the property ``catchUp`` is ``every``.
    """
    left = token.memo["timers"].pop(str(index))[3]
    timer = _timer(token, definition.text, definition.timer_kind)
    every = token.task_spec.element.properties.get("catchUp") == "every"
    now = token.workflow.context.now
    at = datetime.fromisoformat(token.memo["beat"])
    for _ in range(BEAT_LIMIT):
        if left is None or left == 1:
            return False
        left = left - 1 if left > 0 else left
        due = _next(token, timer, at)
        if due.at > now or every:
            _keep(token, index, timer, at, due, left)
            return True
        at = due.at
    return False


def retime(token: Token, index: int, definition: EventDefinition) -> None:
    """A variable has changed: work the waiting beat out again, from when the wait began."""
    timer = _timer(token, definition.text, definition.timer_kind)
    left = token.memo["timers"][str(index)][3]
    _keep(token, index, timer, token.entered, _next(token, timer, token.entered), left)


def recalculate(token: Token) -> None:
    """The school calendar has changed: work out again what a token waits for, from when each wait began."""
    for index, (_, _, _, left, after, words) in list(token.memo.get("timers", {}).items()):
        if words:
            timer, began = timers.parse(words), datetime.fromisoformat(after)
            _keep(token, int(index), timer, began, _next(token, timer, began), left)
    if "due" in token.memo and token.memo["due"][3]:
        _, _, after, words = token.memo["due"]
        token.memo["due"] = _due(token, timers.parse(words), datetime.fromisoformat(after))


def keep_due(token: Token, text: str) -> None:
    """When a task, given in timer words (or FEEL) from now on, has to be done. Raises TimerNotUnderstood."""
    token.memo["due"] = _due(token, _timer(token, text, "any"), token.workflow.context.now)


def _due(token: Token, timer: Timer, after: datetime) -> list[Any]:
    """A period's timer fires on the morning after its last day; what is due within the period is due by that day's end."""
    due = _next(token, timer, after)
    at = due.at
    if due.last_day is not None:
        at = datetime.combine(due.last_day, time(23, 59), timers.ZONE).astimezone(UTC)
    return [at.isoformat(), due.estimated, after.isoformat(), timer.text if timer.by_calendar else ""]


def _keep(token: Token, index: int, timer: Timer, after: datetime, due: Due, left: int | None) -> None:
    """With the date stands what it was made of, where another calendar would make another date of it."""
    began = [after.isoformat(), timer.text] if timer.by_calendar or _is_meeting(token) else ["", ""]
    token.memo.setdefault("timers", {})[str(index)] = [due.at.isoformat(), due.estimated, due.why, left, *began]


def _is_meeting(token: Token) -> bool:
    return bool(token.task_spec.element.properties.get("timerRule") == "meeting")


def _timer(token: Token, text: str, kind: str) -> Timer:
    value: Any = token.workflow.value(token, text)
    return timers.from_value(value, KINDS.get(kind, "any"))


def _next(token: Token, timer: Timer, after: datetime) -> Due:
    rule = token.task_spec.element.properties.get("timerRule")
    return timer.next(after, token.workflow.context.calendar, rule)
