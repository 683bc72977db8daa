"""The inbox: the open tasks that a person may do, found by short walks along indexes of open tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import and_, false, func, not_, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from engine.queries.common import (
    COUNT_LIMIT,
    PER_PAGE,
    AnySelect,
    Elements,
    Page,
    count,
    of_school,
    page_of,
)
from engine.queries.tasks import LEVELS, TaskRow, tasks_by_id
from engine.store.sought import key_mentions, mentions, says
from engine.store.tables import OPEN, ProcessDefinition, ProcessInstance, School, UserTask, UserTaskRole
from engine.store.tenancy import Scope, given, held

#: How many user tasks of all versions a search by name looks for.
NAMED = 400


@dataclass(frozen=True)
class InboxFilters:
    """What an inbox is narrowed to; every empty field leaves all through."""

    mine: bool = False
    """Only tasks that this person has claimed or been given."""
    unclaimed: bool = False
    school: str = ""
    process: str = ""
    """The key of the case's own process."""
    due_from: datetime | None = None
    due_before: datetime | None = None
    """Due before it, whatever has no date being due last of all."""
    role: str = ""
    """Only tasks of this role."""
    last_first: bool = False
    """The latest due first."""
    by_school: bool = False
    """By the name of the school, the earliest due first at each; ``last_first`` does not count then."""
    by_priority: bool = False
    """The highest priority first, the earliest due first of each; none of the other orders counts then."""
    level: str = ""
    """Only tasks of this priority: high, normal or low."""
    at: datetime | None = None
    """Tasks that rest at this moment, until a later one and before their date, are left out; None leaves out none."""
    resting: bool = False
    """With ``at``: only those that rest then."""
    people: tuple[str, ...] = ()
    """With ``text``: it may also be the name of one of these, who has claimed the task."""
    first: frozenset[str] = frozenset()
    """The roles of which only tasks of the schools whose link adviser the person is are wanted, and those about no school."""
    text: str = ""
    """Part of the business key, of the school's name, or of the task's."""


def inbox(
    session: Session, scope: Scope, filters: InboxFilters | None = None, page: int = 1, per_page: int = PER_PAGE
) -> Page[TaskRow]:
    """The open tasks that this person may do, the earliest due first.

    That is: tasks of the person's roles (of the schools for which a role counts), tasks for everyone, and tasks given to
    the person; with ``filters.mine`` only the last. Each of these is one short walk along an index of open tasks.
    """
    filters = filters or InboxFilters()
    narrowing = _Narrowing(filters, _named(session, filters.text))
    walks = _walks(scope, filters)
    is_sorted = filters.by_school or filters.by_priority
    ordered = _sorted(walks, narrowing) if is_sorted else _by_due(walks, narrowing, page * per_page + 1)
    chosen = list(session.scalars(ordered.limit(per_page + 1).offset((page - 1) * per_page)))
    rows = {row.id: row for row in tasks_by_id(session, chosen)} if chosen else {}
    items = [rows[each] for each in chosen if each in rows]
    return page_of(items, page, per_page, _total(session, walks, narrowing))


def _by_due(walks: Sequence[AnySelect], narrowing: _Narrowing, wanted: int) -> AnySelect:
    """The ids by date. Each walk gives at most what the page and those before it need; the union of the short lists is sorted."""
    parts = [narrowing.of(walk).limit(wanted).subquery() for walk in walks]
    found = union_all(*(select(part.c.id, part.c.due_order) for part in parts)).subquery()
    chosen = select(found.c.id).group_by(found.c.id, found.c.due_order)
    return chosen.order_by(*_in_order(narrowing.filters, found.c.due_order, found.c.id))


def _sorted(walks: Sequence[AnySelect], narrowing: _Narrowing) -> AnySelect:
    """The ids by priority, or by the name of the school. All that the walks find is sorted: no index has the tasks in either
    order."""
    parts = [narrowing.of(walk).order_by(None).subquery() for walk in walks]
    found = union_all(*(select(part.c.id, part.c.due_order) for part in parts)).subquery()
    chosen = select(found.c.id).join(UserTask, UserTask.id == found.c.id)
    chosen = chosen.join(School, of_school(UserTask), isouter=True)
    chosen = chosen.group_by(found.c.id, found.c.due_order, UserTask.priority, School.name)
    first: Any = UserTask.priority.desc() if narrowing.filters.by_priority else func.coalesce(School.name, "")
    return chosen.order_by(first, found.c.due_order, found.c.id)


def due_dates(session: Session, scope: Scope, filters: InboxFilters | None = None) -> list[datetime]:
    """When the tasks of a person's inbox are due, the earliest first, up to one more than the limit of counting; of ``filters``
    those count by which a walk finds tasks (``first``, ``role`` and ``mine``), and ``at``.

    :data:`~engine.store.tables.NEVER` stands for no date. So how many are late or due soon is counted in one walk.
    """
    filters = filters or InboxFilters()
    narrowing = _Narrowing(InboxFilters(at=filters.at), ())
    parts = [narrowing.of(walk).limit(COUNT_LIMIT + 1).subquery() for walk in _walks(scope, filters)]
    found = union_all(*(select(part.c.id, part.c.due_order) for part in parts)).subquery()
    each = select(found.c.due_order).group_by(found.c.id, found.c.due_order).order_by(found.c.due_order)
    return list(session.scalars(each.limit(COUNT_LIMIT + 1)))


