"""A process instance with what waits in it, its messages and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import (
    Base,
    Id,
    partial,
)
from engine.store.tenancy import (
    BelongsToCase,
    BelongsToSchool,
    Scope,
    given,
    given_cases,
    of_no_barred_case,
    of_no_barred_task,
    of_seen_task,
    sees_case,
)
from engine.store.text import Long, Name, Short

#: The lines of a case's story that tell who is barred from it, and is no more.
BARRED, UNBARRED = OF_BARS = ("barred", "unbarred")


class ProcessInstance(BelongsToSchool, Base):
    """One case. ``state`` holds the live tokens; ``active`` says where they stand, for the live diagram.

    ``suspended`` is since when nothing goes on in it, by a manager's act; ``archived`` since when it is in the archive, in no
    list and read only. ``revision`` grows with each step: SQLAlchemy checks
    it in the UPDATE, so a step that worked from a stale row fails.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        partial(
            "ix_process_instance_active",
            "authority",
            "id",
            "definition_id",
            "school_urn",
            "started_by",
            where="status = 'active'",
        ),
        partial("ix_process_instance_ended", "authority", "ended", where="ended IS NOT NULL"),
        partial(
            "ix_process_instance_to_archive",
            "authority",
            "process",
            "ended",
            where="ended IS NOT NULL AND archived IS NULL",
        ),
        partial("ix_process_instance_archived", "authority", "process", "ended", where="archived IS NOT NULL"),
        partial("ix_process_instance_archive", "authority", "ended", "id", where="archived IS NOT NULL"),
        partial("ix_process_instance_started_by", "authority", "started_by", "id", where="status = 'active'"),
        # It and the one of live cases hold all that says who may see a case: those that somebody may not see are passed over
        # without their rows.
        Index("ix_process_instance_seen", "authority", "id", "definition_id", "school_urn", "started_by"),
        Index(None, "authority", "process", "id"),
        Index(None, "authority", "school_urn", "id"),
        Index(None, "authority", "business_key"),
        {"postgresql_with": {"fillfactor": "70"}},  # room for each step's new row version beside the old one
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), index=True)
    process: Mapped[str] = mapped_column(Name)
    business_key: Mapped[str] = mapped_column(Name)
    school_urn: Mapped[str | None] = mapped_column(Short(12))
    status: Mapped[str] = mapped_column(Short(12))
    revision: Mapped[int] = mapped_column(Integer)
    state: Mapped[bytes]
    variables: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    active: Mapped[list[Any]] = mapped_column(PackedJson)
    history_length: Mapped[int]
    started: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(Name)
    ended: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Long)
    suspended: Mapped[datetime | None]
    archived: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": revision}

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        return super().seen_by(scope) | cls.id.in_(given_cases(scope))

    @classmethod
    def of_case(cls, scope: Scope) -> ColumnElement[bool]:
        return sees_case(scope, cls)

    @classmethod
    def not_barred(cls, scope: Scope) -> ColumnElement[bool]:
        return of_no_barred_case(scope, cls.id)


class CaseReader(BelongsToCase, Base):
    """Who has been asked in a case and so may see it, beside the roles of its process (``ProcessReader``): a role ("" is
    everybody's), or one person (``username``) and no role. Kept when the task is done."""

    __tablename__ = "case_reader"
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Short(60), primary_key=True)
    username: Mapped[str] = mapped_column(Name, primary_key=True)


class UserTask(BelongsToSchool, Base):
    """A task for a person. Its name, lane and form stand in its definition's ``elements``.

    ``values`` is what was submitted; ``mark`` a digest of what the diagram says of the task, to see quickly if that
    changed. ``policy_due`` is when it would be due by the diagram, where a manager has set another date. ``priority_by`` is the
    manager who has set another priority than the diagram's. It rests until ``follow_up``. ``owner`` is who
    delegated it, and gets it back; ``by_default`` says that it was given to the school's link adviser and that others of its
    roles may take it over. ``tell_at`` is when to look whether it is late, ``told`` how
    often somebody was told that it is. ``school_urn`` is its case's, here and in the other tables that have one.
    """

    case = "instance_id"
    __tablename__ = "user_task"
    __table_args__ = (
        partial("ix_user_task_open_instance", "instance_id", where="status = 'open'"),
        partial("ix_user_task_open_assignee", "authority", "assignee", "due_order", where="status = 'open'"),
        partial("ix_user_task_open_due", "authority", "due_order", "instance_id", where="status = 'open'"),
        partial("ix_user_task_without_school", "authority", "assignee", where="school_urn IS NULL"),
        partial("ix_user_task_late", "tell_at", "id", where="status = 'open' AND tell_at IS NOT NULL"),
        Index(None, "instance_id", "id"),
        Index(None, "definition_id", "element", "due"),
        partial("ix_user_task_done", "authority", "ended_by", "ended", where="status = 'completed'"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    element: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(Short(40))
    status: Mapped[str] = mapped_column(Short(12))
    candidate_groups: Mapped[list[Any]]
    assignee: Mapped[str | None] = mapped_column(Name)
    owner: Mapped[str | None] = mapped_column(Name)
    by_default: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int]
    priority_by: Mapped[str | None] = mapped_column(Name)
    follow_up: Mapped[datetime | None]
    due: Mapped[datetime | None]
    due_estimated: Mapped[bool]
    due_order: Mapped[datetime]
    policy_due: Mapped[datetime | None]
    tell_at: Mapped[datetime | None]
    told: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime]
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Name)
    values: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
    note: Mapped[str | None] = mapped_column(Long)
    mark: Mapped[str] = mapped_column(Short(16))
    school_urn: Mapped[str | None] = mapped_column(Short(12))

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        return super().seen_by(scope) | (cls.school_urn.is_(None) & given(scope, cls))


