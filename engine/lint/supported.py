"""What Pathways executes of BPMN 2.0.2, and what it refuses and why: the table behind lint and docs/reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: Element kinds that run, and how.
EXECUTED: Mapping[str, str] = {
    "process": "Runs as one case; several processes in one file are deployed each by its id.",
    "lane": "Shown with each task; who may do a task is its candidate groups.",
    "participant": "A pool with a process is deployed; one without stands for somebody outside.",
    "messageFlow": "Drawn for the reader; messages travel by name and correlation key.",
    "sequenceFlow": "With FEEL conditions and defaults, out of gateways, activities and events.",
    "task": "Passes through.",
    "manualTask": "Passes through: it is not managed by an engine (section 13.3.3).",
    "userTask": "Waits for a person; form, roles, due date, priority.",
    "scriptTask": "FEEL and a result variable.",
    "serviceTask": "Topic `notify`, `category` or `live-cases`, or a FEEL expression and a result variable.",
    "sendTask": "Throws its message, or topic `notify`.",
    "receiveTask": "Waits for its message.",
    "businessRuleTask": "Asks a DMN decision.",
    "callActivity": "Runs another process inside the case, with camunda:in and camunda:out.",
    "subProcess": "Embedded, or an event subprocess, interrupting or not.",
    "transaction": "With cancel end event, compensation and cancel boundary event.",
    "exclusiveGateway": "First true flow in the file's order, else the default.",
    "inclusiveGateway": "Joins by the activation rule of table 13.3; default flows too.",
    "parallelGateway": "Counts tokens by incoming flow; lint finds joins that can wait for ever.",
    "eventBasedGateway": "Exclusive: the first event wins.",
    "startEvent": "See the positions of events.",
    "intermediateCatchEvent": "See the positions of events.",
    "intermediateThrowEvent": "See the positions of events.",
    "boundaryEvent": "See the positions of events.",
    "endEvent": "See the positions of events.",
    "standardLoopCharacteristics": "Condition, tested before or after, maximum.",
    "multiInstanceLoopCharacteristics": "Parallel or sequential; collection or cardinality; completion condition; results.",
    "dataObject": "A process variable of the same name.",
    "property": "A process variable of the same name.",
    "textAnnotation": "For the reader.",
    "group": "For the reader.",
    "association": "For the reader; from a compensation boundary event it names the handler.",
}

#: What is refused at deployment, and why.
REFUSED: Mapping[str, str] = {
    "complexGateway": (
        "Its activation condition counts tokens by incoming flow, for which FEEL has no name here, and it resets by a second "
        "rule (section 13.4.5); draw it with inclusive gateways and conditions."
    ),
    "adHocSubProcess": (
        "Who may start what in it, and how often, is not in the diagram, and a page would have to ask; draw the choice with "
        "gateways."
    ),
    "choreography": "Only processes are executed.",
    "conversation": "Only processes are executed.",
    "globalUserTask": (
        "Only processes are called: a global task has no version, role or form to be bound at deployment; call a process of "
        "one task."
    ),
    "subChoreography": "Only processes are executed.",
    "conditional start of a process": "Nothing has variables to watch before the case exists; use a message or timer.",
    "parallelMultiple start of a process": "Use a message start event and catch the rest inside.",
    "compensateEventDefinition start": "Attach a compensation boundary event and handler to the activity.",
    "receiveTask instantiate": (
        "A message start event begins a case in the same way (section 13.3.3), and a person can report its message; use that."
    ),
    "eventBasedGateway instantiate": "One message start event a message begins a case the same way (section 10.6.6); use these.",
    "eventBasedGateway parallel": "Use a parallel gateway and one catch event a message.",
    "compensateEventDefinition waitForCompletion=false": "Compensation is waited for; leave the attribute out.",
    "compensation of a loop": "Put the loop inside a subprocess, and compensate what is in it.",
    "multiInstance behavior Complex": "Its conditions over counts are a completion condition, and boundary events for the rest.",
    "multiInstance behavior with another event": "None and One throw a signal or an escalation, which boundary events catch.",
    "scriptTask other than FEEL": "Python, JavaScript and Groovy in a diagram are never run.",
    "dataAssociation transformation": "Use input and output parameters with FEEL.",
}

#: Attributes and child elements: what becomes of each.
ATTRIBUTES: Mapping[str, tuple[bool, str]] = {
    "id, name, documentation": (
        True,
        "Ids to 200 characters; names to 1,000, of processes, messages and signals to 250; shown to people.",
    ),
    "isExecutable": (True, "A process that says false is for the reader and is not deployed."),
    "processType, isClosed": (True, "For the reader."),
    "default, conditionExpression": (True, "FEEL; on flows out of exclusive and inclusive gateways and of activities."),
    "isImmediate=false": (False, "Has no meaning for an executable process (section 8.4.13)."),
    "gatewayDirection": (True, "Checked against the flows; it changes nothing."),
    "startQuantity, completionQuantity": (True, "From 1 to 100: tokens waited for, tokens sent."),
    "isForCompensation": (True, "A compensation handler: runs only when its activity is compensated."),
    "attachedToRef, cancelActivity": (True, "Boundary events, interrupting or not."),
    "isInterrupting, triggeredByEvent": (True, "Event subprocesses, interrupting or not."),
    "parallelMultiple": (True, "All of the event's definitions have to happen."),
    "isSequential, loopCardinality, completionCondition": (True, "Multi-instance."),
    "behavior None and One of multi-instance": (
        True,
        "Throw their signal (with the counts of runs) or escalation as each run, or the first, completes.",
    ),
    "loopDataInputRef, inputDataItem, loopDataOutputRef, outputDataItem": (
        True,
        "Collections by the names of their data.",
    ),
    "loopCondition, loopMaximum, testBefore": (True, "Standard loops."),
    "timeDate, timeDuration, timeCycle": (True, "ISO 8601, words for school time, or FEEL."),
    "messageRef, signalRef, errorRef, escalationRef": (True, "By name, and by code for errors and escalations."),
    "condition (conditional events)": (True, "FEEL; looked at when the wait begins and whenever variables change."),
    "calledElement": (True, "The process's key; its version is bound when the caller is deployed."),
    "activityRef (compensation)": (True, "One activity, or all of the scope when it is missing."),
    "operationRef beside a message": (True, "Passed over, with a warning: the message travels by its name."),
    "operationRef alone, implementation": (
        False,
        "Nothing outside is called from a diagram; use topic notify or a message.",
    ),
    "ioSpecification, dataInputAssociation, dataOutputAssociation": (
        True,
        "Checked; variables are shared, so nothing is copied.",
    ),
    "resourceRole, performer, potentialOwner": (False, "Use camunda:candidateGroups and camunda:assignee."),
    "correlationKey, correlationProperty": (False, "Use the property correlationKey (FEEL) on the element that waits."),
    "camunda:formKey, candidateGroups, assignee, dueDate, followUpDate, priority": (
        True,
        "User tasks; formKey on a start event too.",
    ),
    "camunda:candidateStarterGroups": (True, "Who may start the process."),
    "camunda:resultVariable, decisionRef, mapDecisionResult": (True, "Script, service and business rule tasks."),
    "camunda:in, out, inputOutput, properties": (True, "Call activities; parameters; our own properties."),
    "camunda:collection, elementVariable": (True, "Multi-instance."),
    "camunda:asyncBefore, asyncAfter, exclusive, historyTimeToLive": (
        True,
        "Accepted; each step is one transaction anyway.",
    ),
    "camunda:formData": (False, "Draw a form in the folder forms, named by camunda:formKey."),
    "camunda:candidateStarterUsers, jobPriority, taskPriority": (
        False,
        "Ignored, with a warning: use candidateStarterGroups; what is due first is done first.",
    ),
    "camunda extensions of sequence flows, listeners of processes": (False, "Ignored, with a warning."),
    "extensions of Camunda 8 (zeebe) and other engines": (
        False,
        "Ignored, with one warning a file; an error where an element says nothing else.",
    ),
    "camunda listeners, connectors, class, delegateExpression": (False, "Java is not run."),
}

#: By position: the event definitions that run there ("none" is an event without one).
EVENTS: Mapping[str, frozenset[str]] = {
    "start": frozenset({"none", "message", "timer", "signal", "multiple"}),
    "event subprocess start, interrupting": frozenset(
        {"message", "timer", "signal", "conditional", "error", "escalation", "multiple", "parallelMultiple"}
    ),
    "event subprocess start, non-interrupting": frozenset(
        {"message", "timer", "signal", "conditional", "escalation", "multiple", "parallelMultiple"}
    ),
    "intermediate catch": frozenset(
        {"message", "timer", "signal", "conditional", "link", "multiple", "parallelMultiple"}
    ),
    "boundary, interrupting": frozenset(
        {
            "message",
            "timer",
            "signal",
            "conditional",
            "error",
            "escalation",
            "cancel",
            "compensate",
            "multiple",
            "parallelMultiple",
        }
    ),
    "boundary, non-interrupting": frozenset(
        {"message", "timer", "signal", "conditional", "escalation", "multiple", "parallelMultiple"}
    ),
    "intermediate throw": frozenset({"none", "message", "signal", "escalation", "link", "compensate", "multiple"}),
    "end": frozenset(
        {"none", "message", "signal", "error", "escalation", "cancel", "compensate", "terminate", "multiple"}
    ),
}


@dataclass(frozen=True)
class Support:
    """One row of the reference: what, whether it runs, and how or why not."""

    what: str
    runs: bool
    note: str


def reference() -> Iterator[Support]:
    """Every row of the reference: elements, positions of events, attributes, and what is refused."""
    for what, how in EXECUTED.items():
        yield Support(what, True, how)
    for position, kinds in EVENTS.items():
        yield Support(f"events: {position}", True, ", ".join(sorted(kinds)))
    for what, (runs, note) in ATTRIBUTES.items():
        yield Support(what, runs, note)
    for what, why in REFUSED.items():
        yield Support(what, False, why)


def markdown() -> str:
    """The reference as a Markdown table, as docs/reference/bpmn.md shows it."""
    rows = [f"| {row.what} | {'executed' if row.runs else 'refused'} | {row.note} |" for row in reference()]
    return "\n".join(["| element | | |", "| --- | --- | --- |", *rows])
