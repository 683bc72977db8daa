"""Forms of a few questions, and what they say of an answer."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import Form, load_form

AREAS = [{"label": "Leadership", "value": "leadership"}, {"label": "Attendance", "value": "attendance"}]


def make(*components: dict[str, Any]) -> Form:
    """A form of these components; a label is made from the key where none is given."""
    named = [{"label": str(each.get("key", "")).capitalize(), **each} for each in components]
    return load_form({"type": "default", "id": "test", "schemaVersion": 18, "components": named})


def question(kind: str, label: str, key: str = "answer", required: bool = True, **more: Any) -> dict[str, Any]:
    """A question whose author has named it as its label, and has written no error message."""
    return {
        "type": kind,
        "key": key,
        "label": label,
        "validate": {"required": required, **more.pop("rules", {})},
        "properties": {"name": label.lower(), **more.pop("properties", {})},
        **more,
    }


def read(form: Form, *typed: tuple[str, str], variables: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return form.read(MultiDict(typed), variables or {}, Feel.shared(), **more)


def errors(form: Form, *typed: tuple[str, str], **more: Any) -> dict[str, list[str]]:
    with pytest.raises(FormInvalid) as refused:
        read(form, *typed, **more)
    return refused.value.errors


#: Questions that depend on an answer and on the case.
DIOCESE = [
    question(
        "radio",
        "Decision",
        "decision",
        values=[{"label": "Stay", "value": "stay"}, {"label": "Go", "value": "go"}],
    ),
    question("textfield", "Reason for going", "reason", conditional={"hide": '=decision != "go"'}),
    question("textfield", "Diocesan representative", "diocese", conditional={"hide": "=not(school.aided)"}),
]
AIDED, COMMUNITY = {"school": {"aided": True}}, {"school": {"aided": False}}

#: A list of rows.
VISITS = {
    "type": "dynamiclist",
    "path": "visits",
    "label": "Visits to the school",
    "validate": {"required": True},
    "properties": {"error": "Add a visit to the school", "name": "the list of visits"},
    "components": [
        question("textfield", "Name of visitor", "name"),
        question("datetime", "Date", "on", required=False),
        question("textfield", "Why late", "late", conditional={"hide": '=name != "Late"'}),
    ],
}
