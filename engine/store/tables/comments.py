"""What officers say to each other beside a case and its tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority
from engine.store.text import Long, Name


class Comment(BelongsToAuthority, Base):
    """A comment on a case, or on a task in it; never changed afterwards. ``told`` are the usernames of those it mentions.

    It is for officers who see the case: whoever is confined to schools sees no row.
    """

    case = "instance_id"
    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    by: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Long)
    told: Mapped[list[Any]]
