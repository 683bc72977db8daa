"""The parts of a diagram, frozen. Each keeps the line where its start tag ends; some keep their XML ``node``.

Text is given as the diagram has it, stripped of the space around it; a missing attribute is the empty string.
Two parts are equal only when they are the same part, so they can be kept in sets. References are ids without
a namespace prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.diagram.names import CAMUNDA, CATCHING, THROWING

#: What somebody does or sends, whatever it asks.
_ACTS = frozenset({"userTask", "manualTask", "sendTask", "receiveTask", "task"})
#: The events of which something is said, heard or dated in the world.
_ACTING_EVENTS = frozenset({"message", "signal", "timer", "escalation"})


@dataclass(frozen=True, eq=False)
class EventDefinition:
    """What an event waits for or throws (BPMN 2.0.2 §10.5.5)."""

    kind: str
    """message, timer, signal, error, escalation, conditional, link, compensate, cancel or terminate."""
    id: str
    line: int
    ref: str
    """The id named by messageRef, signalRef, errorRef, escalationRef or (compensate) activityRef; may
    dangle."""
    name: str
    """The name of what ``ref`` names (message, signal, error, escalation), or a link's own name."""
    code: str
    """The errorCode or escalationCode of what ``ref`` names."""
    text: str
    """A timer's or a condition's text."""
    timer_kind: str
    """timeDate, timeDuration or timeCycle; empty for other kinds, and for a timer that has none or
    several."""
    timer_parts: tuple[str, ...]
    """All the timer's children, so that lint can tell none from several."""
    attributes: Mapping[str, str]
    """Every XML attribute, camunda ones as ``{http://camunda.org/schema/1.0/bpmn}name``."""
    node: etree._Element = field(repr=False)


@dataclass(frozen=True, eq=False)
class Loop:
    """Loop characteristics (BPMN 2.0.2 §10.3.8). Expressions are FEEL, perhaps with a leading ``=``."""

    kind: str  # standard or multi
    sequential: bool
    cardinality: str
    """loopCardinality (multi)."""
    collection: str
    """camunda:collection: FEEL or the name of a variable (multi)."""
    element_variable: str
    completion_condition: str
    condition: str
    """loopCondition (standard)."""
    maximum: str
    """loopMaximum (standard), as written."""
    test_before: bool
    data_input: str
    """loopDataInputRef: an id (multi)."""
    data_output: str
    input_item: str
    """The name (else id) of inputDataItem."""
    output_item: str
    behavior: str
    """behavior of multi: All (the default), None, One or Complex."""
    event: EventDefinition | None
    """What None and One throw (noneBehaviorEventRef, oneBehaviorEventRef)."""
    output_collection: str
    """The property outputCollection: the variable that collects the results."""
    output_element: str
    """The property outputElement: FEEL for one instance's result."""
    line: int
    node: etree._Element = field(repr=False)


@dataclass(frozen=True, eq=False)
class Parameter:
    """A camunda:inputParameter or outputParameter; ``form`` is text (the usable one), script, list, map
    or other."""

    name: str
    text: str
    form: str
    line: int


@dataclass(frozen=True, eq=False)
class InOut:
    """A camunda:in or out of a call activity: ``source`` or ``expression`` to ``target``, all, or a
    business key."""

    direction: str
    """"in" or "out"."""
    source: str
    expression: str
    """sourceExpression: always FEEL."""
    target: str
    all: bool
    """variables="all"."""
    business_key: str
    """businessKey, literal or FEEL with ``=`` (direction in)."""
    local: bool
    line: int


@dataclass(frozen=True, eq=False)
class DataAssociation:
    """A dataInputAssociation ("input") or dataOutputAssociation ("output") of element ``owner`` (§10.4.1)."""

    kind: str
    id: str
    owner: str
    sources: tuple[str, ...]
    target: str
    transformation: str
    assignments: int
    line: int


@dataclass(frozen=True, eq=False)
class SequenceFlow:
    """A sequence flow (§8.4.13). ``source`` and ``target`` may dangle, and cross borders: lint refuses
    those."""

    id: str
    name: str
    source: str
    target: str
    condition: str
    """FEEL, perhaps with a leading ``=``; empty when there is none."""
    has_condition: bool
    """Whether there is a conditionExpression at all (an empty one is an error)."""
    language: str
    """The condition's own language attribute."""
    immediate: str
    """isImmediate as written."""
    process: str
    scope: str
    """The id of the process or subprocess that the flow is written in."""
    line: int
    node: etree._Element = field(repr=False)


