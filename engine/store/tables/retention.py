"""How long cases are kept: what the archive is searched by, legal holds, and the deletions that are proposed and done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import BelongsToAuthority, BelongsToCase
from engine.store.text import Long, Name, Short


class ArchivedText(BelongsToCase, Base):
    """The words of an archived case that everybody reads who sees it, in small letters with a space before each: nothing that a
    form keeps to certain roles."""

    __tablename__ = "archived_text"
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Long)


class Hold(BelongsToAuthority, Base):
    """A legal hold, until it is lifted: on a case, on all cases of a school, or on all that name a person (one of the three).

    ``person`` is a username, an e-mail address or a name, as the cases may say it. ``until`` is when to look at it again; it
    ends nothing by itself. No case is bound by a foreign key: a hold that was lifted is remembered longer than its case.
    """

    case = "instance_id"
    __tablename__ = "hold"
    __table_args__ = (
        partial("ix_hold_case", "instance_id", where="lifted IS NULL AND instance_id IS NOT NULL"),
        partial("ix_hold_open", "authority", "id", where="lifted IS NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(Id)
    school_urn: Mapped[str | None] = mapped_column(Short(12))
    person: Mapped[str] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Long)
    since: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(Name)
    until: Mapped[date | None]
    lifted: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(Name)
    lifted_for: Mapped[str | None] = mapped_column(Long)


class Disposal(BelongsToAuthority, Base):
    """An archived case that is due for deletion, what was decided, and, once it is deleted, the proof of that.

    ``status``: waiting (for a decision), approved (a worker deletes it), erasing (its rows are gone, contents of files wait in
    ``files``), deleted, kept (until ``again``, for ``reason``), or failed (``reason`` says why; it may be approved anew).
    ``due`` is the day of its schedule, ``rule`` what that says. ``certificate`` tells without any content what was deleted.
    No case is bound by a foreign key: its row is what is left of it.
    """

    case = "instance_id"
    __tablename__ = "disposal"
    __table_args__ = (
        Index("uq_disposal_case", "instance_id", unique=True),
        Index(None, "authority", "status", "due", "id"),
        partial("ix_disposal_work", "status", "id", where="status IN ('approved', 'erasing')"),
        partial("ix_disposal_deleted", "authority", "process", "ended", where="deleted IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(Id)
    process: Mapped[str] = mapped_column(Name)
    process_name: Mapped[str] = mapped_column(Name)
    version: Mapped[int]
    school_urn: Mapped[str | None] = mapped_column(Short(12))
    started: Mapped[datetime]
    ended: Mapped[datetime]
    due: Mapped[date]
    rule: Mapped[str] = mapped_column(Long)
    status: Mapped[str] = mapped_column(Short(12))
    listed: Mapped[datetime]
    listed_by: Mapped[str] = mapped_column(Name)
    decided: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Long, default="")
    again: Mapped[date | None]
    deleted: Mapped[datetime | None]
    certificate: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
    files: Mapped[list[Any]] = mapped_column(default=list)
