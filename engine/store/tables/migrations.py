"""Moves of running cases to another version of their process, with what is needed to take each of them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority, BelongsToCase
from engine.store.text import Long, Name, Short


class Migration(BelongsToAuthority, Base):
    """A move of cases to the version ``definition_id``: how (``mapping``: {"process/element": element}, ``new_timers``,
    ``new_due_dates``, ``retries`` what failed), why, and by whom. Its cases are moved by jobs, each in a transaction."""

    __tablename__ = "migration"
    __table_args__ = (Index(None, "authority", "process", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    process: Mapped[str] = mapped_column(Name)
    mapping: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    new_timers: Mapped[bool]
    new_due_dates: Mapped[bool]
    retries: Mapped[bool]
    reason: Mapped[str] = mapped_column(Long)
    by: Mapped[str] = mapped_column(Name)
    begun: Mapped[datetime]


class MigratedCase(BelongsToCase, Base):
    """A case of such a move. ``status``: waiting, moved, stayed (``why`` says why), undoing (a job will undo it), undone.

    ``before`` is the state that it had in the version ``before_id``, ``after`` the digest of the state that it got: while that is
    the case's state, nothing has happened since and the move can be undone, unless ``sent`` says what went out by it.
    ``ended`` are the tokens that it ended; ``undone_by`` is who undid it, and ``undone_for`` why.
    """

    __tablename__ = "migrated_case"
    __table_args__ = (UniqueConstraint("migration_id", "instance_id"), Index(None, "instance_id", "id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    migration_id: Mapped[int] = mapped_column(ForeignKey("migration.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    before_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    status: Mapped[str] = mapped_column(Short(12))
    why: Mapped[str] = mapped_column(Long)
    at: Mapped[datetime | None]
    before: Mapped[bytes | None]
    after: Mapped[str] = mapped_column(Short(64))
    sent: Mapped[str] = mapped_column(Long)
    ended: Mapped[list[Any]]
    undone_by: Mapped[str | None] = mapped_column(Name)
    undone_for: Mapped[str] = mapped_column(Long)