@dataclass(frozen=True, eq=False)
class Element:
    """A flow node: an activity, gateway or event (§7.3), nested ones included."""

    id: str
    name: str
    kind: str
    """The local tag: userTask, exclusiveGateway, boundaryEvent, subProcess, transaction..."""
    line: int
    process: str
    """The key of the process it belongs to."""
    parent: str
    """The id of the scope that directly holds it: a subprocess, or the process."""
    incoming: tuple[str, ...]
    """Ids of the flows that target it, in document order: from the flows themselves, not from <incoming>
    children."""
    outgoing: tuple[str, ...]
    """Ids of the flows that leave it, in document order, which is the order in which conditions are tried."""
    declared_incoming: tuple[str, ...]
    """What its <incoming> children say."""
    declared_outgoing: tuple[str, ...]
    default: str
    """The id of the default flow (gateways and activities)."""
    attached_to: str
    """attachedToRef (boundary events)."""
    cancel_activity: bool
    """Whether a boundary event interrupts."""
    interrupting: bool
    """isInterrupting of an event subprocess's start event."""
    triggered_by_event: bool
    """Whether a subProcess is an event subprocess."""
    parallel_multiple: bool
    """Whether every one of several event definitions has to happen."""
    for_compensation: bool
    """isForCompensation: this activity is a compensation handler."""
    instantiate: bool
    """instantiate of a receive task or event-based gateway."""
    event_gateway_type: str
    gateway_direction: str
    start_quantity: str
    """startQuantity as written; "1" when missing."""
    completion_quantity: str
    event_definitions: tuple[EventDefinition, ...]
    dangling_definitions: tuple[str, ...]
    """eventDefinitionRefs that name nothing; those that name a definition are in ``event_definitions``."""
    loop: Loop | None
    form_key: str
    """camunda:formKey of a user task or start event, such as "barnsley/evidence-summary"; of other events, which have no
    such attribute in Camunda's schema, the property ``formKey``."""
    candidate_groups: tuple[str, ...]
    """Role ids; a FEEL expression is kept whole, as one item that begins with ``=``."""
    candidate_users: tuple[str, ...]
    assignee: str
    due_date: str
    follow_up_date: str
    """camunda:followUpDate: until when the task rests, in timer words or FEEL."""
    priority: str
    called_element: str
    decision_ref: str
    map_decision_result: str
    result_variable: str
    task_type: str
    """camunda:type, such as "external"."""
    topic: str
    """camunda:topic, such as "notify"."""
    message_ref: str
    """messageRef of a send or receive task."""
    message_name: str
    """The name of the message that ``message_ref`` names; empty when it dangles."""
    operation_ref: str
    script: str
    script_format: str
    properties: Mapping[str, str]
    """camunda:property name to value."""
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]
    mappings: tuple[InOut, ...]
    """camunda:in and camunda:out, of a call activity (or of a signal, where lint refuses them)."""
    data_associations: tuple[DataAssociation, ...]
    documentation: str
    clauses: tuple[str, ...]
    clauses_in_part: tuple[str, ...]
    """Those of ``clauses`` that it carries without being the duty itself."""
    attributes: Mapping[str, str]
    """Every XML attribute, camunda ones as ``{http://camunda.org/schema/1.0/bpmn}name``."""
    node: etree._Element = field(repr=False)

    def camunda(self, name: str) -> str:
        """Give the camunda attribute ``name``, or the empty string."""
        return self.attributes.get(f"{{{CAMUNDA}}}{name}", "")

    @property
    def catching(self) -> bool:
        """Whether this is an event that waits."""
        return self.kind in CATCHING

    @property
    def throwing(self) -> bool:
        """Whether this is an event that throws (or simply passes or ends)."""
        return self.kind in THROWING

    @property
    def reported_by(self) -> tuple[str, ...]:
        """The roles that may report what this event waits for, by the property ``reportedBy``."""
        return tuple(self.properties.get("reportedBy", "").replace(",", " ").split())

    @property
    def on_behalf(self) -> tuple[str, ...]:
        """The roles that may record an answer for those whose task this is, by the property ``onBehalf``."""
        return tuple(self.properties.get("onBehalf", "").replace(",", " ").split())

    @property
    def separate_from(self) -> tuple[str, ...]:
        """The ids of the tasks that somebody else must do, by the property ``separateFrom``."""
        return tuple(self.properties.get("separateFrom", "").replace(",", " ").split())

    @property
    def is_statutory(self) -> bool:
        """Whether its timer is a statutory period, which no manager sets by hand (property ``statutory``)."""
        return self.properties.get("statutory", "") == "true"

    @property
    def acts(self) -> bool:
        """Whether something is done or happens here in the world: a task, what is sent, a date, a report. What decides, works
        out, looks up or only groups others does not."""
        if self.kind == "serviceTask":
            return self.topic not in ("", "live-cases")
        if self.kind == "boundaryEvent" and "timer" in self.event_kinds:
            return False  # a date that passed: whoever should have acted has not
        return self.kind in _ACTS or not _ACTING_EVENTS.isdisjoint(self.event_kinds)

    @property
    def caught_message(self) -> str:
        """The name of the message that this event or receive task waits for; empty when it waits for none."""
        if not self.catching and self.kind != "receiveTask":
            return ""
        return next((d.name for d in self.event_definitions if d.kind == "message"), self.message_name)

    @property
    def event_kinds(self) -> tuple[str, ...]:
        """The kinds of its event definitions."""
        return tuple(definition.kind for definition in self.event_definitions)


