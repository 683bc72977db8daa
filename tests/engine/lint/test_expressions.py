"""PW-85x: expressions."""

from __future__ import annotations

import pytest

from engine.feel import Feel
from engine.lint import check
from tests.engine.lint.drawing import EXTENSIONS, Case, around, found, inputs, parsed, prop, prove

CHOICE = '<exclusiveGateway id="t" default="t_e"/><task id="u"/>'


def _choice(condition: str) -> str:
    return around(CHOICE, f"s>t t>u[{condition}] t>e u>e")


def _task(attributes: str, inner: str = "", kind: str = "task") -> str:
    return around(f'<{kind} id="t" {attributes}>{inner}</{kind}>')


def _script(text: str, language: str = "feel", attributes: str = 'camunda:resultVariable="a"') -> str:
    return _task(f'scriptFormat="{language}" {attributes}', f"<script>{text}</script>", "scriptTask")


def _loop(inner: str, attributes: str = "") -> str:
    loop = "multiInstanceLoopCharacteristics"
    return _task("", f"<{loop} {attributes}>{inner}</{loop}>")


def _call(mapping: str) -> str:
    return _task('calledElement="other"', EXTENSIONS.format(mapping), "callActivity")


def _parameter(inner: str, name: str = "a") -> str:
    row = f'<camunda:inputParameter name="{name}">{inner}</camunda:inputParameter>'
    return _task("", EXTENSIONS.format(f"<camunda:inputOutput>{row}</camunda:inputOutput>"))


EMPTY = _choice("a").replace("=a", " = ")
LANGUAGE = _choice("a").replace("conditionExpression>=a", 'conditionExpression language="{}">=a')

CASES = [
    Case("PW-851", _choice("a ((b"), _choice("a > 1")),
    Case("PW-851", _script("((", "feel"), _script("=1 + 1")),
    Case("PW-851", _task("", inputs(a="=((")), _task("", inputs(a="literal (("))),
    Case("PW-851", _loop("<loopCardinality>((</loopCardinality>"), _loop("<loopCardinality>3</loopCardinality>")),
    Case("PW-851", _loop("", 'camunda:collection="(("'), _loop("", 'camunda:collection="all"')),
    Case("PW-851", _task("", prop(businessKey="((")), _task("", prop(businessKey="=key"))),
    Case(
        "PW-851",
        _call('<camunda:in sourceExpression="((" target="a"/>'),
        _call('<camunda:in sourceExpression="1" target="a"/>'),
    ),
    Case("PW-852", _choice("${a}"), _choice("a")),
    Case("PW-852", _task('camunda:assignee="#{me}"', kind="userTask"), _task('camunda:assignee="me"', kind="userTask")),
    Case("PW-852", _task("", inputs(a="Dear ${name}")), _task("", inputs(a="Dear Sir"))),
    Case("PW-853", _script("import os", "python"), _script("1")),
    Case("PW-853", _script("1", ""), _script("1")),
    Case("PW-854", EMPTY, _choice("a")),
    Case("PW-855", LANGUAGE.format("http://www.w3.org/1999/XPath"), LANGUAGE.format("feel")),
    Case("PW-856", _parameter('<camunda:script scriptFormat="groovy">1</camunda:script>'), _parameter("1")),
    Case("PW-856", _parameter("1", ""), _parameter("1")),
    Case("PW-857", _call('<camunda:in source="a"/>'), _call('<camunda:in source="a" target="b"/>')),
    Case("PW-857", _call('<camunda:out target="a"/>'), _call('<camunda:out variables="all"/>')),
    Case("PW-858", _script("1", "feel", 'camunda:resultVariable="a b"'), _script("1")),
    Case("PW-858", _call('<camunda:in source="a" target="a.b"/>'), _call('<camunda:in businessKey="=key"/>')),
    Case("PW-859", _script("1", "feel", ""), _script("1")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_expressions(case: Case) -> None:
    prove(case)


def test_the_same_expression_is_parsed_once() -> None:
    asked: list[str] = []

    class Counting:
        def check(self, expression: str) -> None:
            asked.append(expression)

    xml = around(CHOICE + '<task id="v"/>', "s>t t>u[a] t>v[a] t>e u>e v>e")
    check([parsed(xml)], feel=Counting(), strict=False)
    assert asked == ["a"]


def test_real_feel_is_asked() -> None:
    assert check([parsed(_choice('grade = "poor" and count(issues) > 2'))], None, Feel.shared(), False) == []
    [finding] = check([parsed(_choice("count(issues"))], None, Feel.shared(), False)
    assert finding.code == "PW-851"


def test_without_feel_nothing_is_parsed() -> None:
    assert check([parsed(_choice("a ((b"))], strict=False) == []
    assert [one.code for one in found(_choice("a ((b"))] == ["PW-851"]
