"""The stored form of an instance: only live tokens, as compact JSON. Specs are never in it.

Each change of what is stored is a new version, with a function here that brings states of the version before up to it: a
case that runs for years is read by every later version of Pathways. A case takes the newest form with its next step.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.errors import StateUnreadable
from engine.feel.stored import restored, stored
from engine.spiff import memo as memos
from engine.spiff.memo import Memo
from engine.spiff.tree import Definition, Instance, Node, Token
from engine.steps import StepContext

#: The version that is written.
VERSION = 4

State = dict[str, Any]


def dump(instance: Instance) -> bytes:
    """The live tokens as JSON: id, parent, element, state, incoming flow, time of entry, memory."""
    rows = [
        [
            str(token.id),
            str(token.parent.id) if token.parent else None,
            token.task_spec.name,
            token.state,
            token.via,
            token.entered.isoformat(),
            memos.stored(token.memo),
        ]
        for token in instance.tokens()
    ]
    return _written({"version": VERSION, "next": instance.next_id, "tokens": rows})


def load(definition: Definition, state: bytes, context: StepContext) -> Instance:
    """The instance that :func:`dump` stored. Raises StateUnreadable when it doesn't fit the definition."""
    try:
        return _load(definition, _read(state), context)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
        raise StateUnreadable(reason="it does not fit its diagram") from None


def _load(definition: Definition, found: State, context: StepContext) -> Instance:
    instance = Instance(definition, context)
    for token_id, parent_id, name, status, via, entered, memo in found["tokens"]:
        parent = instance.tasks.get(parent_id) if parent_id else None
        assert parent is None or isinstance(parent, Token)
        spec = _spec(definition, parent, name)
        token = Token(instance, spec, parent, token_id, via, memos.read(memo), status)
        token.entered = datetime.fromisoformat(entered)
        if parent is None:
            instance.task_tree = token
    instance.next_id = found["next"]
    assert not any(token.is_ready for token in instance.tokens()), "nothing is left ready"
    return instance


@dataclass
class Record:
    """A live token as it is stored: where it is, and what it remembers. ``status`` is SpiffWorkflow's state of its task."""

    id: str
    parent: str | None
    element: str
    status: int
    via: str
    entered: str
    memo: Memo


def records(state: bytes) -> tuple[int, list[Record]]:
    """The number of the next token, and the tokens, parents before children. Raises StateUnreadable."""
    found = _read(state)
    try:
        return found["next"], [_record(row) for row in found["tokens"]]
    except (KeyError, TypeError, ValueError):
        raise StateUnreadable(reason="it is damaged") from None


def _record(row: list[Any]) -> Record:
    ident, parent, element, status, via, entered, memo = row
    return Record(ident, parent, element, status, via, entered, memos.read(memo))


def packed(next_id: int, tokens: Iterable[Record]) -> bytes:
    """The stored state that has these tokens."""
    rows = [
        [each.id, each.parent, each.element, each.status, each.via, each.entered, memos.stored(each.memo)]
        for each in tokens
    ]
    return _written({"version": VERSION, "next": next_id, "tokens": rows})


def variables_at(state: bytes, token_id: str) -> dict[str, Any]:
    """What a waiting token sees: its process's variables and the locals around it, read from the stored state alone.

    Raises StateUnreadable.
    """
    rows = {row[0]: row for row in _read(state)["tokens"]}
    layers: list[dict[str, Any]] = []
    row = rows.get(token_id)
    while row is not None:
        layers.append(row[6].get("locals", {}))
        if "variables" in row[6]:
            layers.append(row[6]["variables"])
            break
        row = rows.get(row[1])
    return {name: value for layer in reversed(layers) for name, value in layer.items()}


def rekeyed(state: bytes, keys: Mapping[str, str]) -> bytes:
    """The stored state with other keys under which its elements wait for messages: each of ``keys`` by what it becomes.

    Raises StateUnreadable.
    """
    found = _read(state)
    for *_, memo in found["tokens"]:
        if memo.get("key") in keys:
            memo["key"] = keys[memo["key"]]
    return _written(found)


