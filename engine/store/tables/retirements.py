"""Processes of which no new case begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import ForEverybody
from engine.store.text import Long, Name


class Retirement(ForEverybody, Base):
    """A process that somebody has retired, until ``ended``: cases that run go on."""

    __tablename__ = "retirement"
    __table_args__ = (partial("ix_retirement_open", "authority", "process", where="ended IS NULL", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process: Mapped[str] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Long)
    by: Mapped[str] = mapped_column(Name)
    since: Mapped[datetime]
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Name)
