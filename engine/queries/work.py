"""What waits and what went wrong, across cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.common import PER_PAGE, AnyRow, Elements, count, of_school
from engine.queries.inbox import tasks_of
from engine.store.tables import (
    ACTIVE,
    OPEN,
    UNDELIVERED,
    Incident,
    Job,
    Message,
    ProcessInstance,
    School,
    UserTask,
)
from engine.store.tenancy import Scope, given


@dataclass(frozen=True)
class TimerRow:
    """A timer that waits. ``why`` says how its date was found; ``estimated`` when it lies past the known calendar."""

    id: int
    element: str
    name: str
    due: datetime
    estimated: bool
    why: str
    attempts: int
    instance_id: int
    process: str
    process_name: str
    business_key: str
    school_urn: str | None
    school_name: str
    token: str = ""


@dataclass(frozen=True)
class IncidentRow:
    """Something that went wrong; ``retriable`` when :meth:`Jobs.retry` can try it again."""

    id: int
    instance_id: int | None
    kind: str
    element: str
    message: str
    detail: str
    created: datetime
    retriable: bool
    resolved: datetime | None
    resolved_by: str | None
    element_name: str = ""
    """What the case's diagrams call the element; empty in a list that is of no one case."""
    by: str = ""
    """Who began what could not begin, or gave the answer that is kept."""


@dataclass(frozen=True)
class KeptAnswer:
    """Who gave an answer with which the case could not go on, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Counts:
    """Numbers for the navigation, none counted further than the limit."""

    tasks: int
    mine: int
    incidents: int
    active: int
    undelivered: int
    more: frozenset[str] = field(default_factory=frozenset)
    """The names of those that are larger than shown."""


def counts(session: Session, scope: Scope) -> Counts:
    """Numbers for the navigation: tasks open to the person, those that are the person's own, and a manager's."""
    mine = select(UserTask.id).where(given(scope, UserTask), UserTask.status == OPEN)
    found = {
        "tasks": tasks_of(session, scope),
        "mine": count(session, mine),
        "incidents": count(session, select(Incident.id).where(Incident.resolved.is_(None))),
        "active": count(session, select(ProcessInstance.id).where(ProcessInstance.status == ACTIVE)),
        "undelivered": count(session, select(Message.id).where(Message.status == UNDELIVERED)),
    }
    more = frozenset(name for name, (_, capped) in found.items() if capped)
    return Counts(**{name: number for name, (number, _) in found.items()}, more=more)


def timers(
    session: Session,
    *,
    instance: int | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 500,
) -> list[TimerRow]:
    """Timers of cases that wait, the earliest first: of one case, or of all between two moments."""
    chosen = (
        select(
            Job.id,
            Job.element,
            Job.definition_id,
            Job.due,
            Job.estimated,
            Job.why,
            Job.attempts,
            Job.token,
            Job.instance_id,
            ProcessInstance.process,
            ProcessInstance.business_key,
            ProcessInstance.school_urn,
            ProcessInstance.definition_id.label("root_id"),
            School.name.label("school_name"),
        )
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .join(School, of_school(), isouter=True)
        .order_by(Job.due, Job.id)
        .limit(limit)
    )
    chosen = chosen if instance is None else chosen.where(Job.instance_id == instance)
    chosen = chosen if start is None else chosen.where(Job.due >= start)
    chosen = chosen if end is None else chosen.where(Job.due < end)
    rows = session.execute(chosen).all()
    elements = Elements(session, [i for row in rows for i in (row.definition_id, row.root_id)])
    return [_timer_row(row, elements) for row in rows]


def _timer_row(row: AnyRow, elements: Elements) -> TimerRow:
    return TimerRow(
        id=row.id,
        element=row.element,
        name=elements.info(row.definition_id, row.element).name,
        due=row.due,
        estimated=row.estimated,
        why=row.why,
        attempts=row.attempts,
        instance_id=row.instance_id,
        process=row.process,
        process_name=elements.process(row.root_id)[1],
        business_key=row.business_key,
        school_urn=row.school_urn,
        school_name=row.school_name or "",
        token=row.token,
    )


def incidents(
    session: Session,
    *,
    instance: int | None = None,
    caseless: bool = False,
    limit: int = PER_PAGE,
) -> list[IncidentRow]:
    """Open incidents, the newest first. ``caseless``: only those about no case, such as a start that failed."""
    chosen = select(Incident).where(Incident.resolved.is_(None)).order_by(Incident.id.desc()).limit(limit)
    chosen = chosen.where(Incident.instance_id.is_(None)) if caseless else chosen
    chosen = chosen if instance is None else chosen.where(Incident.instance_id == instance)
    return [_incident_row(row) for row in session.scalars(chosen)]


def troubles_of(session: Session, instance_id: int) -> list[IncidentRow]:
    """All that ever went wrong in a case, mended or not, the oldest first."""
    chosen = select(Incident).where(Incident.instance_id == instance_id).order_by(Incident.id)
    return [_incident_row(row) for row in session.scalars(chosen)]


def _incident_row(row: Incident) -> IncidentRow:
    return IncidentRow(
        id=row.id,
        instance_id=row.instance_id,
        kind=row.kind,
        element=row.element,
        message=row.message,
        detail=row.detail,
        created=row.created,
        retriable=row.resolved is None and (row.kind in ("job", "outbox", "unreached") or row.answer is not None),
        resolved=row.resolved,
        resolved_by=row.resolved_by,
        by=row.answer["by"] if row.answer else "",
    )


def kept_answer(session: Session, instance_id: int, token: str) -> KeptAnswer | None:
    """The answer that is kept for an open task, if its case could not go on with it."""
    chosen = select(Incident).where(
        Incident.instance_id == instance_id, Incident.token == token, Incident.resolved.is_(None)
    )
    found = next((row for row in session.scalars(chosen) if row.answer is not None), None)
    return KeptAnswer(found.answer["by"], found.created) if found is not None and found.answer else None
