"""Lists of cases: narrowed, sorted, a page at a time, at a cost that does not grow with the cases that are not shown.

What a case waits for stands in tables of what is open, so a list is narrowed and sorted by walks along their indexes: nothing
of the cases' own state is read but for the page that is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from engine.calendar.lateness import is_late
from engine.errors import InstanceNotFound
from engine.queries import narrowing
from engine.queries.common import (
    PER_PAGE,
    AnyRow,
    AnySelect,
    ElementInfo,
    Elements,
    Page,
    count,
    of_school,
    page_of,
)
from engine.queries.narrowing import InstanceFilters
from engine.store.tables import (
    NEVER,
    OPEN,
    UNDELIVERED,
    Incident,
    Job,
    Message,
    ProcessDefinition,
    ProcessInstance,
    School,
    UserTask,
)

#: How a list is sorted: by when cases began, by what falls due next, by school, or by when they ended, the last first.
NEWEST, OLDEST, NEXT, BY_SCHOOL, ENDED = "newest", "oldest", "next", "school", "ended"
#: Where a token stands while the work is inside it.
_AROUND = ("subprocess", "callactivity", "transaction")
_STEPS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent"})


@dataclass(frozen=True)
class InstanceRow:
    """A case in a list. ``status`` is active, completed or cancelled; ``at`` names where it stands, ``since`` the moment from
    which it has been at its stage.

    ``roles`` and ``assignees`` are those whom its open tasks wait for; ``next_due`` is what falls due next, ``late`` whether a
    task is late.
    """

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
    since: datetime | None = None
    roles: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    next_due: datetime | None = None
    next_estimated: bool = False
    late: bool = False
    suspended: datetime | None = None
    """Since when nothing goes on in it, by a manager's act."""
    archived: datetime | None = None
    """Since when it is in the archive, where nothing is added to it."""


@dataclass(frozen=True)
class StageRow:
    """Somewhere that cases of a process may wait: a step, or a called process (``called``)."""

    key: str
    name: str
    called: bool


def instances(
    session: Session,
    filters: InstanceFilters | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
    *,
    sort: str = NEWEST,
    now: datetime | None = None,
) -> Page[InstanceRow]:
    """Cases in an order (``NEWEST``, ``OLDEST``, ``NEXT`` or ``BY_SCHOOL``). ``now`` says which of their tasks are late."""
    conditions = narrowing.conditions(session, filters or InstanceFilters())
    found = _ids(session, conditions, sort, page, per_page)
    known = {row.id: row for row in _rows(session, _selected().where(ProcessInstance.id.in_(found)), now)}
    chosen = select(ProcessInstance.id).where(*conditions)
    return page_of([known[each] for each in found if each in known], page, per_page, count(session, chosen))


def instances_by_id(session: Session, ids: Iterable[int], now: datetime | None = None) -> list[InstanceRow]:
    """These cases as in a list, by their school and then the oldest first. ``now`` says which of their tasks are late."""
    rows = _rows(session, _selected().where(ProcessInstance.id.in_(list(ids))), now)
    return sorted(rows, key=lambda row: (row.school_name or row.business_key, row.id))


def instance(session: Session, instance_id: int) -> InstanceRow:
    """One case, as in a list. Raises InstanceNotFound."""
    rows = _rows(session, _selected().where(ProcessInstance.id == instance_id), None)
    if not rows:
        raise InstanceNotFound(instance=instance_id)
    return rows[0]


def stages(session: Session, process: str) -> list[StageRow]:
    """Where cases of a process may wait, by its versions: called processes first, then steps, by name."""
    rows = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.called).where(ProcessDefinition.key == process)
    ).all()
    called = {definition_id for row in rows for definition_id in row.called.values() if definition_id is not None}
    every = {*(row.id for row in rows), *called}
    elements = Elements(session, every)
    processes = dict(elements.process(each) for each in called)
    found = [StageRow(key, name, True) for key, name in processes.items()] + _steps(elements, every)
    return sorted(found, key=lambda stage: (not stage.called, stage.name))


