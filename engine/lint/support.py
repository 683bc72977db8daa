"""PW-9xx: BPMN that is well-formed, but that Pathways does not run (the tables are in
``engine.lint.supported``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.diagram import BPMN, CAMUNDA, Element, EventDefinition, nodes
from engine.diagram.schema import attributes_of, parts_of
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


@rule("PW-917", section="BPMN 2.0.2 §15.3", plain="warning")
def attribute_is_one_of_its_element(look: Look) -> Iterator[Fault]:
    """An attribute without a prefix is one that BPMN gives its element: any other is read by nobody, and does nothing."""
    for node in _written(look):
        kind = nodes.local(node)
        for name in nodes.attributes(node):
            if not name.startswith("{") and name not in attributes_of(kind):
                remedy = f"Write camunda:{short(name)}." if name in _OURS else _known(name, attributes_of(kind), _ALIKE)
                yield _of(look, node, f"{kind} has no attribute {short(name)}, so it does nothing.", remedy)


_ALIKE = {"isInterrupting": "cancelActivity", "interrupting": "isInterrupting", "cancelActivity": "isInterrupting"}
"""What is meant by an attribute that another element has for the same: a boundary event says it in other words than a start."""


def _known(name: str, known: frozenset[str], alike: Mapping[str, str]) -> str:
    """Say which of what is known was probably meant."""
    found = alike.get(name, "")
    found = found if found in known else near(name, known)
    return f"Did you mean {found}?" if found else "Take it out."


def _written(look: Look) -> Iterator[etree._Element]:
    """Every node of BPMN in the file, but for those of processes that don't run."""
    ahead = [look.diagram.root]
    while ahead:
        node = ahead.pop()
        yield node
        inside = [each for each in node if nodes.in_bpmn(each) and nodes.local(each) != "extensionElements"]
        ahead += [
            each for each in reversed(inside) if nodes.local(each) != "process" or look.runs(nodes.attr(each, "id"))
        ]


def _of(look: Look, node: etree._Element, message: str, remedy: str) -> Fault:
    """A fault of the nearest part of the diagram around a node of its file."""
    around = (nodes.attr(each, "id") for each in (node, *node.iterancestors()))
    holder = next((look.diagram.holders[each] for each in around if each in look.diagram.holders), None)
    if holder is None:
        return Fault("", "", nodes.line(node), message, remedy)
    return fault(holder, message, remedy, nodes.line(node))


def _meant(name: str) -> str:
    found = near(name, _OURS)
    return f"Did you mean {found}?" if found else "Take it out."


_MEANT_ELSEWHERE = words("collection elementVariable errorCodeVariable escalationCodeVariable")
_OURS = _HONOURED | _MEANT_ELSEWHERE
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


@rule("PW-910", section="BPMN 2.0.2 §15.3", plain="warning")
def part_is_one_of_its_element(look: Look) -> Iterator[Fault]:
    """What stands inside an element is what BPMN has there: any other is read by nobody, and does nothing."""
    for node in _written(look):
        parts = parts_of(kind := nodes.local(node))
        for each in node if parts is not None else ():
            name = nodes.local(each)
            if parts is not None and nodes.in_bpmn(each) and name not in parts:
                message = f'"{short(name)}" is no part of a {kind}, so it does nothing.'
                yield _of(look, each, message, _known(name, parts, {}))


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
