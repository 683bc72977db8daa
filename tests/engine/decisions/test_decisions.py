"""Decisions: what a decision requires, boxed expressions, what is read and refused, and shapes of a result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.decisions import evaluate, map_result, parse_decisions
from engine.errors import DecisionFailed, DecisionRefused, DiagramRefused
from engine.feel import Feel
from tests.engine.decisions.tables import DMN, NOW, decide, dmn, literal, model, needs, table, text

HERE = Path(__file__).parent / "dmn"

# -- decisions that require others ----------------------------------------------------------------------------

SUPPORT = (HERE / "support-level.dmn").read_bytes()


@pytest.mark.parametrize(
    ("grades", "visit", "phase", "level", "visits"),
    [
        ([1, 2], "2026-09-01", "primary", "universal", 1),
        ([1, 3], "2026-09-01", "primary", "targeted", 3),
        ([1, 3], "2026-09-01", "secondary", "targeted", 4),
        ([1, 4], "2026-09-01", "secondary", "intensive", 6),
        ([1, 1], "2025-01-01", "special", "targeted", 4),
    ],
)
def test_a_requirements_diagram(feel: Feel, grades: list[int], visit: str, phase: str, level: str, visits: int) -> None:
    decisions = parse_decisions(SUPPORT, "support-level.dmn", feel)
    given = {"inspection grades": grades, "last visit": visit, "school": {"phase": phase}}
    assert evaluate("support_level", given, feel, decisions, NOW) == {"level": level, "visits": visits}


def test_a_requirements_diagram_checks_its_inputs(feel: Feel) -> None:
    decisions = parse_decisions(SUPPORT, "support-level.dmn", feel)
    given = {"inspection grades": [1], "last visit": "2026-09-01", "school": {"phase": "nursery"}}
    with pytest.raises(DecisionFailed, match="'nursery', which is not among"):
        evaluate("support_level", given, feel, decisions, NOW)
    with pytest.raises(DecisionFailed, match=r'Months since visit.*input "last visit" is the text'):
        evaluate("support_level", {**given, "last visit": "long ago"}, feel, decisions, NOW)


def test_a_required_tables_one_output_is_its_value(feel: Feel) -> None:
    body = table("COLLECT", "g -> n", "> 0 -> 1", "> 1 -> 2", key="t") + literal("sum(t)", inside=needs("t"))
    assert decide(feel, body, g=5) == 3
    body = table("FIRST", "g -> n , m", "> 0 -> 1 , 2", key="t") + literal("t.n + t.m", inside=needs("t"))
    assert decide(feel, body, g=5) == 3


def test_what_is_required_twice_is_decided_once(feel: Feel) -> None:
    layers = literal("1", "l0") + "".join(literal(f"l{n} + l{n}", f"l{n + 1}", needs(f"l{n}") * 2) for n in range(40))
    assert decide(feel, layers + literal("l40", inside=needs("l40"))) == 2**40


def test_a_decision_that_is_not_there_is_an_error(feel: Feel) -> None:
    with pytest.raises(DecisionFailed, match="not deployed"):
        evaluate("other", {}, feel, {})


# -- boxed expressions and knowledge models -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "result"),
    [
        ("in_steps", 181),
        ("as_context", {"a": 1, "b": [1, 100]}),
        ("as_relation", [{"name": "Ali", "age": 9}, {"name": "Bea", "age": 100}]),
        ("conditional", "much"),
        ("invoking", "top"),
    ],
)
def test_boxed_expressions(feel: Feel, key: str, result: Any) -> None:
    decisions = parse_decisions((HERE / "boxes.dmn").read_bytes(), "boxes.dmn", feel)
    assert evaluate(key, {"gross": 100}, feel, decisions) == result


def test_a_knowledge_model_sees_its_parameters_only(feel: Feel) -> None:
    peeping = model("m", "x", text("literalExpression", "secret"))
    assert decide(feel, peeping + literal("m(1)", inside=needs("m", "Knowledge")), secret=1) is None


def test_knowledge_models_call_each_other(feel: Feel) -> None:
    body = (
        model("double it", "n", text("literalExpression", "n * 2"))
        + model("quad", "n", text("literalExpression", "double it(double it(n))"), needs("double it", "Knowledge"))
        + literal("quad(n: 3)", inside=needs("quad", "Knowledge"))
    )
    assert decide(feel, body) == 12


def test_a_literal_decision_is_of_its_variables_type(feel: Feel) -> None:
    typed = '<variable name="d" typeRef="number"/>'
    assert decide(feel, literal("1 + 1", inside=typed)) == 2
    with pytest.raises(DecisionFailed, match="its result is the text"):
        decide(feel, literal('"a"', inside=typed))


def test_an_expression_that_fails_names_its_decision(feel: Feel) -> None:
    with pytest.raises(DecisionFailed, match=r'"d".*function or a range'):
        decide(feel, literal("[1..9]"))
    with pytest.raises(DecisionFailed, match=r'"d".*too much time'):
        decide(feel, table("FIRST", "g -> a", "? in (for i in 1..1000000000 return i) -> 1"), g=1)


# -- reading --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        DMN,
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_the_versions_of_dmn_that_are_read(feel: Feel, namespace: str) -> None:
    assert list(parse_decisions(dmn(literal("1"), namespace), "a.dmn", feel)) == ["d"]


def test_feel_by_any_of_its_names(feel: Feel) -> None:
    for language in (
        "feel",
        "FEEL",
        "http://www.omg.org/spec/FEEL/20140401",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
    ):
        parse_decisions(dmn(literal("1"), attributes=f'expressionLanguage="{language}"'), "a.dmn", feel)


ONE = table("UNIQUE", "g -> a", "1 -> 2")
REFUSED = [
    (dmn(literal("1"), "http://www.omg.org/spec/DMN/20151101/dmn.xsd"), "not DMN 1.2"),
    (b"<definitions/>", "not DMN"),
    (dmn('<decision id="d" name="d"/>'), "holds no logic"),
    (dmn("<decision/>"), "it has no id"),
    (dmn(literal("1") * 2), "its id is used twice"),
    (dmn(literal("")), "its expression is empty"),
    (dmn(literal("1 +")), "ends too early"),
    (dmn(literal("a == 1")), "is no comparison"),
    (dmn(literal("1").replace("Expression>", 'Expression expressionLanguage="juel">', 1)), 'written in "juel"'),
    (dmn(literal("1"), attributes='expressionLanguage="javascript"'), "only FEEL"),
    (dmn('<decisionService id="s" name="s"/>'), "it has no output decision"),
    (
        dmn('<decisionService id="s" name="s"><outputDecision href="#x"/></decisionService>'),
        '"x" is no decision of this file',
    ),
    (
        dmn(
            literal("1")
            + '<decisionService id="s"><outputDecision href="#d"/><inputDecision href="#d"/></decisionService>'
        ),
        "make it input data",
    ),
    (
        dmn(literal("1") + '<decisionService id="d"><outputDecision href="#d"/></decisionService>'),
        "its id is used twice",
    ),
    (dmn('<import namespace="x" importType="y"/>'), "import is not run"),
    (dmn('<decision id="d"><functionDefinition/></decision>'), "functionDefinition is not run"),
    (dmn('<decision id="d"><for/></decision>'), "does not name its iterator variable"),
    (dmn('<decision id="d"><some iteratorVariable="x"/></decision>'), 'it has no "in"'),
    (dmn('<decision id="d"><filter/></decision>'), 'it has no "in"'),
    (dmn(literal("1", inside=text("literalExpression", "2"))), "2 expressions, not one"),
    (dmn(literal("1", inside=needs("other"))), "no decision of this file"),
    (dmn(literal("1", inside=needs("d"))), "requires itself"),
    (dmn(literal("e", inside=needs("e")) + literal("d", "e", needs("d"))), "requires itself, by way of d, e"),
    (dmn(literal("1", inside=needs("d").replace("#d", "other.dmn#d"))), "in another file"),
    (dmn(literal("1", inside=needs("x", "Input"))), "no inputData of this file"),
    (dmn(literal("1", inside=needs("m", "Knowledge"))), "no businessKnowledgeModel"),
    (dmn(literal("1", inside='<variable name="v" typeRef="Unknown"/>')), 'type "Unknown" is not known'),
    (dmn('<itemDefinition name="A"><typeRef>A</typeRef></itemDefinition>'), "made of itself"),
    (dmn('<itemDefinition name="A"><typeRef>B</typeRef></itemDefinition>'), '"B" is not known'),
    (dmn(ONE.replace("UNIQUE", "MOST")), '"MOST" is not known'),
    (dmn(ONE.replace("UNIQUE", "unique")), "not known"),
    (dmn(ONE.replace('"UNIQUE"', '"FIRST" aggregation="SUM"')), "cannot be used with the hit policy FIRST"),
    (dmn(ONE.replace('"UNIQUE"', '"COLLECT" aggregation="MEAN"')), "cannot be used"),
    (dmn(ONE.replace('"UNIQUE"', '"PRIORITY"')), "needs the list of an output's values"),
    (dmn(table("COLLECT+SUM", "g -> a , b", "1 -> 2 , 3")), "exactly one output"),
    (dmn(table("UNIQUE", "g -> a , a", "1 -> 2 , 3")), "a name of its own"),
    (dmn(table("UNIQUE", "g -> a", "1 , 2 -> 3")), "2 and 1 cells"),
    (dmn(table("UNIQUE", "g -> a", "1 -> 3 , 4")), "1 and 2 cells"),
    (dmn(re.sub("<output.*?</output>", "", ONE).replace(text("outputEntry", "2"), "")), "no output"),
    (dmn(re.sub("<inputExpression.*?</inputExpression>", "", ONE)), "no input expression"),
    (dmn(table("UNIQUE", "g + -> a", "1 -> 2")), "ends too early"),
    (dmn(table("UNIQUE", "g -> a", "> -> 2")), "cannot be understood"),
    (dmn(table("UNIQUE", "g -> a", "1 -> (2")), "cannot be understood"),
    (dmn(table("UNIQUE", "g:Nothing -> a", "1 -> 2")), "not known"),
    (dmn(model("m", "x", "")), "holds no logic"),
    (dmn('<businessKnowledgeModel id="m" name="m"/>'), "holds no logic"),
    (dmn(model("m", "x", text("literalExpression", "1")).replace("Logic>", 'Logic kind="Java">', 1)), "Java"),
    (dmn(model("m", "x", text("literalExpression", "1"), needs("m", "Knowledge"))), "calls itself"),
    (dmn('<decision id="d"><invocation/></decision>'), "what it calls"),
    (
        dmn(f'<decision id="d"><invocation>{text("literalExpression", "abs")}</invocation></decision>'),
        "no business knowledge model",
    ),
    (
        dmn(
            '<decision id="d"><context><contextEntry><literalExpression><text>1</text></literalExpression></contextEntry>'
            '<contextEntry><variable name="a"/><literalExpression><text>1</text></literalExpression></contextEntry>'
            "</context></decision>"
        ),
        "must stand last",
    ),
    (dmn('<decision id="d"><relation><column name="a"/><row/></relation></decision>'), "a cell for each column"),
    (dmn('<decision id="d"><conditional/></decision>'), "an if, a then and an else"),
]


@pytest.mark.parametrize(("xml", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_what_is_not_run_rightly_is_refused(feel: Feel, xml: bytes, reason: str) -> None:
    with pytest.raises(DecisionRefused, match=re.escape(reason)) as caught:
        parse_decisions(xml, "a.dmn", feel)
    assert "a.dmn" in str(caught.value)
    assert re.search(r"\(line \d+\)", str(caught.value))


def test_a_call_in_feel_of_a_model_that_is_a_table_is_refused(feel: Feel) -> None:
    inner = re.search("<decisionTable.*</decisionTable>", ONE)
    assert inner is not None
    for call in ("m(1)", "1 + m (1)", "for x in [1] return m(x)"):
        body = model("m", "g", inner[0]) + literal(call, inside=needs("m", "Knowledge"))
        with pytest.raises(DecisionRefused, match='FEEL calls "m"'):
            parse_decisions(dmn(body), "a.dmn", feel)


def test_a_parameter_that_the_model_has_not_is_refused(feel: Feel) -> None:
    boxes = (HERE / "boxes.dmn").read_text().replace('parameter name="score"', 'parameter name="mark"')
    with pytest.raises(DecisionRefused, match='the parameter "mark", which it has not'):
        parse_decisions(boxes.encode(), "boxes.dmn", feel)


@pytest.mark.parametrize("length", [101, 5_000])
def test_a_chain_that_is_too_long_is_refused(length: int) -> None:
    chain = literal("1", "n0") + "".join(literal("1", f"n{n}", needs(f"n{n - 1}")) for n in range(1, length))
    with pytest.raises((DecisionRefused, DiagramRefused)):
        parse_decisions(dmn(chain), "a.dmn")


def test_unsafe_xml_is_refused() -> None:
    with pytest.raises(DiagramRefused):
        parse_decisions(b'<!DOCTYPE d [<!ENTITY a "b">]>' + dmn(literal("&a;")), "a.dmn")


# -- the shapes that a diagram may ask for --------------------------------------------------------------------

MAPPED = [
    ({"a": 1}, "singleEntry", 1),
    ([{"a": 1}], "singleEntry", 1),
    (None, "singleEntry", None),
    ([], "singleEntry", None),
    ({"a": 1, "b": 2}, "singleResult", {"a": 1, "b": 2}),
    ([{"a": 1, "b": 2}], "singleResult", {"a": 1, "b": 2}),
    (None, "singleResult", None),
    ([{"a": 1}, {"a": 2}], "collectEntries", [1, 2]),
    ({"a": 1}, "collectEntries", [1]),
    (None, "collectEntries", []),
    ([{"a": 1}, {"a": 2}], "resultList", [{"a": 1}, {"a": 2}]),
    ({"a": 1}, "resultList", [{"a": 1}]),
    (None, "resultList", []),
    (5, "singleEntry", 5),
    (5, "collectEntries", [5]),
    ("a", "", "a"),
    ({"a": 1}, "", 1),
    ({"a": 1, "b": 2}, "", {"a": 1, "b": 2}),
    ([{"a": 1}], "", [{"a": 1}]),
    (None, "", None),
]


@pytest.mark.parametrize(("result", "how", "mapped"), MAPPED)
def test_a_result_in_the_shape_that_is_asked_for(result: Any, how: str, mapped: Any) -> None:
    assert map_result(result, how) == mapped


@pytest.mark.parametrize(
    ("result", "how"),
    [
        ([{"a": 1}, {"a": 2}], "singleEntry"),
        ([{"a": 1}, {"a": 2}], "singleResult"),
        ({"a": 1, "b": 2}, "singleEntry"),
        ([{"a": 1, "b": 2}], "collectEntries"),
    ],
)
def test_a_result_that_does_not_fit_the_shape_is_an_error(result: Any, how: str) -> None:
    with pytest.raises(DecisionFailed, match="the diagram wants one"):
        map_result(result, how)
