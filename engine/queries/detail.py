"""One case live, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import InstanceNotFound
from engine.queries.cases import InstanceRow, instance
from engine.queries.common import AnyRow, Elements
from engine.queries.messages import MessageRow, undelivered
from engine.queries.schools import SchoolChangeRow, case_school_changes
from engine.queries.tasks import TaskRow, open_tasks
from engine.queries.work import IncidentRow, TimerRow, timers, troubles_of
from engine.store.tables import (
    EventSubscription,
    History,
    ProcessDefinition,
    ProcessInstance,
    UserTask,
)


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
    troubles: tuple[IncidentRow, ...] = ()
    """All that ever went wrong in it, mended or not, the oldest first."""
    school_changes: tuple[SchoolChangeRow, ...] = ()
    """What the register changed of its school while the case ran, the newest first."""


#: Lines of history that the page of a case shows at first.
HISTORY_LINES = 50


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
    troubles = _troubles(session, instance_id, [each.definition_id for each in diagrams])
    return InstanceDetail(
        row=row,
        diagrams=diagrams,
        tasks=tuple(open_tasks(session, instance_id)),
        timers=tuple(timers(session, instance=instance_id)),
        subscriptions=_subscriptions(session, instance_id),
        incidents=tuple(each for each in reversed(troubles) if each.resolved is None),
        troubles=tuple(troubles),
        messages=tuple(undelivered(session, instance_id)),
        variables=variables(session, instance_id),
        history=tuple(history[:HISTORY_LINES]),
        more_history=len(history) > HISTORY_LINES,
        school_changes=tuple(case_school_changes(session, row.id, row.school_urn, row.started, row.ended)),
    )


def _troubles(session: Session, instance_id: int, definitions: list[int]) -> list[IncidentRow]:
    """What went wrong, each with its element's name in whichever of the case's diagrams has the element."""
    elements = Elements(session, definitions)

    def name(element: str) -> str:
        names = (elements.info(each, element).name for each in definitions)
        return next((found for found in names if found != element), "")

    return [replace(each, element_name=name(each.element)) for each in troubles_of(session, instance_id)]


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
        name=info.name if row.definition_id else "",  # what somebody did to the case has no element's name
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
