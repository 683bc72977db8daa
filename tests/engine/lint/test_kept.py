"""PW-734: a notification quotes no answer that a form keeps from those whom it tells, whichever way the answer came there."""

from __future__ import annotations

import json

import pytest

from engine.forms import load_form
from engine.lint import Known
from tests.engine.lint.drawing import Case, draw, found, inputs, prove

FORM = {
    "components": [
        {"type": "textfield", "key": "secret", "label": "Secret", "properties": {"confidential": "seo"}},
        {
            "type": "textfield",
            "key": "for_now",
            "label": "For now",
            "properties": {"confidential": "seo", "confidentialUntil": '= plain = "open"'},
        },
        {"type": "textfield", "key": "plain", "label": "Plain"},
        {"type": "textfield", "key": "repeated", "label": "Again", "defaultValue": "=secret"},
    ]
}
KNOWN = Known(forms={"f": load_form(json.dumps(FORM))}, roles=frozenset({"seo", "head"}), decisions={}, settings={})
PLAIN = '"There is something to read."'


def _drawn(said: str, between: str = "", to: str = "head", name: str = "text") -> str:
    """A task that asks, something that works with the answers, and a notification."""
    given = {"subject": "S", "text": "T"} | {"to": to, name: f"= {said}".replace('"', "&quot;")}
    body = (
        '<startEvent id="s"/><userTask id="t" name="Ask" camunda:formKey="f" camunda:candidateGroups="seo"/>'
        f'{between or NOTHING}<sendTask id="n" name="Tell" camunda:type="external" camunda:topic="notify">{inputs(**given)}'
        '</sendTask><endEvent id="e"/>'
    )
    return draw(body, "s>t t>m m>n n>e")


NOTHING = '<task id="m"/>'


def _script(text: str, result: str = 'camunda:resultVariable="made"') -> str:
    return f'<scriptTask id="m" scriptFormat="feel" {result}><script>= {text}</script></scriptTask>'


def _output(text: str) -> str:
    given = f'<camunda:inputOutput><camunda:outputParameter name="made">{text}</camunda:outputParameter></camunda:inputOutput>'
    return f'<task id="m"><extensionElements>{given}</extensionElements></task>'


WAYS = [
    ("secret", ""),
    ('"It says: " + secret + "."', ""),
    ('if plain = "x" then "Y" else upper case(secret)', ""),
    ("made", _script('"So: " + secret')),
    ("made", _script("{made: secret}", "")),
    ("made", _output("= secret")),
    ("repeated", ""),
]


CASES = [
    *(Case("PW-734", _drawn(*way), _drawn(PLAIN, way[1]), strict=True, known=KNOWN) for way in WAYS),
    *(
        Case("PW-734", _drawn("secret", name=name), _drawn("plain", name=name), strict=True, known=KNOWN)
        for name in ("subject", "text")
    ),
    # Who may read the answer may be told it.
    Case("PW-734", _drawn("secret", to="head, seo"), _drawn("secret", to="seo"), strict=True, known=KNOWN),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    prove(case)


def test_roles_that_an_expression_may_name_are_meant_too() -> None:
    to = '= if plain = "" then ["seo"] else ["head"]'.replace('"', "&quot;")
    assert "PW-734" in {one.code for one in found(_drawn("secret", to=to), True, KNOWN)}


def test_a_word_in_quotation_marks_and_a_field_of_something_else_are_no_names() -> None:
    drawn = _drawn('"secret " + school.secret')
    assert "PW-734" not in {one.code for one in found(drawn, True, KNOWN)}


def test_what_becomes_open_is_judged_when_the_case_runs() -> None:
    assert "PW-734" not in {one.code for one in found(_drawn("for_now"), True, KNOWN)}


def test_it_says_what_is_kept_from_whom() -> None:
    [fault] = [one for one in found(_drawn("secret"), True, KNOWN) if one.code == "PW-734"]
    assert 'The parameter text quotes "secret", which its form keeps from head.' in fault.message
