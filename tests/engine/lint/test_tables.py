"""PW-88x: decision tables: names, values and kinds in them, and what their rules cover."""

from __future__ import annotations

import pytest

from engine.feel import Feel
from engine.lint import Finding
from engine.lint.bundle import check_bundle, read_bundle
from engine.lint.core import Known
from tests.engine.lint.drawing import around
from tests.engine.lint.test_variables import ASK, KNOWN

TASK = (
    f'<userTask id="t" name="Judge" {ASK}/>'
    '<businessRuleTask id="u" camunda:decisionRef="d" camunda:resultVariable="level" camunda:mapDecisionResult="singleEntry"/>'
)
ASKED = around(TASK, "s>t t>u u>e")


def _table(
    *rules: str,
    policy: str = "FIRST",
    asked: str = "judgement",
    values: str = "",
    default: str = "",
    expected: str = "",
    kind: str = "",
) -> bytes:
    """A table of one input and one output; a rule is "cell -> output"."""
    rows = "".join(_rule(number, rule) for number, rule in enumerate(rules))
    declared = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    typed = f' typeRef="{kind}"' if kind else ""
    among = f"<inputValues><text>{expected}</text></inputValues>" if expected else ""
    otherwise = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="f" name="F" namespace="http://example.org">'
        f'<decision id="d" name="D"><decisionTable id="dt" hitPolicy="{policy}">'
        f'<input id="i"><inputExpression id="ie"{typed}><text>{asked}</text></inputExpression>{among}</input>'
        f'<output id="o" name="level" typeRef="string">{declared}{otherwise}</output>{rows}</decisionTable></decision></definitions>'
    ).encode()


def _rule(number: int, text: str) -> str:
    cell, _, output = text.replace("<", "&lt;").partition(" -> ")
    return (
        f'<rule id="r{number}"><inputEntry id="c{number}"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="v{number}"><text>{output}</text></outputEntry></rule>'
    )


def _found(table: bytes, asked: str | None = ASKED, known: Known = KNOWN) -> list[Finding]:
    files = {"d.dmn": table} | ({"p.bpmn": asked.encode()} if asked else {})
    findings = check_bundle(read_bundle(files, "here", True, Feel.shared()), known, Feel.shared(), True)
    return [one for one in findings if one.code.startswith("PW-88")]


GOOD = ('"good" -> "low"', '"inadequate" -> "high"')
SLIPS = [
    ("PW-881", _table(*GOOD, asked="judgment"), "Did you mean judgement?"),
    ("PW-881", _table('good -> "low"', '- -> "high"'), "put a text in quotes"),
    ("PW-881", _table('"good" -> low', '- -> "high"'), "put a text in quotes"),
    ("PW-883", _table('"Good" -> "low"', '- -> "high"'), '"good", "inadequate"'),
    ("PW-883", _table('"good" -> "lo"', '- -> "high"', values='"low","high"'), 'Did you mean "low"?'),
    ("PW-884", _table('< 3 -> "low"', '- -> "high"'), "3"),
    ("PW-884", _table('"good" -> 3', '- -> "high"'), "type"),
    ("PW-885", _table('"good" -> lowercase("LOW")', '- -> "high"'), "lower case"),
    ("PW-886", _table('"good" -> "low"', '"good" -> "high"', '"inadequate" -> "high"', policy="UNIQUE"), "FIRST"),
    ("PW-886", _table('"good" -> "low"', '"good" -> "high"', '"inadequate" -> "high"', policy="ANY"), "FIRST"),
    ("PW-888", _table('"good" -> ', '- -> "high"'), "null, where nothing is meant"),
    ("PW-883", _table(*GOOD, expected='"good"'), "Add it, or take the list of values out"),
    ("PW-884", _table(*GOOD, expected='"good","inadequate"', kind="number"), "Correct its type"),
    ("PW-886", _table('- -> "low"', '"good" -> "high"'), "move it up"),
    ("PW-886", _table('- -> "low"', '"good" -> "high"', policy="PRIORITY", values='"low","high"'), "move it up"),
    ("PW-884", _table('"good" -> "low"').replace(b'"FIRST"', b'"COLLECT" aggregation="SUM"'), "Give a number"),
    ("PW-887", _table('"good" -> "low"'), "Add a last rule"),
    ("PW-888", _table('"good" -> string(date("2026-02-30"))', '- -> "high"'), "2026-10-14"),
]


@pytest.mark.parametrize(("code", "table", "remedy"), SLIPS)
def test_a_slip_in_a_table_is_found(code: str, table: bytes, remedy: str) -> None:
    [one] = _found(table)
    assert one.code == code
    assert remedy in one.remedy


@pytest.mark.parametrize(
    "table",
    [
        _table(*GOOD),
        _table(*GOOD, policy="UNIQUE"),
        _table('"good" -> "low"', '- -> "high"'),
        _table('"good" -> "low"', default='"high"'),
        _table('not("good") -> "high"', '- -> "low"'),
        _table('< 3 -> "low"', '[3..5] -> "low"', '> 5 -> "high"', asked="score", policy="UNIQUE"),
    ],
)
def test_nothing_is_wrong_with_a_table_that_is_right(table: bytes) -> None:
    assert _found(table) == []


def test_limits_that_meet_overlap_under_unique() -> None:
    table = _table('<= 3 -> "low"', '[3..5] -> "low"', '> 5 -> "high"', asked="score", policy="UNIQUE")
    [one] = _found(table)
    assert "rules 1 and 2 can be hit together" in one.message


def test_the_gap_is_told_in_words() -> None:
    [one] = _found(_table('< 3 -> "low"', '> 3 -> "high"', asked="score"))
    assert "score: 3" in one.message


def test_a_table_that_nobody_asks_yet_may_read_any_name() -> None:
    assert _found(_table(*GOOD, asked="verdict"), asked=None) == []


def test_a_key_that_a_table_no_longer_has_is_missed_where_it_is_asked() -> None:
    renamed = _table(*GOOD).replace(b'decision id="d"', b'decision id="d2"')
    bundle = read_bundle({"d.dmn": renamed, "p.bpmn": ASKED.encode()}, "here", True, Feel.shared())
    codes = {one.code for one in check_bundle(bundle, KNOWN, Feel.shared(), True)}
    assert "PW-705" in codes
