"""Timers of a token: worked out when it starts to wait, from the injected clock and the school calendar.

SpiffWorkflow's own timer events read the system clock and miss month ends, so none of them is used.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from engine import timers
from engine.spiff.tree import Token

if TYPE_CHECKING:
    from engine.diagram import EventDefinition
    from engine.timers import Due, Timer

#: What BPMN calls the kinds of timer.
KINDS: dict[str, timers.Kind] = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
#: Beats of a cycle that may be passed over after a long stop, before it is taken to be a mistake.
BEAT_LIMIT = 100_000


def due_of(token: Token, text: str) -> Due:
    """When something given in timer words (or FEEL) from now on has to be done. Raises TimerNotUnderstood.

    A period's timer fires on the morning after its last day; what is due within the period is due by that day's end.
    """
    due = _next(token, _timer(token, text, "any"), token.workflow.context.now)
    if due.last_day is None:
        return due
    return replace(due, at=datetime.combine(due.last_day, time(23, 59), timers.ZONE).astimezone(UTC))


def arm(token: Token, index: int, definition: EventDefinition) -> None:
    """Work out the first beat of a timer and keep it with the token."""
    timer = _timer(token, definition.text, definition.timer_kind)
    _keep(token, index, _next(token, timer, token.workflow.context.now), timer.repeats)


def rearm(token: Token, index: int, definition: EventDefinition) -> bool:
    """After a beat of a repeating timer: work out the next. False when it was the last.

    Beats missed while nothing ran are passed over, unless the property ``catchUp`` is ``every``.
    """
    _, _, _, left = token.memo["timers"].pop(str(index))
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
            _keep(token, index, due, left)
            return True
        at = due.at
    return False


def retime(token: Token, index: int, definition: EventDefinition) -> None:
    """A variable has changed: work the waiting beat out again, from when the wait began."""
    timer = _timer(token, definition.text, definition.timer_kind)
    left = token.memo["timers"][str(index)][3]
    _keep(token, index, _next(token, timer, token.entered), left)


def _keep(token: Token, index: int, due: Due, left: int | None) -> None:
    token.memo.setdefault("timers", {})[str(index)] = [due.at.isoformat(), due.estimated, due.why, left]


def _timer(token: Token, text: str, kind: str) -> Timer:
    value: Any = token.workflow.value(token, text)
    return timers.from_value(value, KINDS.get(kind, "any"))


def _next(token: Token, timer: Timer, after: datetime) -> Due:
    rule = token.task_spec.element.properties.get("timerRule")
    return timer.next(after, token.workflow.context.calendar, rule)
