"""An expression's parts, as FEEL's own parser sees them: what lint asks whether names and types fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Node:
    """A part of an expression. ``kind`` is the grammar's name for it (``Comparison``, ``VariableName``, ``and``), ``at``
    the place where it begins; it has either ``text`` or ``parts``."""

    kind: str
    at: int
    text: str = ""
    parts: tuple[Node, ...] = ()

    def first(self, *kinds: str) -> Node | None:
        """The first part of one of these kinds."""
        return next(self.every(*kinds), None)

    def every(self, *kinds: str) -> Iterator[Node]:
        """The parts of these kinds."""
        return (part for part in self.parts if part.kind in kinds)

    @property
    def word(self) -> str:
        """A name as it is meant: single spaces, no backticks."""
        return " ".join(self.text.replace("`", "").split())


def node(given: list[Any]) -> Node:
    """The tree in the answer of engine/feel/inspect.js."""
    kind, at, inside = given
    if isinstance(inside, str):
        return Node(kind, at, inside)
    return Node(kind, at, parts=tuple(node(part) for part in inside))
