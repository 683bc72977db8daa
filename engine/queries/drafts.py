"""What a person has typed and not handed in. The session shows them their own drafts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.store.tables import OPEN, Draft, UserTask
from engine.store.tenancy import Scope

#: How many drafts a list shows.
MOST = 50


@dataclass(frozen=True)
class DraftRow:
    """A draft: ``fields`` as a browser sent them, ``place`` the form that they are of."""

    place: str
    task_id: int | None
    title: str
    fields: tuple[tuple[str, str], ...]
    saved: datetime


def draft(session: Session, scope: Scope, place: str) -> DraftRow | None:
    """What this person has saved of the form at a place; None when that is nothing."""
    found = session.scalar(select(Draft).where(Draft.username == scope.username, Draft.place == place))
    return _row(found) if found else None


def drafts(session: Session, scope: Scope) -> list[DraftRow]:
    """What this person has saved of forms that can still be handed in, the last first; at most :data:`MOST`."""
    chosen = (
        select(Draft)
        .join(UserTask, UserTask.id == Draft.task_id, isouter=True)
        .where(Draft.username == scope.username, or_(Draft.task_id.is_(None), UserTask.status == OPEN))
        .order_by(Draft.saved.desc(), Draft.id.desc())
        .limit(MOST)
    )
    return [_row(each) for each in session.scalars(chosen)]


def _row(found: Draft) -> DraftRow:
    fields = tuple((str(name), str(text)) for name, text in found.fields)
    return DraftRow(found.place, found.task_id, found.title, fields, found.saved)
