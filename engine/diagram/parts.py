"""Nodes of a diagram become its parts: events' definitions, loops, mappings, elements, flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.diagram import nodes
from engine.diagram.model import (
    DataAssociation,
    Element,
    EventDefinition,
    InOut,
    Loop,
    Parameter,
    RootItem,
    SequenceFlow,
)
from engine.diagram.names import EVENT_DEFINITIONS, LOOPS, TIMER_KINDS


@dataclass
class Roots:
    """What the elements refer to at the root: items by id, and event definitions shared by several events."""

    items: dict[str, RootItem] = field(default_factory=dict)
    definitions: dict[str, etree._Element] = field(default_factory=dict)
    read: dict[str, EventDefinition] = field(default_factory=dict)

    def item(self, ref: str) -> RootItem | None:
        """Give the item with id ``ref``, or None."""
        return self.items.get(ref)


@dataclass(frozen=True)
class Place:
    """Where an element stands: its own id, its process, the scope that holds it, and the flows that touch
    it."""

    id: str
    process: str
    parent: str
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()


def definition_kind(node: etree._Element) -> str:
    """Give timer, message... for an event definition's node, else the empty string."""
    name = nodes.local(node)
    kind = name.removesuffix("EventDefinition")
    known = nodes.in_bpmn(node) and name.endswith("EventDefinition")
    return kind if known and kind in EVENT_DEFINITIONS else ""


def event_definitions(node: etree._Element, roots: Roots) -> tuple[EventDefinition, ...]:
    """Give an event's definitions: its own, and those it refers to."""
    own = [_event_definition(child, roots) for child in node if definition_kind(child)]
    shared = [_shared(ref, roots) for ref in nodes.child_refs(node, "eventDefinitionRef")]
    return (*own, *(found for found in shared if found is not None))


def _shared(ref: str, roots: Roots) -> EventDefinition | None:
    """Give the root's definition with id ``ref``, read once: thousands of events may refer to a large one."""
    if ref not in roots.read and ref in roots.definitions:
        roots.read[ref] = _event_definition(roots.definitions[ref], roots)
    return roots.read.get(ref)


_REFS = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
    "compensate": "activityRef",
}


def _item(roots: Roots, ref: str, kind: str) -> RootItem | None:
    """The item that an event definition refers to, if it is of the definition's kind."""
    found = roots.item(ref)
    return found if found is not None and found.kind == kind else None


def _timers(node: etree._Element) -> list[etree._Element]:
    return [child for child in node if nodes.in_bpmn(child) and nodes.local(child) in TIMER_KINDS]


def _event_definition(node: etree._Element, roots: Roots) -> EventDefinition:
    kind = definition_kind(node)
    ref = nodes.ref(node, _REFS[kind]) if kind in _REFS else ""
    named = _item(roots, ref, kind)
    timers = _timers(node)
    timer = timers[0] if len(timers) == 1 else None
    return EventDefinition(
        kind=kind,
        id=nodes.attr(node, "id"),
        line=nodes.line(node),
        ref=ref,
        name=named.name if named else nodes.attr(node, "name"),
        code=named.code if named else "",
        text=nodes.child_text(node, "condition") if kind == "conditional" else nodes.text(timer),
        timer_kind=nodes.local(timer) if timer is not None else "",
        timer_parts=tuple(nodes.local(found) for found in timers),
        attributes=nodes.attributes(node),
        node=node,
    )


def loop(node: etree._Element, roots: Roots) -> Loop | None:
    """Give an activity's loop characteristics, the first if it wrongly has several."""
    found = next((child for child in node if nodes.in_bpmn(child) and nodes.local(child) in LOOPS), None)
    return None if found is None else _loop(found, nodes.properties(node), roots)


#: Which attribute names the event that a behavior of multi-instance activities throws.
_BEHAVIORS = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}


def _loop(node: etree._Element, activity: Mapping[str, str], roots: Roots) -> Loop:
    """``activity`` holds the activity's properties: results may be named on it or on the loop itself."""
    properties = {**activity, **nodes.properties(node)}
    behavior = nodes.attr(node, "behavior") or "All"
    return Loop(
        kind=LOOPS[nodes.local(node)],
        sequential=nodes.flag(node, "isSequential", default=False),
        cardinality=nodes.child_text(node, "loopCardinality"),
        collection=nodes.camunda_attr(node, "collection"),
        element_variable=nodes.camunda_attr(node, "elementVariable"),
        completion_condition=nodes.child_text(node, "completionCondition"),
        condition=nodes.child_text(node, "loopCondition"),
        maximum=nodes.attr(node, "loopMaximum"),
        test_before=nodes.flag(node, "testBefore", default=False),
        data_input=nodes.reference(nodes.child_text(node, "loopDataInputRef")),
        data_output=nodes.reference(nodes.child_text(node, "loopDataOutputRef")),
        input_item=_item_name(nodes.child(node, "inputDataItem")),
        output_item=_item_name(nodes.child(node, "outputDataItem")),
        behavior=behavior,
        event=_shared(nodes.ref(node, _BEHAVIORS[behavior]), roots) if behavior in _BEHAVIORS else None,
        output_collection=properties.get("outputCollection", ""),
        output_element=properties.get("outputElement", ""),
        line=nodes.line(node),
        node=node,
    )


def _item_name(node: etree._Element | None) -> str:
    return "" if node is None else nodes.attr(node, "name") or nodes.attr(node, "id")


def parameters(node: etree._Element, name: str) -> tuple[Parameter, ...]:
    """Give the camunda:inputParameter or outputParameter children (by ``name``) of camunda:inputOutput."""
    return tuple(
        _parameter(found)
        for holder in nodes.extensions(node, "inputOutput")
        for found in holder.iterfind(nodes.camunda(name))
    )