def tasks_of(session: Session, scope: Scope) -> tuple[int, bool]:
    """How many tasks are in a person's inbox, up to the limit, and whether there are more."""
    return _total(session, _walks(scope, InboxFilters()), _Narrowing(InboxFilters(), ()))


def _walks(scope: Scope, filters: InboxFilters) -> list[AnySelect]:
    """The walks along indexes that find a person's tasks, one at least; of one role, only its own."""
    if filters.role:
        return _of_roles(scope, filters, {filters.role} & scope.roles) or [_given_to(scope, filters).where(false())]
    given = [_given_to(scope, filters)]
    return given if filters.mine else [*given, *_of_roles(scope, filters, {"", *scope.roles})]


def _total(session: Session, walks: Sequence[AnySelect], narrowing: _Narrowing) -> tuple[int, bool]:
    every = union_all(*(select(narrowing.of(walk).limit(COUNT_LIMIT + 1).subquery().c.id) for walk in walks)).subquery()
    return count(session, select(every.c.id).distinct())


def _in_order(filters: InboxFilters, due: Any, task: Any) -> tuple[Any, Any]:
    return (due.desc(), task.desc()) if filters.last_first else (due, task)


def _given_to(scope: Scope, filters: InboxFilters) -> AnySelect:
    return (
        select(UserTask.id, UserTask.due_order)
        .where(given(scope, UserTask), UserTask.status == OPEN)
        .where(*_due(filters, UserTask.due_order))
        .order_by(*_in_order(filters, UserTask.due_order, UserTask.id))
    )


def _due(filters: InboxFilters, column: Any) -> Iterator[Any]:
    if filters.due_from is not None:
        yield column >= filters.due_from
    if filters.due_before is not None:
        yield column < filters.due_before


def _of_roles(scope: Scope, filters: InboxFilters, roles: Collection[str]) -> list[AnySelect]:
    """A walk a role: one walk over several roles would have to sort all that it finds."""
    return [
        select(UserTaskRole.task_id.label("id"), UserTaskRole.due_order)
        .join(UserTask, UserTask.id == UserTaskRole.task_id)
        .where(
            held(scope, UserTaskRole, role), *_own_first(scope, filters, role), *_due(filters, UserTaskRole.due_order)
        )
        .order_by(*_in_order(filters, UserTaskRole.due_order, UserTaskRole.task_id))
        for role in sorted(roles)
    ]


def _own_first(scope: Scope, filters: InboxFilters, role: str) -> Iterator[Any]:
    """Of a role that looks after its own schools first, the tasks of these."""
    if role in filters.first:
        yield UserTaskRole.school_urn.in_(sorted(scope.advises)) | UserTaskRole.school_urn.is_(None)


def _of_level(level: str) -> Any:
    """Which tasks are of a priority in words."""
    high, low = UserTask.priority >= LEVELS["high"], UserTask.priority <= LEVELS["low"]
    return {"high": high, "low": low}.get(level, and_(not_(high), not_(low)))


@dataclass(frozen=True)
class _Narrowing:
    """What a walk is narrowed to: the filters, and the elements (by definition) whose name holds their text."""

    filters: InboxFilters
    named: Sequence[tuple[int, str]]

    def of(self, walk: AnySelect) -> AnySelect:
        """The walk, narrowed."""
        filters = self.filters
        walk = walk.where(*self._of_task())
        if filters.school or filters.process or filters.text:
            walk = walk.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        if filters.school:
            walk = walk.where(ProcessInstance.school_urn == filters.school)
        if filters.process:
            walk = walk.where(ProcessInstance.process == filters.process)
        if filters.text:
            walk = walk.join(School, of_school(), isouter=True).where(self._mentions())
        return walk

    def _of_task(self) -> Iterator[Any]:
        """What is asked of the task's own row."""
        filters = self.filters
        if filters.unclaimed:
            yield UserTask.assignee.is_(None)
        if filters.level:
            yield _of_level(filters.level)
        if filters.at is not None:
            later = UserTask.follow_up > filters.at, UserTask.due_order > filters.at
            awake = or_(UserTask.follow_up.is_(None), *(not_(each) for each in later))
            yield and_(*later) if filters.resting else awake

    def _mentions(self) -> Any:
        text = self.filters.text
        said = [key_mentions(ProcessInstance.business_key, text), mentions(School.name, text)]
        if self.named:
            said.append(tuple_(UserTask.definition_id, UserTask.element).in_(self.named))
        if self.filters.people:
            said.append(UserTask.assignee.in_(self.filters.people))
        return or_(*said)


def _named(session: Session, text: str) -> list[tuple[int, str]]:
    """The user tasks of all versions whose name holds a text, as (definition, element); at most :data:`NAMED`."""
    if not text:
        return []
    ids = list(session.scalars(select(ProcessDefinition.id).order_by(ProcessDefinition.id.desc())))
    elements = Elements(session, ids)
    found = ((i, each.id) for i in ids for each in elements.all(i) if each.kind == "userTask" and says(each.name, text))
    return list(islice(found, NAMED))
