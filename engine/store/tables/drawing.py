"""What process owners keep beside what is deployed: drawings, and rehearsals that are test cases of a process."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import ForEverybody
from engine.store.text import Long, Name, Short


class SavedRehearsal(ForEverybody, Base):
    """A test case of a process: a rehearsal with what is expected of it, as JSON (engine/rehearsal/recording.py)."""

    __tablename__ = "saved_rehearsal"
    __table_args__ = (UniqueConstraint("authority", "process", "name"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    content: Mapped[str] = mapped_column(Long)
    saved: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Name)


class Drawing(ForEverybody, Base):
    """A draft of a diagram, form or table (``kind``) that is not deployed yet. ``process`` is the key of the process, form or
    decision. ``based_on`` is the version of a process that a diagram was drawn from, ``base_version`` the number of that of a
    form or table (0: it is new); ``number`` counts its saves. One that was discarded, or deployed (``deployed_as`` a version), is
    kept with ``ended`` and can be had back."""

    __tablename__ = "drawing"
    __table_args__ = (partial("ix_drawing_open", "authority", "process", where="ended IS NULL"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Short(12), default="diagram", server_default="diagram")
    process: Mapped[str] = mapped_column(Name)
    name: Mapped[str] = mapped_column(Name)
    file: Mapped[str] = mapped_column(Name)
    base_version: Mapped[int | None]
    based_on: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    number: Mapped[int]
    begun: Mapped[datetime]
    begun_by: Mapped[str] = mapped_column(Name)
    saved: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Name)
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Name)
    deployed_as: Mapped[int | None]
    content: Mapped[bytes]


class DrawingSave(ForEverybody, Base):
    """What a drawing was after a save: its history. Saves of one person within minutes of each other are one."""

    __tablename__ = "drawing_save"
    __table_args__ = (UniqueConstraint("drawing_id", "number"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    drawing_id: Mapped[int] = mapped_column(ForeignKey("drawing.id"))
    number: Mapped[int]
    saved: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Name)
    content: Mapped[bytes]