def _written(state: State) -> bytes:
    return json.dumps(stored(state), ensure_ascii=False, separators=(",", ":")).encode()


def _read(state: bytes) -> State:
    """A stored state in the newest form. Raises StateUnreadable for what is none, or of a later version than this one knows."""
    found = _parsed(state)
    version = found.get("version", 1)
    if not isinstance(version, int) or version not in {*UPGRADES, VERSION}:
        raise StateUnreadable(reason=f"it has version {version}, and this Pathways reads versions 1 to {VERSION}")
    for each in range(version, VERSION):
        found = UPGRADES[each](found)
    return found


def _parsed(state: bytes) -> State:
    try:
        found = json.loads(state, object_hook=restored)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StateUnreadable(reason="it is damaged")
    return found


def _spec(definition: Definition, parent: Token | None, name: str) -> Node:
    """The spec of a stored token: in its process's definition, which a call activity changes."""
    home = definition if parent is None else parent.task_spec.home_of_children(name)
    spec: Any = home.spec.task_specs.get(name) if home is not None else None
    if spec is None:
        raise StateUnreadable(reason=f'the element "{name}" is not in the diagram')
    return spec  # type: ignore[no-any-return]


# -- version 1: memories without types, timers and due dates as lists ---------------------------------------------


def _from_1(state: State) -> State:
    rows = [[*row[:6], _memo_from_1(row[6])] for row in state["tokens"]]
    return {"version": 2, "next": state["next"], "tokens": rows}


def _memo_from_1(old: State) -> State:
    renamed = {name: old[key] for key, name in _RENAMED.items() if key in old}
    typed = {name: read(old) for key, (name, read) in _TYPED.items() if key in old}
    return {**renamed, **typed, "completed": [_completed_from_1(*entry) for entry in old.get("done", ())]}


_RENAMED = {
    "vars": "variables",
    "locals": "locals",
    "race": "race",
    "fired": "happened",
    "start": "start",
    "beat": "fired_at",
    "key": "key",
    "seen": "seen",
    "arrived": "arrived",
    "undated": "undated",
    "instance": "instance",
    "for": "undoes_for",
    "todo": "to_undo",
}


def _listener_from_1(old: State) -> State:
    return {"host": old["host"]} if "host" in old else {}


def _beats_from_1(old: State) -> State:
    return {index: _beat_from_1(*timer) for index, timer in old["timers"].items()}


def _beat_from_1(due: str, estimated: bool, why: str, left: int | None, anchor: str, words: str, *number: int) -> State:
    beat = {"due": due, "why": why, "estimated": estimated, "left": left}
    numbered = {"number": number[0]} if number else {}
    return {**beat, "anchor": anchor, "words": words, **numbered} if anchor else beat


def _due_from_1(old: State) -> State:
    return dict(zip(("at", "estimated", "after", "words"), old["due"], strict=True))


def _loop_from_1(old: State) -> State:
    return {name: value for name, value in old["loop"].items() if name in _LOOP}


def _held_from_1(old: State) -> State:
    held: State = old.get("held", {})
    return held


_LOOP = ("started", "done", "total", "results", "items")
#: By the name of version 1: the newer name, and what is made of the old memory for it.
_TYPED: Mapping[str, tuple[str, Callable[[State], State]]] = {
    "listener": ("listener", _listener_from_1),
    "timers": ("beats", _beats_from_1),
    "due": ("due", _due_from_1),
    "loop": ("loop", _loop_from_1),
    "watched": ("held", _held_from_1),
}


def _completed_from_1(element: str, inside: list[Any]) -> State:
    return {"element": element, "inside": [_completed_from_1(*entry) for entry in inside]}


# -- version 2: dates, times and durations as texts, which they stay --------------------------------------------------


def _from_2(state: State) -> State:
    return {**state, "version": 3}


# -- version 3: no dates but the diagram's own ------------------------------------------------------------------------


def _from_3(state: State) -> State:
    return {**state, "version": 4}


#: How a state of each earlier version becomes one of the next.
UPGRADES: Mapping[int, Callable[[State], State]] = {1: _from_1, 2: _from_2, 3: _from_3}
