"""Jobs that fall due, incidents, notifications, and the outbox of mails to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import (
    Base,
    Id,
    partial,
)
from engine.store.tenancy import AUTHORITY_LENGTH, BelongsToAuthority, BelongsToCase, BelongsToSchool, Scope
from engine.store.text import Long, Name, Short


class Job(BelongsToCase, Base):
    """Something to be done at a time: a timer of an instance, a start timer, a message to be delivered, or a school's
    case of a batch (``token`` is then its URN).

    ``due`` is when it is meant to happen; ``next_try`` when a worker may take it (again). A worker that takes it puts
    its own ``claim`` in and moves ``next_try`` past its lease, so that it comes back by itself if the worker dies. A
    job that is done is deleted: the history tells of it. One of a suspended case has the status suspended.
    ``policy_due`` is when it would be due by the diagram, where a manager has set another date; ``since`` from when it can be
    late, where what was answered put its moment into the past. A start timer that repeats counts ``beat`` from ``anchor``.
    """

    __tablename__ = "job"
    __table_args__ = (
        partial("ix_job_waiting", "next_try", "id", where="status = 'waiting'"),
        partial("ix_job_due", "authority", "due", where="instance_id IS NOT NULL"),
        Index(None, "instance_id"),
        partial("ix_job_definition", "definition_id", where="kind = 'start'"),
        partial("ix_job_failing", "authority", "next_try", where="error IS NOT NULL"),
        partial("ix_job_batch", "batch_id", where="batch_id IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Short(12))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    token: Mapped[str] = mapped_column(Short(40))
    element: Mapped[str] = mapped_column(Name)
    due: Mapped[datetime]
    policy_due: Mapped[datetime | None]
    since: Mapped[datetime | None]
    estimated: Mapped[bool]
    why: Mapped[str] = mapped_column(Long)
    status: Mapped[str] = mapped_column(Short(12))
    next_try: Mapped[datetime]
    attempts: Mapped[int]
    claim: Mapped[str | None] = mapped_column(Short(32))
    error: Mapped[str | None] = mapped_column(Long)
    repeats: Mapped[int | None]
    anchor: Mapped[datetime | None]
    beat: Mapped[int | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))


class StartTimer(BelongsToAuthority, Base):
    """A timer start event of a process that has fired: a later version that says the same does not begin it anew.

    ``due`` is when its last beat was due, ``repeats`` how many beats it had then, that one included, ``beat`` that beat's
    number, counted from ``anchor`` (as a job has them).
    """

    __tablename__ = "start_timer"
    __table_args__ = (Index(None, "authority", "process", "element"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process: Mapped[str] = mapped_column(Name)
    element: Mapped[str] = mapped_column(Name)
    text: Mapped[str] = mapped_column(Long)
    due: Mapped[datetime]
    repeats: Mapped[int | None]
    anchor: Mapped[datetime | None]
    beat: Mapped[int | None]


class Incident(BelongsToCase, Base):
    """Something that went wrong and waits for a manager. ``message`` is for people, ``detail`` for whoever mends it.

    ``kind``: step (a person's step failed; ``token`` is what was acted upon), stuck (nothing can move in the case), job,
    outbox, start (a case could not begin, so that there is none; ``token`` tells it from others). ``answer`` is the answer
    to a task with which the case could not go on: {values, note, by}; or, with process, school and more, what the case was to
    begin with. Whoever retries gives it again.
    """

    __tablename__ = "incident"
    __table_args__ = (
        partial("ix_incident_open", "authority", "id", where="resolved IS NULL"),
        partial("ix_incident_open_instance", "instance_id", where="resolved IS NULL"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    job_id: Mapped[int | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(Short(12))
    element: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(Short(40))
    message: Mapped[str] = mapped_column(Long)
    detail: Mapped[str] = mapped_column(Long)
    answer: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
    created: Mapped[datetime]
    resolved: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(Name)


class Outbox(BelongsToCase, Base):
    """Something to be sent outside after the commit, once: ``key`` is the idempotency key.

    ``status``: waiting, sent, failed (an incident tells of it). What of a mail lets somebody in stands in it until it is sent
    (``engine/store/sealed.py``).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        partial("ix_outbox_waiting", "next_try", "id", where="status = 'waiting'"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Short(80))
    kind: Mapped[str] = mapped_column(Short(12))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    status: Mapped[str] = mapped_column(Short(12))
    next_try: Mapped[datetime]
    attempts: Mapped[int]
    created: Mapped[datetime]
    sent: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Long)


