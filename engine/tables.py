"""All tables of the engine, as plain declarative classes on the engine's own :class:`Base`.

How they hang together: a *deployment* brings *resources* (files), of which come versions of *process*, *form* and
*decision definitions*. A *process instance* runs one definition and has *user tasks*, *jobs* (timers), *event
subscriptions*, *incidents* and a *history*. *Messages* thrown by one instance are delivered to others by jobs; the
*outbox* is what leaves the house. Rows belong to an authority (``engine/scope.py``), all moments are UTC, ids are
integers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnClause,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from engine.database import PackedBytes, PackedJson, UTCDateTime
from engine.scope import BelongsToAuthority

Id = BigInteger().with_variant(Integer, "sqlite")
Name = String(250)
#: Statuses as SQL literals: an index with a WHERE is only used when the database sees the value in the statement's
#: text.
OPEN: ColumnClause[str] = literal_column("'open'")
ACTIVE: ColumnClause[str] = literal_column("'active'")
WAITING: ColumnClause[str] = literal_column("'waiting'")
UNDELIVERED: ColumnClause[str] = literal_column("'undelivered'")
START: ColumnClause[str] = literal_column("'start'")
#: The kind of a job that starts one school's case of a round, and what the property forEach says.
SCHOOL = "school"
#: Sorts tasks without a due date behind all others.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table; the web app's own tables extend it too, so that one metadata knows them all."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # On the registry rather than the class: Flask-SQLAlchemy makes a base of its own below this one.
    registry = registry(
        type_annotation_map={datetime: UTCDateTime, bytes: PackedBytes, dict[str, Any]: JSON, list[Any]: JSON}
    )


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over only the rows that fit ``where``, on both databases, so that it stays small as history grows."""
    condition = text(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


class Setting(Base):
    """A value that the running system may change, such as the sample clock's offset. Belongs to the whole
    installation."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]


class Deployment(BelongsToAuthority, Base):
    """Files that were handed over together, and checked together."""

    __tablename__ = "deployment"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Name)
    note: Mapped[str] = mapped_column(Text)
    strict: Mapped[bool]


class Resource(BelongsToAuthority, Base):
    """The content of one file. Immutable, and kept once however often it is deployed."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("authority", "content_hash"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    content_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes]


class _Versioned(BelongsToAuthority):
    """What the three kinds of definition share: a version of a key, one of which is the latest."""

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
    ``elements`` is {element id: [name, kind, lane, form key, guidance, clauses]}.
    """

    __tablename__ = "process_definition"
    __table_args__ = (
        UniqueConstraint("authority", "key", "version"),
        partial("ix_process_definition_latest", "authority", "key", where="latest", unique=True),
    )
    name: Mapped[str] = mapped_column(Name)
    documentation: Mapped[str] = mapped_column(Text)
    startable: Mapped[bool]
    start_form: Mapped[str] = mapped_column(Name)
    starter_groups: Mapped[list[Any]]
    calls: Mapped[list[Any]]
    called: Mapped[dict[str, Any]]
    forms: Mapped[dict[str, Any]]
    decisions: Mapped[dict[str, Any]]
    elements: Mapped[dict[str, Any]] = mapped_column(PackedJson)


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


class School(BelongsToAuthority, Base):
    """A school of the register, by its Unique Reference Number (URN). A ``closed`` one stays for the cases it had."""

    __tablename__ = "school"
    urn: Mapped[str] = mapped_column(String(12), primary_key=True)
    authority: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    phase: Mapped[str] = mapped_column(String(30))
    type: Mapped[str] = mapped_column(String(60))
    diocese: Mapped[str] = mapped_column(Name, default="")
    trust: Mapped[str] = mapped_column(Name, default="")
    maintained: Mapped[bool]
    governance: Mapped[str] = mapped_column(Name, default="")
    link_adviser: Mapped[str] = mapped_column(Name, default="")
    category: Mapped[str] = mapped_column(Name, default="")
    closed: Mapped[bool] = mapped_column(default=False)


class SchoolCategory(BelongsToAuthority, Base):
    """A category that a school was put in, by an instance or the register's file: the latest is its row's ``category``."""

    __tablename__ = "school_category"
    __table_args__ = (Index(None, "authority", "urn", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    urn: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))


class Round(BelongsToAuthority, Base):
    """One start of a process for many schools, by a timer or by one click: a case a school, each a job of its own.

    ``total`` schools were asked for. ``key`` is whatever the caller knows the round by: one key, one round.
    """

    __tablename__ = "round"
    __table_args__ = (Index(None, "authority", "id"), Index("uq_round_key", "authority", "key", unique=True))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    process: Mapped[str] = mapped_column(Name)
    element: Mapped[str] = mapped_column(Name)
    variables: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    by: Mapped[str] = mapped_column(Name)
    begun: Mapped[datetime]
    total: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(64))


class RoundSkip(BelongsToAuthority, Base):
    """A school that a round was to be for and that gets no case by it, and why."""

    __tablename__ = "round_skip"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    urn: Mapped[str] = mapped_column(Name)
    why: Mapped[str] = mapped_column(Name)


class ProcessInstance(BelongsToAuthority, Base):
    """One case. ``state`` holds the live tokens; ``active`` says where they stand, for the live diagram.

    ``revision`` grows with each step: SQLAlchemy checks it in the UPDATE, so a step that worked from a stale row fails.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        partial("ix_process_instance_active", "authority", "id", where="status = 'active'"),
        Index(None, "authority", "id"),
        Index(None, "authority", "process", "id"),
        Index(None, "authority", "school_urn", "id"),
        Index(None, "authority", "business_key"),
        {"postgresql_with": {"fillfactor": "70"}},  # room for each step's new row version beside the old one
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), index=True)
    process: Mapped[str] = mapped_column(Name)
    business_key: Mapped[str] = mapped_column(Name)
    school_urn: Mapped[str | None] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(Integer)
    state: Mapped[bytes]
    variables: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    active: Mapped[list[Any]] = mapped_column(PackedJson)
    history_length: Mapped[int]
    started: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(Name)
    ended: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    __mapper_args__ = {"version_id_col": revision}


