"""A process as it is executed: which nodes it has, and what its diagram says of how they hang together.

Nothing here knows what a node does. The classes of nodes are handed in by ``engine/spiff/parser.py``, so that nodes may
know their definition without a circle of imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.diagram import Diagram, Element
from engine.errors import NoSuchStart, ParseFailed

N = TypeVar("N", bound=TaskSpec)


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


@dataclass(frozen=True)
class Flow:
    """A sequence flow: its id, the element it leads to, its FEEL condition and whether it is its source's default."""

    id: str
    target: str
    condition: str | None = None
    is_default: bool = False
    name: str = ""


class Graph:
    """Which element can send a token where, for the inclusive gateway's rule: flows, boundary events and links."""

    def __init__(self, diagram: Diagram, key: str, links: Iterable[tuple[str, str]]) -> None:
        flows = [flow for flow in diagram.flows.values() if flow.process == key]
        self.source = {flow.id: flow.source for flow in flows}
        self._before: dict[str, set[str]] = {}
        for flow in flows:
            self._before.setdefault(flow.target, set()).add(flow.source)
        for element in diagram.elements.values():
            if element.kind == "boundaryEvent" and element.process == key:
                self._before.setdefault(element.id, set()).add(element.attached_to)
        for thrower, catcher in links:
            self._before.setdefault(catcher, set()).add(thrower)

    def before(self, element: str) -> set[str]:
        """The elements from which a token can come to this one directly."""
        return self._before.get(element, set())


class DefinitionOf(Generic[N]):
    """One process, ready to run, made of nodes of class ``N``. Immutable and shared by all its instances.

    ``called`` is asked when a call is made; ``make`` gives the node of an element, and without one the process's root.
    """

    def __init__(
        self,
        key: str,
        diagram: Diagram,
        called: Mapping[str, DefinitionOf[N]],
        make: Callable[[DefinitionOf[N], str, Element | None], N],
    ) -> None:
        self.key = key
        self.diagram = diagram
        self.called = called
        self._lanes: dict[str, str] = {}
        self.elements = [e for e in diagram.elements.values() if e.process == key]
        self.outgoing: dict[str, list[Flow]] = {}
        self.incoming: dict[str, list[str]] = {}
        self._collect_flows()
        self.spec = WorkflowSpec(name=key)
        self.root = make(self, f"process:{key}", None)
        self.spec.start = self.root
        self.nodes: dict[str, N] = {e.id: make(self, e.id, e) for e in self.elements}
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
        return Graph(self.diagram, self.key, self.link_pairs())

    @cached_property
    def starts(self) -> list[StartTrigger]:
        """The ways in which this process can be started from outside."""
        return [trigger for element in self.diagram.starts(self.key) for trigger in _triggers(element)]

    def first_elements(self, inside: str, start: str | None) -> list[str]:
        """The elements that get the first tokens of a process or subprocess.

        ``start`` names the start event; without it the none start event is taken, or where the diagram has no start
        event at all, every element that nothing leads to (BPMN 2.0.2 section 13.3.1). Raises NoSuchStart.
        """
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
        element = self.diagram.elements.get(element_id)
        return element is not None and element.process == self.key and element.triggered_by_event

    def link_pairs(self) -> Iterable[tuple[str, str]]:
        """Each link throw event with the catch event that it leads to."""
        for element in self.elements:
            if element.kind == "intermediateThrowEvent" and "link" in element.event_kinds:
                yield element.id, self.links[(element.parent, element.event_definitions[0].name)]

    # -- building ---------------------------------------------------------------------------------------------

    def _collect_flows(self) -> None:
        known = {element.id: element for element in self.elements}
        for flow in self.diagram.flows.values():
            if flow.process != self.key:
                continue
            if flow.source not in known or flow.target not in known:
                raise ParseFailed(file=self.diagram.file, reason=f"the sequence flow {flow.id} has a loose end")
            is_default = known[flow.source].default == flow.id
            condition = None if is_default else flow.condition or None
            drawn = Flow(flow.id, flow.target, condition, is_default, flow.name)
            self.outgoing.setdefault(flow.source, []).append(drawn)
            self.incoming.setdefault(flow.target, []).append(flow.id)

    def _connect(self) -> None:
        for source, flows in self.outgoing.items():
            for flow in flows:
                self.nodes[source].connect(self.nodes[flow.target])

    def _attached(self) -> dict[str, list[N]]:
        found: dict[str, list[N]] = {}
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

    def _event_starts(self) -> dict[str, list[N]]:
        found: dict[str, list[N]] = {}
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


def _triggers(element: Element) -> list[StartTrigger]:
    each, when = element.properties.get("forEach", ""), element.properties.get("forEachWhen", "")
    form, rule = element.form_key, element.properties.get("timerRule", "")
    if not element.event_definitions:
        return [StartTrigger(element.id, "none", "", "", "", form, "", each, when)]
    return [
        StartTrigger(element.id, d.kind, d.name, d.text, d.timer_kind, form, rule, each, when)
        for d in element.event_definitions
    ]


def _begins_a_scope(element: Element) -> bool:
    aside = element.kind == "boundaryEvent" or element.triggered_by_event or element.for_compensation
    return not (
        aside or element.incoming or (element.kind == "intermediateCatchEvent" and "link" in element.event_kinds)
    )
