"""The date of one task or timer that waits in a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from engine.errors import NotWaiting
from engine.queries.common import Elements
from engine.store.tables import OPEN, Job, UserTask


@dataclass(frozen=True)
class DatedRow:
    """A task (``kind`` task) or timer of a case. ``drawn`` is the diagram's own date where a manager has set another, ``why``
    says how a timer's was found; ``clauses`` are what its element carries of the policy."""

    token: str
    kind: str
    name: str
    due: datetime | None
    estimated: bool
    drawn: datetime | None
    why: str
    clauses: tuple[str, ...]


def dated(session: Session, instance_id: int, token: str) -> DatedRow:
    """What waits under a token and has a date, or may be given one. Raises NotWaiting."""
    tasks = select(
        literal("task").label("kind"),
        UserTask.definition_id,
        UserTask.element,
        UserTask.due,
        UserTask.due_estimated.label("estimated"),
        UserTask.policy_due,
        literal("").label("why"),
    ).where(UserTask.instance_id == instance_id, UserTask.token == token, UserTask.status == OPEN)
    timers = select(
        literal("timer").label("kind"),
        Job.definition_id,
        Job.element,
        Job.due,
        Job.estimated,
        Job.policy_due,
        Job.why,
    ).where(Job.instance_id == instance_id, Job.token == token)
    row = session.execute(tasks).first() or session.execute(timers).first()
    if row is None:
        raise NotWaiting(token=token)
    info = Elements(session, [row.definition_id]).info(row.definition_id, row.element)
    return DatedRow(token, row.kind, info.name, row.due, row.estimated, row.policy_due, row.why, info.clauses)
