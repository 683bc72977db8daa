"""Lists of cases, one case live, and its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, union_all
from sqlalchemy.orm import Session

from engine.errors import InstanceNotFound
from engine.queries.common import PER_PAGE, AnyRow, AnySelect, Elements, Page, count, mentions, of_school, page_of
from engine.queries.messages import MessageRow, undelivered
from engine.queries.schools import SchoolChangeRow, case_school_changes
from engine.queries.tasks import TaskRow, open_tasks
from engine.queries.work import IncidentRow, TimerRow, incidents, timers
from engine.store.tables import (
    ACTIVE,
    UNDELIVERED,
    EventSubscription,
    History,
    Incident,
    Message,
    ProcessDefinition,
    ProcessInstance,
    School,
    UserTask,
)


@dataclass(frozen=True)
class InstanceFilters:
    """What a list of cases is narrowed to; every empty field leaves all through."""

    school: str = ""
    process: str = ""
    status: str = ""
    text: str = ""
    """Part of the business key."""
    troubled: bool = False
    """Only cases with an open incident, or that threw a message that found nobody."""


@dataclass(frozen=True)
class InstanceRow:
    """A case in a list. ``status`` is active, completed or cancelled; ``at`` names where it stands."""

    id: int
    process: str
    process_name: str
    version: int
    definition_id: int
    business_key: str
    school_urn: str | None
    school_name: str
    status: str
    at: tuple[str, ...]
    incidents: int
    started: datetime
    started_by: str
    ended: datetime | None
    reason: str


@dataclass(frozen=True)
class DiagramView:
    """One diagram of a case with its marks: ``active`` elements, those ``completed``, the ``flows`` that were taken."""

    definition_id: int
    key: str
    name: str
    version: int
    active: tuple[str, ...]
    completed: tuple[str, ...]
    flows: tuple[str, ...]


@dataclass(frozen=True)
class HistoryRow:
    """One line of a case's story, newest last by ``seq``. ``how`` as in :class:`engine.store.tables.History`."""

    seq: int
    element: str
    name: str
    kind: str
    lane: str
    process: str
    how: str
    via: str
    entered: datetime
    ended: datetime
    by: str
    detail: Mapping[str, Any]
    clauses: tuple[str, ...]
    task_id: int | None
    """The user task that this line tells of."""


@dataclass(frozen=True)
class SubscriptionRow:
    """An element that waits for a message or signal."""

    element: str
    name: str
    kind: str
    message: str
    key: str


@dataclass(frozen=True)
class InstanceDetail:
    """A case, live. ``diagrams`` begins with its own process, then the called ones that it has been in."""

    row: InstanceRow
    diagrams: tuple[DiagramView, ...]
    tasks: tuple[TaskRow, ...]
    timers: tuple[TimerRow, ...]
    subscriptions: tuple[SubscriptionRow, ...]
    incidents: tuple[IncidentRow, ...]
    messages: tuple[MessageRow, ...]
    """Those that it threw and that found nobody."""
    variables: Mapping[str, Any]
    history: tuple[HistoryRow, ...]
    """The newest lines, newest first; older ones by :func:`timeline`."""
    more_history: bool
    school_changes: tuple[SchoolChangeRow, ...] = ()
    """What the register changed of its school while the case ran, the newest first."""


#: Lines of history that the page of a case shows at first.
HISTORY_LINES = 50


def instances(
    session: Session, filters: InstanceFilters | None = None, page: int = 1, per_page: int = PER_PAGE
) -> Page[InstanceRow]:
    """Cases, the newest first."""
    chosen = _filtered(select(ProcessInstance.id), filters or InstanceFilters())
    ids = chosen.order_by(ProcessInstance.id.desc()).limit(per_page + 1).offset((page - 1) * per_page)
    found = list(session.scalars(ids))
    rows = _instance_rows(session, _selected().where(ProcessInstance.id.in_(found)).order_by(ProcessInstance.id.desc()))
    return page_of(rows, page, per_page, count(session, chosen))


