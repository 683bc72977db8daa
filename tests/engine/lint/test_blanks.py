"""PW-746: a text for people that one unanswered question would make null."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.feel import Feel
from engine.lint import Known
from engine.lint.bundle import check_bundle, read_bundle
from tests.engine.lint.drawing import Case, around, prove
from tests.engine.lint.test_variables import KNOWN, _form, _radio

REQUIRED: dict[str, Any] = {"validate": {"required": True}}
WHY: dict[str, Any] = {"type": "textarea", "id": "Field_why", "key": "why", "label": "Why?"}
HIDDEN = {**WHY, **REQUIRED, "conditional": {"hide": '=kind = "none"'}}
KIND = {**_radio("kind", "none", "notice"), **REQUIRED}
ASK = '<userTask id="t" name="Decide" camunda:formKey="here/ask" camunda:candidateGroups="seo"/>'


def drawn(text: str, condition: str = "") -> str:
    """A text that is told after a question, or where a condition held."""
    told = f'<camunda:inputParameter name="text">{text}</camunda:inputParameter>'
    given = '<camunda:inputParameter name="to">seo</camunda:inputParameter><camunda:inputParameter name="subject">Now</camunda:inputParameter>'
    send = (
        '<sendTask id="n" name="Tell" camunda:type="external" camunda:topic="notify"><extensionElements>'
        f"<camunda:inputOutput>{given}{told}</camunda:inputOutput></extensionElements></sendTask>"
    )
    gateway = '<exclusiveGateway id="g" name="Which?" default="g_f"/><endEvent id="f"/>' if condition else ""
    flows = f"s>t t>g g>n[{condition}] g>f n>e" if condition else "s>t t>n n>e"
    return around(ASK + gateway + send, flows)


def asking(why: dict[str, Any]) -> Known:
    return replace(KNOWN, forms={"here/ask": _form(KIND, why)})


def told(text: str, why: dict[str, Any], condition: str = "") -> list[str]:
    """The warnings about such a text."""
    bundle = read_bundle({"p.bpmn": drawn(text, condition).encode()}, "here", True, Feel.shared())
    found = check_bundle(bundle, asking(why), Feel.shared(), True)
    return [one.message for one in found if one.code == "PW-746"]


BLANK, SAID = '= "Because: " + why', '= "Because: " + (if why = null then "nothing" else why)'
CASES = [
    Case("PW-746", drawn(BLANK), drawn(SAID), strict=True, known=asking(WHY)),
    Case("PW-746", drawn(BLANK), drawn(BLANK, 'kind = "notice"'), strict=True, known=asking(HIDDEN)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_blanks(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize(
    ("why", "said"),
    [(WHY, "need not be answered"), (HIDDEN, "can be hidden on a way here")],
    ids=["optional", "hidden"],
)
def test_a_text_that_says_what_may_be_blank_is_warned_of(why: dict[str, Any], said: str) -> None:
    [found] = told('= "Because: " + why', why)
    assert found.endswith(f'its question "Why?" {said}: without an answer the whole text is null.')


@pytest.mark.parametrize(
    "text",
    [
        '= "Because: " + (if why = null then "" else why)',
        '= "Because: " + (if kind = "none" then "nothing" else why)',
        '= "Because: " + kind',
        '= "Because: " + string join([why], "")',
        "Because of it.",
    ],
)
def test_a_text_that_does_without_is_left_alone(text: str) -> None:
    assert told(text, HIDDEN) == []


def test_a_required_question_is_answered() -> None:
    assert told('= "Because: " + why', {**WHY, **REQUIRED}) == []


def test_where_the_way_here_says_that_it_was_asked_it_was_answered() -> None:
    assert told('= "Because: " + why', HIDDEN, 'kind = "notice"') == []


def test_where_the_way_here_says_that_it_was_hidden_it_is_blank() -> None:
    assert len(told('= "Because: " + why', HIDDEN, 'kind = "none"')) == 1
