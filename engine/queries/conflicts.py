"""Who is, or was, barred from a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import BarNotFound
from engine.store.tables import CaseBar, ProcessInstance
from engine.store.tenancy import Scope, barred, unconfined


@dataclass(frozen=True)
class BarRow:
    """Somebody who is barred from a case: who, why, since when and by whom (empty: by the process); and whether it was lifted."""

    id: int
    instance_id: int
    name: str
    reason: str
    set_at: datetime
    set_by: str
    lifted: datetime | None
    lifted_by: str
    lifted_for: str


def bars(session: Session, instance_id: int) -> list[BarRow]:
    """Who is and was barred from a case, the newest first."""
    chosen = select(CaseBar).where(CaseBar.instance_id == instance_id).order_by(CaseBar.id.desc())
    return [
        BarRow(
            each.id,
            each.instance_id,
            each.name,
            each.reason,
            each.set_at,
            each.set_by,
            each.lifted,
            each.lifted_by or "",
            each.lifted_for or "",
        )
        for each in session.scalars(chosen)
    ]


def barred_from(session: Session, scope: Scope) -> frozenset[int]:
    """The cases from which somebody is barred; none for the engine itself."""
    if scope.unbarred or not scope.username:
        return frozenset()
    with unconfined(session):
        return frozenset(session.scalars(select(ProcessInstance.id).where(ProcessInstance.id.in_(barred(scope)))))


def case_of_bar(session: Session, bar_id: int) -> int:
    """From which case somebody is barred. Raises BarNotFound."""
    found = session.scalar(select(CaseBar.instance_id).where(CaseBar.id == bar_id))
    if found is None:
        raise BarNotFound()
    return found
