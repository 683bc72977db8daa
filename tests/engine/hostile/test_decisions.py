"""Hostile decision files: each is refused, or its decision fails, soon and without harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.decisions import evaluate, parse_decisions
from engine.errors import DecisionFailed, DecisionRefused, DiagramRefused
from engine.feel import Feel
from tests.engine.decisions.tables import dmn, literal, model, needs, table, text
from tests.processor import Work

NESTED = '<decision id="d">' + "<list>" * 400 + "</list>" * 400 + "</decision>"
CONTEXTS = '<decision id="d">' + "<context><contextEntry>" * 90 + "</contextEntry></context>" * 90 + "</decision>"
FILES = {
    "nothing": b"",
    "no XML": b"\x00\x01\x02",
    "an entity": b'<!DOCTYPE d [<!ENTITY a "b">]>' + dmn(literal("&a;")),
    "a file from the machine": b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + dmn(literal("&a;")),
    "a billion laughs": b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + dmn(literal("&b;")),
    "another encoding": dmn(literal("1")).decode().encode("utf-16"),
    "deep lists": dmn(NESTED),
    "deep contexts": dmn(CONTEXTS),
    "twenty thousand rules": dmn(table("FIRST", "g -> a", *["1 -> 2"] * 20_000)),
    "twenty thousand decisions": dmn("".join(literal("1", f"d{n}") for n in range(20_000))),
    "a cell of a million characters": dmn(table("FIRST", "g -> a", "1" * 1_000_000 + " -> 2")),
    "an expression of a million characters": dmn(literal("1+" * 500_000 + "1")),
    "a ring of decisions": dmn("".join(literal("1", f"d{n}", needs(f"d{(n + 1) % 50}")) for n in range(50))),
    "a ring of types": dmn(
        "".join(f'<itemDefinition name="t{n}"><typeRef>t{(n + 1) % 50}</typeRef></itemDefinition>' for n in range(50))
    ),
    "a ring of models": dmn(
        "".join(
            model(f"m{n}", "x", text("literalExpression", "1"), needs(f"m{(n + 1) % 9}", "Knowledge")) for n in range(9)
        )
    ),
    "a chain of decisions": dmn(
        literal("1", "d0") + "".join(literal("1", f"d{n}", needs(f"d{n - 1}")) for n in range(1, 900))
    ),
    "a function in Java": dmn(
        model("m", "x", text("literalExpression", "1")).replace("Logic>", 'Logic kind="Java">', 1)
    ),
    "a script in JavaScript": dmn(literal("1"), attributes='expressionLanguage="javascript"'),
    "an import": dmn('<import namespace="x" locationURI="https://example.org/a.dmn" importType="dmn"/>'),
    "values from elsewhere": dmn(
        '<decision id="d"><literalExpression><importedValues/></literalExpression></decision>'
    ),
    "JUEL": dmn(literal("${execution.getEngineServices()}")),
    "Python": dmn(literal("__import__('os').system('true')")),
    "JavaScript": dmn(literal("(() => { while (true); })()")),
}


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    feel = Feel()
    yield feel
    feel.close()


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused(feel: Feel, name: str) -> None:
    with Work(feel) as work, pytest.raises((DecisionRefused, DiagramRefused)) as caught:
        parse_decisions(FILES[name], "a.dmn", feel)
    assert work.within(2)
    assert len(str(caught.value)) < 1_000


TABLES = {
    "an input without end": table("FIRST", "count(for i in 1..1000000000 return i) -> a", "1 -> 2"),
    "a cell without end": table("FIRST", "g -> a", "? in (for i in 1..1000000000 return i) -> 2"),
    "an output without end": table("FIRST", "g -> a", "- -> count(for i in 1..1000000000 return i)"),
    "a default without end": table("FIRST", "g -> a|count(for i in 1..1000000000 return i)", "> 9 -> 1"),
    "backtracking": table("FIRST", "t -> a", 'matches(?, "(a+)+$") -> 1'),
    "a model that calls itself": model("m", "x", text("literalExpression", "m(x + 1)"))
    + literal("m(1)", inside=needs("m", "Knowledge")),
    "an output that is a function": table("FIRST", "g -> a", "- -> count"),
    "much text": table("FIRST", "g -> a", '- -> string join(for i in 1..10000000 return "xxxxxxxxxxxx")'),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_fails_and_the_next_works(feel: Feel, name: str) -> None:
    given: dict[str, Any] = {"g": 1, "t": "a" * 40 + "b"}
    decisions = parse_decisions(dmn(TABLES[name]), "a.dmn", feel)
    with Work(feel) as work, pytest.raises(DecisionFailed):
        evaluate("d", given, feel, decisions)
    assert work.within(5)
    assert evaluate("d", given, feel, parse_decisions(dmn(literal("g + 1")), "b.dmn", feel)) == 2


def test_layers_that_double_are_decided_once_each(feel: Feel) -> None:
    layers = literal("1", "l0")
    layers += "".join(literal(f"l{n}", f"l{n + 1}", needs(f"l{n}") + needs("l0")) for n in range(80))
    with Work(feel) as work:
        assert evaluate("l80", {}, feel, parse_decisions(dmn(layers), "a.dmn", feel)) == 1
    assert work.within(5)


def test_names_of_javascript_are_names_like_others(feel: Feel) -> None:
    body = table("FIRST", "__proto__.polluted -> constructor , __proto__", "- -> 1 , 2")
    assert evaluate("d", {"__proto__": {"polluted": 1}}, feel, parse_decisions(dmn(body), "a.dmn", feel)) == {
        "constructor": 1,
        "__proto__": 2,
    }
    assert feel.evaluate("{}.polluted", {}) is None
