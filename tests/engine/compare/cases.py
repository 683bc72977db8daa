"""For each name in the table of what the engine reads (engine/lint/supported.py), two diagrams that differ in it alone."""

from __future__ import annotations

from tests.engine.lint.drawing import around, draw, prop, whole

TASK = '<userTask id="t" name="Answer" {}>{}</userTask>'
LOOP = '<task id="t"><multiInstanceLoopCharacteristics {}>{}</multiInstanceLoopCharacteristics></task>'
STANDARD = '<task id="t"><standardLoopCharacteristics {}>{}</standardLoopCharacteristics></task>'
EVENT = '<intermediateCatchEvent id="t">{}</intermediateCatchEvent>'
TIMED = EVENT.format("<timerEventDefinition><{0}>{1}</{0}></timerEventDefinition>")
BOUNDARY = '<userTask id="t"/><userTask id="u"/><boundaryEvent id="b" {}>{}</boundaryEvent>'
EVENT_SUB = '<subProcess id="t" {}><startEvent id="x" {}/></subProcess>'
CALL = '<callActivity id="t" {}>{}</callActivity>'
DATA = '<dataObject id="d" name="a"/><dataObject id="d2" name="b"/>'


def _throws(kind: str, item: str) -> str:
    event = f'<intermediateThrowEvent id="t"><{kind}EventDefinition {kind}Ref="i"/></intermediateThrowEvent>'
    return around(event, roots=item)


def _extended(inner: str) -> str:
    return around(TASK.format("", f"<extensionElements>{inner}</extensionElements>"))


def changed_attribute(name: str, *values: str) -> tuple[str, str]:
    before, after = values
    return around(TASK.format(f'{name}="{before}"', "")), around(TASK.format(f'{name}="{after}"', ""))


def _process(*attributes: str) -> tuple[str, str]:
    before, after = (whole(f'<process id="p" {each}><startEvent id="s"/></process>') for each in attributes)
    return before, after


def _camunda(name: str) -> tuple[str, str]:
    return changed_attribute(f"camunda:{name}", "one", "two")


