"""What people are told inside the app: each occasion once a person, whatever roles they hold; read or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Exists,
    Subquery,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from engine.queries.common import COUNT_LIMIT, PER_PAGE, AnyRow, Elements, Page, count, page_of
from engine.store.tables import OPEN, NoticeRead, Notification, ProcessInstance, Reader, School, UserTask
from engine.store.tenancy import Scope, held

#: The kinds of notices: those that tell that a task is late, those that one is new or falls due soon, and all others.
LATE, TASK, OTHER = "late", "task", ""
#: The newest notices of new tasks, of a person or a role, among which those of tasks that are still open are looked for.
LOOKED_AT = 500
#: How many notices of late tasks of one kind stand together.
TOGETHER = 5
_NOBODY: ColumnClause[str] = literal_column("''")


@dataclass(frozen=True)
class NotificationRow:
    """Something that a person was told, or a role of theirs (one of them)."""

    id: int
    role: str
    instance_id: int | None
    business_key: str
    school_name: str
    subject: str
    text: str
    created: datetime
    kind: str = OTHER
    task_id: int | None = None
    read: bool = False
    status: str = ""
    """How far the task is that it is about: open, completed or cancelled; empty when it is about none."""
    opens: bool = True
    """Whether the person may see the case too; what is reported of a case may be all that somebody sees of it."""
    meeting: Mapping[str, Any] | None = None
    """The meeting to which it invites, as engine/jobs/meetings.py keeps it."""


@dataclass(frozen=True)
class LateKind:
    """The late tasks of one kind (a user task of a process) that a person was told of, and the newest notices of them."""

    name: str
    """The task's name; empty for tasks of cases that the person may not see."""
    process: str
    tasks: int
    open: int
    """How many of these tasks are still open."""
    new: int
    """How many of them the person has not read of."""
    newest: Sequence[NotificationRow]


@dataclass(frozen=True)
class Marks:
    """Up to which id a person has read the notices of each kind, and how they have chosen to be told; empty for not yet."""

    read_to: Mapping[str, int]
    how: str = ""


def marks(session: Session, scope: Scope) -> Marks:
    """What a person has read all of, and how they are told."""
    mine = Reader.authority == scope.authority, Reader.username == scope.username
    row = session.execute(select(Reader.read_to, Reader.late_to, Reader.tasks_to, Reader.how).where(*mine)).first()
    if row is None:
        return Marks({OTHER: 0, LATE: 0, TASK: 0})
    return Marks({OTHER: row.read_to, LATE: row.late_to, TASK: row.tasks_to}, row.how)


