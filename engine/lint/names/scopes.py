"""The names that an expression may use: scopes, one around another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.lint.names.functions import FUNCTIONS
from engine.lint.names.shapes import ANY, CONTEXT, Shape


@dataclass(frozen=True)
class Variable:
    """A name that may be set here: what it may be, and whether it surely is set."""

    shape: Shape = ANY
    sure: bool = True


class Scope(Protocol):
    """The names that an expression may use."""

    def lookup(self, name: str) -> Variable | None:
        """What is known of a name; None when nothing can have set it."""

    def names(self) -> Iterable[str]:
        """All names that may be set here, to say which was probably meant."""


@dataclass(frozen=True)
class Table:
    """A scope of known names. ``rest`` is what every other name may be; None where no other can be set."""

    variables: Mapping[str, Variable] = field(default_factory=dict)
    outer: Scope | None = None
    rest: Variable | None = None

    def lookup(self, name: str) -> Variable | None:
        """What is known of a name here, or else further out."""
        if name in self.variables:
            return self.variables[name]
        return self.outer.lookup(name) if self.outer is not None else self.rest

    def names(self) -> Iterable[str]:
        """The names of this scope and of those around it."""
        return {*self.variables, *(self.outer.names() if self.outer is not None else ())}


OPEN = Table(rest=Variable(ANY))
"""A scope in which any name may be set."""


def lenient(scope: Scope, item: Shape) -> Scope:
    """In a filter any name may be one of the item's entries, where these aren't known. Texts and numbers have none."""
    known = item.entries is not None if item.only(CONTEXT) else bool(item.known) and CONTEXT not in item.known
    return scope if known else Table(outer=_Otherwise(scope))


@dataclass(frozen=True)
class _Otherwise:
    """A scope in which a name that nothing sets may be anything."""

    scope: Scope

    def lookup(self, name: str) -> Variable | None:
        return self.scope.lookup(name) or (None if name in FUNCTIONS else Variable(ANY))

    def names(self) -> Iterable[str]:
        return self.scope.names()
