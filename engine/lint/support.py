"""PW-9xx: BPMN that is well-formed, but that Pathways does not run (the tables are in
``engine.lint.supported``)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import BPMN, CAMUNDA, Element, EventDefinition, nodes
from engine.diagram.names import EVENT_DEFINITIONS
from engine.lint.core import OURS, Fault, Look, fault, rule, short, words
from engine.lint.ignored import camunda, operations
from engine.lint.supported import EVENTS, EXECUTED, REFUSED
from engine.spelling import near


@rule("PW-901", section=OURS)
def element_is_executed(look: Look) -> Iterator[Fault]:
    """Every element is of a kind that Pathways runs."""
    for element in look.elements():
        if element.kind not in EXECUTED:
            reason = REFUSED.get(element.kind, "Draw it with elements that are run.")
            yield fault(element, f"a {element.kind} is not run.", reason)


def _place(look: Look, event: Element) -> str:
    """Give the event's position, as the table of executed events calls it."""
    if event.kind == "startEvent" and look.scope_kind(event.parent) == "eventSubProcess":
        return f"event subprocess start, {_interrupting(event.interrupting)}"
    if event.kind == "boundaryEvent":
        # Whether it interrupts means nothing for compensation: the activity has ended (§10.5.4).
        interrupts = event.cancel_activity or "compensate" in event.event_kinds
        return f"boundary, {_interrupting(interrupts)}"
    return _PLACES.get(event.kind, "")


def _interrupting(interrupts: bool) -> str:
    return "interrupting" if interrupts else "non-interrupting"


_PLACES = {
    "startEvent": "start",
    "intermediateCatchEvent": "intermediate catch",
    "intermediateThrowEvent": "intermediate throw",
    "endEvent": "end",
}


def _types(event: Element) -> set[str]:
    """Give the types of an event, and "multiple" or "parallelMultiple" when it has several."""
    kinds = set(event.event_kinds) or {"none"}
    if len(event.event_definitions) > 1:
        kinds.add("parallelMultiple" if event.parallel_multiple else "multiple")
    return kinds


@rule("PW-902", section=OURS)
def event_is_executed_here(look: Look) -> Iterator[Fault]:
    """Every event is of a type that Pathways runs in its position."""
    for event in look.elements():
        where = _place(look, event)
        refused = sorted(_types(event) - EVENTS[where]) if where else []
        for kind in refused:
            wanted = ", ".join(sorted(EVENTS[where]))
            yield fault(event, f'"{kind}" is not run in this position ({where}).', f"Use one of: {wanted}.")


@rule("PW-903", section=OURS)
def feature_is_executed(look: Look) -> Iterator[Fault]:
    """An element has no attribute whose meaning Pathways doesn't carry out."""
    for element in look.elements():
        for feature in _features(look, element):
            yield fault(element, f"{feature} is not run.", REFUSED.get(feature, "Take it out."))


def _features(look: Look, element: Element) -> Iterator[str]:
    """Give what the element has of the table of refused features, by the table's names."""
    if element.kind in ("receiveTask", "eventBasedGateway") and element.instantiate:
        yield f"{element.kind} instantiate"
    if element.kind == "eventBasedGateway" and element.event_gateway_type == "Parallel":
        yield "eventBasedGateway parallel"
    if any(map(_goes_on_at_once, element.event_definitions)):
        yield "compensateEventDefinition waitForCompletion=false"
    if element.loop is not None:
        yield from _loop_features(look, element)
    if any(one.transformation or one.assignments for one in element.data_associations):
        yield "dataAssociation transformation"


def _goes_on_at_once(event: EventDefinition) -> bool:
    return event.attributes.get("waitForCompletion") in {"false", "0"}


def _loop_features(look: Look, element: Element) -> Iterator[str]:
    event = element.loop.event if element.loop is not None else None
    if element.loop is not None and element.loop.behavior == "Complex":
        yield "multiInstance behavior Complex"
    if event is not None and event.kind not in ("signal", "escalation"):
        yield "multiInstance behavior with another event"
    boundary = look.diagram.boundary_events(element.id)
    if element.for_compensation or any("compensate" in event.event_kinds for event in boundary):
        yield "compensation of a loop"
    if element.triggered_by_event:
        yield "a loop of an event subprocess"


_HONOURED = words(
    """formKey candidateGroups assignee dueDate followUpDate priority candidateStarterGroups decisionRef mapDecisionResult
    resultVariable type topic expression modelerTemplate modelerTemplateVersion modelerTemplateIcon versionTag
    historyTimeToLive isStartableInTasklist asyncBefore asyncAfter exclusive jobPriority taskPriority
    decisionRefBinding calledElementBinding"""
)
"""camunda attributes that Pathways carries out, or that change nothing in what a diagram does."""


@rule("PW-904", section=OURS)
def camunda_attribute_is_carried_out(look: Look) -> Iterator[Fault]:
    """No camunda attribute stands there whose effect would be missing."""
    for element in look.elements():
        unknown = set(camunda(iter(element.attributes))) - _HONOURED
        for definition in element.event_definitions:
            unknown |= set(camunda(iter(definition.attributes))) - _HONOURED_BY_EVENTS
        for name in sorted(unknown):
            message = f"camunda:{short(name)} is not carried out."
            yield fault(element, message, _INSTEAD.get(name) or _meant(name))


