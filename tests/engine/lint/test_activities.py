"""PW-4xx: activities."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import (
    MESSAGE,
    TIMER,
    Case,
    around,
    draw,
    flows,
    inputs,
    inside,
    process,
    prop,
    prove,
    whole,
)

GOOD = around('<task id="t"/>')
MULTI = "multiInstanceLoopCharacteristics"
SUB = '<startEvent id="a"/><endEvent id="c"/>'
EVENT_INSIDE = f'<startEvent id="a">{TIMER}</startEvent><endEvent id="c"/>{flows("a>c")}'
EVENT_SUB = f'<subProcess id="u" triggeredByEvent="true">{EVENT_INSIDE}</subProcess>'
BORDER = '<boundaryEvent id="b" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
UNDO = '<task id="undo" isForCompensation="true"/>'
LINE = '<association id="l" sourceRef="b" targetRef="undo"/>'
COMPENSATED = '<task id="t"/>' + BORDER + UNDO + LINE


def _loop(inner: str = "", attributes: str = "", kind: str = MULTI, before: str = "") -> str:
    return around(f'<task id="t">{before}<{kind} {attributes}>{inner}</{kind}></task>')


def _throw(attributes: str, body: str = COMPENSATED) -> str:
    event = f'<intermediateThrowEvent id="v"><compensateEventDefinition {attributes}/></intermediateThrowEvent>'
    return around(body + event, "s>t t>v v>e")


def _task(kind: str, attributes: str = "", inner: str = "") -> str:
    return around(f'<{kind} id="t" {attributes}>{inner}</{kind}>', roots=MESSAGE)


CARDINALITY = "<loopCardinality>3</loopCardinality>"
CONDITION = "<loopCondition>a</loopCondition>"
STANDARD = "standardLoopCharacteristics"
NOTIFY = 'camunda:type="external" camunda:topic="notify"'
COLLECTED = prop(outputCollection="all", outputElement="=one")


def _categorises(**given: str) -> str:
    """A task that puts the school in a category, with these parameters."""
    task = f'<serviceTask id="t" camunda:type="external" camunda:topic="category">{inputs(category="A", **given)}</serviceTask>'
    return around(task)


CASES = [
    Case("PW-425", _categorises(reasons="Late"), _categorises(reason="Late"), also=frozenset({"PW-417", "PW-419"})),
    Case("PW-401", around('<task id="t"/>' + EVENT_SUB, "s>t t>e t>u"), around('<task id="t"/>' + EVENT_SUB)),
    Case("PW-402", around(COMPENSATED, "s>t t>e undo>e"), around(COMPENSATED)),
    Case("PW-403", around('<task id="t"/>' + BORDER), around(COMPENSATED)),
    Case(
        "PW-403",
        around('<task id="t"/>' + BORDER + LINE + '<task id="undo"/>', "s>t t>undo undo>e"),
        around(COMPENSATED),
    ),
    Case("PW-404", around(COMPENSATED, "s>t t>e b>e"), around(COMPENSATED)),
    Case("PW-405", around('<task id="t"/>' + UNDO), around(COMPENSATED)),
    Case("PW-406", _throw('activityRef="gone"'), _throw('activityRef="t"')),
    Case("PW-406", _throw('activityRef="t"', '<task id="t"/>'), _throw("")),
    Case("PW-407", _loop(), _loop(CARDINALITY)),
    Case("PW-407", _loop(CARDINALITY, 'camunda:collection="all"'), _loop("", 'camunda:collection="all"')),
    Case("PW-408", _loop(CARDINALITY, before=f"<{STANDARD}>{CONDITION}</{STANDARD}>"), _loop(CARDINALITY)),
    Case("PW-409", _loop(kind=STANDARD), _loop(CONDITION, kind=STANDARD)),
    Case(
        "PW-410",
        _loop(attributes='loopMaximum="many"', kind=STANDARD),
        _loop(attributes='loopMaximum="3"', kind=STANDARD),
    ),
    Case("PW-411", _loop(CARDINALITY, before=prop(outputElement="=one")), _loop(CARDINALITY, before=COLLECTED)),
    Case(
        "PW-411",
        _loop(CARDINALITY, 'camunda:elementVariable="x"'),
        _loop("", 'camunda:collection="all" camunda:elementVariable="x"'),
    ),
    Case(
        "PW-412",
        _loop("<loopDataInputRef>gone</loopDataInputRef>"),
        _loop("<loopDataInputRef>d</loopDataInputRef>", before='<property id="d" name="all"/>'),
    ),
    Case("PW-413", _task("task", 'startQuantity="0"'), _task("task", 'startQuantity="2"')),
    Case("PW-413", _task("task", 'completionQuantity="1000000000000"'), _task("task", 'completionQuantity="100"')),
    Case("PW-414", _task("callActivity"), _task("callActivity", 'calledElement="other"')),
    Case("PW-415", _task("receiveTask"), _task("receiveTask", 'messageRef="m"')),
    Case("PW-416", _task("sendTask", 'messageRef="gone"'), _task("sendTask", 'messageRef="m"')),
    Case(
        "PW-416",
        around('<receiveTask id="t" messageRef="m"/>', roots='<message id="m"/>'),
        _task("receiveTask", 'messageRef="m"'),
    ),
    Case("PW-417", _task("serviceTask"), _task("serviceTask", 'camunda:expression="1" camunda:resultVariable="a"')),
    Case(
        "PW-418",
        _task("scriptTask", 'scriptFormat="feel"'),
        _task("scriptTask", 'scriptFormat="feel"', "<script>=1</script>"),
    ),
    Case("PW-419", _task("businessRuleTask"), _task("businessRuleTask", 'camunda:decisionRef="d"')),
    Case("PW-420", inside("", ""), inside(SUB, "a>c")),
    Case("PW-421", _task("receiveTask", 'messageRef="m" instantiate="true"'), _task("receiveTask", 'messageRef="m"')),
    Case("PW-422", _loop(CARDINALITY, 'behavior="None"'), _loop(CARDINALITY, 'behavior="All"')),
    Case(
        "PW-423",
        _task("businessRuleTask", 'camunda:decisionRef="d" camunda:mapDecisionResult="some"'),
        _task("businessRuleTask", 'camunda:decisionRef="d" camunda:mapDecisionResult="singleEntry"'),
    ),
    Case("PW-424", _task("callActivity", 'calledElement="p"'), _task("callActivity", 'calledElement="other"')),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_activities(case: Case) -> None:
    prove(case)


def test_a_subprocess_whose_inside_is_compensated_may_be_named() -> None:
    inner = SUB + COMPENSATED.replace('"t"', '"w"') + flows("a>w w>c")
    body = f'<subProcess id="t">{inner}</subProcess>'
    prove(Case("PW-406", _throw('activityRef="w"', body), _throw('activityRef="t"', body)))


def test_a_process_may_call_another_of_its_file() -> None:
    other = process(SUB, "a>c", "q")
    calling = process('<startEvent id="s"/><callActivity id="t" calledElement="q"/><endEvent id="e"/>', "s>t t>e")
    prove(Case("PW-414", draw('<callActivity id="t"/>'), whole(other + calling)))