@dataclass(frozen=True, eq=False)
class Process:
    """A process. Its ``key`` is its id, by which it is started, called and versioned."""

    key: str
    name: str
    executable: bool
    """isExecutable; a process that doesn't say is taken as executable."""
    candidate_starter_groups: tuple[str, ...]
    candidate_starter_users: tuple[str, ...]
    documentation: str
    properties: Mapping[str, str]
    clauses: tuple[str, ...]
    attributes: Mapping[str, str]
    line: int
    node: etree._Element = field(repr=False)

    @property
    def visible_to(self) -> tuple[str, ...]:
        """The roles that may see its cases, by the property ``visibleTo``."""
        return tuple(self.properties.get("visibleTo", "").replace(",", " ").split())


@dataclass(frozen=True, eq=False)
class RootItem:
    """A message, signal, error or escalation declared at the root; ``code`` is an error's or escalation's."""

    kind: str
    id: str
    name: str
    code: str
    line: int


@dataclass(frozen=True, eq=False)
class Lane:
    """A lane: ``members`` are ids of flow nodes, ``lane_set`` tells sets apart, ``parent`` is the lane
    around it."""

    id: str
    name: str
    process: str
    lane_set: int
    parent: str
    members: tuple[str, ...]
    line: int


@dataclass(frozen=True, eq=False)
class Pool:
    """A participant of the collaboration; without ``process`` it is a black box."""

    id: str
    name: str
    process: str
    line: int


@dataclass(frozen=True, eq=False)
class MessageFlow:
    """A message flow between pools or the elements inside them (§9.4)."""

    id: str
    name: str
    source: str
    target: str
    message_ref: str
    line: int


@dataclass(frozen=True, eq=False)
class Association:
    """An association: a note's dotted line, or the link from a compensation boundary event to its handler."""

    id: str
    source: str
    target: str
    direction: str
    scope: str
    line: int


@dataclass(frozen=True, eq=False)
class DataItem:
    """A data object, a reference to one or to a store, a store, an input, an output or a property
    (§10.4.1)."""

    kind: str
    """dataObject, dataObjectReference, dataStoreReference, dataStore, dataInput, dataOutput or property."""
    id: str
    name: str
    ref: str
    """dataObjectRef or dataStoreRef."""
    collection: bool
    scope: str
    """The id of the element, subprocess or process that it belongs to (empty for a data store)."""
    line: int


@dataclass(frozen=True)
class Holder:
    """What carries an id: for the rule against duplicates, and to say what a wrong reference names."""

    id: str
    kind: str
    name: str
    line: int


@dataclass(frozen=True)
class Stray:
    """An element that stands where BPMN knows none of its name. ``foreign`` means another namespace."""

    tag: str
    id: str
    parent: str
    foreign: bool
    line: int
