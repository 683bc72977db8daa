"""Who has which tasks, and who covers for whom, as those who manage cases look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.queries.common import PER_PAGE, Page, count, page_of
from engine.queries.tasks import TaskRow, tasks_by_id
from engine.store.tables import OPEN, Cover, UserTask

#: How many of one person's tasks are named at once.
MOST = 200


@dataclass(frozen=True)
class CoverRow:
    """Who covers for whom (usernames), from the first day to the last, and by whose word."""

    id: int
    absent: str
    covering: str
    since: date
    until: date
    reason: str
    set_by: str
    set_at: datetime


def claimed(session: Session, who: str = "", page: int = 1, per_page: int = PER_PAGE) -> Page[TaskRow]:
    """Open tasks that somebody has: by person, the earliest due first; of one person where ``who`` names them."""
    theirs: ColumnElement[bool] = UserTask.assignee == who if who else UserTask.assignee.is_not(None)
    chosen = select(UserTask.id).where(UserTask.status == OPEN, theirs)
    ordered = chosen.order_by(UserTask.assignee, UserTask.due_order, UserTask.id)
    ids = list(session.scalars(ordered.limit(per_page + 1).offset((page - 1) * per_page)))
    rows = {row.id: row for row in tasks_by_id(session, ids)} if ids else {}
    return page_of([rows[each] for each in ids], page, per_page, count(session, chosen))


def claimers(session: Session) -> list[str]:
    """The usernames of all who have an open task."""
    chosen = select(UserTask.assignee).where(UserTask.status == OPEN, UserTask.assignee.is_not(None)).distinct()
    return sorted(name for name in session.scalars(chosen) if name)


def covers(session: Session, day: date) -> list[CoverRow]:
    """Who covers for whom on a day or later, the earliest first."""
    rows = session.scalars(select(Cover).where(Cover.until >= day).order_by(Cover.since, Cover.id))
    return [
        CoverRow(row.id, row.absent, row.covering, row.since, row.until, row.reason, row.set_by, row.set_at)
        for row in rows
    ]
