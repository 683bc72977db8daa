"""Deployments, and the versions of processes, forms, decisions and documents of configuration that they brought."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import (
    Base,
    Id,
    partial,
)
from engine.store.tenancy import ForEverybody
from engine.store.text import Long, Name, Short


class Deployment(ForEverybody, Base):
    """Files that were handed over together, and checked together. ``origin`` is where from: the browser, or files."""

    __tablename__ = "deployment"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Name)
    note: Mapped[str] = mapped_column(Long)
    strict: Mapped[bool]
    origin: Mapped[str] = mapped_column(Short(12), default="files", server_default="files")


class Resource(ForEverybody, Base):
    """The content of one file. Immutable, and kept once however often it is deployed."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("authority", "content_hash"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    content_hash: Mapped[str] = mapped_column(Short(64))
    content: Mapped[bytes]


class _Versioned(ForEverybody):
    """What the kinds of definition share: a version of a key, one of which is the latest."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Name)
    version: Mapped[int]
    latest: Mapped[bool]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))


class ProcessDefinition(_Versioned, Base):
    """One version of a process. Immutable but for ``latest``.

    ``called``, ``forms`` and ``decisions`` say which version of each is meant: {key: definition id}, bound at
    deployment. ``calls`` lists the keys that its call activities name, ``called`` those called by the called, too.
    ``elements`` is {element id: [name, kind, lane, form key, guidance, clauses, event, task]}; the event is what people
    may report here: {message, reported_by, consequence}; the task how it is answered: {prefill, on_behalf, no_answer,
    separate_from, check}, each only where the diagram says so. Both are None elsewhere. ``visible_to`` are the roles of the
    property ``visibleTo``; ``asked`` those whom the process's own diagram asks something ("" is everybody).
    """

    __tablename__ = "process_definition"
    __table_args__ = (
        UniqueConstraint("authority", "key", "version"),
        partial("ix_process_definition_latest", "authority", "key", where="latest", unique=True),
    )
    name: Mapped[str] = mapped_column(Name)
    documentation: Mapped[str] = mapped_column(Long)
    startable: Mapped[bool]
    start_form: Mapped[str] = mapped_column(Name)
    starter_groups: Mapped[list[Any]]
    calls: Mapped[list[Any]]
    called: Mapped[dict[str, Any]]
    forms: Mapped[dict[str, Any]]
    decisions: Mapped[dict[str, Any]]
    elements: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    visible_to: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    asked: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")


class ProcessReader(ForEverybody, Base):
    """A role that may see the cases of a version of a process, whether it is asked in them or not: a row a role."""

    __tablename__ = "process_reader"
    __table_args__ = (Index(None, "authority", "role", "definition_id"),)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Short(60), primary_key=True)


class FormDefinition(_Versioned, Base):
    """One version of a form; ``key`` is such as "barnsley/evidence-summary"."""

    __tablename__ = "form_definition"
    __table_args__ = (
        UniqueConstraint("authority", "key", "version"),
        partial("ix_form_definition_latest", "authority", "key", where="latest", unique=True),
    )


class DecisionDefinition(_Versioned, Base):
    """One version of a decision; several decisions may stand in one file."""

    __tablename__ = "decision_definition"
    __table_args__ = (
        UniqueConstraint("authority", "key", "version"),
        partial("ix_decision_definition_latest", "authority", "key", where="latest", unique=True),
    )


class ConfigDefinition(_Versioned, Base):
    """One version of a document of the authority's configuration, such as its settings: ``key`` is "config:settings"."""

    __tablename__ = "config_definition"
    __table_args__ = (
        UniqueConstraint("authority", "key", "version"),
        partial("ix_config_definition_latest", "authority", "key", where="latest", unique=True),
    )
