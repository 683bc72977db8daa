"""Timers of a token: worked out when it starts to wait, from the injected clock and the school calendar.

SpiffWorkflow's own timer events read the system clock and miss month ends, so none of them is used.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from engine.calendar import timers
from engine.calendar.timers import Due, Timer
from engine.diagram import EventDefinition, is_feel
from engine.diagram.names import TASKS
from engine.errors import TimerImpossible, TimerNotUnderstood
from engine.spiff.memo import Beat, DueDate
from engine.spiff.tree import Token
from engine.spiff.values import evaluate, value

#: How much of an answer an error shows.
SHOWN = 60
#: What stands before how a date was found where a manager has set another.
BY_HAND = "set by a manager; by the diagram it is "


def arm(token: Token, index: int, definition: EventDefinition) -> None:
    """Work out the first beat of a timer and keep it with the token.

    It counts from now, or from the date that the property ``from`` gives; a listener waits until there is that date.
    """
    anchor = _anchor(token)
    if anchor is None:
        token.memo.undated.append(index)
        return
    timer = _timer(token, definition.text, timers.KINDS.get(definition.timer_kind, "any"))
    after = anchor if _catches_up(token) else max(anchor, token.workflow.context.now)
    number, due = _first(token, timer, anchor, after)
    _keep(token, index, timer, anchor, number, due, timer.repeats)


def rearm(token: Token, index: int, definition: EventDefinition) -> bool:
    """After a beat of a repeating timer: work out the next. False when it was the last.

    Beats missed while nothing ran are passed over, unless the property ``catchUp`` is ``every``.
    """
    kept = token.memo.beats.pop(index)
    if timers.left_after(kept.left, 1) is None:
        return False
    timer = _timer(token, definition.text, timers.KINDS.get(definition.timer_kind, "any"))
    after = kept.due if _catches_up(token) else max(kept.due, token.workflow.context.now)
    anchor = kept.anchor if kept.number is not None and kept.anchor else token.entered
    same = kept.number is not None and kept.words == timer.text
    before = kept.number if same and kept.number is not None else _beats_until(token, timer, anchor, kept.due)
    number, due = _following(token, timer, anchor, before, after)
    left = timers.left_after(kept.left, number - before)
    if left is not None:
        _keep(token, index, timer, anchor, number, due, left)
    return left is not None


def variables_changed(token: Token, index: int, definition: EventDefinition) -> None:
    """Work a waiting beat out again where the date that it counts from is another, or the diagram asks for it by the
    property ``retime``."""
    properties, anchor = token.task_spec.element.properties, _anchor(token)
    if index in token.memo.undated:
        if anchor is not None:
            token.memo.undated.remove(index)
            arm(token, index, definition)
    elif index in token.memo.beats:
        moved = "from" in properties and anchor != token.memo.beats[index].anchor
        if moved or properties.get("retime") == "true":
            _retime(token, index, definition, anchor)


def _retime(token: Token, index: int, definition: EventDefinition, anchor: datetime | None) -> None:
    if anchor is None:
        del token.memo.beats[index]
        token.memo.undated.append(index)
        return
    left = token.memo.beats[index].left
    timer = _timer(token, definition.text, timers.KINDS.get(definition.timer_kind, "any"))
    number, due = _first(token, timer, anchor, token.memo.fired_at or token.entered)
    _keep(token, index, timer, anchor, number, due, left)


def begin_again(token: Token, index: int, definition: EventDefinition) -> None:
    """The diagram is another one: work a waiting timer out by what it says now, from when the wait began. A date that a manager
    has set stays."""
    kept, anchor = token.memo.beats.get(index), _anchor(token)
    if index in token.memo.undated:
        token.memo.undated.remove(index)
    if anchor is None:
        token.memo.beats.pop(index, None)
        token.memo.undated.append(index)
        return
    timer = _timer(token, definition.text, timers.KINDS.get(definition.timer_kind, "any"))
    since = token.memo.fired_at or token.entered
    number, due = _first(token, timer, anchor, since if _catches_up(token) else token.workflow.context.now)
    same = kept is not None and kept.words == timer.text
    _keep(token, index, timer, anchor, number, due, kept.left if same and kept else timer.repeats)


def recalculate(token: Token) -> None:
    """The school calendar has changed: work out again what a token waits for, from when each wait began."""
    for index, kept in list(token.memo.beats.items()):
        timer = timers.parse(kept.words) if kept.words else None
        if timer is not None and kept.anchor is not None and timer.by_calendar(_rule(token)):
            anchor, number = _numbered(token, timer, kept, kept.anchor)
            _keep(token, index, timer, anchor, number, _beat(token, timer, anchor, number), kept.left)
    due = token.memo.due
    if due is not None and due.words:
        _keep_due(token, _due(token, timers.parse(due.words), due.after))


def _numbered(token: Token, timer: Timer, kept: Beat, anchor: datetime) -> tuple[datetime, int]:
    """The anchor and number of a waiting beat; of one from before beats were numbered, by the beat before it."""
    if kept.number is not None or timer.repeats is None:
        return anchor, kept.number or 1
    return token.entered, _following(token, timer, token.entered, 0, anchor)[0]


def keep_due(token: Token, text: str, asked: datetime | None = None) -> None:
    """When a task has to be done: in timer words (or FEEL), from now or from the date of the property ``from``. ``asked`` is
    when FEEL is to think that it is, where that is not now.

    Raises TimerImpossible, and CalendarMissing.
    """
    anchor = _anchor(token)
    assert anchor is not None, "only a listener can wait for its date"
    _keep_due(token, _due(token, _timer(token, text, "due", asked), anchor))


def follow_up(token: Token, text: str) -> datetime | None:
    """Until when a task rests (camunda:followUpDate, in timer words or FEEL), counted from when it was asked; None where FEEL
    gives null. Raises TimerImpossible, and CalendarMissing."""
    if not text or value(token, text) is None:
        return None
    return _first(token, _timer(token, text, "due"), token.entered, token.entered)[1].at


def last_day(token: Token, period: str, after: str) -> date:
    """The last day of a period (FEEL, in a timer's words) that runs after a day (FEEL), by the school calendar.

    Raises TimerImpossible, and CalendarMissing.
    """
    try:
        anchor = timers.day_given(evaluate(token, after), token.workflow.context.calendar)
    except TimerNotUnderstood as wrong:
        raise _impossible(token, after, wrong) from None
    due = _timer(token, period, "due").next(anchor, token.workflow.context.calendar, "period")
    return due.last_day or due.at.astimezone(timers.ZONE).date()


def _keep_due(token: Token, made: DueDate) -> None:
    """Keep the diagram's due date; beside the one that a manager has set, where there is one."""
    kept = token.memo.due
    set_by_hand = kept is not None and kept.drawn is not None
    token.memo.due = replace(made, at=kept.at, estimated=False, drawn=made.at) if kept and set_by_hand else made


def redate(token: Token, index: int, at: datetime) -> None:
    """A manager has set when a waiting timer fires; its next beats go by the diagram again."""
    kept = token.memo.beats[index]
    drawn = kept.drawn or kept.due
    why = kept.why.removeprefix(BY_HAND)
    if _is_same_day(at, drawn):
        token.memo.beats[index] = replace(kept, due=drawn, why=why, drawn=None)
    else:
        token.memo.beats[index] = replace(kept, due=at, why=f"{BY_HAND}{why}", estimated=False, drawn=drawn)


def redate_due(token: Token, at: datetime) -> None:
    """A manager has set when a user task is due, whether or not the diagram gives it a date."""
    kept = token.memo.due
    if kept is None:
        token.memo.due = DueDate(at, token.entered)
        return
    drawn = kept.drawn or kept.at
    same = _is_same_day(at, drawn)
    token.memo.due = replace(kept, at=drawn if same else at, estimated=False, drawn=None if same else drawn)


def _is_same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(timers.ZONE).date() == other.astimezone(timers.ZONE).date()


def due_changed(token: Token, text: str) -> None:
    """Variables have changed: where the date that a due date counts from is another, so is the due date; with the property
    ``retime``, where what it is made of is. Today stays the day on which the task was asked, or it would never be late."""
    due, properties = token.memo.due, token.task_spec.element.properties
    if due is None:
        return
    if properties.get("retime") == "true":
        keep_due(token, text, token.entered)
    elif "from" in properties and _anchor(token) != due.after:
        keep_due(token, text)


def _due(token: Token, timer: Timer, after: datetime) -> DueDate:
    """A period's timer fires on the morning after its last day; what is due within the period is due by that day's end."""
    due = _first(token, timer, after, after)[1]
    at = due.at
    if due.last_day is not None:
        at = datetime.combine(due.last_day, time(23, 59), timers.ZONE).astimezone(UTC)
    words = timer.text if timer.by_calendar(_rule(token)) else ""
    return DueDate(at, after, due.estimated, words)


def _keep(token: Token, index: int, timer: Timer, anchor: datetime, number: int, due: Due, left: int | None) -> None:
    made = Beat(due.at, due.why, due.estimated, left, anchor, timer.text, number)
    kept = token.memo.beats.get(index)
    if kept is not None and kept.drawn is not None:  # a manager has set the date, and the diagram's own is another now
        made = replace(made, due=kept.due, why=f"{BY_HAND}{due.why}", estimated=False, drawn=due.at)
    token.memo.beats[index] = made


def _first(token: Token, timer: Timer, anchor: datetime, after: datetime) -> tuple[int, Due]:
    """The first beat that falls after a moment; what does not repeat has one beat, whenever that is."""
    return (1, _beat(token, timer, anchor, 1)) if timer.repeats is None else _following(token, timer, anchor, 0, after)


def _beat(token: Token, timer: Timer, anchor: datetime, number: int) -> Due:
    return timer.beat(number, anchor, token.workflow.context.calendar, _rule(token))


def _following(token: Token, timer: Timer, anchor: datetime, number: int, after: datetime) -> tuple[int, Due]:
    return timer.following(anchor, number, after, token.workflow.context.calendar, _rule(token))


def _beats_until(token: Token, timer: Timer, anchor: datetime, at: datetime) -> int:
    """How many beats, counted from the anchor, have fallen by a moment."""
    return _following(token, timer, anchor, 0, at)[0] - 1


def _rule(token: Token) -> str | None:
    return token.task_spec.element.properties.get("timerRule")


def _catches_up(token: Token) -> bool:
    return bool(token.task_spec.element.properties.get("catchUp") == "every")


def _anchor(token: Token) -> datetime | None:
    """From when a timer counts: since the token came, or from the date of the property ``from``.

    None for a listener (boundary event, start of an event subprocess) whose date may still be given. Raises
    TimerImpossible.
    """
    text = token.task_spec.element.properties.get("from", "")
    if not text:
        return token.entered
    given = evaluate(token, text)
    if given in (None, "") and token.is_listener and _is_open(token, text):
        return None
    try:
        return timers.day_given(given, token.workflow.context.calendar)
    except TimerNotUnderstood as wrong:
        raise _impossible(token, text, wrong) from None


def require_date(token: Token) -> None:
    """As a listener's wait has begun, and all is quiet: raise TimerImpossible when nothing can give the date it waits for."""
    text = token.task_spec.element.properties.get("from", "")
    if token.memo.undated and token.entered == token.workflow.context.now and _watches_all(token):
        known = token.workflow.variables(token)
        if any(name not in known for name in token.workflow.context.feel.names(text)):
            wrong = TimerNotUnderstood(text=text, reason="it counts from nothing, which is no date")
            raise _impossible(token, text, wrong)


def _is_open(token: Token, text: str) -> bool:
    """Whether an answer that the date is made of is empty, or not there yet."""
    known = token.workflow.variables(token)
    return any(known.get(name) in (None, "") for name in token.workflow.context.feel.names(text))


def _watches_all(token: Token) -> bool:
    """Whether the case has nothing else to do, while this listener waits, than the one task that it watches."""
    listener = token.memo.listener
    host = token.workflow.find(listener.host) if listener is not None else None
    if host is None or host.task_spec.kind not in TASKS or len(host.task_spec.boundary_events()) > 1:
        return False
    known, at = {token.id}, host
    while at is not None:
        known.add(at.id)
        at = at.parent
    return all(each.id in known for each in token.workflow.tokens())


def _timer(token: Token, text: str, kind: timers.Kind, at: datetime | None = None) -> Timer:
    try:
        return timers.from_value(value(token, text, at), kind)
    except TimerNotUnderstood as wrong:
        raise _impossible(token, text, wrong) from None


def _impossible(token: Token, text: str, wrong: TimerNotUnderstood) -> TimerImpossible:
    """The error that names the element, and the answers that the time was made of."""
    known, feel = token.workflow.variables(token), token.workflow.context.feel
    asked = sorted(feel.names(text)) if is_feel(text) or text == token.task_spec.element.properties.get("from") else []
    names = tuple(name for name in asked if name in known)
    return TimerImpossible(
        element=token.task_spec.label,
        reason=wrong.details["reason"],
        made=f"It is made of {' and '.join(names)}" if names else f'The diagram says "{text}"',
        names=names,
        expression=text.strip() if names else "",
        seen="\n".join(f"{name} = {_shown(known[name])}" for name in names),
    )


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)[:SHOWN]