class MovedDate(BelongsToCase, Base):
    """A date of a notice that was given (it counts from a date of a form), moved by a change of the bank holidays.

    ``before`` and ``after`` are when it fell due. A manager confirms it, since people outside were told the old date.
    """

    __tablename__ = "moved_date"
    __table_args__ = (partial("ix_moved_date_open", "authority", "id", where="confirmed IS NULL"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    element: Mapped[str] = mapped_column(Name)
    before: Mapped[datetime]
    after: Mapped[datetime]
    noticed: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(Name)


class Notification(BelongsToSchool, Base):
    """Something that people are told inside the app: those of a role, of its case's school where the role counts for schools;
    or one person (``username``, and no role), who may be told of what is about no case.

    What several roles are told at once is a row each with one ``occasion``. ``kind`` is late for what tells that a task is
    late, task for what tells that one is new or falls due soon, else empty; ``task_id`` the task that it is about, where it is
    about one; ``meeting`` what it invites to (engine/jobs/meetings.py), where it does.
    """

    case = "instance_id"
    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_role", "authority", "role", "kind", "id"),
        Index("ix_notification_school", "authority", "role", "kind", "school_urn", "id"),
        partial("ix_notification_person", "authority", "username", "kind", "id", where="username <> ''"),
        partial("ix_notification_meeting", "authority", "role", "id", where="meeting IS NOT NULL"),
        Index(None, "instance_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    role: Mapped[str] = mapped_column(Short(60))
    username: Mapped[str] = mapped_column(Name, default="")
    kind: Mapped[str] = mapped_column(Short(12), default="")
    occasion: Mapped[str] = mapped_column(Short(80))
    task_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    element: Mapped[str] = mapped_column(Name)
    subject: Mapped[str] = mapped_column(Long)
    text: Mapped[str] = mapped_column(Long)
    created: Mapped[datetime]
    school_urn: Mapped[str | None] = mapped_column(Short(12))
    meeting: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)

    @classmethod
    def of_case(cls, scope: Scope) -> ColumnElement[bool]:
        """What is reported of a case is read by whoever it is reported to, whether they see the case or not."""
        return true()

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        """Confined to schools, what is told of these, and what is told to the person of no case."""
        mine = (cls.username == scope.username) & cls.instance_id.is_(None) & (cls.username != "")
        return super().seen_by(scope) | mine


class _OfOnePerson(BelongsToAuthority):
    """What concerns one person, who alone sees it where somebody is confined to schools."""

    username: Mapped[str] = mapped_column(Name, primary_key=True)

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        return cls.username == scope.username


class NoticeRead(_OfOnePerson, Base):
    """A person has read what was told on one occasion (``Notification.occasion``)."""

    __tablename__ = "notice_read"
    authority: Mapped[str] = mapped_column(Short(AUTHORITY_LENGTH), primary_key=True)
    occasion: Mapped[str] = mapped_column(Short(80), primary_key=True)


class Reader(_OfOnePerson, Base):
    """What a person has read and how they are told: notices up to the id ``read_to``, those of late tasks up to ``late_to``,
    those of new tasks and of what falls due up to ``tasks_to``.

    ``how`` is once, daily or weekly; empty while they have not chosen. ``digest`` is when they last got a digest.
    """

    __tablename__ = "reader"
    authority: Mapped[str] = mapped_column(Short(AUTHORITY_LENGTH), primary_key=True)
    read_to: Mapped[int] = mapped_column(Id, default=0)
    late_to: Mapped[int] = mapped_column(Id, default=0)
    tasks_to: Mapped[int] = mapped_column(Id, default=0)
    how: Mapped[str] = mapped_column(Short(12), default="")
    digest: Mapped[datetime | None]


class EvidencePack(BelongsToAuthority, Base):
    """A pack that somebody made of a case (``instance_id``) or of a school (``school_urn``): for whom, why, and its SHA-256.

    ``entries`` and ``redactions`` count what it holds and what was left out of it; its content is not kept.
    """

    case = "instance_id"
    __tablename__ = "evidence_pack"
    __table_args__ = (Index(None, "authority", "instance_id"), Index(None, "authority", "school_urn"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(Name)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    school_urn: Mapped[str | None] = mapped_column(Short(12))
    reader: Mapped[str] = mapped_column(Name)
    why: Mapped[str] = mapped_column(Long)
    entries: Mapped[int]
    redactions: Mapped[int]
    sha256: Mapped[str] = mapped_column(Short(64))