class UserTaskRole(BelongsToSchool, Base):
    """The inbox of a role: one row an open task and role ("" when the task names none). Gone when the task ends.

    So the inbox is one walk along an index that holds open tasks only, in the order in which they are shown; for a role that
    counts for some schools, along those schools' part of the other.
    """

    __tablename__ = "user_task_role"
    __table_args__ = (
        Index("ix_user_task_role_inbox", "authority", "role", "due_order", "task_id"),
        Index("ix_user_task_role_school", "authority", "role", "school_urn", "due_order", "task_id"),
    )
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Short(60), primary_key=True)
    due_order: Mapped[datetime]
    school_urn: Mapped[str | None] = mapped_column(Short(12))

    @classmethod
    def of_case(cls, scope: Scope) -> ColumnElement[bool]:
        return of_seen_task(scope, cls.task_id)

    @classmethod
    def not_barred(cls, scope: Scope) -> ColumnElement[bool]:
        return of_no_barred_task(scope, cls.task_id)


class EventSubscription(BelongsToCase, Base):
    """An element that waits for a message or signal; without an instance, a start event of the latest version."""

    __tablename__ = "event_subscription"
    __table_args__ = (Index(None, "authority", "name", "kind", "key"), Index(None, "instance_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    process: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(Short(40))
    element: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(Short(8))
    name: Mapped[str] = mapped_column(Name)
    key: Mapped[str] = mapped_column(Name)


class Message(BelongsToCase, Base):
    """A message or signal under way. ``target_id`` names the one instance that it is meant for, when that is known.

    ``status``: waiting (a job will deliver it), kept (nobody waited for it, and until ``keep_until`` somebody may), held (its
    case is suspended), delivered, undelivered (a trouble that waits for a manager), or rested (a manager let it rest).
    ``trouble`` says why it was not delivered: nobody or ambiguous. ``definition_id`` and ``element`` say where it was thrown;
    ``notes`` what managers did with it: [{did, by, at, reason, case}].
    """

    case = "source_id"
    __tablename__ = "message"
    __table_args__ = (
        partial("ix_message_undelivered", "authority", "id", where="status = 'undelivered'"),
        partial("ix_message_kept", "authority", "name", where="status = 'kept'"),
        partial("ix_message_held", "target_id", where="status = 'held'"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Short(8))
    name: Mapped[str] = mapped_column(Name)
    keys: Mapped[dict[str, Any]]
    payload: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    status: Mapped[str] = mapped_column(Short(12))
    sent: Mapped[datetime]
    delivered: Mapped[datetime | None]
    definition_id: Mapped[int | None] = mapped_column(Id)
    element: Mapped[str | None] = mapped_column(Name)
    keep_until: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(Short(12))
    notes: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class History(BelongsToCase, Base):
    """An element that ended in a step, or something that was done to the instance. Kept small: names are in
    ``elements``.

    ``how``: completed, cancelled or skipped (an element: skipped when it ran no time); started, stopped, incident,
    retried, changed, moved (to the school that took over), noted, resent, redirected, rested (the last three of a message
    that it threw; ``detail`` says more), redated (a manager set another date), suspended, resumed, sent (a message, by
    hand), placed (it goes on there by hand), migrated (to another version of its process), reverted (that was undone); or
    what became of a task: ranked (another priority), resting, woken, claimed, released, handed, delegated, returned, linked,
    opened, unlinked;
    or of a person: barred, unbarred, which only those read who oversee cases.
    ``entered`` is null when it is the same as ``ended``.
    """

    __tablename__ = "history"
    __table_args__ = (Index(None, "definition_id", "element", "ended"),)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition_id: Mapped[int | None]
    element: Mapped[str] = mapped_column(Name)
    token: Mapped[str] = mapped_column(Short(40))
    via: Mapped[str] = mapped_column(Name)
    how: Mapped[str] = mapped_column(Short(10))
    entered: Mapped[datetime | None]
    ended: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(Name)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @classmethod
    def of_case(cls, scope: Scope) -> ColumnElement[bool]:
        seen = super().of_case(scope)
        return seen if scope.oversees else seen & cls.how.not_in(OF_BARS)

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        return super().seen_by(scope) & cls.how.not_in(OF_BARS)
