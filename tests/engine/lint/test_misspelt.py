"""PW-743: no value falls to a gateway's default way since one of its letters is wrong."""

from __future__ import annotations

import pytest

from engine.decisions import parse_decisions
from engine.forms import load_form
from engine.lint import Known
from engine.lint.misspelt import is_misspelt
from tests.engine.lint.drawing import Case, around, found, prove

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="f" name="F" namespace="http://example.org">
<decision id="d" name="D"><decisionTable id="dt" hitPolicy="FIRST"><input id="i"><inputExpression id="ie"><text>mark</text>
</inputExpression></input><output id="o" name="level"/>
<rule id="a"><inputEntry id="ai"><text>1</text></inputEntry><outputEntry id="ao"><text>"{}"</text></outputEntry></rule>
<rule id="b"><inputEntry id="bi"><text>2</text></inputEntry><outputEntry id="bo"><text>"targeted"</text></outputEntry></rule>
<rule id="c"><inputEntry id="ci"><text>-</text></inputEntry><outputEntry id="co"><text>"universal"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
MARK = {"type": "number", "id": "m", "key": "mark", "label": "Mark", "decimalDigits": 0, "validate": {"required": True}}


def _decides(condition: str) -> str:
    return around(
        '<userTask id="t" name="Ask" camunda:formKey="f" camunda:candidateGroups="seo"/>'
        '<businessRuleTask id="r" camunda:decisionRef="d" camunda:mapDecisionResult="singleEntry" camunda:resultVariable="level"/>'
        '<exclusiveGateway id="g" default="g_f"/><endEvent id="f"/>',
        f"s>t t>r r>g g>e[{condition}] g>f",
    )


DRAWN = _decides('level = "targeted"')


def _known(value: str) -> Known:
    form = load_form({"type": "default", "id": "f", "schemaVersion": 18, "components": [MARK]})
    decisions = parse_decisions(TABLE.format(value).encode(), "d.dmn")
    return Known(forms={"f": form}, roles=frozenset({"seo"}), decisions=decisions)


BOTH = _decides('level = "targeted" or level = "targetted"')
CASES = [Case("PW-743", DRAWN, BOTH, strict=True, known=_known("targetted"))]


def test_the_rule_finds_what_it_should() -> None:
    for case in CASES:
        prove(case)


@pytest.mark.parametrize(
    ("value", "codes"), [("targetted", ["PW-743"]), ("targetd", ["PW-743"]), ("targeted", []), ("intensive", [])]
)
def test_a_value_of_a_table_is_one_that_is_asked_about(value: str, codes: list[str]) -> None:
    assert [each.code for each in found(DRAWN, True, _known(value)) if each.code == "PW-743"] == codes


@pytest.mark.parametrize(
    ("value", "meant"), [("targetted", "targeted"), ("inadequte", "inadequate"), ("seperately", "seperatley")]
)
def test_a_letter_more_or_less_is_a_slip(value: str, meant: str) -> None:
    assert is_misspelt(value, meant)


@pytest.mark.parametrize(
    ("value", "meant"), [("stage1", "stage2"), ("adequate", "inadequate"), ("agree", "disagree"), ("low", "high")]
)
def test_two_words_are_two(value: str, meant: str) -> None:
    assert not is_misspelt(value, meant)
