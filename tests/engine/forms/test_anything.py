"""Whatever is submitted, or found in a form file: values, or words for a person; never a crash."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import check_form, load_form

AREAS = [{"label": "Leadership", "value": "leadership"}, {"label": "Attendance", "value": "attendance"}]


def question(kind: str, label: str, key: str = "answer", **more: Any) -> dict[str, Any]:
    rules = {"required": True, **more.pop("rules", {})}
    return {"type": kind, "key": key, "label": label, "validate": rules, **more}


VISITS = {
    "type": "dynamiclist",
    "path": "visits",
    "label": "Visits to the school",
    "components": [
        question("textfield", "Name of visitor", "name"),
        question("datetime", "Date", "on", rules={"required": False}),
    ],
}


EVERYTHING = load_form(
    {
        "components": [
            VISITS,
            question("textfield", "Name", "name", rules={"maxLength": 10, "validationType": "email"}),
            question(
                "textarea",
                "Reason",
                "reason",
                conditional={"hide": '=area = "leadership" or count(areas) > 1'},
            ),
            question("number", "Pupils", "pupils", rules={"min": 0, "max": 9}, decimalDigits=1),
            question("datetime", "Date", "held_on", rules={"max": "=latest"}),
            question("radio", "Area", "area", values=AREAS),
            question("checklist", "Areas", "areas", values=AREAS),
            question("checkbox", "Agree", "agree", conditional={"hide": "=pupils > 3"}),
        ]
    }
)
LIST_NAMES = "visits-row visits-0-name visits-0-on-day visits-1-on-year visits-remove"
NAMES = "name reason pupils area areas agree held_on-day held_on-month held_on-year"
ODD = "0 1 -1 1e9 ٣ ² 2026 February leadership true {{x}} =1 NaN Infinity \x00 \ud800"
COMPONENT_NAMES = "type components key label values validate conditional hide properties path text defaultValue"

strings = st.text(max_size=30) | st.sampled_from(ODD.split(" "))
names = st.sampled_from(f"{NAMES} {LIST_NAMES}".split(" "))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "day", "on"]), inner),
    max_leaves=6,
)
components = st.recursive(
    json_values | st.sampled_from(["text", "group", "radio", "dynamiclist"]),
    lambda inner: st.lists(st.dictionaries(st.sampled_from(COMPONENT_NAMES.split(" ")), inner), max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(names, strings), max_size=20))
def test_whatever_is_typed_gives_values_or_a_page_of_errors(typed: list[tuple[str, str]]) -> None:
    errors: dict[str, list[str]] = {}
    try:
        values = EVERYTHING.read(MultiDict(typed), {"latest": "2026-12-31"}, Feel.shared())
        assert json.loads(json.dumps(values)) == values
    except FormInvalid as refused:
        errors = refused.errors
    assert all(message for messages in errors.values() for message in messages)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([each.key for each in EVERYTHING.fields]), json_values))
def test_whatever_json_is_sent_gives_values_or_errors(sent: dict[str, Any]) -> None:
    with contextlib.suppress(FormInvalid):
        values = EVERYTHING.accept(sent, {}, Feel.shared())
        assert json.loads(json.dumps(values)) == values


@settings(max_examples=200, deadline=None)
@given(components)
def test_a_form_file_of_any_shape_is_checked_and_read_only_if_it_is_sound(shape: Any) -> None:
    if not check_form({"components": shape}):
        load_form({"components": shape})
