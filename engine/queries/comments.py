"""What officers said to each other beside a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.common import Elements
from engine.store.tables import Comment, UserTask

#: Characters that a comment may have.
LONGEST = 4_000


@dataclass(frozen=True)
class CommentRow:
    """A comment on a case, or on a task in it (then with the task's name); ``told`` are those whom it mentions."""

    id: int
    instance_id: int
    task_id: int | None
    task: str
    by: str
    at: datetime
    text: str
    told: tuple[str, ...]


def comments(session: Session, instance: int) -> list[CommentRow]:
    """The comments on a case and its tasks, the newest first; none for whoever may not read them."""
    chosen = select(Comment, UserTask.definition_id, UserTask.element)
    chosen = chosen.join(UserTask, UserTask.id == Comment.task_id, isouter=True)
    rows = session.execute(chosen.where(Comment.instance_id == instance).order_by(Comment.id.desc())).all()
    elements = Elements(session, {row.definition_id for row in rows if row.definition_id})
    return [
        CommentRow(
            row.Comment.id,
            row.Comment.instance_id,
            row.Comment.task_id,
            elements.info(row.definition_id, row.element).name if row.definition_id else "",
            row.Comment.by,
            row.Comment.at,
            row.Comment.text,
            tuple(row.Comment.told),
        )
        for row in rows
    ]
