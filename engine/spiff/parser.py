"""A diagram becomes an executable definition: one SpiffWorkflow task spec a flow node, under the node's own id.

SpiffWorkflow's BpmnParser is not used: it weaves split and join specs of its own between the nodes, orders flows by their
place on the page, and ids such as ``Start`` or ``End`` collide with its own (see DECISIONS.md). The specs made here extend
SpiffWorkflow's TaskSpec, and SpiffWorkflow's Task and Workflow run them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.diagram import Diagram, Element, read
from engine.errors import NoSuchStart, ParseFailed
from engine.spiff import activities, events, gateways
from engine.spiff.nodes import Flow, NodeSpec, RootSpec
from engine.spiff.tree import Token

NODE_CLASSES: Mapping[str, type[NodeSpec]] = {
    "task": activities.PassThrough,
    "manualTask": activities.PassThrough,
    "userTask": activities.UserTask,
    "scriptTask": activities.ScriptTask,
    "serviceTask": activities.ServiceTask,
    "sendTask": activities.ServiceTask,
    "receiveTask": activities.ReceiveTask,
    "businessRuleTask": activities.BusinessRuleTask,
    "callActivity": activities.CallActivity,
    "subProcess": activities.SubProcess,
    "transaction": activities.SubProcess,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "eventBasedGateway": gateways.EventBasedGateway,
    "startEvent": events.StartEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "boundaryEvent": events.BoundaryEvent,
    "intermediateThrowEvent": events.ThrowEvent,
    "endEvent": events.ThrowEvent,
}


@dataclass(frozen=True)
class StartTrigger:
    """A way in which a process is started: ``kind`` is none, message, signal, timer or conditional."""

    element: str
    kind: str
    name: str
    text: str
    timer_kind: str
    form_key: str
    rule: str
    for_each: str = ""
    """ "school": one case a school; ``for_each_when`` (FEEL over ``school``) says which schools."""
    for_each_when: str = ""


class Graph:
    """Which element can send a token where, for the inclusive gateway's rule: flows, boundary events and links."""

    def __init__(self, definition: Definition) -> None:
        self.source = {flow.id: flow.source for flow in definition.flows}
        self._before: dict[str, set[str]] = {}
        for flow in definition.flows:
            self._before.setdefault(flow.target, set()).add(flow.source)
        for host, attached in definition.boundary.items():
            for event in attached:
                self._before.setdefault(event.element_id, set()).add(host)
        for thrower, catcher in definition.link_pairs():
            self._before.setdefault(catcher, set()).add(thrower)

    def before(self, element: str) -> set[str]:
        """The elements from which a token can come to this one directly."""
        return self._before.get(element, set())


