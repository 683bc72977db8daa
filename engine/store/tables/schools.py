"""The register of schools, and the batches that start a process for many of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import (
    Base,
    Id,
)
from engine.store.tenancy import BelongsToAuthority, BelongsToSchool
from engine.store.text import Long, Name, Short


class School(BelongsToSchool, Base):
    """A school of the register, by its Unique Reference Number (URN). A ``closed`` one stays for the cases it had.
    ``email`` is its own address, to which formal letters go; empty where none is known."""

    place = "urn"
    __tablename__ = "school"
    urn: Mapped[str] = mapped_column(Short(12), primary_key=True)
    authority: Mapped[str] = mapped_column(Short(60), primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    phase: Mapped[str] = mapped_column(Short(30))
    type: Mapped[str] = mapped_column(Short(60))
    diocese: Mapped[str] = mapped_column(Name, default="")
    trust: Mapped[str] = mapped_column(Name, default="")
    maintained: Mapped[bool]
    governance: Mapped[str] = mapped_column(Name, default="")
    category: Mapped[str] = mapped_column(Name, default="")
    closed: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(Short(30), default="open")
    head: Mapped[str] = mapped_column(Name, default="")
    email: Mapped[str] = mapped_column(Short(200), default="")


class SchoolChange(BelongsToSchool, Base):
    """A change of the register that matters to a school's cases: each field's value before and after."""

    place = "urn"
    __tablename__ = "school_change"
    __table_args__ = (Index(None, "authority", "urn", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    urn: Mapped[str] = mapped_column(Short(12))
    at: Mapped[datetime]
    fields: Mapped[dict[str, Any]] = mapped_column(PackedJson)


class SchoolCategory(BelongsToSchool, Base):
    """A category that a school was put in, by an instance or the register's file: the latest is its row's ``category``."""

    place, case = "urn", "instance_id"
    __tablename__ = "school_category"
    __table_args__ = (Index(None, "authority", "urn", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    urn: Mapped[str] = mapped_column(Short(12))
    category: Mapped[str] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Long)
    since: Mapped[datetime]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))


class SchoolSuccession(BelongsToAuthority, Base):
    """One school that follows another under a URN of its own, as the national register links them; a pair is there once.

    ``kind`` and ``since`` (YYYY-MM-DD, or nothing) are the register's words. ``status``: waiting (for a manager), confirmed,
    refused, or passed (of a school that was split: another successor took over). ``moved`` says what a confirmed one
    brought along: {cases, live, stopped, category, calendar}.
    """

    __tablename__ = "school_succession"
    __table_args__ = (
        Index("uq_school_succession_pair", "authority", "old_urn", "new_urn", unique=True),
        Index(None, "authority", "new_urn"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    old_urn: Mapped[str] = mapped_column(Short(12))
    new_urn: Mapped[str] = mapped_column(Short(12))
    kind: Mapped[str] = mapped_column(Name)
    since: Mapped[str] = mapped_column(Short(10))
    status: Mapped[str] = mapped_column(Short(12))
    noticed: Mapped[datetime]
    decided: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(Name)
    reason: Mapped[str | None] = mapped_column(Long)
    moved: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class RegisterImport(BelongsToAuthority, Base):
    """Files of the register that somebody brought: read and looked at (``status`` preview), or taken (done).

    ``reading`` is what the files say, until it is taken; ``report`` what it did or would do, with the lines that brought
    nothing.
    """

    __tablename__ = "register_import"
    __table_args__ = (Index(None, "authority", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Name)
    files: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(Short(12))
    reading: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    report: Mapped[dict[str, Any]] = mapped_column(PackedJson)


class Batch(BelongsToAuthority, Base):
    """One start of a process for many schools, by a timer or by one click: a case a school, each a job of its own.

    ``total`` schools were asked for. ``key`` is whatever the caller knows the batch by: one key, one batch.
    """

    __tablename__ = "batch"
    __table_args__ = (Index(None, "authority", "id"), Index("uq_batch_key", "authority", "key", unique=True))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    process: Mapped[str] = mapped_column(Name)
    element: Mapped[str] = mapped_column(Name)
    variables: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    by: Mapped[str] = mapped_column(Name)
    begun: Mapped[datetime]
    total: Mapped[int]
    key: Mapped[str | None] = mapped_column(Short(64))


class BatchSkip(BelongsToSchool, Base):
    """A school that a batch was to be for and that gets no case by it, and why."""

    place = "urn"
    __tablename__ = "batch_skip"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    urn: Mapped[str] = mapped_column(Name)
    why: Mapped[str] = mapped_column(Name)


class ReportedEvent(BelongsToSchool, Base):
    """Something that happened in the world and that somebody reported, for a school's record.

    ``message`` is the message's name, ``title`` what people call it, ``values`` what the form recorded, and ``reached``
    the ids of the cases that were told of it or begun by it: empty where no case listened.
    """

    place = "urn"
    __tablename__ = "reported_event"
    __table_args__ = (Index(None, "authority", "urn", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    urn: Mapped[str | None] = mapped_column(Short(12))
    message: Mapped[str] = mapped_column(Name)
    title: Mapped[str] = mapped_column(Name)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("form_definition.id"))
    values: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    reached: Mapped[list[Any]]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Name)
