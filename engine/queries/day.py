"""A person's day beside the inbox: what they did, what others are asked in cases that they work on, and what a list can be
narrowed to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.chronology import CaseRow, EventRow, Period, case_rows, chronology
from engine.queries.common import PER_PAGE, Page, page_of
from engine.queries.definitions import DefinitionRow, definitions
from engine.queries.due import DueRow, dates_of
from engine.queries.tasks import TaskRow, open_tasks_of, tasks_by_id
from engine.store.tables import ACTIVE, COMPLETED, History, ProcessDefinition, ProcessInstance, UserTask
from engine.store.tenancy import Scope

#: How many of a person's last tasks, and cases, are looked through for what others are asked there.
LATELY = 200
#: How many tasks of others a page shows, and how many events.
MOST_WAITING, MOST_NEWS = 50, 100
#: How a line of a story says that somebody was reminded of a task.
REMINDED = "reminded"
#: What is news to somebody who works on a case; what they did themselves is none.
_NEWS = frozenset(
    {"began", "answered", "corrected", "commented", "filed", "reported", "withdrawn", "trouble", "mended", "category"}
)


@dataclass(frozen=True)
class DoneRow:
    """A task that a person has completed, and when."""

    task: TaskRow
    at: datetime


def done_by(session: Session, scope: Scope, page: int = 1) -> Page[DoneRow]:
    """What a person has completed, the last first. The page counts nothing."""
    chosen = (
        select(UserTask.id, UserTask.ended)
        .where(UserTask.ended_by == scope.username, UserTask.status == COMPLETED)
        .order_by(UserTask.ended.desc(), UserTask.id.desc())
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )
    ended = {row.id: row.ended for row in session.execute(chosen)}
    rows = {row.id: row for row in tasks_by_id(session, ended)}
    found = [DoneRow(rows[each], at) for each, at in ended.items() if each in rows]
    return page_of(found, page, PER_PAGE, (len(found), len(found) > PER_PAGE))


def waiting_for_others(session: Session, scope: Scope) -> list[TaskRow]:
    """What others are asked in the open cases in which this person has lately done something or which they started: the
    longest open first, at most :data:`MOST_WAITING`."""
    cases = _my_cases(session, scope)
    found = (row for row in open_tasks_of(session, cases) if not _is_mine(row, scope))
    return sorted(found, key=lambda row: row.created)[:MOST_WAITING]


def dates_ahead(session: Session, scope: Scope, tasks: Collection[TaskRow], end: datetime) -> list[DueRow]:
    """What the cases wait for until before ``end`` in which this person is asked something (``tasks``), has lately done
    something, or which they started."""
    return dates_of(session, _my_cases(session, scope) | {row.instance_id for row in tasks}, end)


def _my_cases(session: Session, scope: Scope) -> set[int]:
    """The cases in which this person has lately done something, and the open ones that they started."""
    did = (
        select(UserTask.instance_id)
        .where(UserTask.ended_by == scope.username, UserTask.status == COMPLETED)
        .order_by(UserTask.ended.desc())
        .limit(LATELY)
    )
    began = (
        select(ProcessInstance.id)
        .where(ProcessInstance.started_by == scope.username, ProcessInstance.status == ACTIVE)
        .order_by(ProcessInstance.id.desc())
        .limit(LATELY)
    )
    return {*session.scalars(did), *session.scalars(began)}


def reminded(session: Session, cases: Collection[int]) -> dict[int, tuple[datetime, str]]:
    """When and by whom those asked in these cases were last reminded, by task."""
    chosen = select(History.detail, History.ended, History.by).where(
        History.instance_id.in_(sorted(cases)), History.how == REMINDED
    )
    return {row.detail["task"]: (row.ended, row.by or "") for row in session.execute(chosen.order_by(History.ended))}


def news(session: Session, scope: Scope, since: datetime) -> tuple[list[CaseRow], list[EventRow]]:
    """What others did, and what went wrong, in the cases that this person works on, since a moment: the newest first, at most
    :data:`MOST_NEWS`; with these cases."""
    cases = case_rows(session, _my_cases(session, scope))
    events = [
        each for each in chronology(session, cases, Period(since)) if each.kind in _NEWS and each.by != scope.username
    ]
    return cases, list(reversed(events))[:MOST_NEWS]


def _is_mine(row: TaskRow, scope: Scope) -> bool:
    """Whether it stands in this person's own inbox, and nobody else has claimed it."""
    if row.assignee is not None and not row.by_default:
        return scope.is_given(row.assignee, row.roles, at=row.school_urn, case=row.instance_id)
    return scope.holds(row.roles, at=row.school_urn, case=row.instance_id)


def processes_with_tasks(session: Session) -> list[DefinitionRow]:
    """The processes to which a list of tasks can be narrowed: not those that run inside other cases only."""
    latest = select(ProcessDefinition.key, ProcessDefinition.called).where(ProcessDefinition.latest)
    inside = {key for _, called in session.execute(latest) for key in called}
    return [row for row in definitions(session) if row.key not in inside or _has_cases(session, row.key)]


def _has_cases(session: Session, process: str) -> bool:
    own = select(ProcessInstance.id).where(ProcessInstance.process == process).limit(1)
    return session.scalar(own) is not None