class Definition:
    """One process, ready to run. Immutable and shared by all its instances; ``called`` is asked when a call is made."""

    def __init__(self, key: str, diagram: Diagram, called: Mapping[str, Definition]) -> None:
        self.key = key
        self.diagram = diagram
        self.called = called
        self._lanes: dict[str, str] = {}
        self.spec = WorkflowSpec(name=key)
        self.root = RootSpec(self, f"process:{key}")
        self.spec.start = self.root
        self.elements = [e for e in diagram.elements.values() if e.process == key]
        self.flows = [f for f in diagram.flows.values() if f.process == key]
        self.nodes: dict[str, NodeSpec] = {e.id: self._node(e) for e in self.elements}
        self._connect()
        self.boundary = self._attached()
        self.links = self._links()
        self.event_starts = self._event_starts()
        self.compensation = self._compensation()
        self.compensates = any("compensate" in e.event_kinds or "cancel" in e.event_kinds for e in self.elements)

    @property
    def name(self) -> str:
        """The process's name, or its key."""
        return self.diagram.processes[self.key].name or self.key

    def lane(self, element_id: str) -> str:
        """The name of the lane that an element stands in."""
        if element_id not in self._lanes:
            self._lanes[element_id] = self.diagram.lane_of(element_id)
        return self._lanes[element_id]

    @cached_property
    def graph(self) -> Graph:
        """The paths that tokens can take."""
        return Graph(self)

    @cached_property
    def starts(self) -> list[StartTrigger]:
        """The ways in which this process can be started from outside."""
        found = []
        for element in self.diagram.starts(self.key):
            rule = element.properties.get("timerRule", "")
            each, when = element.properties.get("forEach", ""), element.properties.get("forEachWhen", "")
            form = element.form_key
            for d in element.event_definitions:
                found.append(StartTrigger(element.id, d.kind, d.name, d.text, d.timer_kind, form, rule, each, when))
            if not element.event_definitions:
                found.append(StartTrigger(element.id, "none", "", "", "", form, "", each, when))
        return found

    def open_scope(self, scope: Token, inside: str, start: str | None) -> None:
        """Put the first tokens into a process or subprocess, and let its event subprocesses listen.

        ``start`` names the start event; without it the none start event is taken, or where the diagram has no start
        event at all, every element that nothing leads to (BPMN 2.0.2 section 13.3.1).
        """
        instance = scope.workflow
        for listener in self.event_starts.get(inside, ()):
            if listener.listens:
                instance.place(listener, scope, "", {"listener": "event-subprocess"})
        for element in self._first(inside, start):
            instance.place(self.nodes[element], scope, "", {"fired": True})

    def _first(self, inside: str, start: str | None) -> list[str]:
        starts = self.diagram.starts(inside)
        if start is not None:
            if start not in {e.id for e in starts}:
                raise NoSuchStart(element=start, process=self.key)
            return [start]
        if starts:
            none = [e.id for e in starts if not e.event_definitions]
            if not none:
                raise NoSuchStart(element="a plain start event", process=self.key)
            return none[:1]
        return [e.id for e in self.diagram.children(inside) if _begins_a_scope(e)]

    def is_event_subprocess(self, element_id: str) -> bool:
        """Whether this element is an event subprocess."""
        node = self.nodes.get(element_id)
        return node is not None and node.element.triggered_by_event

    def link_pairs(self) -> Iterable[tuple[str, str]]:
        """Each link throw event with the catch event that it leads to."""
        for element in self.elements:
            if element.kind == "intermediateThrowEvent" and "link" in element.event_kinds:
                yield element.id, self.links[(element.parent, element.event_definitions[0].name)]

    # -- building ---------------------------------------------------------------------------------------------

    def _node(self, element: Element) -> NodeSpec:
        node_class = NODE_CLASSES.get(element.kind)
        if node_class is None:
            raise ParseFailed(file=self.diagram.file, reason=f"{element.kind} {element.id} is not run by Pathways")
        return node_class(self, element.id, element)

    def _connect(self) -> None:
        for flow in self.flows:
            source, target = self.nodes.get(flow.source), self.nodes.get(flow.target)
            if source is None or target is None:
                raise ParseFailed(file=self.diagram.file, reason=f"the sequence flow {flow.id} has a loose end")
            is_default = source.element.default == flow.id
            condition = flow.condition or None
            source.flows.append(Flow(flow.id, flow.target, None if is_default else condition, is_default))
            target.incoming.append(flow.id)
            source.connect(target)

    def _attached(self) -> dict[str, list[NodeSpec]]:
        found: dict[str, list[NodeSpec]] = {}
        for element in self.elements:
            if element.kind == "boundaryEvent":
                found.setdefault(element.attached_to, []).append(self.nodes[element.id])
        return found

    def _links(self) -> dict[tuple[str, str], str]:
        return {
            (element.parent, definition.name): element.id
            for element in self.elements
            if element.kind == "intermediateCatchEvent"
            for definition in element.event_definitions
            if definition.kind == "link"
        }

    def _event_starts(self) -> dict[str, list[NodeSpec]]:
        found: dict[str, list[NodeSpec]] = {}
        for element in self.elements:
            if element.triggered_by_event:
                starts = [self.nodes[start.id] for start in self.diagram.starts(element.id)]
                found.setdefault(element.parent, []).extend(starts)
        return found

    def _compensation(self) -> dict[str, str]:
        """Activity to its compensation handler, by the association from the boundary event."""
        handlers = {a.source: a.target for a in self.diagram.associations.values() if a.target in self.nodes}
        return {
            element.attached_to: handlers[element.id]
            for element in self.elements
            if element.kind == "boundaryEvent" and "compensate" in element.event_kinds and element.id in handlers
        }


def _begins_a_scope(element: Element) -> bool:
    aside = element.kind == "boundaryEvent" or element.triggered_by_event or element.for_compensation
    return not (
        aside or element.incoming or (element.kind == "intermediateCatchEvent" and "link" in element.event_kinds)
    )


def parse(key: str, xml: bytes, called: Mapping[str, Definition], file: str = "") -> Definition:
    """The executable definition of process ``key`` in a BPMN file. Raises ParseFailed; structure is checked by lint."""
    diagram = read(xml, file or f"{key}.bpmn")
    if key not in diagram.processes:
        raise ParseFailed(file=file, reason=f'it holds no process with the id "{key}"')
    return Definition(key, diagram, called)
