"""PW-9xx: what Pathways doesn't run."""

from __future__ import annotations

from pathlib import Path

import pytest
import SpiffWorkflow
from lxml import etree

from engine.diagram.schema import attributes_of
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


def _timed(attributes: str) -> str:
    boundary = f'<boundaryEvent id="b" attachedToRef="t" {attributes}>{TIMER}</boundaryEvent>'
    return around(f'<userTask id="t"/>{boundary}<endEvent id="f"/>', "s>t t>e b>f")


LOOP = "<multiInstanceLoopCharacteristics {}><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
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
    Case("PW-917", _timed('isInterrupting="false"'), _timed('cancelActivity="false"')),
    Case("PW-917", _timed('cancelactivity="false"'), _timed('other:cancelactivity="false"')),
    Case("PW-917", _task("", LOOP.format('isSequental="true"')), _task("", LOOP.format('isSequential="true"'))),
    Case("PW-917", _task('isforcompensation="true"'), _task('startQuantity="1"')),
    Case("PW-917", draw(START.format("") + "<!-- -->", "s>e", '<message id="m" nam="x"/>'), GOOD),
    Case("PW-910", _wait(TIMER.replace("timeDuration", "timeduration")), _wait(TIMER), also=frozenset({"PW-801"})),
    Case("PW-910", draw(START.format(""), "s>e", '<mesage id="m" name="x"/>'), GOOD),
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


def _remedies(xml: str, code: str) -> list[str]:
    return [each.remedy for each in lint(xml) if each.code == code]


def test_an_attribute_of_another_event_is_told_what_this_one_has() -> None:
    assert _remedies(_timed('isInterrupting="false"'), "PW-917") == ["Did you mean cancelActivity?"]


def test_a_misspelt_part_is_told_what_was_meant() -> None:
    drawn = _wait(TIMER.replace("timeDuration", "timeduration"))
    assert _remedies(drawn, "PW-910") == ["Did you mean timeDuration?"]


def test_the_table_of_names_is_that_of_the_schema() -> None:
    folder = Path(SpiffWorkflow.__file__).parent / "bpmn" / "parser" / "schema"
    schema = etree.parse(folder / "Semantic.xsd")
    types = {each.get("name"): each for each in schema.iter("{*}complexType")}

    def attributes(name: str) -> set[str]:
        kind = types[name.rpartition(":")[2]]
        own = {str(each.get("name")) for each in kind.iter("{*}attribute")}
        return own.union(*(attributes(str(each.get("base"))) for each in kind.iter("{*}extension")))

    elements = {str(each.get("name")): str(each.get("type")) for each in schema.getroot().iterfind("{*}element")}
    written = {name: kind for name, kind in elements.items() if types[kind].get("abstract") != "true"}
    known = {name: attributes(kind) | {"id"} for name, kind in written.items() if name not in _NEVER_WRITTEN}
    of_expressions = {"condition": known["formalExpression"]}
    assert {name: attributes_of(name) for name in known | of_expressions} == known | of_expressions


#: Elements that others stand for in a file.
_NEVER_WRITTEN = (
    "callableElement",
    "baseElement",
    "baseElementWithMixedContent",
    "rootElement",
    "artifact",
    "event",
    "gateway",
)
