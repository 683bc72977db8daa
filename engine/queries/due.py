"""What falls due between two days: timers of cases, tasks with a date, and reviews that begin by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.queries.common import AnyRow, AnySelect, Elements, of_school
from engine.store.tables import (
    OPEN,
    START,
    WAITING,
    Job,
    MovedDate,
    ProcessDefinition,
    ProcessInstance,
    School,
    UserTask,
)


@dataclass(frozen=True)
class DueRow:
    """Something that falls due: a timer of a case, a task with a date, or the start of a review.

    ``kind`` is timer, task or start; ``bounds`` when it is the timer of a boundary event, which tells of a delay. ``estimated``
    when it lies past the known calendar; ``why`` says in words how its date was found (empty for a task). A start has no case.
    """

    kind: str
    id: int
    name: str
    due: datetime
    estimated: bool
    why: str
    instance_id: int | None
    process: str
    process_name: str
    school_urn: str | None
    school_name: str
    bounds: bool


@dataclass(frozen=True)
class MovedRow:
    """A date of a notice that was given, moved by a change of the bank holidays, which nobody has confirmed yet."""

    id: int
    name: str
    before: datetime
    after: datetime
    instance_id: int
    school_name: str


def moved_dates(session: Session) -> list[MovedRow]:
    """The dates that wait for a manager to confirm them, the oldest first."""
    name = func.coalesce(School.name, ProcessInstance.business_key).label("school_name")
    chosen = (
        select(MovedDate, name)
        .join(ProcessInstance, ProcessInstance.id == MovedDate.instance_id)
        .join(School, of_school(), isouter=True)
        .where(MovedDate.confirmed.is_(None))
        .order_by(MovedDate.id)
        .limit(MOST)
    )
    rows = session.execute(chosen).all()
    elements = Elements(session, [row.definition_id for row, _ in rows])
    return [
        MovedRow(
            row.id,
            elements.info(row.definition_id, row.element).name,
            row.before,
            row.after,
            row.instance_id,
            school,
        )
        for row, school in rows
    ]


#: More than this fits no page: the pages say that there is more.
MOST = 2_000


def falling_due(
    session: Session, start: datetime | None, end: datetime, *, school: str = "", process: str = "", limit: int = MOST
) -> list[DueRow]:
    """All that falls due from ``start`` (None: ever before) until before ``end``, the earliest first.

    ``school`` is a URN, ``process`` a key: only what concerns them. Reviews that begin by a timer have no school yet.
    """
    parts = {"timer": _timers(), "task": _tasks()} | ({} if school else {"start": _starts()})
    return _found(session, parts, start, end, school, process, limit)


def dates_of(session: Session, cases: Collection[int], end: datetime) -> list[DueRow]:
    """What these cases wait for until before ``end``: meetings, reviews and the ends of periods, the earliest first. What tells
    of a delay is none."""
    chosen, due = _timers()
    mine = chosen.where(Job.instance_id.in_(sorted(cases)))
    return [row for row in _found(session, {"timer": (mine, due)}, None, end, "", "", MOST) if not row.bounds]


def _found(
    session: Session,
    parts: Mapping[str, tuple[AnySelect, Any]],
    start: datetime | None,
    end: datetime,
    school: str,
    process: str,
    limit: int,
) -> list[DueRow]:
    found: list[tuple[str, AnyRow]] = []
    for kind, (chosen, due) in parts.items():
        chosen = _of_process(chosen, kind, process) if process else chosen
        chosen = chosen.where(ProcessInstance.school_urn == school) if school else chosen
        chosen = chosen.where(due >= start) if start is not None else chosen
        found += [(kind, row) for row in session.execute(chosen.where(due < end).order_by(due).limit(limit))]
    found.sort(key=lambda each: (each[1].due, each[0], each[1].id))
    elements = Elements(session, [i for _, row in found for i in (row.definition_id, row.root_id)])
    return [_row(kind, row, elements) for kind, row in found[:limit]]


def _of_process(chosen: AnySelect, kind: str, process: str) -> AnySelect:
    return chosen.where((ProcessDefinition.key if kind == "start" else ProcessInstance.process) == process)


def _timers() -> tuple[AnySelect, Any]:
    chosen = _of_case(select(Job.id, Job.element, Job.definition_id, Job.due, Job.estimated, Job.why), Job)
    return chosen.where(Job.status == WAITING), Job.due


def _tasks() -> tuple[AnySelect, Any]:
    chosen = select(
        UserTask.id, UserTask.element, UserTask.definition_id, UserTask.due, UserTask.due_estimated.label("estimated")
    )
    return _of_case(chosen, UserTask).where(UserTask.status == OPEN), UserTask.due


def _of_case(chosen: AnySelect, table: type[Job | UserTask]) -> AnySelect:
    return (
        chosen.add_columns(
            ProcessInstance.id.label("instance_id"),
            ProcessInstance.process,
            ProcessInstance.definition_id.label("root_id"),
            ProcessInstance.school_urn,
            ProcessInstance.business_key,
            School.name.label("school_name"),
        )
        .join(ProcessInstance, ProcessInstance.id == table.instance_id)
        .join(School, of_school(), isouter=True)
    )


def _starts() -> tuple[AnySelect, Any]:
    chosen = select(
        Job.id,
        Job.element,
        Job.definition_id,
        Job.due,
        Job.estimated,
        Job.why,
        ProcessDefinition.key.label("process"),
        ProcessDefinition.id.label("root_id"),
    ).join(ProcessDefinition, ProcessDefinition.id == Job.definition_id)
    return chosen.where(Job.kind == START, Job.status == WAITING), Job.due


def _row(kind: str, row: AnyRow, elements: Elements) -> DueRow:
    given, info = row._mapping, elements.info(row.definition_id, row.element)
    return DueRow(
        kind=kind,
        id=row.id,
        name=info.name,
        due=row.due,
        estimated=row.estimated,
        why=given.get("why", ""),
        instance_id=given.get("instance_id"),
        process=row.process,
        process_name=elements.process(row.root_id)[1],
        school_urn=given.get("school_urn"),
        school_name=given.get("school_name") or given.get("business_key") or "",
        bounds=info.kind == "boundaryEvent",
    )