def notices(
    session: Session,
    scope: Scope,
    kind: str = OTHER,
    *,
    unread: bool = False,
    since: datetime | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[NotificationRow]:
    """What a person has been told, the newest first: all of one kind, or what is unread, or what was told since.

    That a task is new, or falls due soon, is unread only for as long as it is open."""
    read_to = marks(session, scope).read_to[kind]
    wanted = page * per_page + 1
    found = _occasions(scope, [kind], wanted, _only(scope, read_to, unread, since))
    ids = (
        select(func.max(found.c.id).label("id"))
        .group_by(found.c.occasion)
        .order_by(func.max(found.c.id).desc())
        .limit(per_page + 1)
        .offset((page - 1) * per_page)
    )
    chosen = list(session.scalars(ids))
    every = _occasions(scope, [kind], COUNT_LIMIT + 1, _only(scope, read_to, unread, since))
    total = count(session, select(every.c.occasion).distinct())
    return page_of(_rows(session, scope, chosen, read_to), page, per_page, total)


def late_kinds(session: Session, scope: Scope) -> list[LateKind]:
    """The late tasks that a person was told of, by kind: those with most open tasks first. Each task counts once, whatever
    roles of the person were told of it; notices beyond the limit of counting are left out."""
    read_to = marks(session, scope).read_to[LATE]
    found = _occasions(scope, [LATE], COUNT_LIMIT, ())
    columns = Notification.task_id, UserTask.definition_id, UserTask.element, UserTask.status
    chosen = (
        select(Notification.id, *columns, _is_read(scope).label("seen"))
        .join(UserTask, UserTask.id == Notification.task_id, isouter=True)
        .where(Notification.id.in_(select(func.max(found.c.id)).group_by(found.c.occasion)))
        .order_by(Notification.id.desc())
    )
    rows = {row.task_id: row for row in reversed(session.execute(chosen).all())}  # the newest notice of each task
    elements = Elements(session, {row.definition_id for row in rows.values() if row.definition_id})
    kinds: dict[tuple[str, str], list[AnyRow]] = {}
    for row in sorted(rows.values(), key=lambda each: each.id, reverse=True):
        kinds.setdefault(_kind(row, elements), []).append(row)
    shown = {row.id for same in kinds.values() for row in same[:TOGETHER]}
    notices = {each.id: each for each in _rows(session, scope, sorted(shown), read_to)}
    made = [_late_kind(named, same, read_to, notices) for named, same in kinds.items()]
    return sorted(made, key=lambda kind: (-kind.open, -kind.tasks, kind.name))


def _kind(row: AnyRow, elements: Elements) -> tuple[str, str]:
    if row.definition_id is None:
        return "", ""
    return elements.info(row.definition_id, row.element).name, elements.process(row.definition_id)[1]


def _late_kind(
    named: tuple[str, str], rows: Sequence[AnyRow], read_to: int, notices: Mapping[int, NotificationRow]
) -> LateKind:
    still = sum(row.status == "open" for row in rows)
    new = sum(not row.seen and row.id > read_to for row in rows)
    return LateKind(*named, len(rows), still, new, [notices[row.id] for row in rows[:TOGETHER]])


def unread(session: Session, scope: Scope, kind: str = OTHER) -> tuple[int, bool]:
    """How many notices of a kind a person has not read, up to the limit, and whether there are more."""
    only = _only(scope, marks(session, scope).read_to[kind], True, None)
    return count(session, select(_occasions(scope, [kind], COUNT_LIMIT + 1, only).c.occasion).distinct())


def notifications(session: Session, scope: Scope, limit: int = PER_PAGE) -> list[NotificationRow]:
    """What a person has been told, the newest first; not that tasks are new or fall due."""
    found = _occasions(scope, [OTHER, LATE], limit, ())
    ids = select(func.max(found.c.id)).group_by(found.c.occasion).order_by(func.max(found.c.id).desc()).limit(limit)
    return _rows(session, scope, list(session.scalars(ids)), 0)


def notice(session: Session, scope: Scope, notice_id: int) -> tuple[NotificationRow, str] | None:
    """One notice and its occasion, when it was told to the person; None for all others."""
    mine = [held(scope, Notification, role) for role in sorted(scope.roles)]
    ours: ColumnElement[bool] = _to_person(scope)
    for each in mine:
        ours = ours | each
    occasion = session.scalar(select(Notification.occasion).where(Notification.id == notice_id, ours))
    if occasion is None:
        return None
    [row] = _rows(session, scope, [notice_id], 0)
    return row, occasion


def meetings(session: Session, scope: Scope, since: datetime) -> list[NotificationRow]:
    """The notices since a moment by which a person, or a role of theirs, was invited to meetings, the first told first."""
    whose = or_(_to_person(scope), *(held(scope, Notification, role) for role in sorted(scope.roles)))
    chosen = select(Notification.id).where(whose, Notification.meeting.is_not(None), Notification.created > since)
    ids = session.scalars(chosen.order_by(Notification.id.desc()).limit(COUNT_LIMIT))
    return _rows(session, scope, list(ids), 0)[::-1]


def _to_person(scope: Scope) -> ColumnElement[bool]:
    return (Notification.username == scope.username) & (Notification.username != _NOBODY)


def _only(scope: Scope, read_to: int, unread: bool, since: datetime | None) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if unread:
        found += [Notification.id > read_to, ~_is_read(scope)]
    if since is not None:
        found.append(Notification.created > since)
    return found


def _is_read(scope: Scope) -> Exists:
    return exists().where(
        NoticeRead.authority == scope.authority,
        NoticeRead.username == scope.username,
        NoticeRead.occasion == Notification.occasion,
    )


def _occasions(scope: Scope, kinds: Sequence[str], limit: int, only: Sequence[ColumnElement[bool]]) -> Subquery:
    """The newest notices of the person and of each of their roles, each a short walk along an index; one walk over all roles
    would sort what they ever got. What two roles were told at once is there twice, so each walk goes as far as the page."""
    whose = [_to_person(scope), *(held(scope, Notification, role) for role in sorted(scope.roles))]
    walks = [
        select(Notification.id, Notification.occasion)
        .where(each, Notification.kind == kind, *(_of_open(each) if kind == TASK and only else ()), *only)
        .order_by(Notification.id.desc())
        .limit(limit)
        .subquery()
        for each in whose
        for kind in kinds
    ]
    return union_all(*(select(each.c.id, each.c.occasion) for each in walks)).subquery()


def _of_open(whose: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """Of the newest notices of new tasks those whose task is still open: who else has done it leaves nothing to be read."""
    newest = select(Notification.id).where(whose, Notification.kind == TASK).order_by(Notification.id.desc())
    there = exists().where(UserTask.id == Notification.task_id, UserTask.status == OPEN)
    return Notification.id.in_(newest.limit(LOOKED_AT)), there


def _rows(session: Session, scope: Scope, ids: Sequence[int], read_to: int) -> list[NotificationRow]:
    ours = (School.urn == Notification.school_urn) & (School.authority == Notification.authority)
    rows = session.execute(
        select(Notification, ProcessInstance.business_key, School.name, UserTask.status, _is_read(scope))
        .join(ProcessInstance, ProcessInstance.id == Notification.instance_id, isouter=True)
        .join(School, ours, isouter=True)
        .join(UserTask, UserTask.id == Notification.task_id, isouter=True)
        .where(Notification.id.in_(ids))
        .order_by(Notification.id.desc())
    )
    return [
        NotificationRow(
            n.id,
            n.role,
            n.instance_id,
            key or "",
            school or "",
            n.subject,
            n.text,
            n.created,
            n.kind,
            n.task_id,
            bool(seen) or n.id <= read_to,
            status or "",
            key is not None,
            n.meeting,
        )
        for n, key, school, status, seen in rows
    ]
