"""A diagram read from its file: all its parts, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine.diagram.model import (
    Association,
    DataItem,
    Element,
    Holder,
    Lane,
    MessageFlow,
    Pool,
    Process,
    RootItem,
    SequenceFlow,
    Stray,
)


@dataclass(frozen=True, eq=False)
class Diagram:
    """One file, read. Mappings are by id and in document order."""

    file: str
    root: etree._Element = field(repr=False)
    processes: Mapping[str, Process]
    elements: Mapping[str, Element]
    flows: Mapping[str, SequenceFlow]
    items: Mapping[str, RootItem]
    lanes: Mapping[str, Lane]
    pools: Mapping[str, Pool]
    message_flows: Mapping[str, MessageFlow]
    associations: Mapping[str, Association]
    data: Mapping[str, DataItem]
    artifacts: Mapping[str, Holder]
    holders: Mapping[str, Holder]
    """Every id outside the diagram interchange, and what carries it."""
    duplicates: tuple[Holder, ...]
    """Carriers of an id that an earlier element has; they are in the mappings under an invented one."""
    anonymous: tuple[Holder, ...]
    """Processes, flow nodes and flows without an id; they are in the mappings under an invented one."""
    strays: tuple[Stray, ...]

    def of_kind(self, *kinds: str) -> Iterator[Element]:
        """Give the elements of these kinds, in document order."""
        return (element for element in self.elements.values() if element.kind in kinds)

    def children(self, scope: str) -> tuple[Element, ...]:
        """Give the elements directly in ``scope``, the id of a process or subprocess."""
        return self._children.get(scope, ())

    def boundary_events(self, element: str) -> tuple[Element, ...]:
        """Give the boundary events attached to ``element``."""
        return self._attached.get(element, ())

    def starts(self, scope: str) -> tuple[Element, ...]:
        """Give the start events directly in ``scope``."""
        return tuple(child for child in self.children(scope) if child.kind == "startEvent")

    def scopes(self, element: str) -> tuple[str, ...]:
        """Give the scopes around ``element`` from the inside out, ending with the process."""
        found: list[str] = []
        here = self.elements.get(element)
        while here is not None:
            found.append(here.parent)
            here = self.elements.get(here.parent)
        return tuple(found)

    def flows_from(self, element: Element) -> tuple[SequenceFlow, ...]:
        """Give the flows that leave ``element``, in document order."""
        return tuple(self.flows[flow] for flow in element.outgoing)

    def flows_into(self, element: Element) -> tuple[SequenceFlow, ...]:
        """Give the flows that target ``element``."""
        return tuple(self.flows[flow] for flow in element.incoming)

    def item(self, kind: str, ref: str) -> RootItem | None:
        """Give the message, signal, error or escalation with id ``ref``, or None."""
        found = self.items.get(ref)
        return found if found is not None and found.kind == kind else None

    def lane_of(self, element: str) -> str:
        """Give the name of the innermost lane that holds ``element`` or a scope around it; empty when
        none does."""
        here = (element, *self.scopes(element))
        return next((self._lane_names[each] for each in here if each in self._lane_names), "")

    @cached_property
    def stray_ids(self) -> frozenset[str]:
        """The ids of strays: what refers to one of them is right once the stray is."""
        return frozenset(stray.id for stray in self.strays if stray.id and not stray.foreign)

    @cached_property
    def _children(self) -> dict[str, tuple[Element, ...]]:
        return _grouped((element.parent, element) for element in self.elements.values())

    @cached_property
    def _attached(self) -> dict[str, tuple[Element, ...]]:
        return _grouped((event.attached_to, event) for event in self.of_kind("boundaryEvent"))

    @cached_property
    def _lane_names(self) -> dict[str, str]:
        # A lane's inner lanes come after it, so the innermost wins.
        return {member: lane.name for lane in self.lanes.values() for member in lane.members}


def _grouped(pairs: Iterable[tuple[str, Element]]) -> dict[str, tuple[Element, ...]]:
    found: dict[str, list[Element]] = {}
    for key, element in pairs:
        found.setdefault(key, []).append(element)
    return {key: tuple(elements) for key, elements in found.items()}
