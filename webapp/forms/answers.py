"""What was submitted, in words, for the history of a case; a confidential answer only for those who may see
it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.forms import (
    PARTS,
    Asking,
    Component,
    DateFault,
    Form,
    as_text,
    in_words,
    is_blank,
    may_see,
    read_date,
    written_options,
)
from webapp.people import witness

NOT_ANSWERED = "Not answered"


@dataclass(frozen=True)
class Answer:
    """A stored answer to read: a line of text, or a list of lines. ``confidential`` marks one that not
    everyone may see."""

    label: str
    text: str | list[str]
    confidential: bool = False
    key: str = ""
    """The question's key, which is the id of its field on the form's page."""


def answers(
    form: Form,
    values: Mapping[str, Any],
    roles: Collection[str],
    author: str,
    viewer: str,
    asking: Asking | None = None,
) -> list[Answer]:
    """What was submitted, for a person to read who has these roles, in the form's order.

    A confidential answer is left out altogether unless ``viewer`` has one of its roles or is its ``author``
    (both are usernames). Questions that were not put, and so hold no value, are left out too. ``asking``
    gives the labels of options that come from an expression.
    """
    wrote = bool(viewer) and viewer == author
    given = [each for each in form.fields if each.key in values and (wrote or may_see(each, roles))]
    if not wrote:  # what they have written themselves tells them nothing
        witness.note(each.key for each in given if each.confidential is not None)
    return [
        Answer(each.label, display(each, values[each.key], asking), each.confidential is not None, each.key)
        for each in given
    ]


def reads_all(form: Form | None, values: Mapping[str, Any], roles: Collection[str], author: str, viewer: str) -> bool:
    """Whether a person may read every answer that was given: a note that corrects them may speak of any."""
    if form is None or (viewer and viewer == author):
        return True
    return all(may_see(each, roles) for each in form.fields if each.key in values)


def typed_answers(form: Form, typed: Mapping[str, Any]) -> list[Answer]:
    """What was typed into a form and never handed in, in words, for whoever typed it; without what was left empty."""
    return [
        Answer(each.label, display(each, _as_stored(each, typed[each.key])), each.confidential is not None, each.key)
        for each in form.fields
        if each.key in typed and not is_blank(each, typed[each.key])
    ]


def _as_stored(component: Component, typed: Any) -> Any:
    """What was typed, as near to what would have been stored as it can be read: a day that is none stays as typed."""
    if isinstance(typed, Mapping):
        found = read_date(*(as_text(typed.get(part)) for part in PARTS))
        return " ".join(filter(None, map(as_text, typed.values()))) if isinstance(found, DateFault) else as_text(found)
    if component.kind == "dynamiclist":
        return [{each.key: _as_stored(each, row.get(each.key)) for each in component.inside} for row in typed]
    return typed == "true" if component.kind == "checkbox" else typed


def display(component: Component, value: Any, asking: Asking | None = None) -> str | list[str]:
    """A stored value in words: 14 October 2026, Yes, the option's label; "Not answered" for none."""
    if component.kind == "checkbox":
        return "Yes" if value is True else "No"
    if value is None or value == "" or value == []:
        return NOT_ANSWERED
    if component.kind in {"dynamiclist", "checklist", "filepicker"}:
        return _several(component, value, asking)
    return _day(value) if component.kind == "datetime" else _label(component, value, asking)


def _several(component: Component, value: Any, asking: Asking | None) -> str | list[str]:
    """The rows of a list, or the boxes that were ticked; what is stored may be of an older form's shape."""
    if not isinstance(value, list):
        return "" if component.kind == "dynamiclist" else NOT_ANSWERED
    if component.kind == "dynamiclist":
        return [_row(component, row, asking) for row in value if isinstance(row, Mapping)]
    return [_label(component, each, asking) for each in value]


def _day(value: Any) -> str:
    text = as_text(value)
    try:
        return in_words(date.fromisoformat(text[:10]))
    except ValueError:
        return text


def _label(component: Component, value: Any, asking: Asking | None) -> str:
    options = asking.options(component) if asking else written_options(component)
    labels = {as_text(option.value): option.label for option in options}
    return labels.get(as_text(value), as_text(value))


def _row(component: Component, row: Mapping[str, Any], asking: Asking | None) -> str:
    parts = []
    for child in component.inside:
        if child.key in row:
            shown = display(child, row[child.key], asking)
            parts.append(f"{child.label}: {shown if isinstance(shown, str) else ', '.join(shown)}")
    return "; ".join(parts)
