"""The lists of tasks and of cases that people have narrowed and kept by a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.store.tables import SavedList
from engine.store.tenancy import Scope

#: How many are shown.
MOST_LISTS = 50


@dataclass(frozen=True)
class ListRow:
    """A list by its name, whose it is, and with which role it is shared (empty: with none)."""

    id: int
    name: str
    username: str
    role: str
    query: Mapping[str, Any]


def lists(session: Session, scope: Scope, place: str = "tasks") -> list[ListRow]:
    """A person's own lists of a place (tasks or cases), and those that are shared with a role of theirs, by name."""
    mine = or_(SavedList.username == scope.username, SavedList.role.in_(sorted(scope.roles)))
    chosen = select(SavedList).where(SavedList.authority == scope.authority, SavedList.place == place, mine)
    rows = session.scalars(chosen.order_by(SavedList.name, SavedList.id).limit(MOST_LISTS))
    return [ListRow(row.id, row.name, row.username, row.role, row.query) for row in rows]
