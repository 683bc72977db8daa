"""A process as a net of places where tokens rest, for :mod:`engine.lint.markings`.

A token rests only where something is decided or waited for: before a choice, a merge, a join (at each of its flows),
a subprocess, or an activity with boundary events. What lies between is walked through at once, which keeps the number
of markings small: a chain of ten tasks has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.diagram import Diagram, Element, SequenceFlow
from engine.diagram.names import ACTIVITIES, SUBPROCESSES

MOST_STEPS = 100_000
"""Flows that are walked along, in all."""
MOST_WAYS = 5
"""Conditional ways out of which every combination is tried; of more, only each alone and all together."""
_CHOOSING = frozenset(["exclusiveGateway", "eventBasedGateway"])
_ENDING = frozenset(["terminate", "error", "cancel"])


@dataclass(frozen=True)
class Place:
    """Where a token may rest: ``before`` an element, ``on`` a flow into a join, ``inside`` a subprocess that runs.
    An ``armed`` token says that the event ``id`` (or a scope's interrupting event subprocess) can still happen."""

    kind: str
    id: str


@dataclass
class Walked:
    """Where the tokens on some flows come to rest, and the elements that they pass or reach."""

    places: tuple[int, ...]
    elements: frozenset[str]


@dataclass
class Net:
    """The places of one process, by number, and what a token in each can do."""

    diagram: Diagram
    process: str
    optional: bool
    """Whether events that don't interrupt can happen."""
    places: list[Place] = field(default_factory=list)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    whole: bool = True
    """Whether every walk went to its end."""
    _steps: int = MOST_STEPS
    _around: list[tuple[str, ...]] = field(default_factory=list)
    _exits: dict[str, list[Walked]] = field(default_factory=dict)
    _walks: dict[tuple[str, ...], Walked] = field(default_factory=dict)

    def place(self, kind: str, key: str) -> int:
        """Give the number of a place."""
        number = self.numbers.get((kind, key))
        if number is None:
            number = self.numbers[kind, key] = len(self.places)
            self.places.append(Place(kind, key))
            self._around.append(self._scopes(self.places[number]))
        return number

    def _scopes(self, place: Place) -> tuple[str, ...]:
        """Give the scopes that a token there is in, itself included for ``inside``'s own arms."""
        flow = self.diagram.flows.get(place.id)
        key = flow.target if place.kind == "on" and flow is not None else place.id
        scopes = self.diagram.scopes(key)
        return (key, *scopes) if place.kind == "armed" else scopes

    def within(self, number: int, scope: str) -> bool:
        """Whether a token in this place goes when ``scope`` is left."""
        return scope in self._around[number]

    def counts(self, number: int) -> bool:
        """Whether the place holds tokens of the process: an armed event is none."""
        return self.places[number].kind != "armed"

    # -- where tokens rest ---------------------------------------------------------------------------------------

    def walk(self, flows: tuple[str, ...]) -> Walked:
        """Give where tokens put on these flows come to rest."""
        if flows not in self._walks:
            self._walks[flows] = self._walk(flows)
        return self._walks[flows]

    def _walk(self, flows: tuple[str, ...]) -> Walked:
        resting: list[int] = []
        reached: set[str] = set()
        ahead = list(flows)
        while ahead and self._step():
            key = ahead.pop()
            target = self.diagram.elements.get(self.diagram.flows[key].target)
            if target is None:
                continue
            reached.add(target.id)
            if self.joins(target):
                resting.append(self.place("on", key))
            elif self.rests(target):
                resting += self.arrival(target)
            else:
                ahead += self.onwards(target)
        return Walked(tuple(resting), frozenset(reached))

    def _step(self) -> bool:
        self._steps -= 1
        self.whole = self.whole and self._steps >= 0
        return self.whole

    def onwards(self, element: Element) -> tuple[str, ...]:
        """Give the flows on which an element that needs no decision puts its tokens."""
        if element.kind == "intermediateThrowEvent" and "link" in element.event_kinds:
            return tuple(flow for catch in self._links(element) for flow in catch.outgoing)
        return element.outgoing * quantity(element.completion_quantity)

    def _links(self, thrown: Element) -> Iterator[Element]:
        names = {one.name for one in thrown.event_definitions if one.kind == "link"}
        for other in self.diagram.children(thrown.parent):
            if other.kind == "intermediateCatchEvent" and {one.name for one in other.event_definitions} & names:
                yield other

    def joins(self, element: Element) -> bool:
        """Whether a token waits on each flow into the element for the others."""
        return element.kind in {"parallelGateway", "inclusiveGateway"} and len(element.incoming) > 1

    def rests(self, element: Element) -> bool:
        """Whether a token rests before the element."""
        return (
            len(element.incoming) > 1
            or element.kind in SUBPROCESSES
            or bool(self.diagram.boundary_events(element.id))
            or bool(_ENDING & set(element.event_kinds) and element.kind == "endEvent")
            or quantity(element.start_quantity) > 1
            or len(self.ways(element)) > 1
        )

    def arrival(self, element: Element) -> list[int]:
        """Give the places that a token before this element fills."""
        arms = [] if element.kind in SUBPROCESSES else self.arms(element)
        return [self.place("before", element.id), *arms]

    def arms(self, element: Element) -> list[int]:
        """Give the events on its border that don't interrupt, as armed."""
        events = self.diagram.boundary_events(element.id) if self.optional else ()
        return [self.place("armed", event.id) for event in events if not event.cancel_activity]

    def exits(self, element: Element) -> list[Walked]:
        """Give where the tokens come to rest that leave an element, in each way in which they may leave."""
        if element.id not in self._exits:
            walks = [self.walk(flows) for flows in self.ways(element)]
            self._exits[element.id] = [Walked(one.places, one.elements | {element.id}) for one in walks]
        return self._exits[element.id]

    # -- ways out ------------------------------------------------------------------------------------------------

    def ways(self, element: Element) -> list[tuple[str, ...]]:
        """Give the sets of flows that may be taken when the element ends, each condition being free."""
        flows = self.diagram.flows_from(element)
        if element.kind in _CHOOSING:
            return [(flow.id,) for flow in flows] or [()]
        split = element.kind in {"inclusiveGateway", "complexGateway"}
        free = [flow.id for flow in flows if _free(element, flow, split)]
        return _combined(element, free) if free else [self.onwards(element)]

    def starts(self, scope: str) -> list[tuple[str, ...]]:
        """Give the ways in which a scope may begin: the flows of one of its start events, or of all its elements
        that nothing leads to."""
        starts = self.diagram.starts(scope)
        if starts:
            return [start.outgoing for start in starts]
        return [tuple(flow for child in self.diagram.children(scope) if self._begins(child) for flow in child.outgoing)]

    def _begins(self, element: Element) -> bool:
        aside = element.for_compensation or element.triggered_by_event or element.kind == "boundaryEvent"
        return not element.incoming and not aside

    def handlers(self, scope: str) -> Iterator[tuple[Element, Element]]:
        """Give the event subprocesses of a scope, each with its start event."""
        for child in self.diagram.children(scope):
            if child.triggered_by_event:
                yield from ((child, start) for start in self.diagram.starts(child.id))

    def scope_arms(self, scope: str) -> list[int]:
        """Give what is armed when a scope begins: its event subprocesses, those that interrupt as one."""
        arms = []
        for _, start in self.handlers(scope):
            if start.interrupting:
                arms.append(self.place("armed", scope))
            elif self.optional:
                arms.append(self.place("armed", start.id))
        return sorted(set(arms))

    def behind(self, join: Element) -> dict[str, frozenset[str]]:
        """Give, for each flow into a join, the elements of its scope from which that flow can be reached without
        passing the join."""
        sources = {key: self.diagram.flows[key].source for key in join.incoming}
        known = {source: self._behind(join, source) for source in set(sources.values())}
        return {key: known[source] for key, source in sources.items()}

    def _behind(self, join: Element, source: str) -> frozenset[str]:
        found: set[str] = set()
        ahead = [source]
        while ahead and self._step():
            here = ahead.pop()
            element = self.diagram.elements.get(here)
            if element is None or here in found or here == join.id:
                continue
            found.add(here)
            ahead += self._before(element)
        return frozenset(found)

    def _before(self, element: Element) -> Iterable[str]:
        if element.attached_to:
            return [element.attached_to]
        if element.kind == "intermediateCatchEvent" and "link" in element.event_kinds:
            return [other.id for other in self.diagram.children(element.parent) if self._throws_to(other, element)]
        return [flow.source for flow in self.diagram.flows_into(element)]

    def _throws_to(self, other: Element, catch: Element) -> bool:
        return other.kind == "intermediateThrowEvent" and catch in self._links(other)

    def position(self, number: int, scope: str) -> str:
        """Give the element of ``scope`` at which, or inside which, a token of this place is; empty when none."""
        place = self.places[number]
        key = self.diagram.flows[place.id].target if place.kind == "on" else place.id
        for here in (key, *self.diagram.scopes(key)):
            element = self.diagram.elements.get(here)
            if element is not None and element.parent == scope:
                return here
        return ""


def elements_in(diagram: Diagram, scope: str) -> list[Element]:
    """Give the elements of a process or subprocess, nested ones included."""
    found: list[Element] = []
    ahead = [scope]
    while ahead:
        children = diagram.children(ahead.pop())
        found += children
        ahead += [child.id for child in children if child.kind in SUBPROCESSES]
    return found


def quantity(text: str) -> int:
    """Give a startQuantity or completionQuantity; 1 for what lint refuses."""
    return int(text) if text.isascii() and text.isdigit() and 1 <= len(text) <= 3 and 1 <= int(text) <= 100 else 1


def _free(element: Element, flow: SequenceFlow, split: bool) -> bool:
    conditional = flow.has_condition and element.kind in ACTIVITIES
    return flow.id != element.default and (conditional or (split and len(element.outgoing) > 1))


def _combined(element: Element, free: list[str]) -> list[tuple[str, ...]]:
    """Give the sets of flows that leave an element of which these are ``free``: some of them, or the default."""
    always = tuple(flow for flow in element.outgoing if flow not in (*free, element.default))
    default = (element.default,) if element.default in element.outgoing else ()
    chosen = [always + some for some in _some(free)]
    return [*chosen, always + default] if always or default else chosen


def _some(flows: list[str]) -> list[tuple[str, ...]]:
    sizes = range(1, len(flows) + 1) if len(flows) <= MOST_WAYS else (1, len(flows))
    return [some for size in sizes for some in combinations(flows, size)]
