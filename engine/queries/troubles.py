"""Troubles by their cause: those of one element of one version of a process that say the same; and how far retries are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.errors import IncidentNotFound
from engine.queries.common import AnySelect, Elements, of_school
from engine.store.tables import Incident, Job, ProcessDefinition, ProcessInstance, Retries, Retry, School

#: How many causes and how many cases of one are named, at most.
MOST_CAUSES, MOST_CASES = 50, 1_000


@dataclass(frozen=True)
class CauseRow:
    """Open troubles that can be tried again and have one cause, how many they are, and the oldest of them."""

    definition_id: int
    process_name: str
    version: int
    element: str
    element_name: str
    message: str
    number: int
    oldest: int
    since: datetime


@dataclass(frozen=True)
class TroubledCase:
    """A case with a trouble of a cause: the trouble, since when, and whether it is suspended, so that it is left out."""

    incident: int
    case: int
    about: str
    since: datetime
    suspended: bool


@dataclass(frozen=True)
class RetriesRow:
    """How far troubles are that are tried again together, by how many: to come, under way, failed again, left out, mended."""

    id: int
    process_name: str
    element_name: str
    message: str
    reason: str
    by: str
    begun: datetime
    total: int
    waiting: int
    trying: int
    failed: int
    left: int
    mended: int

    @property
    def done(self) -> bool:
        """Whether nothing is to come or under way any more."""
        return self.waiting == self.trying == 0


def _retriable() -> ColumnElement[bool]:
    return Incident.resolved.is_(None) & or_(Incident.kind == "job", Incident.answer.is_not(None))


def causes(session: Session) -> list[CauseRow]:
    """The causes of open troubles, the most frequent first."""
    same = ProcessInstance.definition_id, Incident.element, Incident.message
    number = func.count().label("number")
    chosen = (
        select(*same, number, func.min(Incident.id).label("oldest"), func.min(Incident.created).label("since"))
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(_retriable())
        .group_by(*same)
        .order_by(number.desc(), func.min(Incident.id))
        .limit(MOST_CAUSES)
    )
    rows = session.execute(chosen).all()
    elements = Elements(session, [row.definition_id for row in rows])
    versions = _versions(session, {row.definition_id for row in rows})
    return [
        CauseRow(
            definition_id=row.definition_id,
            process_name=elements.process(row.definition_id)[1],
            version=versions[row.definition_id],
            element=row.element,
            element_name=elements.info(row.definition_id, row.element).name if row.element else "",
            message=row.message,
            number=row.number,
            oldest=row.oldest,
            since=row.since,
        )
        for row in rows
    ]


def _versions(session: Session, ids: Collection[int]) -> dict[int, int]:
    chosen = select(ProcessDefinition.id, ProcessDefinition.version).where(ProcessDefinition.id.in_(ids))
    return {definition_id: version for definition_id, version in session.execute(chosen)}


def cause(session: Session, incident_id: int) -> tuple[CauseRow, list[TroubledCase]]:
    """The cause of an open trouble, and the cases that have it, the oldest first. Raises IncidentNotFound."""
    chosen = _of_same_cause(session, incident_id).order_by(Incident.id).limit(MOST_CASES)
    rows = session.execute(chosen).all()
    cases = [
        TroubledCase(row.id, row.case, row.name or row.business_key, row.created, row.suspended is not None)
        for row in rows
    ]
    first = rows[0]
    elements = Elements(session, [first.definition_id])
    info, version = elements.info(first.definition_id, first.element), _versions(session, [first.definition_id])
    said = (first.definition_id, elements.process(first.definition_id)[1], version[first.definition_id])
    name = info.name if first.element else ""
    return CauseRow(*said, first.element, name, first.message, len(rows), first.id, first.created), cases


def _of_same_cause(session: Session, incident_id: int) -> AnySelect:
    columns = Incident.id, Incident.element, Incident.message, Incident.created, ProcessInstance.id.label("case")
    more = ProcessInstance.definition_id, ProcessInstance.business_key, ProcessInstance.suspended, School.name
    every = (
        select(*columns, *more)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(School, of_school(), isouter=True)
        .where(_retriable())
    )
    found = session.execute(every.where(Incident.id == incident_id)).first()
    if found is None:
        raise IncidentNotFound(incident=incident_id)
    same = ProcessInstance.definition_id == found.definition_id
    return every.where(same, Incident.element == found.element, Incident.message == found.message)


def cause_of(session: Session, incidents: Collection[int]) -> tuple[CauseRow, list[int]]:
    """The cause of the first of these troubles that is open, and the ids of those that have it. Raises IncidentNotFound."""
    open_ones = session.scalars(
        select(Incident.id).where(Incident.id.in_(incidents), _retriable()).order_by(Incident.id)
    ).all()
    if not open_ones:
        raise IncidentNotFound(incident=", ".join(map(str, incidents)) or "that was chosen")
    found, cases = cause(session, open_ones[0])
    return found, [each.incident for each in cases if each.incident in set(open_ones)]


def retries(session: Session, retries_id: int) -> RetriesRow:
    """How far troubles are that are tried again together. Raises IncidentNotFound."""
    row = session.scalars(select(Retries).where(Retries.id == retries_id)).first()
    if row is None:
        raise IncidentNotFound(incident=retries_id)
    states = Counter(_state(*each) for each in session.execute(_states(retries_id)))
    elements = Elements(session, [row.definition_id])
    return RetriesRow(
        id=row.id,
        process_name=elements.process(row.definition_id)[1],
        element_name=elements.info(row.definition_id, row.element).name if row.element else "",
        message=row.message,
        reason=row.reason,
        by=row.by,
        begun=row.begun,
        total=sum(states.values()),
        **{name: states[name] for name in ("waiting", "trying", "failed", "left", "mended")},
    )


def _states(retries_id: int) -> AnySelect:
    """Of each trouble: its state, whether what failed is still to be done, and whether it has failed again."""
    again, old = aliased(Incident), Incident
    same_job = (again.job_id == old.job_id) & (old.kind == "job")
    same_task = (again.instance_id == old.instance_id) & (again.token == old.token) & (old.kind == "step")
    failed = exists().where(again.resolved.is_(None), again.id != old.id, again.kind == old.kind, same_job | same_task)
    under_way = exists().where(Job.id == old.job_id, Job.status == "waiting", old.kind == "job")
    chosen = select(Retry.state, under_way, failed).join(old, old.id == Retry.incident_id)
    return chosen.where(Retry.retries_id == retries_id)


def _state(state: str, under_way: bool, failed: bool) -> str:
    if state != "tried":
        return state
    return "failed" if failed else "trying" if under_way else "mended"
