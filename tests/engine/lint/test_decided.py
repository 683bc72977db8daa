"""PW-741 and PW-742: a condition decides something, and by answers that were given."""

from __future__ import annotations

from typing import Any

import pytest

from engine.forms import load_form
from engine.lint import Known
from tests.engine.lint.drawing import Case, around, found, prop, prove

REQUIRED = {"validate": {"required": True}}


def _choice(key: str, *values: str, kind: str = "radio", **more: Any) -> dict[str, Any]:
    options = [{"label": value.title(), "value": value} for value in values]
    return {"type": kind, "id": f"F_{key}", "key": key, "label": f"Which {key}?", "values": options, **more}


def _number(key: str, **rules: Any) -> dict[str, Any]:
    said = {"required": True, **rules}
    return {"type": "number", "id": f"F_{key}", "key": key, "label": key, "decimalDigits": 0, "validate": said}


def _known(*components: dict[str, Any]) -> Known:
    form = load_form({"type": "default", "id": "f", "schemaVersion": 18, "components": list(components)})
    return Known(forms={"f": form}, roles=frozenset({"seo"}), settings={"wait": 5})


PHASE = _choice("phase", "primary", "secondary", **REQUIRED)
ABOUT = _choice("about", "yes", "no", **REQUIRED)
POWERS = _choice("powers", "budget", "governors", kind="checklist", **REQUIRED)
OPTIONAL = _choice("note", "red", "green")
HIDDEN = _choice("reason", "cost", "time", conditional={"hide": '=about = "no"'}, **REQUIRED)
LENGTH = _number("length", min=1, max=366)
MANY = _choice("many", *"abcdefghij", kind="checklist")
KNOWN = _known(PHASE, ABOUT, POWERS, OPTIONAL, HIDDEN, LENGTH, MANY)
ASK = '<userTask id="t" name="Ask" camunda:formKey="f" camunda:candidateGroups="seo"/>'


SILENT = ASK[:-2] + ' camunda:dueDate="1 week">' + prop(onBehalf="seo", noAnswer="= {}") + "</userTask>"


def _decides(condition: str, ask: str = ASK) -> str:
    gateway = '<exclusiveGateway id="g" default="g_f"/><endEvent id="f"/>'
    return around(ask + gateway, f"s>t t>g g>e[{condition}] g>f")


def _after(first: str, condition: str) -> str:
    """A gateway, and behind its first way another."""
    gateways = '<exclusiveGateway id="g" default="g_f"/><exclusiveGateway id="h" default="h_k"/>'
    ends = '<endEvent id="f"/><endEvent id="k"/>'
    return around(ASK + gateways + ends, f"s>t t>g g>h[{first}] g>f h>e[{condition}] h>k")


RIGHT = _decides('phase = "primary"')
SAME = [
    'phase = "primary" or phase = "secondary"',
    'upper case(phase) = "primary"',
    'starts with(phase, "Prim")',
    'contains(phase, "Prim")',
    'matches(phase, "^Primary$")',
    "powers != null",
    "count(powers) > 0",
    "length > 1000",
    "length = 2.5",
    "length >= 1",
    'about = "yes" and starts with(phase, "Sec")',
    "many = null",
]
EMPTY = ['phase = ""', 'note = ""', 'phase != null and phase = "" or about = "yes"']
UNSAID = ['phase = "primary" or = "secondary"', "length >= 1 and < 5"]
CASES = [
    *(Case("PW-873", _decides(text), RIGHT, strict=True, known=KNOWN) for text in UNSAID),
    *(Case("PW-742", _decides(text), RIGHT, strict=True, known=KNOWN) for text in SAME),
    *(Case("PW-873", _decides(text), RIGHT, strict=True, known=KNOWN) for text in EMPTY),
    Case("PW-873", _decides('phase = ""', SILENT), _decides("phase = null", SILENT), strict=True, known=KNOWN),
    Case("PW-742", _decides("string length(phase) = 0", SILENT), _decides("phase = null", SILENT), True, KNOWN),
    Case("PW-742", _after('about = "no"', 'about = "yes"'), _after('about = "no"', 'phase = "primary"'), True, KNOWN),
    Case("PW-741", _decides('note = "red"'), _decides('note != null and note = "red"'), strict=True, known=KNOWN),
    Case("PW-741", _decides('note != "red"'), _decides('note = null or note = "red"'), strict=True, known=KNOWN),
    Case("PW-741", _decides('reason = "cost"'), _decides('about = "yes" and reason = "cost"'), True, KNOWN),
    Case("PW-741", _decides('reason = "cost"'), _after('about = "yes"', 'reason = "cost"'), True, KNOWN),
    Case("PW-741", _decides('about = "yes" or reason = "cost"'), RIGHT, strict=True, known=KNOWN),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_decided(case: Case) -> None:
    prove(case)


DECIDES = [
    "length > 20",
    "count(powers) > 1",
    'list contains(powers, "budget")',
    'phase = "primary" and about = "no"',
    'not(phase = "primary")',
    'lower case(phase) = "primary"',
    'starts with(phase, "prim")',
    'phase != null and phase = "primary"',
]


@pytest.mark.parametrize("text", DECIDES)
def test_a_condition_that_decides_is_right(text: str) -> None:
    assert {each.code for each in found(_decides(text), True, KNOWN) if each.severity == "error"} == set()


def test_what_is_said_twice_on_one_way_is_no_fault() -> None:
    twice = _after('about = "no"', 'about = "no" and phase = "primary"')
    assert {each.code for each in found(twice, True, KNOWN) if each.severity == "error"} == set()


def test_the_question_is_named() -> None:
    [one] = [each for each in found(_decides('note = "red"'), True, KNOWN) if each.code == "PW-741"]
    assert 'its question "Which note?" need not be answered' in one.message


BOTH = "s>t t>g g>e[phase = {}] g>f[phase = {}]"


def _both(first: str, second: str) -> str:
    ways = BOTH.format(first, second)
    return around(ASK + '<exclusiveGateway id="g"/><endEvent id="f"/>', ways)


def test_conditions_for_every_answer_need_no_default() -> None:
    covered = _both('"primary"', '"secondary"')
    assert {each.code for each in found(covered, True, KNOWN) if each.severity == "error"} == set()


def test_conditions_that_leave_an_answer_out_need_one() -> None:
    lacking = around(
        ASK + '<exclusiveGateway id="g"/><endEvent id="f"/>', 's>t t>g g>e[phase = "primary"] g>f[about = "no"]'
    )
    assert "PW-304" in {each.code for each in found(lacking, True, KNOWN)}