def _steps(elements: Elements, definitions: Iterable[int]) -> list[StageRow]:
    steps = {info.id: info.name for each in definitions for info in elements.all(each) if _is_step(info)}
    return [StageRow(key, name, False) for key, name in steps.items()]


def _is_step(info: ElementInfo) -> bool:
    return info.kind in _STEPS and info.name != info.id


# -- in which order -----------------------------------------------------------------------------------------------


def _ids(session: Session, conditions: Sequence[ColumnElement[bool]], sort: str, page: int, per_page: int) -> list[int]:
    """The ids of a page's cases in their order, and one more where there are more."""
    if sort == NEXT:
        chosen = _by_next(conditions, page * per_page + 1)
    else:
        chosen = select(ProcessInstance.id).where(*conditions)
        chosen = chosen.join(School, of_school(), isouter=True) if sort == BY_SCHOOL else chosen
        chosen = chosen.order_by(*_ORDERS[sort]())
    return list(session.scalars(chosen.limit(per_page + 1).offset((page - 1) * per_page)))


_ORDERS: Mapping[str, Any] = {
    NEWEST: lambda: [ProcessInstance.id.desc()],
    OLDEST: lambda: [ProcessInstance.id],
    ENDED: lambda: [ProcessInstance.ended.desc(), ProcessInstance.id.desc()],
    BY_SCHOOL: lambda: [func.coalesce(School.name, ProcessInstance.business_key), ProcessInstance.id],
}


def _by_next(conditions: Sequence[ColumnElement[bool]], wanted: int) -> AnySelect:
    """Cases by what falls due next in each: a walk along the open tasks, one along the timers, then those without either.

    Each walk gives a case once, where nothing else of it is due before, and no more than the page needs.
    """
    other, timer = aliased(UserTask), aliased(Job)
    before = (other.due_order < UserTask.due_order) | (
        (other.due_order == UserTask.due_order) & (other.id < UserTask.id)
    )
    tasks = (
        select(UserTask.instance_id.label("id"), UserTask.due_order.label("at"))
        .where(UserTask.status == OPEN, UserTask.due_order < NEVER)
        .where(~exists().where(other.instance_id == UserTask.instance_id, other.status == OPEN, before))
        .where(~exists().where(timer.instance_id == UserTask.instance_id, timer.due < UserTask.due_order))
        .order_by(UserTask.due_order, UserTask.instance_id)
    )
    sooner = (timer.due < Job.due) | ((timer.due == Job.due) & (timer.id < Job.id))
    timers = (
        select(Job.instance_id.label("id"), Job.due.label("at"))
        .where(Job.instance_id.is_not(None))
        .where(~exists().where(timer.instance_id == Job.instance_id, sooner))
        .where(~exists().where(other.instance_id == Job.instance_id, other.status == OPEN, other.due_order <= Job.due))
        .order_by(Job.due, Job.instance_id)
    )
    dated = exists().where(other.instance_id == ProcessInstance.id, other.status == OPEN, other.due_order < NEVER)
    waits = exists().where(timer.instance_id == ProcessInstance.id)
    rest = (
        select(ProcessInstance.id.label("id"), literal(NEVER, UserTask.due_order.type).label("at"))
        .where(~dated, ~waits)
        .order_by(ProcessInstance.id)
    )
    walks = [
        tasks.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id),
        timers.join(ProcessInstance, ProcessInstance.id == Job.instance_id),
        rest,
    ]
    parts = [walk.where(*conditions).limit(wanted).subquery() for walk in walks]
    found = union_all(*(select(part.c.id, part.c.at) for part in parts)).subquery()
    return select(found.c.id).order_by(found.c.at, found.c.id)


# -- what a list says of each -------------------------------------------------------------------------------------


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
            ProcessInstance.suspended,
            ProcessInstance.archived,
            ProcessDefinition.version,
            School.name.label("school_name"),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .join(School, of_school(), isouter=True)
    )