def _parameter(node: etree._Element) -> Parameter:
    inner = nodes.local(node[0]) if len(node) else "text"
    form = inner if inner in {"text", "script", "list", "map"} else "other"
    return Parameter(nodes.attr(node, "name"), nodes.text(node), form, nodes.line(node))


def mappings(node: etree._Element) -> tuple[InOut, ...]:
    """Give the camunda:in and camunda:out of an activity, or of its event definition."""
    holders = [node, *(child for child in node if definition_kind(child))]
    return tuple(_mapping(found) for holder in holders for found in nodes.extensions(holder, "in", "out"))


def _mapping(node: etree._Element) -> InOut:
    return InOut(
        direction=nodes.local(node),
        source=nodes.attr(node, "source"),
        expression=nodes.attr(node, "sourceExpression"),
        target=nodes.attr(node, "target"),
        all=nodes.attr(node, "variables") == "all",
        business_key=nodes.attr(node, "businessKey"),
        local=nodes.flag(node, "local", default=False),
        line=nodes.line(node),
    )


def data_associations(node: etree._Element, owner: str) -> tuple[DataAssociation, ...]:
    """Give the data associations written in element ``owner``."""
    kinds = {nodes.bpmn("dataInputAssociation"): "input", nodes.bpmn("dataOutputAssociation"): "output"}
    return tuple(
        DataAssociation(
            kind=kinds[str(found.tag)],
            id=nodes.attr(found, "id"),
            owner=owner,
            sources=nodes.child_refs(found, "sourceRef"),
            target=nodes.reference(nodes.child_text(found, "targetRef")),
            transformation=nodes.child_text(found, "transformation"),
            assignments=len(found.findall(nodes.bpmn("assignment"))),
            line=nodes.line(found),
        )
        for found in node
        if found.tag in kinds
    )


def sequence_flow(node: etree._Element, place: Place) -> SequenceFlow:
    """Give a sequence flow."""
    condition = nodes.child(node, "conditionExpression")
    return SequenceFlow(
        id=place.id,
        name=nodes.attr(node, "name"),
        source=nodes.ref(node, "sourceRef"),
        target=nodes.ref(node, "targetRef"),
        condition=nodes.text(condition),
        has_condition=condition is not None,
        language="" if condition is None else nodes.attr(condition, "language"),
        immediate=nodes.attr(node, "isImmediate"),
        process=place.process,
        scope=place.parent,
        line=nodes.line(node),
        node=node,
    )


def element(node: etree._Element, place: Place, roots: Roots) -> Element:
    """Give a flow node, with all that its attributes and children say."""
    own = roots.item(nodes.ref(node, "messageRef"))
    return Element(
        id=place.id,
        name=nodes.attr(node, "name"),
        kind=nodes.local(node),
        line=nodes.line(node),
        process=place.process,
        parent=place.parent,
        incoming=place.incoming,
        outgoing=place.outgoing,
        declared_incoming=nodes.child_refs(node, "incoming"),
        declared_outgoing=nodes.child_refs(node, "outgoing"),
        default=nodes.ref(node, "default"),
        attached_to=nodes.ref(node, "attachedToRef"),
        cancel_activity=nodes.flag(node, "cancelActivity", default=True),
        interrupting=nodes.flag(node, "isInterrupting", default=True),
        triggered_by_event=nodes.flag(node, "triggeredByEvent", default=False),
        parallel_multiple=nodes.flag(node, "parallelMultiple", default=False),
        for_compensation=nodes.flag(node, "isForCompensation", default=False),
        instantiate=nodes.flag(node, "instantiate", default=False),
        event_gateway_type=nodes.attr(node, "eventGatewayType") or "Exclusive",
        gateway_direction=nodes.attr(node, "gatewayDirection") or "Unspecified",
        start_quantity=nodes.attr(node, "startQuantity") or "1",
        completion_quantity=nodes.attr(node, "completionQuantity") or "1",
        event_definitions=event_definitions(node, roots),
        dangling_definitions=tuple(
            ref for ref in nodes.child_refs(node, "eventDefinitionRef") if ref not in roots.definitions
        ),
        loop=loop(node, roots),
        form_key=nodes.camunda_attr(node, "formKey") or nodes.properties(node).get("formKey", ""),
        candidate_groups=nodes.words(nodes.camunda_attr(node, "candidateGroups")),
        candidate_users=nodes.words(nodes.camunda_attr(node, "candidateUsers")),
        assignee=nodes.camunda_attr(node, "assignee"),
        due_date=nodes.camunda_attr(node, "dueDate"),
        follow_up_date=nodes.camunda_attr(node, "followUpDate"),
        priority=nodes.camunda_attr(node, "priority"),
        called_element=nodes.ref(node, "calledElement"),
        decision_ref=nodes.camunda_attr(node, "decisionRef"),
        map_decision_result=nodes.camunda_attr(node, "mapDecisionResult"),
        result_variable=nodes.camunda_attr(node, "resultVariable"),
        task_type=nodes.camunda_attr(node, "type"),
        topic=nodes.camunda_attr(node, "topic"),
        message_ref=nodes.ref(node, "messageRef"),
        message_name=own.name if own is not None and own.kind == "message" else "",
        operation_ref=nodes.ref(node, "operationRef"),
        script=nodes.child_text(node, "script"),
        script_format=nodes.attr(node, "scriptFormat"),
        properties=nodes.properties(node),
        inputs=parameters(node, "inputParameter"),
        outputs=parameters(node, "outputParameter"),
        mappings=mappings(node),
        data_associations=data_associations(node, place.id),
        documentation=nodes.documentation(node),
        clauses=nodes.clauses(node),
        clauses_in_part=nodes.clauses_in_part(node),
        attributes=nodes.attributes(node),
        node=node,
    )