def _filtered(chosen: AnySelect, filters: InstanceFilters) -> AnySelect:
    if filters.status == "active":
        chosen = chosen.where(ProcessInstance.status == ACTIVE)
    elif filters.status:
        chosen = chosen.where(ProcessInstance.status == filters.status)
    if filters.school:
        chosen = chosen.where(ProcessInstance.school_urn == filters.school)
    if filters.process:
        chosen = chosen.where(ProcessInstance.process == filters.process)
    if filters.text:
        chosen = chosen.where(mentions(ProcessInstance.business_key, filters.text))
    if filters.troubled:
        incident = exists().where(Incident.instance_id == ProcessInstance.id, Incident.resolved.is_(None))
        lost = exists().where(Message.source_id == ProcessInstance.id, Message.status == UNDELIVERED)
        chosen = chosen.where(incident | lost)
    return chosen


def _selected() -> AnySelect:
    return (
        select(
            ProcessInstance.id,
            ProcessInstance.process,
            ProcessInstance.definition_id,
            ProcessInstance.business_key,
            ProcessInstance.school_urn,
            ProcessInstance.status,
            ProcessInstance.active,
            ProcessInstance.started,
            ProcessInstance.started_by,
            ProcessInstance.ended,
            ProcessInstance.reason,
            ProcessDefinition.version,
            School.name.label("school_name"),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .join(School, of_school(), isouter=True)
    )


def _instance_rows(session: Session, chosen: AnySelect) -> list[InstanceRow]:
    rows = session.execute(chosen).all()
    elements = Elements(session, [i for row in rows for i in (row.definition_id, *(at[0] for at in row.active))])
    troubles = _troubles(session, [row.id for row in rows])
    return [_instance_row(row, elements, troubles.get(row.id, 0)) for row in rows]


def _troubles(session: Session, ids: list[int]) -> dict[int, int]:
    """How many open incidents cases have, and messages that found nobody."""
    incidents = select(Incident.instance_id).where(Incident.instance_id.in_(ids), Incident.resolved.is_(None))
    lost = select(Message.source_id).where(Message.source_id.in_(ids), Message.status == UNDELIVERED)
    return dict(Counter(session.scalars(union_all(incidents, lost))))


def _instance_row(row: AnyRow, elements: Elements, troubles: int) -> InstanceRow:
    at = dict.fromkeys(elements.info(definition_id, element).name for definition_id, element, *_ in row.active)
    return InstanceRow(
        id=row.id,
        process=row.process,
        process_name=elements.process(row.definition_id)[1],
        version=row.version,
        definition_id=row.definition_id,
        business_key=row.business_key,
        school_urn=row.school_urn,
        school_name=row.school_name or "",
        status=row.status,
        at=tuple(at),
        incidents=troubles,
        started=row.started,
        started_by=row.started_by,
        ended=row.ended,
        reason=row.reason or "",
    )


def instance(session: Session, instance_id: int) -> InstanceRow:
    """One case, as in a list. Raises InstanceNotFound."""
    rows = _instance_rows(session, _selected().where(ProcessInstance.id == instance_id))
    if not rows:
        raise InstanceNotFound(instance=instance_id)
    return rows[0]


def variables(session: Session, instance_id: int) -> Mapping[str, Any]:
    """The process variables of a case, running or ended. Raises InstanceNotFound."""
    found = session.execute(select(ProcessInstance.variables).where(ProcessInstance.id == instance_id)).one_or_none()
    if found is None:
        raise InstanceNotFound(instance=instance_id)
    return dict(found.variables)


def instance_detail(session: Session, instance_id: int) -> InstanceDetail:
    """All that the page of one case needs. Raises InstanceNotFound."""
    row = instance(session, instance_id)
    history = timeline(session, instance_id, limit=HISTORY_LINES + 1)
    diagrams = _diagrams(session, row)
    return InstanceDetail(
        row=row,
        diagrams=diagrams,
        tasks=tuple(open_tasks(session, instance_id)),
        timers=tuple(timers(session, instance=instance_id)),
        subscriptions=_subscriptions(session, instance_id),
        incidents=_incidents(session, instance_id, [each.definition_id for each in diagrams]),
        messages=tuple(undelivered(session, instance_id)),
        variables=variables(session, instance_id),
        history=tuple(history[:HISTORY_LINES]),
        more_history=len(history) > HISTORY_LINES,
        school_changes=tuple(case_school_changes(session, row.id, row.school_urn, row.started, row.ended)),
    )


def _incidents(session: Session, instance_id: int, definitions: list[int]) -> tuple[IncidentRow, ...]:
    """What is wrong now, each with its element's name in whichever of the case's diagrams has the element."""
    elements = Elements(session, definitions)

    def name(element: str) -> str:
        names = (elements.info(each, element).name for each in definitions)
        return next((found for found in names if found != element), "")

    return tuple(replace(each, element_name=name(each.element)) for each in incidents(session, instance=instance_id))


def _diagrams(session: Session, row: InstanceRow) -> tuple[DiagramView, ...]:
    """The case's own diagram, then those of called processes that it has been in, each with its marks."""
    active = session.scalar(select(ProcessInstance.active).where(ProcessInstance.id == row.id)) or []
    been = session.execute(
        select(History.definition_id, History.element, History.via, History.how)
        .where(History.instance_id == row.id, History.definition_id.is_not(None))
        .distinct()
    ).all()
    order = dict.fromkeys([row.definition_id, *(at[0] for at in active), *(each.definition_id for each in been)])
    found = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.version).where(
            ProcessDefinition.id.in_(order)
        )
    )
    known = {each.id: each for each in found}
    return tuple(_diagram(known[each], active, been) for each in order if each in known)


