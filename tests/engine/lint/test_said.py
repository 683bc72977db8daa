"""PW-744: times that are made of answers."""

from __future__ import annotations

from typing import Any

import pytest

from engine.lint import Known
from tests.engine.lint.drawing import Case, around, found, prove
from tests.engine.lint.test_decided import OPTIONAL, REQUIRED, _choice, _known, _number

UNIT = _choice("unit", "days", "working days", **REQUIRED)
LENGTH = _number("length", min=1)
KNOWN = _known(OPTIONAL, UNIT, LENGTH)
ASK = '<userTask id="a" name="Ask" camunda:formKey="f" camunda:candidateGroups="seo"/>'


def _waits(text: str = '= string(length) + " " + unit') -> str:
    """A timer of a period that a form gave."""
    timer = f"<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>"
    return around(f'{ASK}<intermediateCatchEvent id="t">{timer}</intermediateCatchEvent>', "s>a a>t t>e")


def _with(*changed: dict[str, Any]) -> Known:
    asked = {each["key"]: each for each in (UNIT, LENGTH, *changed)}
    return _known(*asked.values())


CASES = [
    Case("PW-744", _waits("= note"), _waits(), strict=True, known=KNOWN),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_said(case: Case) -> None:
    prove(case)


NO_TIMES = [
    (_choice("unit", "days", "hours", **REQUIRED), "1 hours"),
    (_choice("unit", "days", "calendar days", **REQUIRED), "1 calendar days"),
    (_number("length", min=0), "0 days"),
    ({**_number("length", min=1), "decimalDigits": 1}, "2.5 days"),
]


@pytest.mark.parametrize(("question", "time"), NO_TIMES, ids=[time for _, time in NO_TIMES])
def test_answers_that_make_no_time_are_named(question: dict[str, Any], time: str) -> None:
    [said] = [one.message for one in found(_waits(), True, _with(question)) if one.code == "PW-744"]
    assert f'"{time}"' in said


def test_free_text_is_no_time() -> None:
    free = {"type": "textfield", "id": "F_note", "key": "note", "label": "When?", "validate": {"required": True}}
    [said] = [one.message for one in found(_waits("= note"), True, _with(free)) if one.code == "PW-744"]
    assert 'made of "note", which anything can be written in' in said