CASE = {
    "id": (around('<task id="t"/>'), around('<task id="t2"/>', "s>t2 t2>e")),
    "name": changed_attribute("title", "one", "two"),
    "documentation": (
        around(TASK.format("", "<documentation>One</documentation>")),
        around(TASK.format("", "<documentation>Two</documentation>")),
    ),
    "isExecutable": _process('isExecutable="true"', 'isExecutable="false"'),
    "processType": _process('processType="Public"', 'processType="Private"'),
    "isClosed": _process('isClosed="true"', ""),
    "default": tuple(
        draw(f'<exclusiveGateway id="s" default="{each}"/><task id="a"/><task id="b"/>', "s>a s>b")
        for each in ("s_a", "s_b")
    ),
    "conditionExpression": tuple(
        draw('<exclusiveGateway id="s"/><task id="a"/><task id="b"/>', f"s>a[x={each}] s>b") for each in (1, 2)
    ),
    "isImmediate": (
        around('<task id="t"/>'),
        around('<task id="t"/>').replace('id="s_t"', 'id="s_t" isImmediate="false"'),
    ),
    "gatewayDirection": tuple(
        around(f'<exclusiveGateway id="t" gatewayDirection="{each}"/>') for each in ("Diverging", "Converging")
    ),
    "startQuantity": changed_attribute("startQuantity", "1", "2"),
    "completionQuantity": changed_attribute("completionQuantity", "2", "3"),
    "isForCompensation": changed_attribute("isForCompensation", "false", "true"),
    "attachedToRef": tuple(around(BOUNDARY.format(f'attachedToRef="{each}"', "")) for each in "tu"),
    "cancelActivity": tuple(
        around(BOUNDARY.format(f'attachedToRef="t" {each}', "")) for each in ("", 'cancelActivity="false"')
    ),
    "isInterrupting": tuple(
        around(EVENT_SUB.format("", each)) for each in ('isInterrupting="true"', 'isInterrupting="0"')
    ),
    "triggeredByEvent": tuple(around(EVENT_SUB.format(each, "")) for each in ("", 'triggeredByEvent="true"')),
    "parallelMultiple": tuple(
        around(EVENT.replace('id="t"', f'id="t" parallelMultiple="{each}"').format("")) for each in ("false", "true")
    ),
    "behavior None and One of multi-instance": tuple(
        around(LOOP.format(f'behavior="{each}"', "")) for each in ("None", "One")
    ),
    "isSequential": tuple(around(LOOP.format(each, "")) for each in ("", 'isSequential="true"')),
    "loopCardinality": tuple(around(LOOP.format("", f"<loopCardinality>{n}</loopCardinality>")) for n in "23"),
    "completionCondition": tuple(
        around(LOOP.format("", f"<completionCondition>{n}</completionCondition>")) for n in "ab"
    ),
    "loopDataInputRef": tuple(
        around(DATA + LOOP.format("", f"<loopDataInputRef>{n}</loopDataInputRef>")) for n in ("d", "d2")
    ),
    "inputDataItem": tuple(around(LOOP.format("", f'<inputDataItem id="i" name="{n}"/>')) for n in "ab"),
    "loopDataOutputRef": tuple(
        around(DATA + LOOP.format("", f"<loopDataOutputRef>{n}</loopDataOutputRef>")) for n in ("d", "d2")
    ),
    "outputDataItem": tuple(around(LOOP.format("", f'<outputDataItem id="i" name="{n}"/>')) for n in "ab"),
    "loopCondition": tuple(around(STANDARD.format("", f"<loopCondition>{n}</loopCondition>")) for n in "ab"),
    "loopMaximum": tuple(around(STANDARD.format(f'loopMaximum="{n}"', "")) for n in "23"),
    "testBefore": tuple(around(STANDARD.format(n, "")) for n in ("", 'testBefore="true"')),
    "timeDate": tuple(around(TIMED.format("timeDate", n)) for n in ("2026-09-07", "2026-09-08")),
    "timeDuration": tuple(around(TIMED.format("timeDuration", n)) for n in ("5 working days", "10 working days")),
    "timeCycle": (around(TIMED.format("timeDuration", "P1D")), around(TIMED.format("timeCycle", "P1D"))),
    "messageRef": tuple(_throws("message", f'<message id="i" name="{n}"/>') for n in "ab"),
    "signalRef": tuple(_throws("signal", f'<signal id="i" name="{n}"/>') for n in "ab"),
    "errorRef": tuple(_throws("error", f'<error id="i" name="x" errorCode="{n}"/>') for n in "ab"),
    "escalationRef": tuple(_throws("escalation", f'<escalation id="i" name="x" escalationCode="{n}"/>') for n in "ab"),
    "condition (conditional events)": tuple(
        around(EVENT.format(f"<conditionalEventDefinition><condition>{n}</condition></conditionalEventDefinition>"))
        for n in "ab"
    ),
    "calledElement": tuple(around(CALL.format(f'calledElement="{n}"', "")) for n in "ab"),
    "activityRef (compensation)": tuple(
        around(
            f'<task id="a"/><task id="b"/><endEvent id="t"><compensateEventDefinition activityRef="{n}"/></endEvent>',
            "",
        )
        for n in "ab"
    ),
    "operationRef beside a message": tuple(around(f'<sendTask id="t" operationRef="{n}"/>') for n in "ab"),
    "operationRef alone": tuple(around(f'<sendTask id="t" operationRef="{n}"/>') for n in "ab"),
    "implementation": tuple(around(f'<sendTask id="t" implementation="{n}"/>') for n in "ab"),
    "ioSpecification": tuple(
        around(f'<task id="t"><ioSpecification><dataInput id="i" name="{n}"/></ioSpecification></task>') for n in "ab"
    ),
    "dataInputAssociation": tuple(
        around(f'{DATA}<task id="t"><dataInputAssociation><sourceRef>{n}</sourceRef></dataInputAssociation></task>')
        for n in ("d", "d2")
    ),
    "dataOutputAssociation": tuple(
        around(f'{DATA}<task id="t"><dataOutputAssociation><targetRef>{n}</targetRef></dataOutputAssociation></task>')
        for n in ("d", "d2")
    ),
    "resourceRole": tuple(around(TASK.format("", f'<resourceRole name="{n}"/>')) for n in "ab"),
    "performer": tuple(around(TASK.format("", f'<performer name="{n}"/>')) for n in "ab"),
    "potentialOwner": tuple(around(TASK.format("", f'<potentialOwner name="{n}"/>')) for n in "ab"),
    "correlationKey": tuple(
        whole(f'<collaboration id="c"><correlationKey name="{n}"/></collaboration><process id="p"/>') for n in "ab"
    ),
    "correlationProperty": tuple(whole(f'<correlationProperty name="{n}"/><process id="p"/>') for n in "ab"),
    "camunda:formKey": _camunda("formKey"),
    "candidateGroups": _camunda("candidateGroups"),
    "assignee": _camunda("assignee"),
    "dueDate": _camunda("dueDate"),
    "followUpDate": _camunda("followUpDate"),
    "priority": _camunda("priority"),
    "camunda:candidateStarterGroups": _process(
        'camunda:candidateStarterGroups="a"', 'camunda:candidateStarterGroups="b"'
    ),
    "camunda:resultVariable": _camunda("resultVariable"),
    "decisionRef": _camunda("decisionRef"),
    "mapDecisionResult": _camunda("mapDecisionResult"),
    "camunda:in": tuple(_extended(f'<camunda:in source="{n}" target="x"/>') for n in "ab"),
    "out": tuple(_extended(f'<camunda:out source="a" target="{n}"/>') for n in "xy"),
    "inputOutput": tuple(
        _extended(
            f'<camunda:inputOutput><camunda:inputParameter name="x">{n}</camunda:inputParameter></camunda:inputOutput>'
        )
        for n in "ab"
    ),
    "properties": (around(TASK.format("", prop(some="a"))), around(TASK.format("", prop(some="b")))),
    "camunda:collection": tuple(around(LOOP.format(f'camunda:collection="{n}"', "")) for n in "ab"),
    "elementVariable": tuple(around(LOOP.format(f'camunda:elementVariable="{n}"', "")) for n in "ab"),
    "camunda:asyncBefore": _camunda("asyncBefore"),
    "asyncAfter": _camunda("asyncAfter"),
    "exclusive": _camunda("exclusive"),
    "historyTimeToLive": _process('camunda:historyTimeToLive="P1D"', 'camunda:historyTimeToLive="P2D"'),
    "camunda:formData": tuple(
        _extended(f'<camunda:formData><camunda:formField label="{n}"/></camunda:formData>') for n in "ab"
    ),
    "camunda:candidateStarterUsers": _process('camunda:candidateStarterUsers="a"', 'camunda:candidateStarterUsers="b"'),
    "jobPriority": _camunda("jobPriority"),
    "taskPriority": _camunda("taskPriority"),
    "camunda extensions of sequence flows": (
        around('<task id="t"/>'),
        around('<task id="t"/>').replace('id="s_t"', 'id="s_t" camunda:skip="x"'),
    ),
    "listeners of processes": tuple(
        whole(
            f'<process id="p"><extensionElements><camunda:executionListener event="{n}"/></extensionElements></process>'
        )
        for n in ("start", "end")
    ),
    "extensions of Camunda 8 (zeebe) and other engines": tuple(
        _extended(f'<zeebe:taskDefinition type="{n}"/>') for n in "ab"
    ),
    "camunda listeners": tuple(_extended(f'<camunda:taskListener event="{n}"/>') for n in ("create", "complete")),
    "connectors": tuple(
        _extended(f"<camunda:connector><camunda:connectorId>{n}</camunda:connectorId></camunda:connector>")
        for n in "ab"
    ),
    "class": _camunda("class"),
    "delegateExpression": _camunda("delegateExpression"),
}
