"""Decision tables: hit policies, and the types of inputs and outputs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.decisions import evaluate, parse_decisions
from engine.errors import DecisionFailed
from engine.feel import Feel
from tests.engine.decisions.tables import decide, dmn, table, text

# -- hit policies ---------------------------------------------------------------------------------------------


def graded(policy: str, output: str = "grade") -> str:
    rules = ('[1..2] -> "good"', '3 -> "weak" # first', '[3..4] -> "poor" # second', '4 -> "poor"')
    return table(policy, f"g -> {output}", *rules)


def test_unique_gives_the_one_rule_that_is_hit(feel: Feel) -> None:
    assert decide(feel, graded("UNIQUE"), g=1) == {"grade": "good"}


def test_unique_is_the_default(feel: Feel) -> None:
    with pytest.raises(DecisionFailed):
        decide(feel, graded("UNIQUE").replace('hitPolicy="UNIQUE"', ""), g=3)


def test_unique_hit_twice_names_the_rules(feel: Feel) -> None:
    with pytest.raises(DecisionFailed, match=r'"d".*rule 2 \("first"\) and rule 3 \("second"\)'):
        decide(feel, graded("UNIQUE"), g=3)


def test_any_gives_what_all_agree_on(feel: Feel) -> None:
    assert decide(feel, graded("ANY"), g=4) == {"grade": "poor"}


def test_any_fails_when_they_do_not(feel: Feel) -> None:
    with pytest.raises(DecisionFailed, match=r"rule 2 .* and rule 3 .* different results"):
        decide(feel, graded("ANY"), g=3)


def test_first_gives_the_first(feel: Feel) -> None:
    assert decide(feel, graded("FIRST"), g=3) == {"grade": "weak"}


def test_priority_gives_the_most_important(feel: Feel) -> None:
    assert decide(feel, graded("PRIORITY", 'grade="poor", "weak", "good"'), g=3) == {"grade": "poor"}
    assert decide(feel, graded("PRIORITY", 'grade="weak", "poor", "good"'), g=3) == {"grade": "weak"}


def test_priority_counts_the_outputs_from_the_left(feel: Feel) -> None:
    body = table("PRIORITY", 'g -> a=2, 1 , b="y", "x"', '- -> 1 , "y"', '- -> 2 , "x"', '- -> 2 , "y"')
    assert decide(feel, body, g=0) == {"a": 2, "b": "y"}


def test_rule_order_gives_all_in_the_order_of_the_rules(feel: Feel) -> None:
    assert decide(feel, graded("RULE ORDER"), g=3) == [{"grade": "weak"}, {"grade": "poor"}]


def test_output_order_gives_all_in_the_order_of_the_values(feel: Feel) -> None:
    body = graded("OUTPUT ORDER", 'grade="poor", "weak", "good"')
    assert decide(feel, body, g=3) == [{"grade": "poor"}, {"grade": "weak"}]


def test_collect_gives_all(feel: Feel) -> None:
    assert decide(feel, graded("COLLECT"), g=4) == [{"grade": "poor"}, {"grade": "poor"}]


@pytest.mark.parametrize(("how", "result"), [("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3)])
def test_collect_makes_one_number_of_them(feel: Feel, how: str, result: int) -> None:
    body = table(f"COLLECT+{how}", "g -> n", "> 1 -> 1", "> 2 -> 2", "> 3 -> g - 1", "> 9 -> 100")
    assert decide(feel, body, g=4) == result


@pytest.mark.parametrize(("how", "result"), [("SUM", None), ("MIN", None), ("MAX", None), ("COUNT", 0)])
def test_of_nothing_there_is_no_sum(feel: Feel, how: str, result: int | None) -> None:
    assert decide(feel, table(f"COLLECT+{how}", "g -> n", "> 1 -> 1"), g=0) == result


def test_a_sum_needs_numbers(feel: Feel) -> None:
    with pytest.raises(DecisionFailed, match="SUM needs numbers"):
        decide(feel, table("COLLECT+SUM", "g -> n", "- -> 1", '- -> "two"'), g=0)


@pytest.mark.parametrize(
    ("policy", "result"),
    [("UNIQUE", None), ("ANY", None), ("FIRST", None), ("RULE ORDER", []), ("COLLECT", [])],
)
def test_no_rule_hit_gives_nothing(feel: Feel, policy: str, result: Any) -> None:
    assert decide(feel, graded(policy), g=9) == result


@pytest.mark.parametrize(
    ("policy", "several"), [("UNIQUE", False), ("FIRST", False), ("RULE ORDER", True), ("COLLECT", True)]
)
def test_no_rule_hit_gives_the_default(feel: Feel, policy: str, several: bool) -> None:
    row = {"a": 10, "b": None}
    body = table(policy, "g -> a|g + 1 , b", "< 5 -> 1 , 2")
    assert decide(feel, body, g=9) == ([row] if several else row)


def test_all_inputs_must_pass_and_all_outputs_are_given(feel: Feel) -> None:
    body = table("UNIQUE", "a , b + 1 -> x , y", '1 , > 5 -> "low" , a', '- , [1..5] -> "any" , b * 2')
    assert decide(feel, body, a=1, b=7) == {"x": "low", "y": 1}
    assert decide(feel, body, a=1, b=2) == {"x": "any", "y": 4}
    assert decide(feel, body, a=2, b=7) is None


def test_a_cell_may_ask_anything_of_its_value(feel: Feel) -> None:
    rules = ('not("a", "b") -> 1', "? = other -> 2", 'starts with(?, "b") -> 3', "null -> 4", "others -> 5")
    body = table("COLLECT", "v -> n", *rules)
    found = [decide(feel, body, v=v, other="a", others=["a", "z"]) for v in ("a", "b", "z", None)]
    assert [[row["n"] for row in rows] for rows in found] == [[2, 5], [3], [1, 5], [1, 4]]


def test_an_output_without_text_is_null(feel: Feel) -> None:
    assert decide(feel, table("UNIQUE", "g -> a , b", "- -> 1 , "), g=0) == {"a": 1, "b": None}


def test_a_table_needs_no_input(feel: Feel) -> None:
    assert decide(feel, table("UNIQUE", " -> a", " -> today()")) == {"a": date(2026, 10, 14)}


def test_a_nameless_output_is_called_after_the_decision(feel: Feel) -> None:
    assert decide(feel, table("UNIQUE", "g -> ", "- -> 1"), g=0) == {"d": 1}


def test_a_table_asks_v8_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    feel = Feel()
    asked: list[str] = []
    call = feel._call
    monkeypatch.setattr(feel, "_call", lambda request, text: asked.append(text) or call(request, text))
    rules = [f'{number} , > {number} -> {number} , "x{number}"' for number in range(200)]
    found = evaluate("d", {"g": 7, "h": 9}, feel, parse_decisions(dmn(table("FIRST", "g , h -> a , b", *rules)), "a"))
    assert found == {"a": 7, "b": "x7"}
    assert len(asked) == 3
    feel.close()


# -- types ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("number", 3, "3"),
        ("integer", 3, "3"),
        ("string", "3", '"3"'),
        ("boolean", True, "true"),
        ("date", "2026-10-14", '@"2026-10-14"'),
        ("date", date(2026, 10, 14), '< @"2026-12-01"'),
        ("dateTime", "2026-10-14T09:00:00", '@"2026-10-14T09:00:00"'),
        ("time", "09:00:00", '< @"10:00:00"'),
        ("dayTimeDuration", "P2D", '> @"PT1H"'),
        ("feel:string", "a", '"a"'),
        ("Any", [1], "list contains(?, 1)"),
        ("number", None, "null"),
    ],
)
def test_an_input_is_of_its_type(feel: Feel, kind: str, value: Any, cell: str) -> None:
    body = table("UNIQUE", "v -> r", f"{cell} -> true").replace('typeRef=""', f'typeRef="{kind}"', 1)
    assert decide(feel, body, v=value) == {"r": True}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "3"),
        ("number", True),
        ("integer", 1.5),
        ("string", 3),
        ("boolean", "true"),
        ("date", "soon"),
        ("date", "2026-02-30"),
        ("time", 9),
        ("dayTimeDuration", "P1M"),
        ("yearMonthDuration", "P1D"),
        ("context", "a"),
    ],
)
def test_an_input_of_another_type_is_an_error(feel: Feel, kind: str, value: Any) -> None:
    with pytest.raises(DecisionFailed, match=r'"v" is .* is wanted'):
        decide(feel, table("UNIQUE", f"v:{kind} -> r", "- -> true"), v=value)


def test_an_input_must_be_among_its_values(feel: Feel) -> None:
    body = table("UNIQUE", 'v:string="a", "b" -> r', '"a" -> 1', '"b" -> 2')
    assert decide(feel, body, v="b") == {"r": 2}
    assert decide(feel, body, v=None) is None
    with pytest.raises(DecisionFailed, match=""""v" is the text 'c', which is not among "a", "b\""""):
        decide(feel, body, v="c")


