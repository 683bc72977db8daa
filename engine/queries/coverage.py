"""Which element carries which clause of a policy, by the latest versions of the diagrams."""

from __future__ import annotations

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
