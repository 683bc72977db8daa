"""Which element carries which clause of a policy, by the latest versions of the diagrams; and what these draw."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.tables import ProcessDefinition


@dataclass(frozen=True)
class CoverageRow:
    """An element of a process that carries a clause."""

    process: str
    process_name: str
    element: str
    name: str
    kind: str
    partly: bool = False
    """Whether it serves the clause only, without being the duty itself."""


def coverage(session: Session) -> dict[str, list[CoverageRow]]:
    """By clause id, the elements that name it in their property ``clause``, in the order of their processes' names."""
    found: dict[str, list[CoverageRow]] = {}
    latest = select(ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.elements).where(
        ProcessDefinition.latest
    )
    for key, process, elements in session.execute(latest.order_by(ProcessDefinition.name)):
        for element, (name, kind, _, _, _, clauses, *more) in elements.items():
            partly = (more[2] or {}).get("partly", ()) if len(more) > 2 else ()
            for clause in clauses:
                row = CoverageRow(key, process, element, name or element, kind, clause in partly)
                found.setdefault(clause, []).append(row)
    return found


@dataclass(frozen=True)
class DrawnRow:
    """What the latest version of a process draws."""

    id: int
    key: str
    name: str
    version: int
    elements: Mapping[str, str]
    """The names of its elements by id; the id of one that has none."""


def drawn(session: Session, keys: Collection[str]) -> list[DrawnRow]:
    """The latest versions of processes, in the order of their names; of one that is deployed no more, none."""
    wanted = select(ProcessDefinition).where(ProcessDefinition.latest, ProcessDefinition.key.in_(keys))
    return [
        DrawnRow(row.id, row.key, row.name, row.version, {each: said[0] or each for each, said in row.elements.items()})
        for row in session.scalars(wanted.order_by(ProcessDefinition.name))
    ]
