"""What the engine finds is shown in the words of the modeller's panel."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests.webapp.conftest import ROOT, Browser
from webapp.found import LABELS, worded

KNOWN: dict[str, dict[str, str]] = json.loads(LABELS.read_text(encoding="utf-8"))
NAMES = sorted(KNOWN["attributes"])
CAMEL = [name for name in NAMES if name != name.lower()]


def texts() -> Iterator[str]:
    """All that the lint's modules may say, with a word for each part that is filled in."""
    for file in sorted((ROOT / "engine/lint").glob("**/*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        skipped = set(_not_said(nodes))
        yield from (_text(each) for each in nodes if id(each) not in skipped)


def _not_said(nodes: list[ast.AST]) -> Iterator[int]:
    """Docstrings, and the parts of what is put together."""
    yield from (id(each.value) for each in nodes if isinstance(each, ast.Expr))
    yield from (id(part) for each in nodes if isinstance(each, ast.JoinedStr) for part in each.values)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "this" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) and str(node.value).endswith(".") else ""


SAID = sorted(set(texts()))


def technical(text: str) -> list[str]:
    """The attributes and properties with a field of the panel that a sentence names."""
    outside = re.sub(r'"[^"]*"|“[^”]*”', "", text)
    found = re.findall(r'camunda:(\w+)|propert(?:y|ies) "?(\w+)"?', text)
    bare = [name for name in CAMEL if re.search(rf"(?<![\w.]){name}(?![\w.(])", outside)]
    return [name for pair in found for name in pair if name in KNOWN["attributes"]] + bare


def test_the_lint_has_what_is_to_be_worded() -> None:
    assert sum(bool(technical(text)) for text in SAID) > 20


@pytest.mark.parametrize("text", [text for text in SAID if technical(text)])
def test_no_finding_names_an_attribute_that_the_panel_has_a_field_for(text: str) -> None:
    assert technical(worded(text)) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["camunda:{} is not carried out.", 'its property {} is "soon".', 'its property "{}" does nothing.']
)
def test_each_field_is_named_by_its_label(name: str, text: str) -> None:
    assert f"“{KNOWN['attributes'][name]}”" in worded(text.format(name))


def test_what_a_diagram_says_stays_as_it_says_it() -> None:
    assert worded('there is no role "dueDate", and settings.dueDate is none.') == (
        'there is no role "dueDate", and settings.dueDate is none.'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Fill in camunda:candidateGroups (role ids) or camunda:assignee.",
            "Fill in “Roles whose task it is” or “One person, by user name”.",
        ),
        ('keepFor is "a", which is no duration: x.', '“Waits for its case” is "a", which is no duration: x.'),
        ('the topic notify needs the parameter "to".', "the topic notify needs “Roles that are told”."),
        ("Name school in camunda:in too.", "Name school in “Is given” too."),
    ],
)
def test_in_the_panel_s_words(text: str, said: str) -> None:
    assert worded(text) == said


def test_the_modeller_is_told_in_these_words(browser: Browser) -> None:
    xml = (ROOT / "processes/barnsley/barnsley-escalation.bpmn").read_text(encoding="utf-8")
    without = re.sub(r' camunda:formKey="[^"]*"', "", xml)
    sent = {"xml": without, "file": "barnsley-escalation.bpmn", "drawn": True}
    found = browser.sign_in("process-owner").client.post("/api/check", json=sent).get_json()["findings"]
    remedies = {each["remedy"] for each in found}
    assert "Fill in “Form”: authority/name." in remedies
    assert not [each for each in found if technical(f"{each['message']} {each['remedy']}")]