@rule("PW-917", section=OURS, plain="warning")
def camunda_attribute_has_its_prefix(look: Look) -> Iterator[Fault]:
    """No attribute of ours stands without its prefix: it would be passed over."""
    for element in look.elements():
        for name in sorted(element.attributes.keys() & (_HONOURED | _MEANT_ELSEWHERE)):
            yield fault(element, f"the attribute {short(name)} does nothing.", f"Write camunda:{short(name)}.")


def _meant(name: str) -> str:
    found = near(name, _HONOURED | _MEANT_ELSEWHERE)
    return f"Did you mean {found}?" if found else "Take it out."


_MEANT_ELSEWHERE = words("collection elementVariable errorCodeVariable escalationCodeVariable")
_INSTEAD = {
    "candidateUsers": "Use candidateGroups or assignee.",
    "class": "Java is never run: use FEEL, or the topic notify.",
    "delegateExpression": "Java is never run: use FEEL, or the topic notify.",
    "formRef": "Use formKey.",
    "formData": "Draw a form in the folder forms, and name it in camunda:formKey.",
    "executionListener": "Take it out: no code is run. A script task with FEEL can work something out.",
    "taskListener": "Take it out: no code is run. A script task with FEEL can work something out.",
    "connector": "Nothing outside is called: use the topic notify, or a message.",
}

_HONOURED_BY_EVENTS = frozenset(["errorCodeVariable", "escalationCodeVariable"])
_HONOURED_EXTENSIONS = frozenset(["properties", "inputOutput", "in", "out", "failedJobRetryTimeCycle"])


@rule("PW-905", section=OURS)
def camunda_extension_is_carried_out(look: Look) -> Iterator[Fault]:
    """No camunda extension element stands there whose effect would be missing: listeners, connectors,
    fields..."""
    path = f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}*"
    for element in look.elements():
        for found in element.node.iterfind(path):
            name = str(found.tag).rpartition("}")[2]
            if name not in _HONOURED_EXTENSIONS:
                message = f"camunda:{short(name)} is not carried out."
                yield fault(element, message, _INSTEAD.get(name, "Take it out."), nodes.line(found))


@rule("PW-907", section="BPMN 2.0.2 §8.3.3")
def must_understand_is_understood(look: Look) -> Iterator[Fault]:
    """A file that says an extension must be understood is refused, since it isn't."""
    for node in look.diagram.root.iterfind(f"{{{BPMN}}}extension"):
        if node.get("mustUnderstand") in {"true", "1"}:
            message = f'the extension "{short(str(node.get("definition", "")))}" must be understood, and is not.'
            yield Fault("", "", nodes.line(node), message, "Take it out, or set mustUnderstand to false.")


_OTHER_ROOTS = frozenset(
    ["choreography", "globalChoreographyTask", "conversation", "globalConversation", "subConversation"]
)


@rule("PW-908", section=OURS)
def file_describes_processes(look: Look) -> Iterator[Fault]:
    """A file holds processes: choreographies, conversations and global tasks are not run."""
    for holder in look.diagram.holders.values():
        if holder.kind in _OTHER_ROOTS or holder.kind.startswith("global"):
            reason = REFUSED.get(holder.kind, "Only processes are executed.")
            yield fault(holder, f"a {holder.kind} is not run.", reason)


@rule("PW-909", section=OURS)
def correlation_is_by_property(look: Look) -> Iterator[Fault]:
    """Messages are matched by the property correlationKey, not by correlation keys of the collaboration."""
    for holder in look.diagram.holders.values():
        if holder.kind in {"correlationKey", "correlationSubscription", "correlationProperty"}:
            remedy = "Give the receiving element the property correlationKey, in FEEL."
            yield fault(holder, f"a {holder.kind} is not carried out.", remedy)


@rule("PW-910", section=OURS)
def event_definition_is_known(look: Look) -> Iterator[Fault]:
    """An event has no event definition that BPMN doesn't know."""
    for element in look.elements():
        for node in element.node.iterfind(f"{{{BPMN}}}*"):
            name = str(node.tag).rpartition("}")[2]
            known = name.removesuffix("EventDefinition") in EVENT_DEFINITIONS
            if name.endswith("EventDefinition") and not known:
                message = f'"{short(name)}" is no event definition.'
                yield fault(element, message, "Choose another type.", nodes.line(node))


@rule("PW-912", section=OURS)
def performers_are_candidate_groups(look: Look) -> Iterator[Fault]:
    """Who does a task is said by camunda:candidateGroups and camunda:assignee, not by BPMN's resource roles."""
    for element in look.elements():
        for name in ("resourceRole", "performer", "humanPerformer", "potentialOwner"):
            node = element.node.find(f"{{{BPMN}}}{name}")
            if node is not None:
                remedy = "Name the roles in camunda:candidateGroups instead."
                yield fault(element, f"{name} is not carried out.", remedy, nodes.line(node))


@rule("PW-911", section=OURS)
def operation_is_not_called(look: Look) -> Iterator[Fault]:
    """No element rests on an operation of an interface: one without a message of its own would do nothing."""
    for element, message in operations(look):
        if not message:
            remedy = "Use the topic notify, an expression, or a send or receive task with a message (messageRef)."
            yield fault(element, "operationRef is not carried out.", remedy)