def test_an_output_must_be_of_its_type_and_among_its_values(feel: Feel) -> None:
    with pytest.raises(DecisionFailed, match=r'output "r" is the text .* number is wanted'):
        decide(feel, table("UNIQUE", "v -> r:number", '- -> "a"'), v=0)
    with pytest.raises(DecisionFailed, match='output "r" is the number 3, which is not among'):
        decide(feel, table("UNIQUE", "v -> r:number=[1..2]", "- -> v"), v=3)


def test_a_date_in_text_becomes_a_date_where_the_type_says_so(feel: Feel) -> None:
    body = table("UNIQUE", "v -> r:date", "- -> v")
    assert decide(feel, body, v="2026-10-14") == {"r": date(2026, 10, 14)}


def test_types_of_the_file(feel: Feel) -> None:
    types = (
        '<itemDefinition name="Marks" isCollection="true"><typeRef>Mark</typeRef></itemDefinition>'
        f'<itemDefinition name="Mark"><typeRef>number</typeRef>{text("allowedValues", "[1..4]")}</itemDefinition>'
        '<itemDefinition name="School"><itemComponent name="urn"><typeRef>string</typeRef></itemComponent>'
        "</itemDefinition>"
    )
    body = types + table("UNIQUE", "v:Marks , s:School -> n", "- , - -> sum(v)")
    assert decide(feel, body, v=[1, 4], s={"urn": "100001"}) == {"n": 5}
    for wrong in ({"v": [1, 5]}, {"v": 3}, {"v": ["a"]}, {"s": "x"}):
        with pytest.raises(DecisionFailed):
            decide(feel, body, **{"v": [1], "s": {}, **wrong})
