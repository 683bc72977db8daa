"""PW-735: an answer that a form keeps to roles is not copied to where it is kept to nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.forms import load_form
from engine.lint import Known
from tests.engine.lint.drawing import Case, draw, found, prove


def _form(*questions: dict[str, Any]) -> Any:
    return load_form(json.dumps({"components": [{"type": "textfield", "label": "X", **each} for each in questions]}))


def _kept(key: str, to: str = "seo", **more: str) -> dict[str, Any]:
    return {"key": key, "properties": {"confidential": to, **more}}


OPEN = {"key": "plain"}
FORMS = {
    "f": _form(_kept("secret"), OPEN, _kept("for_now", confidentialUntil='= plain = "open"')),
    "again": _form({"key": "secret"}),
    "filled": _form({"key": "repeated", "defaultValue": "=secret"}),
    "kept": _form(_kept("made")),
    "wider": _form(_kept("made", "seo, head")),
    "open": _form({"key": "other"}),
}
KNOWN = Known(forms=FORMS, roles=frozenset({"seo", "head"}), decisions={}, settings={})


def _drawn(between: str, form: str = "open") -> str:
    """A task that asks, something that works with the answers, and another task."""
    body = (
        '<startEvent id="s"/><userTask id="t" name="Ask" camunda:formKey="f" camunda:candidateGroups="seo"/>'
        f'{between}<userTask id="u" name="Go on" camunda:formKey="{form}" camunda:candidateGroups="seo"/><endEvent id="e"/>'
    )
    return draw(body, "s>t t>m m>u u>e")


def _script(text: str, result: str = 'camunda:resultVariable="made"') -> str:
    return f'<scriptTask id="m" scriptFormat="feel" {result}><script>= {text}</script></scriptTask>'


def _output(name: str) -> str:
    given = f'<camunda:outputParameter name="made">= {name}</camunda:outputParameter>'
    return (
        f'<task id="m"><extensionElements><camunda:inputOutput>{given}</camunda:inputOutput></extensionElements></task>'
    )


def _category(name: str, reason: str = "plain") -> str:
    given = f'<camunda:inputParameter name="category">= {name}</camunda:inputParameter>'
    given += f'<camunda:inputParameter name="reason">= {reason}</camunda:inputParameter>'
    inner = f"<extensionElements><camunda:inputOutput>{given}</camunda:inputOutput></extensionElements>"
    return f'<serviceTask id="m" camunda:type="external" camunda:topic="category">{inner}</serviceTask>'


def _task(who: str) -> str:
    return f'<userTask id="m" camunda:formKey="open" {who}/>'


NOTHING = '<task id="m"/>'
ASKED = 'camunda:candidateGroups="seo" camunda:assignee="= {}"'

CASES = [
    Case("PW-735", _drawn(bad), _drawn(good), strict=True, known=KNOWN)
    for bad, good in (
        (_script('"So: " + secret'), _script('"So: " + plain')),
        (_script("{made: secret}", ""), _script("{made: plain}", "")),
        (_output("secret"), _output("plain")),
        (_category("secret"), _category("plain")),
        (_category("plain", "secret"), _category("plain")),
        (_task(ASKED.format("secret")), _task(ASKED.format("plain"))),
        (_task('camunda:candidateGroups="= secret"'), _task('camunda:candidateGroups="seo"')),
    )
] + [Case("PW-735", _drawn(NOTHING, form), _drawn(NOTHING), strict=True, known=KNOWN) for form in ("again", "filled")]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize(("form", "warned"), [("kept", False), ("wider", True), ("open", True)])
def test_a_copy_may_be_kept_to_the_same_roles_and_to_no_more(form: str, warned: bool) -> None:
    drawn = _drawn(_script("secret"), form)
    assert ("PW-735" in {one.code for one in found(drawn, True, KNOWN)}) is warned


def test_what_becomes_open_may_be_copied() -> None:
    assert "PW-735" not in {one.code for one in found(_drawn(_script("for_now")), True, KNOWN)}


def test_it_refuses_nothing() -> None:
    [one] = [one for one in found(_drawn(_script("secret")), True, KNOWN) if one.code == "PW-735"]
    assert (one.severity, one.message) == ("warning", 'The variable "made" says "secret", which its form keeps to seo.')
