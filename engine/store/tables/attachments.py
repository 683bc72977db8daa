"""Files that people add to a case as evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToCase
from engine.store.text import Long, Name, Short


class Attachment(BelongsToCase, Base):
    """A file of a case, or of a task in it. Its content lies outside the database, under ``key`` (engine/store/files.py).

    ``roles`` are those to whom it is confidential, beside whoever added it; empty for everybody who sees the case. ``until`` is
    FEEL of the case's variables that is true once it is open to all of these; empty: never.
    ``question`` is the key of the question of its task that it answers or belongs to; empty: none.
    ``sha256`` is of the content as it came. One that was removed keeps its row, with who did so, when and why; its
    content is gone.
    """

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    name: Mapped[str] = mapped_column(Name)
    media_type: Mapped[str] = mapped_column(Short(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Short(64))
    key: Mapped[str] = mapped_column(Short(32))
    roles: Mapped[list[Any]]
    until: Mapped[str] = mapped_column(Long, default="")
    question: Mapped[str] = mapped_column(Name, default="")
    by: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]
    removed: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(Name)
    reason: Mapped[str | None] = mapped_column(Long)
