"""The inbox, and one task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, or_, select, union_all
from sqlalchemy.orm import Session

from engine.errors import TaskNotFound
from engine.queries.common import (
    COUNT_LIMIT,
    PER_PAGE,
    AnyRow,
    AnySelect,
    ElementInfo,
    Elements,
    Page,
    count,
    mentions,
    of_school,
    page_of,
)
from engine.queries.definitions import form, forms
from engine.schools import register
from engine.spiff import variables_at
from engine.store.tables import OPEN, ProcessDefinition, ProcessInstance, School, UserTask, UserTaskRole
from engine.store.tenancy import Scope, held


@dataclass(frozen=True)
class InboxFilters:
    """What an inbox is narrowed to; every empty field leaves all through."""

    mine: bool = False
    """Only tasks that this person has claimed or been given."""
    unclaimed: bool = False
    school: str = ""
    process: str = ""
    """The key of the case's own process."""
    due_before: datetime | None = None
    text: str = ""
    """Part of the business key or of the school's name."""


@dataclass(frozen=True)
class TaskRow:
    """A user task and the case that it belongs to."""

    id: int
    element: str
    name: str
    lane: str
    form_key: str
    status: str
    """open, completed or cancelled."""
    roles: tuple[str, ...]
    """Candidate groups."""
    assignee: str | None
    priority: int
    due: datetime | None
    due_estimated: bool
    created: datetime
    instance_id: int
    process: str
    process_name: str
    business_key: str
    school_urn: str | None
    school_name: str
    token: str = ""
    called_name: str = ""
    """The name of the called process in which the task waits; empty in the case's own process."""
    on_behalf: tuple[str, ...] = ()
    """The roles that may record an answer for those whose task it is."""


@dataclass(frozen=True)
class TaskDetail:
    """All that the page of one task needs. ``form`` is the bound version's JSON, ``variables`` what its form sees."""

    row: TaskRow
    info: ElementInfo
    definition_id: int
    form: bytes | None
    variables: Mapping[str, Any]
    ended: datetime | None
    ended_by: str | None
    values: Mapping[str, Any] | None
    note: str


@dataclass(frozen=True)
class EarlierAnswers:
    """What a completed task of the case said to questions that are asked again; ``form`` is the JSON that asked."""

    task: TaskRow
    form: bytes
    values: Mapping[str, Any]
    by: str
    at: datetime


@dataclass(frozen=True)
class RecordedRow:
    """What a task recorded, and the JSON of the form that asked for it."""

    task_id: int
    roles: tuple[str, ...]
    """Candidate groups."""
    form: bytes
    values: Mapping[str, Any]
    by: str
    """Who completed it."""


#: The answers of a task, by whom and when.
Said = tuple[dict[str, Any], str, datetime]
#: How many tasks of one element are worked through as a list.
ALIKE = 200
#: How many of a case's last tasks are searched for earlier answers.
EARLIER = 30
_COLUMNS = (
    UserTask.id,
    UserTask.element,
    UserTask.definition_id,
    UserTask.status,
    UserTask.candidate_groups,
    UserTask.assignee,
    UserTask.priority,
    UserTask.due,
    UserTask.due_estimated,
    UserTask.created,
    UserTask.instance_id,
    UserTask.token,
    ProcessInstance.process,
    ProcessInstance.business_key,
    ProcessInstance.school_urn,
    School.name.label("school_name"),
    ProcessInstance.definition_id.label("root_id"),
)


def inbox(
    session: Session, scope: Scope, filters: InboxFilters | None = None, page: int = 1, per_page: int = PER_PAGE
) -> Page[TaskRow]:
    """The open tasks that this person may do, the earliest due first.

    That is: tasks of the person's roles (of the schools for which a role counts), tasks for everyone, and tasks given to
    the person; with ``filters.mine`` only the last. Each of these is one short walk along an index of open tasks.
    """
    filters = filters or InboxFilters()
    walks = [_given_to(scope)] if filters.mine else _all_walks(scope)
    wanted = page * per_page + 1
    # Each walk gives at most what this page and those before it need; the union of the short lists is then sorted.
    parts = [_filtered(walk, filters).limit(wanted).subquery() for walk in walks]
    found = union_all(*(select(part.c.id, part.c.due_order) for part in parts)).subquery()
    ids = (
        select(found.c.id)
        .group_by(found.c.id, found.c.due_order)
        .order_by(found.c.due_order, found.c.id)
        .limit(per_page + 1)
        .offset((page - 1) * per_page)
    )
    chosen = list(session.scalars(ids))
    rows = {row.id: row for row in _task_rows(session, _selected().where(UserTask.id.in_(chosen)))} if chosen else {}
    items = [rows[each] for each in chosen if each in rows]
    return page_of(items, page, per_page, _total(session, walks, filters))


def tasks_of(session: Session, scope: Scope) -> tuple[int, bool]:
    """How many tasks are in a person's inbox, up to the limit, and whether there are more."""
    return _total(session, _all_walks(scope), InboxFilters())


def _all_walks(scope: Scope) -> list[AnySelect]:
    return [_given_to(scope), *_of_roles(scope)]


