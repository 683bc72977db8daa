"""Links to one task, as those who made them look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.tables import TaskLink


@dataclass(frozen=True)
class Asked:
    """For whom a link is wanted: the task, the role in which they answer, their address, and why that one; a reason is
    needed for an address that the register of people does not have in that role for the case's school. ``confidential``: the
    names of what is kept to that role and shown all the same; nothing that is kept to it is shown else."""

    task: int
    role: str
    email: str
    reason: str = ""
    confidential: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkRow:
    """A link: to whom, in which role, by whom and when it was made, when it was first opened, and when it was ended; and whether
    it shows what is confidential."""

    id: int
    email: str
    role: str
    made_by: str
    made: datetime
    used: datetime | None
    ended: datetime | None
    confidential: bool


def links(session: Session, task_id: int) -> list[LinkRow]:
    """The links to a task, the newest first."""
    rows = session.scalars(select(TaskLink).where(TaskLink.task_id == task_id).order_by(TaskLink.id.desc()))
    return [
        LinkRow(row.id, row.email, row.role, row.made_by, row.made, row.used, row.ended, row.confidential)
        for row in rows
    ]


def shows_confidential(session: Session, link_id: int) -> bool:
    """Whether a link shows what is kept to its role; not where there is none."""
    return bool(session.scalar(select(TaskLink.confidential).where(TaskLink.id == link_id)))
