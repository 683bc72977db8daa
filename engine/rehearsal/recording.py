"""A rehearsal written down: how a case begins, what people do in it and when, and what is expected to come of it.

As JSON it is a test case of the process::

    {"process": "barnsley-escalation", "name": "Support is enough", "begins": "2026-09-07T09:00",
     "school": {"phase": "primary", "type": "community"}, "start": {"values": {...}},
     "moves": [{"at": "2026-09-08T10:00", "complete": "document-evidence", "values": {...}},
               {"at": "2026-09-20T10:00", "report": "ofsted-judgement", "values": {...}}],
     "until": "2027-09-01T00:00",
     "expect": {"path": ["concern-begins", ...], "dates": [["document-evidence", "2026-09-21"]], "ended": true}}

Times are local (Europe/London). Only ``process`` and ``begins`` must be there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from marshmallow import Schema, ValidationError, fields, validate

from engine.calendar.timers import ZONE
from engine.errors import RehearsalUnreadable
from engine.steps import PHASES, TYPES

#: How many moves a rehearsal may have, and how large its JSON may be.
MOST_MOVES, LARGEST = 2_000, 2_000_000


@dataclass(frozen=True)
class Move:
    """What somebody does at a moment: completes the task at an element, or reports a message."""

    at: datetime
    do: Literal["complete", "report"]
    name: str
    """The element of the task, or the name of the message."""
    values: Mapping[str, Any] = field(default_factory=dict)
    task: int | None = None
    """The very task, where several wait at the element; else the oldest. It is not written down."""


@dataclass(frozen=True)
class Expected:
    """What is to come of it: the elements that are completed, and the days of tasks and timers, in their order."""

    path: tuple[str, ...]
    dates: tuple[tuple[str, str], ...]
    """Pairs of element and day (YYYY-MM-DD): when a task is due, when a timer fires."""
    ended: bool


@dataclass(frozen=True)
class Recording:
    """A rehearsal from its first moment to its last."""

    process: str
    begins: datetime
    school: Mapping[str, str] | None = None
    """``phase`` and ``type`` of the invented school, and what else the register has; None for a case of no school."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The answers of the start form, or the payload of the message that begins it."""
    message: str = ""
    """The message that begins the case; empty when a person does, or a timer."""
    waits: bool = False
    """Whether nobody begins it: a timer does."""
    moves: tuple[Move, ...] = ()
    until: datetime | None = None
    name: str = ""
    expected: Expected | None = None
    element: str = ""
    """The start event at which a case is begun whatever it waits for: of a real case that is played again. Not written down."""

    def then(self, move: Move) -> Recording:
        """The same with one more move."""
        return replace(self, moves=(*self.moves, move))

    def as_json(self) -> str:
        """The rehearsal as its file."""
        said: dict[str, Any] = {"process": self.process, "name": self.name, "begins": _local(self.begins)}
        said["school"] = dict(self.school) if self.school is not None else None
        said["start"] = {"values": dict(self.values), "message": self.message, "timer": self.waits}
        said["moves"] = [{"at": _local(m.at), m.do: m.name, "values": dict(m.values)} for m in self.moves]
        if self.until is not None:
            said["until"] = _local(self.until)
        if self.expected is not None:
            expected = self.expected
            dates = [list(each) for each in expected.dates]
            said["expect"] = {"path": list(expected.path), "dates": dates, "ended": expected.ended}
        return json.dumps(said, indent=1, ensure_ascii=False)


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="seconds")


class _StartSchema(Schema):
    values = fields.Dict(load_default=dict)
    message = fields.String(load_default="")
    timer = fields.Boolean(load_default=False)


class _MoveSchema(Schema):
    at = fields.NaiveDateTime(required=True)
    complete = fields.String()
    report = fields.String()
    values = fields.Dict(load_default=dict)


class _ExpectSchema(Schema):
    path = fields.List(fields.String(), required=True)
    dates = fields.List(fields.Tuple((fields.String(), fields.String())), load_default=list)
    ended = fields.Boolean(load_default=False)


class _SchoolSchema(Schema):
    phase = fields.String(load_default="primary", validate=validate.OneOf(PHASES))
    type = fields.String(load_default="community", validate=validate.OneOf(TYPES))
    name = fields.String()
    diocese = fields.String()
    trust = fields.String()
    category = fields.String()


class _RecordingSchema(Schema):
    process = fields.String(required=True, validate=validate.Length(min=1, max=200))
    name = fields.String(load_default="", validate=validate.Length(max=200))
    begins = fields.NaiveDateTime(required=True)
    school = fields.Nested(_SchoolSchema, allow_none=True, load_default=None)
    start = fields.Nested(_StartSchema, load_default=lambda: {"values": {}, "message": "", "timer": False})
    moves = fields.List(fields.Nested(_MoveSchema), load_default=list, validate=validate.Length(max=MOST_MOVES))
    until = fields.NaiveDateTime()
    expect = fields.Nested(_ExpectSchema)


def read(text: str | bytes) -> Recording:
    """A rehearsal from its JSON. Raises RehearsalUnreadable."""
    if len(text) > LARGEST:
        raise RehearsalUnreadable(reason=f"it is larger than {LARGEST // 1_000_000} MB")
    try:
        said = _RecordingSchema().load(json.loads(text))
    except (ValueError, RecursionError, ValidationError) as error:
        raise RehearsalUnreadable(reason=_reason(error)) from None
    moves = tuple(_move(number, each) for number, each in enumerate(said["moves"], 1))
    start = said["start"]
    return Recording(
        process=said["process"],
        begins=_aware(said["begins"]),
        school=said["school"],
        values=start["values"],
        message=start["message"],
        waits=start["timer"],
        moves=moves,
        until=_aware(said["until"]) if "until" in said else None,
        name=said["name"],
        expected=_expected(said.get("expect")),
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        said = error.normalized_messages()  # type: ignore[no-untyped-call]
        return "; ".join(f"{where}: {json.dumps(what)}" for where, what in said.items())[:300]
    return "it is no JSON"


def _move(number: int, said: Mapping[str, Any]) -> Move:
    for do in ("complete", "report"):
        if said.get(do):
            return Move(_aware(said["at"]), do, said[do], said["values"])
    raise RehearsalUnreadable(reason=f"move {number} neither completes a task nor reports a message")


def _expected(said: Mapping[str, Any] | None) -> Expected | None:
    return None if said is None else Expected(tuple(said["path"]), tuple(map(tuple, said["dates"])), said["ended"])


def _aware(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE)
