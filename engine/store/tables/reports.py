"""Reports that a policy asks for, drafted from the cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority
from engine.store.text import Long, Name, Short


class Report(BelongsToAuthority, Base):
    """A report: drafted by the template ``template`` for a task (``task_id``) or by itself, written on, then approved and kept.

    ``since`` and ``until`` are its first and last day. ``text`` is Markdown. ``figures`` says of each figure in it what it
    counts, its value and in which cases it was found. ``writers`` are the roles that write and approve it, ``readers`` those
    that read it once it is approved. ``made`` is when its draft was made, the last time: the moment of its figures.
    ``number`` counts the times that it was saved, so that nobody writes over what another has written meanwhile. ``sha256``
    is of what was approved. ``cases`` are the ids of all cases that its draft drew on, whether a figure counts them
    or not. ``former`` is what ``former_by`` had written on it before its draft was made anew.
    """

    __tablename__ = "report"
    __table_args__ = (Index(None, "authority", "template", "id"), Index(None, "task_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    template: Mapped[str] = mapped_column(Short(120))
    title: Mapped[str] = mapped_column(Name)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    school_urn: Mapped[str | None] = mapped_column(Short(12))
    since: Mapped[date]
    until: Mapped[date]
    text: Mapped[str] = mapped_column(Long)
    figures: Mapped[list[Any]] = mapped_column(PackedJson)
    cases: Mapped[list[Any]] = mapped_column(default=list)
    writers: Mapped[list[Any]]
    readers: Mapped[list[Any]]
    number: Mapped[int]
    made: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(Name)
    saved: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Name)
    approved: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(Name)
    former: Mapped[str | None] = mapped_column(Long)
    former_by: Mapped[str | None] = mapped_column(Name)
    sha256: Mapped[str] = mapped_column(Short(64), default="")
