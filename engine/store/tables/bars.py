"""Conflicts of interest: who is barred from a case, and meets nothing of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import BelongsToCase
from engine.store.text import Long, Name


class CaseBar(BelongsToCase, Base):
    """Somebody who is barred from a case, by username and by e-mail address (empty where none is known), until it is lifted.

    ``name`` is what they were called; ``set_by`` who barred them, empty where the process did (property ``bars``).
    """

    __tablename__ = "case_bar"
    __table_args__ = (
        partial("ix_case_bar_person", "authority", "username", "instance_id", where="lifted IS NULL"),
        partial("ix_case_bar_email", "authority", "email", "instance_id", where="lifted IS NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    username: Mapped[str] = mapped_column(Name)
    email: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Long)
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(Name)
    lifted: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(Name)
    lifted_for: Mapped[str | None] = mapped_column(Long)
