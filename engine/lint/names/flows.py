"""One process: its graph, and what sets variables in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from engine.diagram import Diagram, Element, strip_feel
from engine.lint.names import sources
from engine.lint.names.graph import Graph
from engine.lint.names.reading import read
from engine.lint.names.scopes import OPEN, Variable
from engine.lint.names.shapes import ANY, Shape

if TYPE_CHECKING:
    from engine.lint.names.world import World

Lazily = Mapping[str, Callable[[], Shape]]
"""Names, and how to learn what each may be."""


@dataclass(frozen=True)
class Setter:
    """Something that sets variables at one place of a process."""

    place: int
    by: str
    """The id of the element."""
    shape: Callable[[str], Shape | None]
    """What a name may be from here; None when it isn't set here."""
    names: Callable[[], Iterable[str]]
    sure: Callable[[str], bool]


def named(place: int, element: Element, given: Lazily, anything: bool = False) -> Setter:
    """A setter of these names; of any other too when what it sets isn't known."""

    def shape(name: str) -> Shape | None:
        return given[name]() if name in given else ANY if anything else None

    return Setter(place, element.id, shape, given.keys, lambda name: anything or name in given)


class Flow:
    """One process: its graph, and what sets variables in it."""

    def __init__(self, world: World, diagram: Diagram, graph: Graph) -> None:
        self.diagram, self.key, self.graph = diagram, graph.key, graph
        self._world = world

    @cached_property
    def setters(self) -> tuple[Setter, ...]:
        """Everything that sets variables here."""
        return tuple(each for element in self.graph.elements.values() for each in self._world.setters(self, element))

    @cached_property
    def called_only(self) -> bool:
        """Whether only other processes start it: nobody else may."""
        return not self.diagram.processes[self.key].candidate_starter_groups

    @cached_property
    def waited(self) -> tuple[tuple[int, frozenset[str]], ...]:
        """The places after events that wait for a condition, with the names in it: a value has made it true."""
        feel = self._world.feel
        return tuple(
            (self.graph.leave(element.id), read(tree, OPEN).reads)
            for element in self.graph.elements.values()
            for each in element.event_definitions
            if each.kind == "conditional" and (tree := sources.tree(feel, strip_feel(each.text))) is not None
        )

    def setting(self, name: str) -> Iterator[tuple[Setter, Shape]]:
        """What sets a name, and to what."""
        for setter in self.setters:
            shape = setter.shape(name)
            if shape is not None:
                yield setter, shape


@dataclass(frozen=True)
class At:
    """The variables of a process at one place."""

    world: World
    flow: Flow
    place: int

    def lookup(self, name: str) -> Variable | None:
        """What is known of a name here."""
        return self.world.lookup(self.flow, self.place, name)

    def names(self) -> Iterable[str]:
        """All names that the process may have."""
        return self.world.names(self.flow)
