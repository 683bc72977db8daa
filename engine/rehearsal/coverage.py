"""How much of a process its saved rehearsals go through, and which of them still go as they were saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.compare.wording import kind_in_words
from engine.diagram import Diagram

#: What stands in a diagram and is no step of a case: it is not counted.
_NO_STEPS = frozenset({"process", "participant", "lane", "sequenceFlow", "textAnnotation", "dataObjectReference"})


@dataclass(frozen=True)
class Tried:
    """A saved rehearsal that was played again: what went otherwise than it was saved (empty: nothing), and what it went
    through, each element once."""

    id: int
    name: str
    wrong: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """What rehearsals go through of one diagram: the ids of its elements and flows that are gone through, and those that are
    not."""

    tried: tuple[Tried, ...]
    covered: tuple[str, ...]
    flows: tuple[str, ...]
    missed: Mapping[str, str]
    """The names of the elements that no rehearsal goes through, by id, in the order of the diagram."""

    @property
    def total(self) -> int:
        """How many elements there are."""
        return len(self.covered) + len(self.missed)


def coverage(diagram: Diagram, process: str, tried: Iterable[Tried]) -> Coverage:
    """What the rehearsals together go through of a process."""
    found = tuple(tried)
    gone = {element for each in found for element in each.path}
    steps = _steps(diagram, process)
    flows = tuple(each.id for each in diagram.flows.values() if {each.source, each.target} <= gone)
    missed = {ident: name for ident, name in steps.items() if ident not in gone}
    return Coverage(found, tuple(ident for ident in steps if ident in gone), flows, missed)


def _steps(diagram: Diagram, process: str) -> dict[str, str]:
    """The names of what a case may go through, by id."""
    mine = (each for each in diagram.elements.values() if each.process == process and each.kind not in _NO_STEPS)
    return {each.id: each.name or f"{kind_in_words(each.kind)} without a name" for each in mine}