class UserTask(BelongsToAuthority, Base):
    """A task for a person. Its name, lane and form stand in its definition's ``elements``.

    ``values`` is what was submitted; ``mark`` a digest of what the diagram says of the task, to see quickly if that
    changed.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        partial("ix_user_task_open_instance", "instance_id", where="status = 'open'"),
        partial("ix_user_task_open_assignee", "authority", "assignee", "due_order", where="status = 'open'"),
        Index(None, "instance_id", "id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    element: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12))
    candidate_groups: Mapped[list[Any]]
    assignee: Mapped[str | None] = mapped_column(Name)
    priority: Mapped[int]
    due: Mapped[datetime | None]
    due_estimated: Mapped[bool]
    due_order: Mapped[datetime]
    created: Mapped[datetime]
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Name)
    values: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
    note: Mapped[str | None] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(String(16))


class UserTaskRole(BelongsToAuthority, Base):
    """The inbox of a role: one row an open task and role ("" when the task names none). Gone when the task ends.

    So the inbox is one walk along an index that holds open tasks only, in the order in which they are shown.
    """

    __tablename__ = "user_task_role"
    __table_args__ = (Index("ix_user_task_role_inbox", "authority", "role", "due_order", "task_id"),)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_order: Mapped[datetime]


class Job(BelongsToAuthority, Base):
    """Something to be done at a time: a timer of an instance, a start timer, a message to be delivered, or a school's
    case of a round (``token`` is then its URN).

    ``due`` is when it is meant to happen; ``next_try`` when a worker may take it (again). A worker that takes it puts
    its own ``claim`` in and moves ``next_try`` past its lease, so that it comes back by itself if the worker dies. A
    job that is done is deleted: the history tells of it.
    """

    __tablename__ = "job"
    __table_args__ = (
        partial("ix_job_waiting", "next_try", "id", where="status = 'waiting'"),
        partial("ix_job_due", "authority", "due", where="instance_id IS NOT NULL"),
        Index(None, "instance_id"),
        partial("ix_job_definition", "definition_id", where="kind = 'start'"),
        partial("ix_job_round", "round_id", where="round_id IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    token: Mapped[str] = mapped_column(String(40))
    element: Mapped[str] = mapped_column(Name)
    due: Mapped[datetime]
    estimated: Mapped[bool]
    why: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12))
    next_try: Mapped[datetime]
    attempts: Mapped[int]
    claim: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(Text)
    repeats: Mapped[int | None]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))


class Incident(BelongsToAuthority, Base):
    """Something that went wrong and waits for a manager. ``message`` is for people, ``detail`` for whoever mends it."""

    __tablename__ = "incident"
    __table_args__ = (
        partial("ix_incident_open", "authority", "id", where="resolved IS NULL"),
        partial("ix_incident_open_instance", "instance_id", where="resolved IS NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    job_id: Mapped[int | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(12))
    element: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    resolved: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(Name)


class EventSubscription(BelongsToAuthority, Base):
    """An element that waits for a message or signal; without an instance, a start event of the latest version."""

    __tablename__ = "event_subscription"
    __table_args__ = (Index(None, "authority", "name", "kind", "key"), Index(None, "instance_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    process: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(String(40))
    element: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Name)
    key: Mapped[str] = mapped_column(Name)


class Message(BelongsToAuthority, Base):
    """A message or signal under way. ``target_id`` names the one instance that it is meant for, when that is known.

    ``status``: waiting (a job will deliver it), delivered, or undelivered (nobody waited for it).
    """

    __tablename__ = "message"
    __table_args__ = (partial("ix_message_undelivered", "authority", "id", where="status = 'undelivered'"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Name)
    keys: Mapped[dict[str, Any]]
    payload: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    status: Mapped[str] = mapped_column(String(12))
    sent: Mapped[datetime]
    delivered: Mapped[datetime | None]


class History(BelongsToAuthority, Base):
    """An element that ended in a step, or something that was done to the instance. Kept small: names are in
    ``elements``.

    ``how``: completed or cancelled (an element); started, stopped, incident, retried, changed (``detail`` says more).
    ``entered`` is null when it is the same as ``ended``.
    """

    __tablename__ = "history"
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition_id: Mapped[int | None]
    element: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(String(40))
    via: Mapped[str] = mapped_column(Name)
    how: Mapped[str] = mapped_column(String(10))
    entered: Mapped[datetime | None]
    ended: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(Name)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Outbox(BelongsToAuthority, Base):
    """Something to be sent outside after the commit, once: ``key`` is the idempotency key.

    ``status``: waiting, sent, failed (an incident tells of it).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        partial("ix_outbox_waiting", "next_try", "id", where="status = 'waiting'"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    status: Mapped[str] = mapped_column(String(12))
    next_try: Mapped[datetime]
    attempts: Mapped[int]
    created: Mapped[datetime]
    sent: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class Notification(BelongsToAuthority, Base):
    """Something that people of a role are told inside the app."""

    __tablename__ = "notification"
    __table_args__ = (Index(None, "authority", "role", "id"), Index(None, "instance_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    role: Mapped[str] = mapped_column(String(60))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    element: Mapped[str] = mapped_column(Name)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
