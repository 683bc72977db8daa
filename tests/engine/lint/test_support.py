"""PW-9xx: what Pathways doesn't run."""

from __future__ import annotations

import pytest

from engine.lint.supported import EVENTS, REFUSED
from tests.engine.lint.drawing import (
    EXTENSIONS,
    MESSAGE,
    ON_CONDITION,
    ON_MESSAGE,
    SIGNAL,
    TIMER,
    Case,
    around,
    draw,
    prove,
)
from tests.engine.lint.drawing import found as lint

GOOD = around('<task id="t"/>')
START = '<startEvent id="s">{}</startEvent><endEvent id="e"/>'


def _task(attributes: str, inner: str = "", kind: str = "task") -> str:
    return around(f'<{kind} id="t" {attributes}>{inner}</{kind}>', roots=MESSAGE)


def _wait(definition: str) -> str:
    return around(f'<intermediateCatchEvent id="t">{definition}</intermediateCatchEvent>', roots=MESSAGE + SIGNAL)


LISTENER = EXTENSIONS.format('<camunda:taskListener event="create"/>')
PROPERTIES = EXTENSIONS.format("<camunda:properties/>")
EXTENSION = '<extension mustUnderstand="{}" definition="other:thing"/>'

CASES = [
    Case("PW-901", around('<complexGateway id="t"/>'), GOOD),
    Case("PW-901", around('<adHocSubProcess id="t"><task id="u"/></adHocSubProcess>'), GOOD),
    Case("PW-902", draw(START.format(ON_CONDITION), "s>e"), draw(START.format(ON_MESSAGE), "s>e", MESSAGE)),
    Case(
        "PW-903",
        _task('messageRef="m" instantiate="true"', kind="receiveTask"),
        _task('messageRef="m"', kind="receiveTask"),
    ),
    Case("PW-903", around('<eventBasedGateway id="t" instantiate="true"/>'), GOOD),
    Case("PW-903", _task("", '<multiInstanceLoopCharacteristics behavior="Complex"/>'), GOOD),
    Case("PW-904", _task('camunda:delegateExpression="x"'), _task('camunda:asyncBefore="true"')),
    Case(
        "PW-904",
        _wait(
            '<conditionalEventDefinition camunda:variableName="a"><condition>a</condition></conditionalEventDefinition>'
        ),
        _wait(ON_MESSAGE),
    ),
    Case("PW-917", _task('dueDate="2 weeks"'), _task('camunda:dueDate="2 weeks"')),
    Case("PW-905", _task("", LISTENER), _task("", PROPERTIES)),
    Case(
        "PW-912",
        _task("", "<potentialOwner><resourceRef>head</resourceRef></potentialOwner>", kind="userTask"),
        _task('camunda:candidateGroups="head"', kind="userTask"),
    ),
    Case(
        "PW-907",
        around('<task id="t"/>', roots=EXTENSION.format("true")),
        around('<task id="t"/>', roots=EXTENSION.format("false")),
    ),
    Case("PW-908", around('<task id="t"/>', roots='<globalUserTask id="g"/>'), GOOD),
    Case("PW-909", around('<task id="t"/><correlationSubscription id="k" correlationKeyRef="r"/>'), GOOD),
    Case("PW-910", _wait(TIMER + "<moonEventDefinition/>"), _wait(TIMER)),
    Case(
        "PW-911",
        _task('camunda:expression="1" camunda:resultVariable="a" operationRef="o"', kind="serviceTask"),
        _task('camunda:expression="1" camunda:resultVariable="a"', kind="serviceTask"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_support(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize(
    "feature", ["receiveTask instantiate", "eventBasedGateway parallel", "multiInstance behavior Complex"]
)
def test_a_refused_feature_says_why(feature: str) -> None:
    drawn = {
        "receiveTask instantiate": '<receiveTask id="t" instantiate="true"/>',
        "eventBasedGateway parallel": '<eventBasedGateway id="t" eventGatewayType="Parallel"/>',
        "multiInstance behavior Complex": '<task id="t"><multiInstanceLoopCharacteristics behavior="Complex"/></task>',
    }
    assert REFUSED[feature] in {one.remedy for one in lint(around(drawn[feature]))}


def test_every_position_of_the_table_is_looked_up() -> None:
    from engine.lint import support

    places = {*support._PLACES.values()}
    for start in ("boundary", "event subprocess start"):
        places |= {f"{start}, interrupting", f"{start}, non-interrupting"}
    assert places == set(EVENTS)


@pytest.mark.parametrize(("written", "meant"), [("candidateGroup", "candidateGroups"), ("dueData", "dueDate")])
def test_a_misspelt_attribute_is_told_what_was_meant(written: str, meant: str) -> None:
    remedies = [each.remedy for each in lint(_task(f'camunda:{written}="seo"')) if each.code == "PW-904"]
    assert remedies == [f"Did you mean {meant}?"]
