"""PW-731 to PW-733: nobody is not everybody."""

from __future__ import annotations

import pytest

from engine.lint import Known
from tests.engine.lint.drawing import Case, around, found, inputs, prove

KNOWN = Known(forms={"f": None}, roles=frozenset({"seo", "clerk"}))
PEOPLE = Known(forms={"f": None}, roles=frozenset({"seo", "clerk"}), people=frozenset({"sam@example.org"}))


def _task(attributes: str) -> str:
    return around(f'<userTask id="t" name="T" camunda:formKey="f" {attributes}/>')


def _groups(text: str) -> str:
    return _task(f'camunda:candidateGroups="{text.replace(chr(34), "&quot;")}"')


def _told(to: str) -> str:
    given = inputs(to=to, subject="S", text="T")
    return around(f'<sendTask id="t" camunda:type="external" camunda:topic="notify">{given}</sendTask>')


EMPTY = [
    "= []",
    '= ""',
    '= if school.aided then ["seo"] else []',
    '= if school.aided then "seo" else ""',
    '= if school.aided then "seo" else null',
    '= concatenate(if school.aided then ["seo"] else [], [])',
    '= string join(if school.aided then ["seo"] else [], ",")',
    '= (if school.aided then "seo" else "") + (if school.closed then ",clerk" else "")',
]
NAMED = [
    '= if school.aided then ["seo"] else ["clerk"]',
    '= concatenate(["seo"], if school.aided then ["clerk"] else [])',
    '= "seo" + (if school.aided then ",clerk" else "")',
    '= string join(concatenate(["seo"], if school.aided then ["clerk"] else []), ",")',
]
CASES = [
    *(Case("PW-731", _groups(text), _groups(NAMED[0]), strict=True, known=KNOWN) for text in EMPTY),
    *(Case("PW-731", _told(text), _told(NAMED[1]), strict=True, known=KNOWN) for text in EMPTY),
    Case(
        "PW-732",
        _task('camunda:assignee="sma@example.org"'),
        _task('camunda:assignee="sam@example.org"'),
        strict=True,
        known=PEOPLE,
    ),
    Case("PW-733", _task('camunda:assignee="secy"'), _groups("seo"), strict=True, known=KNOWN),
    Case(
        "PW-733",
        _task('camunda:assignee="secy" camunda:candidateGroups="seo"'),
        _groups("seo"),
        strict=True,
        known=KNOWN,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nobody(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize("text", NAMED)
def test_what_always_names_somebody_is_right(text: str) -> None:
    assert "PW-731" not in {each.code for each in found(_groups(text), strict=True, known=KNOWN)}
    assert "PW-731" not in {each.code for each in found(_told(text), strict=True, known=KNOWN)}


def test_who_is_meant_is_said() -> None:
    [one] = [each for each in found(_task('camunda:assignee="sma@example.org"'), True, PEOPLE) if each.code == "PW-732"]
    assert one.remedy == "Did you mean sam@example.org?"