@dataclass
class _Waits:
    """What a case waits for: whom, what falls due next, and what of it is late."""

    roles: dict[str, None] = field(default_factory=dict)
    assignees: dict[str, None] = field(default_factory=dict)
    due: datetime | None = None
    estimated: bool = False
    late: bool = False

    def falls_due(self, due: datetime, estimated: bool) -> None:
        if self.due is None or due < self.due:
            self.due, self.estimated = due, estimated


def _rows(session: Session, chosen: AnySelect, now: datetime | None) -> list[InstanceRow]:
    rows = session.execute(chosen).all()
    ids = [row.id for row in rows]
    elements = Elements(session, [i for row in rows for i in (row.definition_id, *(at[0] for at in row.active))])
    troubles, waits = _troubles(session, ids), _waits(session, ids, now)
    return [_row(row, elements, troubles.get(row.id, 0), waits.get(row.id, _Waits())) for row in rows]


def _troubles(session: Session, ids: list[int]) -> dict[int, int]:
    """How many open incidents cases have, and messages that found nobody."""
    incidents = select(Incident.instance_id).where(Incident.instance_id.in_(ids), Incident.resolved.is_(None))
    lost = select(Message.source_id).where(Message.source_id.in_(ids), Message.status == UNDELIVERED)
    return dict(Counter(session.scalars(union_all(incidents, lost))))


def _waits(session: Session, ids: list[int], now: datetime | None) -> dict[int, _Waits]:
    found = {each: _Waits() for each in ids}
    columns = UserTask.instance_id, UserTask.candidate_groups, UserTask.assignee, UserTask.due, UserTask.due_estimated
    tasks = select(*columns).where(UserTask.instance_id.in_(ids), UserTask.status == OPEN).order_by(UserTask.id)
    for task in session.execute(tasks):
        waits = found[task.instance_id]
        waits.roles.update(dict.fromkeys(task.candidate_groups))
        waits.assignees.update({task.assignee: None} if task.assignee else {})
        if task.due is not None:
            waits.falls_due(task.due, task.due_estimated)
            waits.late |= now is not None and is_late(task.due, now)
    timers = select(Job.instance_id, Job.due, Job.estimated).where(Job.instance_id.in_(ids))
    for instance_id, due, estimated in session.execute(timers):
        found[instance_id or 0].falls_due(due, estimated)
    return found


def _row(row: AnyRow, elements: Elements, troubles: int, waits: _Waits) -> InstanceRow:
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
        at=standing(elements, row.definition_id, row.active),
        incidents=troubles,
        started=row.started,
        started_by=row.started_by,
        ended=row.ended,
        reason=row.reason or "",
        since=_since(row),
        roles=tuple(waits.roles),
        assignees=tuple(waits.assignees),
        next_due=waits.due,
        next_estimated=waits.estimated,
        late=waits.late,
        suspended=row.suspended,
        archived=row.archived,
    )


def standing(elements: Elements, own: int, active: Iterable[Sequence[Any]]) -> tuple[str, ...]:
    """The names of where a case stands: the stages of its own diagram that are at work, and the tasks that wait in them; what
    it waits for otherwise (a date, a message) only where there is no task. ``own`` is the definition of the case itself.

    Gateways at which one branch waits for another are no place that anybody would look for.
    """
    here = [(at[0] == own, elements.info(at[0], at[1])) for at in active]
    stages = [info.name for outer, info in here if outer and _ends(info, _AROUND)]
    tasks = [info.name for _, info in here if _ends(info, ("task",))]
    others = [info.name for _, info in here if not _ends(info, ("task", "gateway", *_AROUND))]
    return tuple(dict.fromkeys(stages + (tasks or others)))


def _ends(info: ElementInfo, kinds: tuple[str, ...]) -> bool:
    return info.kind.lower().endswith(kinds)


def _since(row: AnyRow) -> datetime | None:
    """Since when it has been where it stands on its own diagram: inside a called process, since that was called."""
    own = [datetime.fromisoformat(at[4]) for at in row.active if at[0] == row.definition_id and len(at) > 4]
    return min(own, default=None)
