"""What a person typed, before anyone judges it: read from a POST, kept for showing again, made from stored
values.

The inputs of a question are named by its key: ``reason``; a date has ``held_on-day``, ``-month``, ``-year``;
the rows of a list are named by ``visits-row`` (one input a row, holding the row's number) and hold
``visits-0-note``. Two buttons change a list with no JavaScript: ``visits-add``, and ``visits-remove`` with
the row's number. Keys hold no hyphen, so names never clash.

Typed answers are plain: a string; for a date {"day", "month", "year"}; for a checklist a list of strings; for
a list of rows a list of such dicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from unicodedata import category

from engine.forms.conditions import as_text
from engine.forms.dates import PARTS
from engine.forms.model import Component

MAX_ROWS = 50
Typed = dict[str, Any]


class Posted(Protocol):
    """A submitted form: werkzeug's MultiDict and anything else that has several strings a name."""

    def getlist(self, key: str, /) -> Sequence[Any]:
        """All the strings submitted under this name, in page order; empty when there are none."""
        ...


def collect(asked: Iterable[Component], posted: Posted, prefix: str = "") -> Typed:
    """What was typed for these questions, by key. ``prefix`` is the row's, inside a list."""
    return {component.key: _collect_one(component, posted, prefix + component.key) for component in asked}


def _collect_one(component: Component, posted: Posted, name: str) -> Any:
    if component.kind == "datetime":
        return {part: _first(posted, f"{name}-{part}") for part in PARTS}
    if component.kind in ("checklist", "filepicker"):
        return [value for value in posted.getlist(name) if isinstance(value, str)]
    if component.kind == "dynamiclist":
        return [collect(component.inside, posted, f"{name}-{row}-") for row in _rows(posted, name)]
    return _first(posted, name)


def _first(posted: Posted, name: str) -> str:
    values = posted.getlist(name)
    return values[0] if values and isinstance(values[0], str) else ""


def _rows(posted: Posted, name: str) -> list[str]:
    """The row numbers, each once; one more than may be is kept, so that too many is noticed."""
    given = [row for row in posted.getlist(f"{name}-row") if isinstance(row, str) and row.isascii() and row.isdigit()]
    return [row for row in dict.fromkeys(given) if len(row) <= 4][: MAX_ROWS + 1]


def edited(asked: Iterable[Component], posted: Posted) -> Typed | None:
    """What was typed with a row added or removed, when one of a list's buttons was pressed; None when none
    was."""
    asked = tuple(asked)
    for component in asked:
        if component.kind == "dynamiclist" and not component.fixed_rows:
            rows = _edited_rows(component, posted)
            if rows is not None:
                return collect(asked, posted) | {component.key: rows}
    return None


def _edited_rows(component: Component, posted: Posted) -> list[Typed] | None:
    name = component.key
    rows = {row: collect(component.inside, posted, f"{name}-{row}-") for row in _rows(posted, name)}
    if posted.getlist(f"{name}-add"):
        return [*rows.values(), blank_row(component)][:MAX_ROWS]
    if removed := _first(posted, f"{name}-remove"):
        return [typed for row, typed in rows.items() if row != removed]
    return None


def blank_row(component: Component) -> Typed:
    """A new row of a list, filled with its questions' default values."""
    return {child.key: typed_of(child, child.default) for child in component.inside}


def typed_of(component: Component, value: Any) -> Any:
    """What a person would have typed to give this stored value; blank for a value of another shape."""
    if component.kind == "datetime":
        return _typed_date(value)
    if component.kind in ("checklist", "filepicker"):
        return [as_text(each) for each in value] if isinstance(value, list) else []
    if component.kind == "dynamiclist":
        return _typed_rows(component, value)
    if component.kind == "checkbox":
        return "true" if value is True else ""
    return as_text(value)


def _typed_date(value: Any) -> Typed:
    text = as_text(value)
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return dict.fromkeys(PARTS, "")
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def _typed_rows(component: Component, value: Any) -> list[Typed]:
    if not isinstance(value, list):
        return [blank_row(component) for _ in range(component.repetitions)]
    rows = [row for row in value if isinstance(row, Mapping)]
    return [{child.key: typed_of(child, row.get(child.key)) for child in component.inside} for row in rows]


def is_blank(component: Component, given: Any) -> bool:
    """Whether nothing was answered: no text that can be seen, no box ticked, no part of a date, no row with
    anything in it."""
    if isinstance(given, str):
        return not _is_seen(given) or (component.kind == "checkbox" and given == "false")
    if isinstance(given, list):
        rows = component.kind == "dynamiclist"
        return all(is_blank_row(component, row) for row in given) if rows else not given
    if isinstance(given, Mapping):
        return not any(as_text(part).strip() for part in given.values())
    return given is None or given is False


def _is_seen(text: str) -> bool:
    """Whether a text holds more than spaces and characters without a shape, such as a zero-width space."""
    return any(category(each)[0] != "Z" and category(each) not in ("Cc", "Cf") for each in text)


def is_blank_row(component: Component, row: Any) -> bool:
    """Whether a row of a list holds no answer at all: such a row is left out."""
    return isinstance(row, Mapping) and all(is_blank(child, row.get(child.key)) for child in component.inside)
