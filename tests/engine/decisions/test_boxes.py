"""Boxed filters and iterations of DMN 1.4, and decision services: their values are those of the same in FEEL."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decisions import evaluate, parse_decisions
from engine.feel import Feel

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/" id="f" name="f" namespace="http://example.org/dmn">'


def feel_text(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<literalExpression><text>{escaped}</text></literalExpression>"


def box(kind: str, source: str, part: str, body: str, name: str = "each one") -> str:
    named = "" if kind == "filter" else f' iteratorVariable="{name}"'
    return f"<{kind}{named}><in>{source}</in><{part}>{body}</{part}></{kind}>"


def decided(feel: Feel, body: str, key: str = "d", **variables: Any) -> Any:
    decisions = parse_decisions(f"{HEAD}{body}</definitions>".encode(), "a.dmn", feel)
    return evaluate(key, variables, feel, decisions)


def decision(body: str, key: str = "d", name: str = "d") -> str:
    return f'<decision id="{key}" name="{name}">{body}</decision>'


ROWS = [{"n": 1, "ok": True}, {"n": 2, "ok": False}, {"n": 3, "ok": None}]
FILTERS = [
    ("ok", [ROWS[0]]),
    ("n > 1", ROWS[1:]),
    ("item.n + 0 = 2", [ROWS[1]]),
    ("n > least", [ROWS[2]]),
    ('"yes"', []),
]


@pytest.mark.parametrize(("match", "result"), FILTERS)
def test_a_filter_keeps_the_items_for_which_its_condition_is_true(feel: Feel, match: str, result: Any) -> None:
    body = box("filter", feel_text("rows"), "match", feel_text(match))
    assert decided(feel, decision(body), rows=ROWS, least=2) == result


ITERATIONS = [
    ("for", "[1, 2, 3]", "each one * by", [10, 20, 30]),
    ("for", "[1, 2, 3]", "count(partial)", [0, 1, 2]),
    ("for", "[]", "each one", []),
    ("for", "null", "each one", None),
    ("for", "5", "each one", None),
    ("some", "[1, 2, 3]", "each one > 2", True),
    ("some", "[1, 2, 3]", "each one > by", False),
    ("some", "[1, null]", "each one > by", None),
    ("some", "[11, null]", "each one > by", True),
    ("some", "[]", "true", False),
    ("every", "[1, 2, 3]", "each one > 0", True),
    ("every", "[1, null]", "each one > 0", None),
    ("every", "[1, null]", "each one > by", False),
    ("every", "[]", "false", True),
]


@pytest.mark.parametrize(("kind", "source", "body", "result"), ITERATIONS)
def test_an_iteration_goes_through_a_list(feel: Feel, kind: str, source: str, body: str, result: Any) -> None:
    part = "return" if kind == "for" else "satisfies"
    made = box(kind, feel_text(source), part, feel_text(body))
    assert decided(feel, decision(made), by=10) == result


def test_boxes_stand_in_one_another(feel: Feel) -> None:
    inner = box("for", feel_text("row"), "return", feel_text("cell * 2"), "cell")
    outer = box("for", feel_text("[[1, 2], [3]]"), "return", inner, "row")
    assert decided(feel, decision(outer)) == [[2, 4], [6]]


SERVICE = decision(feel_text("given * 2"), "twice", "twice it") + decision(
    '<informationRequirement><requiredDecision href="#twice"/></informationRequirement>' + feel_text("twice it + 1"),
    "more",
)  # the second requires the first, which the service keeps to itself


def test_a_decision_service_gives_the_value_of_its_output_decision(feel: Feel) -> None:
    service = (
        '<decisionService id="s"><outputDecision href="#more"/><encapsulatedDecision href="#twice"/></decisionService>'
    )
    assert decided(feel, SERVICE.replace('name="d"', 'name="more"') + service, "s", given=4) == 9


def test_a_decision_service_with_several_outputs_gives_them_by_name(feel: Feel) -> None:
    service = '<decisionService id="s"><outputDecision href="#twice"/><outputDecision href="#more"/></decisionService>'
    found = decided(feel, SERVICE.replace('name="d"', 'name="more"') + service, "s", given=4)
    assert found == {"twice it": 8, "more": 9}
