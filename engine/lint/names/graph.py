"""The ways through one process: what may have happened before each element, and what surely has.

Each element has two places: before it (``enter``) and after it (``leave``). What may have happened before a place is
drawn generously: an event subprocess may come after anything in its scope, a boundary event after anything inside its
activity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile

from engine.diagram import Diagram, Element, SequenceFlow

#: Elements and edges past which a process isn't looked at: no person draws such a one.
MOST_ELEMENTS, MOST_EDGES = 1_500, 20_000

START, END = 0, 1
"""The places before and after the whole process."""


class Graph:
    """The places of one process and the edges between them."""

    def __init__(self, diagram: Diagram, key: str, elements: Iterable[Element], flows: Iterable[SequenceFlow]) -> None:
        """``elements`` and ``flows`` are those of the process ``key`` in the diagram."""
        self.diagram, self.key, self.flows = diagram, key, tuple(flows)
        self.elements = {each.id: each for each in elements}
        self._place = {each: 2 + 2 * number for number, each in enumerate(self.elements)}
        self._inside: dict[str, list[Element]] = {}
        for each in self.elements.values():
            self._inside.setdefault(each.parent, []).append(each)
        size = 2 + 2 * len(self.elements)
        self.surely: list[list[int]] = [[] for _ in range(size)]
        """By place, the places of which one comes just before it (before a parallel join: all of them)."""
        self.perhaps: list[list[int]] = [[] for _ in range(size)]
        """By place, other places that may come before it."""
        self.gathers: set[int] = set()
        """The places of parallel joins."""
        self.splits: list[list[int]] = []
        """For each place where a token becomes several: where each of these goes."""
        self.edges = 0
        self.too_large = len(self.elements) > MOST_ELEMENTS
        if not self.too_large:
            self._draw()

    def enter(self, element: str) -> int:
        """The place before an element."""
        return self._place[element]

    def leave(self, element: str) -> int:
        """The place after an element."""
        return self._place[element] + 1

    def within(self, scope: str) -> Iterator[Element]:
        """Every element inside a scope, however deep."""
        ahead = list(self._inside.get(scope, ()))
        while ahead:
            here = ahead.pop()
            yield here
            ahead.extend(self._inside.get(here.id, ()))

    def before(self, place: int) -> int:
        """The places that may come before one, itself included, as bits."""
        return self._before[place]

    def beside(self, place: int, other: int) -> bool:
        """Whether two places may be reached at the same time, on two branches of one split."""
        return any(
            (self._after[a] >> place) & (self._after[b] >> other) & 1
            for split in self.splits
            for a in split
            for b in split
            if a != b
        )

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _edge(self, source: int, target: int, sure: bool = True) -> None:
        self.edges += 1
        self.too_large = self.too_large or self.edges > MOST_EDGES
        if not self.too_large:
            (self.surely if sure else self.perhaps)[target].append(source)

    def _draw(self) -> None:
        self._scope(self.key, START, END)
        for element in self.elements.values():
            if self.too_large:
                return
            self._element(element)
        for flow in self.flows:
            if flow.source in self._place and flow.target in self._place:
                self._edge(self.leave(flow.source), self.enter(flow.target))
        self._links()
        self._handlers()

    def _scope(self, scope: str, entry: int, exit_: int) -> None:
        first = self._first(scope)
        for each in first:
            self._edge(entry, self.enter(each.id))
        main = self._main(first)
        children = [each for each in self._inside.get(scope, []) if not each.triggered_by_event]
        for each in children:
            if not each.outgoing and not each.for_compensation:
                self._edge(self.leave(each.id), exit_, sure=each.id in main)
        if not children:
            self._edge(entry, exit_)

    def _first(self, scope: str) -> list[Element]:
        """Where tokens begin in a scope: at its start events, else at what no flow leads to."""
        return self._starts(scope) or [each for each in self._inside.get(scope, []) if _begins(each)]

    def _starts(self, scope: str) -> list[Element]:
        return [each for each in self._inside.get(scope, []) if each.kind == "startEvent"]

    def _main(self, first: list[Element]) -> set[str]:
        """The elements that a scope's first tokens come to. What begins beside an activity ends beside it: the scope
        goes on only when the first tokens have ended as well."""
        found: set[str] = set()
        ahead = [each.id for each in first]
        while ahead:
            here = ahead.pop()
            if here in self.elements and here not in found:
                found.add(here)
                ahead += [flow.target for flow in self.diagram.flows_from(self.elements[here])]
                ahead += [each.id for each in self.diagram.boundary_events(here) if each.cancel_activity]
        return found

    def _element(self, element: Element) -> None:
        enter, leave = self.enter(element.id), self.leave(element.id)
        if element.triggered_by_event:
            self._event_subprocess(element)
        elif element.id in self._inside:
            self._scope(element.id, enter, leave)
        else:
            self._edge(enter, leave)
        if element.kind == "boundaryEvent" and element.attached_to in self._place:
            self._boundary(element)
        if element.kind == "parallelGateway" and len(element.incoming) > 1:
            self.gathers.add(enter)
        self._split(element)

    def _split(self, element: Element) -> None:
        goes = [self.enter(flow.target) for flow in self.diagram.flows_from(element) if flow.target in self._place]
        single = element.kind in ("exclusiveGateway", "eventBasedGateway", "complexGateway")
        if len(goes) > 1 and not single:
            self.splits.append(goes)

    def _boundary(self, event: Element) -> None:
        host, enter = event.attached_to, self.enter(event.id)
        if "compensate" in event.event_kinds:
            self._edge(self.leave(host), enter)
            return
        self._edge(self.enter(host), enter)
        for each in self.within(host):
            self._edge(self.leave(each.id), enter, sure=False)
        if not event.cancel_activity:
            self.splits.append([self.leave(host), enter])

    def _event_subprocess(self, element: Element) -> None:
        entry, exit_ = self._ends(element.parent)
        self._scope(element.id, entry, self.leave(element.id))
        starts = self._starts(element.id)
        interrupts = all(each.interrupting for each in starts)
        self._edge(self.leave(element.id), exit_, sure=interrupts)
        for other in self._around(element):
            for start in starts:
                self._edge(self.leave(other.id), self.enter(start.id), sure=False)
            if not interrupts:
                self._edge(self.leave(element.id), self.enter(other.id), sure=False)

    def _ends(self, scope: str) -> tuple[int, int]:
        """The places at which a scope begins and ends."""
        return (self.enter(scope), self.leave(scope)) if scope in self._place else (START, END)

    def _around(self, element: Element) -> Iterator[Element]:
        """What is in the scope of an event subprocess, itself and its inside left out; no more once there is too much."""
        own = {each.id for each in self.within(element.id)} | {element.id}
        others = (other for other in self.within(element.parent) if other.id not in own)
        return takewhile(lambda _: not self.too_large, others)

    def _links(self) -> None:
        links = [(each, d) for each in self.elements.values() for d in each.event_definitions if d.kind == "link"]
        for source, thrown in links:
            for target, caught in links:
                if source.throwing and target.catching and thrown.name == caught.name:
                    self._edge(self.leave(source.id), self.enter(target.id))

    def _handlers(self) -> None:
        for association in self.diagram.associations.values():
            target = self.elements.get(association.target)
            if association.source in self._place and target is not None and target.for_compensation:
                self._edge(self.leave(association.source), self.enter(target.id))

    # -- what is before and after ---------------------------------------------------------------------------------------

    @cached_property
    def _before(self) -> list[int]:
        return _closed([[*sure, *may] for sure, may in zip(self.surely, self.perhaps, strict=True)])

    @cached_property
    def _after(self) -> list[int]:
        follows: list[list[int]] = [[] for _ in self.surely]
        for place, sources in enumerate(self.surely):
            for source in sources:
                follows[source].append(place)
        return _closed(follows)


def _begins(element: Element) -> bool:
    aside = element.kind == "boundaryEvent" or element.triggered_by_event or element.for_compensation
    return not (aside or element.incoming or "link" in element.event_kinds)


def _closed(sources: list[list[int]]) -> list[int]:
    """For each place all from which it can be reached, itself included, as bits."""
    found = [1 << place for place in range(len(sources))]
    changed = True
    while changed:
        changed = False
        for place, each in enumerate(sources):
            bits = found[place]
            for source in each:
                bits |= found[source]
            if bits != found[place]:
                found[place], changed = bits, True
    return found


def graphs(diagram: Diagram) -> Iterator[Graph]:
    """The graph of each process of a diagram."""
    elements: dict[str, list[Element]] = {}
    for element in diagram.elements.values():
        elements.setdefault(element.process, []).append(element)
    flows: dict[str, list[SequenceFlow]] = {}
    for flow in diagram.flows.values():
        flows.setdefault(flow.process, []).append(flow)
    yield from (Graph(diagram, key, elements.get(key, ()), flows.get(key, ())) for key in diagram.processes)


def always(graph: Graph, here: set[int]) -> list[bool]:
    """By place, whether every way to it passes one of the places ``here``."""
    found = [True] * len(graph.surely)
    found[START] = START in here
    changed = True
    while changed:
        changed = False
        for place, before in enumerate(graph.surely):
            if not found[place] or place in here or not before:
                continue
            come = any if place in graph.gathers else all
            if not come(found[each] for each in before):
                found[place], changed = False, True
    return found
