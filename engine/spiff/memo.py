"""What a token has to remember between steps: one typed record for each thing, and their stored form.

The stored form holds JSON values only, and of each record only what differs from its default. A change of a record here
is a new version of the stored form: see ``engine/spiff/state.py``.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Listener:
    """The token is an event that waits beside the flow, and is no token of the flow itself."""

    host: str = ""
    """The token of the activity that a boundary event is attached to; empty for the start of an event subprocess."""


@dataclass(frozen=True)
class Beat:
    """The next time that a timer fires."""

    due: datetime
    why: str
    """In words, how the date was found."""
    estimated: bool = False
    """Whether the date lies past the known school calendar."""
    left: int | None = None
    """How often the timer still fires, this beat included; -1 for ever, None for a timer that does not repeat."""
    anchor: datetime | None = None
    """From when the beats are counted; of a beat stored before beats were numbered, the beat before it, or None."""
    words: str = ""
    """What the timer says, so that it can be worked out again when the calendar or a variable changes."""
    number: int | None = None
    """Which beat this is, counted from the anchor; None for one stored before beats were numbered."""
    drawn: datetime | None = None
    """When it would fire by the diagram, where a manager has set another date, which stays."""


@dataclass(frozen=True)
class DueDate:
    """By when a user task has to be done."""

    at: datetime
    after: datetime
    """From when it was counted."""
    estimated: bool = False
    """Whether the date lies past the known school calendar."""
    words: str = ""
    """What the due date says; empty when another calendar makes no other date of it."""
    drawn: datetime | None = None
    """When it would be due by the diagram, where a manager has set another date, which stays."""


@dataclass
class LoopState:
    """The state of a standard loop or a multi-instance activity, on its body."""

    started: int = 0
    """Runs that have begun."""
    done: int = 0
    """Runs that have ended."""
    total: int | None = None
    """Runs that there are to be; None for a standard loop, which finds out as it goes."""
    results: dict[int, Any] | None = None
    """What each run has given, by its number; None for a standard loop."""
    items: list[Any] | None = None
    """Of a sequential multi-instance, the items that have not had their run."""


@dataclass(frozen=True)
class Completed:
    """An activity of a scope that has completed and can be compensated."""

    element: str
    inside: tuple[Completed, ...] = ()
    """Of a subprocess, what has completed inside it, oldest first."""


@dataclass
class Memo:
    """All that a token remembers. What does not concern it stays empty."""

    variables: dict[str, Any] | None = None
    """Root token of a process or called process: its variables."""
    locals: dict[str, Any] | None = None
    """Variables that only this token and those inside it see."""
    listener: Listener | None = None
    """Boundary event or start of an event subprocess: how it waits beside the flow."""
    race: str = ""
    """Event behind an event-based gateway: the id that it shares with its rivals."""
    happened: bool = False
    """Event: what it would wait for has happened already, so it goes straight on."""
    start: str = ""
    """Event subprocess: the start event by which it begins."""
    beats: dict[int, Beat] = field(default_factory=dict)
    """Timers that wait, by the index of their event definition."""
    undated: list[int] = field(default_factory=list)
    """Timers of a listener that wait for the date that they count from, by the index of their event definition."""
    fired_at: datetime | None = None
    """When the beat that fired last was due: the next beat of a cycle is counted from there."""
    key: str = ""
    """The correlation key that a message must carry."""
    held: dict[int, bool] | None = None
    """Conditional event: whether each condition held when last looked at; None before the first look."""
    seen: list[int] = field(default_factory=list)
    """Parallel multiple event: the event definitions that have occurred."""
    arrived: dict[str, int] | None = None
    """Gateway or activity that waits for more tokens: how many have come, by sequence flow."""
    due: DueDate | None = None
    """User task: when it has to be done."""
    loop: LoopState | None = None
    """Body of a loop or multi-instance activity: how far it is."""
    instance: int | None = None
    """Run of such an activity: its number, from 0."""
    completed: list[Completed] = field(default_factory=list)
    """Scope: the activities that can be compensated, oldest first."""
    undoes_for: str = ""
    """Compensation handler: the token of the event that asked for it."""
    to_undo: list[str] = field(default_factory=list)
    """Event that asked for compensation: the handlers that have not run, next one first."""


def _defaults(kind: Any) -> dict[str, Any]:
    return {f.name: f.default if f.default_factory is MISSING else f.default_factory() for f in fields(kind)}


_DEFAULTS = {kind: _defaults(kind) for kind in (Listener, Beat, DueDate, LoopState, Completed, Memo)}
#: Fields whose values come from diagrams and people, and are stored as they are.
_AS_IS = {"variables", "locals", "items", "results"}


def stored(record: Any) -> dict[str, Any]:
    """A record as JSON values: what differs from its defaults."""
    there = {name: getattr(record, name) for name in _DEFAULTS[type(record)]}
    changed = {name: value for name, value in there.items() if value != _DEFAULTS[type(record)][name]}
    return {name: value if name in _AS_IS else _plain(value) for name, value in changed.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return stored(value) if type(value) in _DEFAULTS else value


def read(given: dict[str, Any]) -> Memo:
    """The memo that :func:`stored` gave, after its way through JSON."""
    return Memo(**{name: _READERS[name](value) if name in _READERS else value for name, value in given.items()})


def _beat(given: dict[str, Any]) -> Beat:
    return Beat(**_moments(given, "due", "anchor", "drawn"))


def _due(given: dict[str, Any]) -> DueDate:
    return DueDate(**_moments(given, "at", "after", "drawn"))


def _moments(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**given, **{name: datetime.fromisoformat(given[name]) for name in names if name in given}}


def _loop(given: dict[str, Any]) -> LoopState:
    loop = LoopState(**given)
    loop.results = None if loop.results is None else _numbered(loop.results)
    return loop


def _numbered(given: dict[Any, Any]) -> dict[int, Any]:
    """JSON's keys are texts."""
    return {int(key): value for key, value in given.items()}


def _completed(given: dict[str, Any]) -> Completed:
    return Completed(given["element"], tuple(_completed(each) for each in given.get("inside", ())))


_READERS: dict[str, Any] = {
    "listener": lambda given: Listener(**given),
    "beats": lambda given: {index: _beat(beat) for index, beat in _numbered(given).items()},
    "fired_at": datetime.fromisoformat,
    "held": _numbered,
    "due": _due,
    "loop": _loop,
    "completed": lambda given: [_completed(each) for each in given],
}
