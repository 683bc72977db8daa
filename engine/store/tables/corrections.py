"""Corrections of what was answered: notes beside an answer that stays, and what an answer was before another took its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToCase
from engine.store.text import Long, Name


class Correction(BelongsToCase, Base):
    """What whoever answered a task says should have been said, and why; never changed afterwards.

    A note has a ``text``. Where the answers themselves were replaced, ``was`` is what they were before.
    """

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    by: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Long)
    reason: Mapped[str] = mapped_column(Long)
    was: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
