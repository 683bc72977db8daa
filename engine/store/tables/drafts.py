"""What people have typed and not handed in yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import BelongsToPerson, Scope, of_no_barred_task, of_seen_task
from engine.store.text import Long, Short

#: Characters of the place of a draft.
PLACE_LENGTH = 500


class Draft(BelongsToPerson, Base):
    """The answers that somebody has typed into one form, as they stood in its fields and judged by nobody.

    ``place`` says which form, in the words of whoever shows it (the web application: the form's address); ``task_id`` which
    task it is of, if any. ``fields`` are [name, text] as a browser sends them, ``title`` what the form is called.
    """

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("authority", "username", "place"),
        partial("ix_draft_task", "task_id", where="task_id IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    place: Mapped[str] = mapped_column(Short(PLACE_LENGTH))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    title: Mapped[str] = mapped_column(Long)
    fields: Mapped[list[Any]] = mapped_column(PackedJson)
    saved: Mapped[datetime]

    @classmethod
    def of_case(cls, scope: Scope) -> ColumnElement[bool]:
        return of_seen_task(scope, cls.task_id)

    @classmethod
    def not_barred(cls, scope: Scope) -> ColumnElement[bool]:
        return of_no_barred_task(scope, cls.task_id)