def _total(session: Session, walks: Sequence[AnySelect], filters: InboxFilters) -> tuple[int, bool]:
    every = union_all(
        *(select(_filtered(walk, filters).limit(COUNT_LIMIT + 1).subquery().c.id) for walk in walks)
    ).subquery()
    return count(session, select(every.c.id).distinct())


def _given_to(scope: Scope) -> AnySelect:
    return (
        select(UserTask.id, UserTask.due_order)
        .where(UserTask.assignee == scope.username, UserTask.status == OPEN)
        .order_by(UserTask.due_order, UserTask.id)
    )


def _of_roles(scope: Scope) -> list[AnySelect]:
    """A walk a role: one walk over several roles would have to sort all that it finds."""
    return [
        select(UserTaskRole.task_id.label("id"), UserTaskRole.due_order)
        .join(UserTask, UserTask.id == UserTaskRole.task_id)
        .where(held(scope, UserTaskRole, role))
        .order_by(UserTaskRole.due_order, UserTaskRole.task_id)
        for role in sorted({"", *scope.roles})
    ]


def _filtered(walk: AnySelect, filters: InboxFilters) -> AnySelect:
    if filters.unclaimed:
        walk = walk.where(UserTask.assignee.is_(None))
    if filters.due_before is not None:
        walk = walk.where(UserTask.due < filters.due_before)
    if filters.school or filters.process or filters.text:
        walk = walk.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    if filters.school:
        walk = walk.where(ProcessInstance.school_urn == filters.school)
    if filters.process:
        walk = walk.where(ProcessInstance.process == filters.process)
    if filters.text:
        walk = walk.join(School, of_school(), isouter=True).where(_mentions(filters.text))
    return walk


def _mentions(text: str) -> Any:
    return or_(mentions(ProcessInstance.business_key, text), mentions(School.name, text))


def open_tasks(session: Session, instance: int | None = None) -> list[TaskRow]:
    """All open tasks of a case, or of all cases, the oldest first."""
    chosen = _selected().where(UserTask.status == OPEN).order_by(UserTask.id)
    return _task_rows(session, chosen if instance is None else chosen.where(UserTask.instance_id == instance))


def alike(session: Session, scope: Scope, row: TaskRow) -> list[TaskRow]:
    """The open tasks of one element of a process that this person may do, by school: a panel's meeting is one list.

    At most :data:`ALIKE`; none when nobody else's case waits there.
    """
    mine = exists(
        select(UserTaskRole.task_id).where(
            UserTaskRole.task_id == UserTask.id,
            or_(*(held(scope, UserTaskRole, role) for role in sorted({"", *scope.roles}))),
        )
    )
    chosen = _selected().where(
        UserTask.status == OPEN,
        UserTask.element == row.element,
        ProcessInstance.process == row.process,
        mine | (UserTask.assignee == scope.username),
    )
    return _task_rows(session, chosen.order_by(School.name, UserTask.id).limit(ALIKE))


def tasks_by_id(session: Session, ids: Iterable[int]) -> list[TaskRow]:
    """These tasks, open or not."""
    return _task_rows(session, _selected().where(UserTask.id.in_(list(ids))).order_by(UserTask.id))


@cache
def _selected() -> AnySelect:
    # An outer join although every task has its case: with an inner one SQLite may begin at the cases, all of them.
    return (
        select(*_COLUMNS)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id, isouter=True)
        .join(School, of_school(), isouter=True)
    )


def _task_rows(session: Session, chosen: AnySelect, given: Mapping[str, Any] | None = None) -> list[TaskRow]:
    rows = session.execute(chosen, given).all()
    elements = Elements(session, [i for row in rows for i in (row.definition_id, row.root_id)])
    return [_task_row(row, elements) for row in rows]


def _task_row(row: AnyRow, elements: Elements) -> TaskRow:
    info = elements.info(row.definition_id, row.element)
    return TaskRow(
        id=row.id,
        element=row.element,
        name=info.name,
        lane=info.lane,
        form_key=info.form_key,
        status=row.status,
        roles=tuple(row.candidate_groups),
        assignee=row.assignee,
        priority=row.priority,
        due=row.due,
        due_estimated=row.due_estimated,
        created=row.created,
        instance_id=row.instance_id,
        process=row.process,
        process_name=elements.process(row.root_id)[1],
        business_key=row.business_key,
        school_urn=row.school_urn,
        school_name=row.school_name or "",
        token=row.token,
        called_name="" if row.definition_id == row.root_id else elements.process(row.definition_id)[1],
        on_behalf=tuple(info.said("on_behalf") or ()),
    )


def task(session: Session, task_id: int) -> TaskDetail:
    """One task, open or not, with its form and what the form sees. Raises TaskNotFound."""
    rows = _task_rows(session, _selected_one(), {"task": task_id})
    if not rows:
        raise TaskNotFound(task=task_id)
    row = rows[0]
    more = session.execute(_details(), {"task": task_id}).one()
    is_open = row.status == "open"
    return TaskDetail(
        row=row,
        info=Elements(session, [more.definition_id]).info(more.definition_id, row.element),
        definition_id=more.definition_id,
        form=form(session, more.forms.get(row.form_key)),
        variables=_seen(row, more.state, more.School) if is_open else more.variables,
        ended=more.ended,
        ended_by=more.ended_by,
        values=more.values,
        note=more.note or "",
    )