def _diagram(definition: AnyRow, active: list[Any], been: Iterable[AnyRow]) -> DiagramView:
    here = [each for each in been if each.definition_id == definition.id]
    standing = [at for at in active if at[0] == definition.id]
    flows = {*(each.via for each in here), *(at[2] for at in standing)}
    return DiagramView(
        definition_id=definition.id,
        key=definition.key,
        name=definition.name,
        version=definition.version,
        active=_in_order(at[1] for at in standing),
        completed=_in_order(each.element for each in here if each.how == "completed"),
        flows=_in_order(flows),
    )


def _in_order(ids: Iterable[str | None]) -> tuple[str, ...]:
    """Each id once; history begins by no flow, and then says none."""
    return tuple(sorted({each for each in ids if each}))


def _subscriptions(session: Session, instance_id: int) -> tuple[SubscriptionRow, ...]:
    rows = session.scalars(
        select(EventSubscription).where(EventSubscription.instance_id == instance_id).order_by(EventSubscription.id)
    ).all()
    elements = Elements(session, [row.definition_id for row in rows])
    return tuple(
        SubscriptionRow(row.element, elements.info(row.definition_id, row.element).name, row.kind, row.name, row.key)
        for row in rows
    )


def timeline(
    session: Session, instance_id: int, before: int | None = None, limit: int = HISTORY_LINES
) -> list[HistoryRow]:
    """Lines of a case's story, the newest first; ``before`` is the ``seq`` of the last line already seen."""
    chosen = select(History).where(History.instance_id == instance_id).order_by(History.seq.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(History.seq < before)
    rows = session.scalars(chosen).all()
    elements = Elements(session, [row.definition_id for row in rows])
    tasks = _tasks_of(session, instance_id, {row.token for row in rows if row.token})
    return [_history_row(row, elements, tasks.get(row.token)) for row in rows]


def end_of_task(session: Session, row: TaskRow) -> Mapping[str, Any]:
    """What the story says beside the end of a task (``detail`` of its line), such as for whom its answer was recorded."""
    chosen = select(History.detail).where(
        History.instance_id == row.instance_id, History.token == row.token, History.how == "completed"
    )
    return session.scalars(chosen.order_by(History.seq.desc()).limit(1)).first() or {}


def trace(session: Session, instance_id: int) -> list[str]:
    """The ids of the elements that a case has completed, in that order."""
    chosen = select(History.element).where(History.instance_id == instance_id, History.how == "completed")
    return list(session.scalars(chosen.order_by(History.seq)))


def _tasks_of(session: Session, instance_id: int, tokens: set[str]) -> dict[str, int]:
    found = session.execute(
        select(UserTask.token, UserTask.id).where(UserTask.instance_id == instance_id, UserTask.token.in_(tokens))
    )
    return {token: task_id for token, task_id in found}


def _history_row(row: History, elements: Elements, task_id: int | None) -> HistoryRow:
    info = elements.info(row.definition_id, row.element)
    return HistoryRow(
        seq=row.seq,
        element=row.element,
        name=info.name,
        kind=info.kind,
        lane=info.lane,
        process=elements.process(row.definition_id)[0],
        how=row.how,
        via=row.via,
        entered=row.entered or row.ended,
        ended=row.ended,
        by=row.by or "",
        detail=row.detail or {},
        clauses=info.clauses,
        task_id=task_id,
    )
