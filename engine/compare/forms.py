"""A form taken apart: its questions, texts and groups, each with all that it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.compare.matching import Pairs, same_name
from engine.compare.parts import NAME, ORDER, Part, Ref, Value

#: What says nothing of the form: how it is laid out in its editor, and who wrote it.
_PASSED = frozenset({"id", "layout", "components", "exporter", "schemaVersion", "executionPlatform", "type"})
_PASSED |= {"executionPlatformVersion", "values"}
_LONGEST_NAME = 80


def parts_of(content: bytes) -> dict[str, Part]:
    """The parts of a form by key; a file that is no form is one part that says what stands in it."""
    try:
        form = json.loads(content)
    except ValueError:
        form = None
    if not isinstance(form, dict):
        return {"form": Part("form", "form", "", {"text": content.decode(errors="replace")})}
    found: dict[str, Part] = {}
    facts = {path: value for key, inner in form.items() if key not in _PASSED for path, value in _flat(inner, key)}
    top = _take(form, "form", found)
    return {"form": Part("form", "form", "", {**facts, ORDER: top}), **found}


def _take(holder: Mapping[str, Any], parent: str, found: dict[str, Part]) -> tuple[Ref, ...]:
    order = []
    components = holder.get("components")
    for component in components if isinstance(components, list) else ():
        if isinstance(component, dict):
            ident = _ident(component, found)
            found[ident] = Part(ident, "", "", {})  # its place, before those of what it holds
            inside = _take(component, ident, found)
            found[ident] = _part(ident, component, parent, inside, len(found))
            order.append(Ref(ident))
    return tuple(order)


def _ident(component: Mapping[str, Any], found: Mapping[str, Part]) -> str:
    ident = str(component.get("key") or component.get("id") or component.get("type"))
    return ident if ident not in found else f"{ident} {len(found)}"


def _part(ident: str, component: Mapping[str, Any], parent: str, inside: tuple[Ref, ...], place: int) -> Part:
    kind = str(component.get("type", ""))
    label = str(component.get("dateLabel") or component.get("label") or "")
    order: dict[str, Value] = {ORDER: inside} if inside else {}
    named: dict[str, Value] = {NAME: label} if label else {}
    facts = {"type": kind, "inside": Ref(parent), **dict(_facts(component)), **named, **order}
    name = label or " ".join(str(component.get("text") or "").split())[:_LONGEST_NAME]
    return Part(ident, kind if kind in _NO_QUESTIONS else "question", name, facts, place=place)


_LABELS = frozenset({"label", "dateLabel"})


def _facts(component: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    for key, inner in component.items():
        if key not in _PASSED | _LABELS:
            yield from _flat(inner, key)
    yield from _options(component.get("values")).items()


_NO_QUESTIONS = frozenset({"text", "group", "separator"})


def _options(values: Any) -> dict[str, Value]:
    """The answers to choose from, by what is stored; and their order."""
    if not isinstance(values, list):
        return {} if values is None else dict(_flat(values, "values"))
    found: dict[str, Value] = {}
    for at, each in enumerate(values):
        if isinstance(each, dict):
            said = dict(each)
            value, label = said.pop("value", at), said.pop("label", "")
            found[f"values/{value}"] = " ".join([str(label), *(f"{k}: {v}" for k, v in sorted(said.items()))])
        else:
            found[f"values/{each}"] = str(each)
    if len(found) > 1:
        found["values/order"] = ", ".join(str(label) for label in found.values())
    return found


def _flat(value: Any, path: str) -> Iterator[tuple[str, Value]]:
    """Everything that a piece of JSON says, by path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path}/{at}")
    elif value is not None and value is not False and value != "":
        yield path, "true" if value is True else str(value)


def pair(old: Mapping[str, Part], new: Mapping[str, Part]) -> Pairs:
    """Which questions are the same: by the key of the answer, else by their words, or by most of them."""
    pairs = Pairs(old, new)
    pairs.by(lambda part, is_new: part.id)
    pairs.by(same_name)
    pairs.by_likeness()
    return pairs
