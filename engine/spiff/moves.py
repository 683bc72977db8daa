"""What a move of a case to another version of its diagram comes to: where it goes on, what has to be chosen, what can't be."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.spiff.memo import Listener
from engine.spiff.state import Record
from engine.spiff.tree import Node


@dataclass(frozen=True)
class Spot:
    """An element of one version, as people are told of it. ``key`` names it in a mapping."""

    process: str
    element: str
    name: str
    kind: str

    @property
    def key(self) -> str:
        """By which a mapping names it: its process and its id."""
        return f"{self.process}/{self.element}"


@dataclass(frozen=True)
class Choice:
    """An element that can be chosen for a gap: what waits goes on there as it is, or ends, and the element begins anew."""

    element: str
    name: str
    kind: str
    goes_on: bool


@dataclass(frozen=True)
class Gap:
    """A place for which an element of the other version has to be chosen; ``suggested`` is one that is likely meant."""

    at: Spot
    choices: tuple[Choice, ...]
    suggested: str


@dataclass(frozen=True)
class Moved:
    """A place that was chosen: from where to where, and whether what waited goes on or began anew."""

    at: Spot
    to: Spot
    goes_on: bool


@dataclass(frozen=True)
class Ended:
    """A token that goes with its element, and is told of in the case's story."""

    token: str
    at: Spot
    via: str
    entered: str


@dataclass(frozen=True)
class Begin:
    """A token that begins on an element of the other version, inside the scope of this token: beside a host, as one of
    several events of which the first counts (``race``), or in the flow."""

    scope: str
    element: Node
    listener: Listener | None = None
    race: str = ""
    via: str = ""


@dataclass
class Plan:
    """What a move of one case comes to: it can be done when there are neither gaps nor problems."""

    next_id: int
    gaps: list[Gap] = field(default_factory=list)
    asked: list[Gap] = field(default_factory=list)
    """All places for which an element is or has to be chosen."""
    problems: list[str] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    stays: list[Spot] = field(default_factory=list)
    """Where it goes on under the same id."""
    lost: list[Spot] = field(default_factory=list)
    """Events that wait no more."""
    ended: list[Ended] = field(default_factory=list)
    begins: list[Begin] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    @property
    def fresh(self) -> list[Spot]:
        """Events that begin to wait."""
        return [spot(each.element) for each in self.begins if each.listener is not None or each.race]

    @property
    def can(self) -> bool:
        """Whether the case can be moved."""
        return not self.gaps and not self.problems


def spot(node: Node) -> Spot:
    """The element of a node."""
    return Spot(node.process, node.element_id, node.label, node.kind)
