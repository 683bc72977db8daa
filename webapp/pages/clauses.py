"""The register of policy clauses: what an element's clause ids stand for, and in which document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app

from engine import Engine
from engine.configuration.register import Register, read_register


@dataclass(frozen=True)
class Clause:
    """A duty, in our own words, and where it stands."""

    id: str
    says: str
    at: str
    document: str
    authority: str = ""
    kind: str = ""
    source: str = ""
    """The id of its document in the register."""


class Known:
    """The clauses of every authority, as their registers say now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> dict[str, Clause]:
        """By id."""
        authorities = self._engine.transactions.authorities
        return {
            clause.id: clause
            for authority in authorities
            for clause in _clauses(authorities.clauses(authority), authority)
        }


@lru_cache(maxsize=50)
def _clauses(document: bytes, authority: str) -> tuple[Clause, ...]:
    """The clauses of an authority's register."""
    register = read_register(document)[0] if document else Register()
    found = []
    for duty in register.duties.values():
        source = register.source(duty.id)
        title = register.sources.get(source, source)
        found.append(Clause(duty.id, duty.says, duty.at, title, authority, duty.kind, source))
    return tuple(found)


def of_authority(authority: str) -> dict[str, list[Clause]]:
    """An authority's clauses by the document that they stand in, in the register's order."""
    known: Known = current_app.extensions["clauses"]
    found: dict[str, list[Clause]] = {}
    for clause in known.all().values():
        if clause.authority == authority:
            found.setdefault(clause.document, []).append(clause)
    return found


def named(ids: Iterable[str]) -> list[Clause]:
    """The clauses with these ids that the register knows."""
    known: Known = current_app.extensions["clauses"]
    clauses = known.all() if (wanted := list(ids)) else {}
    return [clauses[each] for each in wanted if each in clauses]
