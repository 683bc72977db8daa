"""The keys that may stand in a form's components: what is misspelt there would be passed over without a word, and an answer
that was to be kept from others be shown to all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms.model import MAX_DEPTH
from engine.spelling import near

#: What each part of a component may hold, and what that does.
PARTS: Mapping[str, Mapping[str, str]] = {
    "properties": {
        "error": "What to do about an answer that is missing or ill-shaped: Enter the date of the visit.",
        "name": "The noun that other messages are made of: the date of the visit.",
        "entry": "What one entry of a list is called.",
        "schoolDay": "The key of the question that says why a date is no school day.",
        "prefill": "keep: what was answered holds until it is changed.",
        "confidential": "The roles that may see the answer.",
        "confidentialUntil": "FEEL: when an answer that is confidential is open to all who see the case.",
    },
    "validate": {
        "required": "true: there must be an answer.",
        "minLength": "The least number of characters.",
        "maxLength": "The most characters.",
        "min": "The least number, or the earliest date.",
        "max": "The greatest number, or the latest date.",
        "pattern": "A regular expression.",
        "validationType": "email or phone.",
    },
    "conditional": {"hide": "FEEL: when the question is not asked."},
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OWN = frozenset(PARTS) | _names(
    """id key type label dateLabel text description values valuesExpression defaultValue readonly disabled subtype
    decimalDigits path components defaultRepetitions allowAddRemove showOutline isRepeating layout appearance"""
)
#: What form-js's editor writes besides, and only its own viewer reads.
_OF_THE_EDITOR = _names(
    """alt columns content disableCollapse disallowPassedDates height imageSource increment nonCollapsedItems searchable
    serializeToString source timeInterval timeLabel timeSerializingFormat url use24h valuesKey verticalAlignment"""
)


def unknown(form: Any) -> Iterator[tuple[str, str]]:
    """The keys of a form's components that nothing reads: where each stands, and what is wrong with it."""
    for path, component in _components(form, "", 0) if isinstance(form, dict) else ():
        yield from ((f"{path}.{where}", what) for where, what in _of_component(component))


def twice(form: Any) -> Iterator[tuple[str, str]]:
    """The ids that an earlier component has already: where each stands, and what is wrong with it."""
    seen: set[str] = set()
    for path, component in _components(form, "", 0) if isinstance(form, dict) else ():
        ident = component.get("id")
        if isinstance(ident, str) and ident in seen:
            yield f"{path}.id", f'the id "{ident}" is there twice, so that the form cannot be opened to be changed'
        seen |= {ident} if isinstance(ident, str) else set()


def _components(parent: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The components of a form as they are written, each with its place."""
    inside = parent.get("components")
    for at, each in enumerate(inside if isinstance(inside, list) and depth <= MAX_DEPTH else ()):
        if isinstance(each, dict):
            here = f"{path}components[{at}]"
            yield here, each
            yield from _components(each, f"{here}.", depth + 1)


def _of_component(component: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part, known in PARTS.items():
        given = component.get(part)
        for name in given if isinstance(given, dict) else ():
            if name not in known:
                yield f"{part}.{name}", f'"{name}" does nothing: {_hint(name, known)}'
    for name in component.keys() - _OWN - _OF_THE_EDITOR:
        part = next((part for part, known in PARTS.items() if name in known), "")
        if part:
            yield name, f'"{name}" does nothing here: it belongs into "{part}"'
        elif meant := near(name, _OWN):
            yield name, f'"{name}" does nothing: did you mean {meant}?'


def _hint(name: str, known: Mapping[str, str]) -> str:
    meant = near(name, known)
    return f"did you mean {meant}?" if meant else f"it can be {', '.join(known)}"