@cache  # made once: making it costs more than asking it
def _selected_one() -> AnySelect:
    return _selected().where(UserTask.id == bindparam("task"))


@cache
def _details() -> AnySelect:
    return (
        select(
            UserTask.definition_id,
            UserTask.ended,
            UserTask.ended_by,
            UserTask.values,
            UserTask.note,
            ProcessInstance.state,
            ProcessInstance.variables,
            ProcessDefinition.forms,
            School,
        )
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(School, of_school(), isouter=True)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
        .where(UserTask.id == bindparam("task"))
    )


def earlier_answers(session: Session, detail: TaskDetail, keys: Collection[str], scope: Scope) -> list[EarlierAnswers]:
    """What was last said in the case to questions with these keys, before this task was asked, the newest first: the
    whole answer of each task that said it.

    Only of tasks that the person has done, or might have: those of others are in the case's story."""
    return _earlier(session, dict(_newest_said(_done_before(session, detail), set(keys), scope)))


def consulted(session: Session, detail: TaskDetail, roles: Collection[str]) -> list[EarlierAnswers]:
    """What those with these roles said before this task was asked: each task's last answer, the newest first."""
    chosen: dict[tuple[str, ...], tuple[int, Said]] = {}
    for row in _done_before(session, detail):
        if row.values and row.candidate_groups and set(row.candidate_groups) <= set(roles):
            said = dict(row.values), row.ended_by or "", row.ended
            chosen.setdefault((row.element, *row.candidate_groups), (row.id, said))
    return _earlier(session, dict(chosen.values()))


def _done_before(session: Session, detail: TaskDetail) -> Sequence[AnyRow]:
    """The case's last tasks that were completed before this one was asked, the newest first."""
    columns = UserTask.candidate_groups, UserTask.school_urn, UserTask.values, UserTask.ended_by, UserTask.ended
    done = (
        select(UserTask.id, UserTask.element, *columns)
        .where(
            UserTask.instance_id == detail.row.instance_id,
            UserTask.status == "completed",
            UserTask.ended <= detail.row.created,
            UserTask.id != detail.row.id,
        )
        .order_by(UserTask.id.desc())
        .limit(EARLIER)
    )
    return session.execute(done).all()


def _earlier(session: Session, chosen: Mapping[int, Said]) -> list[EarlierAnswers]:
    rows = {row.id: row for row in tasks_by_id(session, chosen)} if chosen else {}
    return [
        EarlierAnswers(rows[each.task_id], each.form, *chosen[each.task_id])
        for each in reversed(recorded(session, chosen))
    ]


def _newest_said(done: Iterable[AnyRow], wanted: set[str], scope: Scope) -> Iterator[tuple[int, Said]]:
    """Of tasks, the newest first, those with an answer to wanted questions that no newer one has given."""
    for row in done:
        said = wanted & (row.values or {}).keys()
        if said and (row.ended_by == scope.username or scope.holds(row.candidate_groups, at=row.school_urn)):
            wanted -= said
            yield row.id, (dict(row.values), row.ended_by or "", row.ended)


def _seen(row: TaskRow, state: bytes, school: School | None) -> dict[str, Any]:
    """What the form of an open task sees: the stored variables, and the school as the register has it now."""
    seen = variables_at(state, row.token)
    if school is not None and isinstance(seen.get("school"), dict):
        seen["school"] = register.variable(school)
    return seen


def recorded(session: Session, task_ids: Iterable[int]) -> list[RecordedRow]:
    """What these tasks recorded, by their ids; tasks without a form or answers are left out.

    The number of statements does not grow with the number of tasks.
    """
    rows = session.execute(
        select(
            UserTask.id,
            UserTask.element,
            UserTask.definition_id,
            UserTask.candidate_groups,
            UserTask.values,
            UserTask.ended_by,
        )
        .where(UserTask.id.in_(list(task_ids)))
        .order_by(UserTask.id)
    ).all()
    answered = [row for row in rows if row.values]
    asked = _forms_asked(session, answered)
    contents = forms(session, asked.values())
    return [
        RecordedRow(row.id, tuple(row.candidate_groups), content, row.values, row.ended_by or "")
        for row in answered
        if (content := contents.get(asked[row.id] or 0))
    ]


def _forms_asked(session: Session, rows: Sequence[AnyRow]) -> dict[int, int | None]:
    """By task id, the id of the form's version that its definition was bound to."""
    definitions = {row.definition_id for row in rows}
    elements = Elements(session, definitions)
    found = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.forms).where(ProcessDefinition.id.in_(definitions))
    )
    bound = {definition_id: names for definition_id, names in found}
    return {
        row.id: bound[row.definition_id].get(elements.info(row.definition_id, row.element).form_key) for row in rows
    }
