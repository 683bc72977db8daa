"""Many troubles of one cause that are tried again together, in the background."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority
from engine.store.text import Long, Name, Short


class Retries(BelongsToAuthority, Base):
    """Troubles that somebody has tried again together: those of ``element`` of one version of a process that say ``message``."""

    __tablename__ = "retries"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    element: Mapped[str] = mapped_column(Name)
    message: Mapped[str] = mapped_column(Long)
    reason: Mapped[str] = mapped_column(Long)
    by: Mapped[str] = mapped_column(Name)
    begun: Mapped[datetime]


class Retry(BelongsToAuthority, Base):
    """One of them. ``state``: waiting (a job of its own will try it), tried (what failed is under way or done again), failed
    (it failed again at once, and is as it was), or left (it was resolved meanwhile, or its case is suspended)."""

    __tablename__ = "retry"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    retries_id: Mapped[int] = mapped_column(ForeignKey("retries.id"), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    state: Mapped[str] = mapped_column(Short(12))
