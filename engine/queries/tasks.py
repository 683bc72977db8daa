"""Tasks of cases, and one task with all that its page needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from engine.errors import TaskNotFound
from engine.queries.common import (
    AnyRow,
    AnySelect,
    ElementInfo,
    Elements,
    of_school,
)
from engine.queries.definitions import form, forms
from engine.schools import register
from engine.spiff import variables_at
from engine.store.tables import OPEN, ProcessDefinition, ProcessInstance, School, UserTask, UserTaskRole
from engine.store.tenancy import Scope, given, held

#: Priorities in words, each with the number that stands for it in a diagram (camunda:priority, from 0 to 100).
LEVELS = {"high": 75, "normal": 50, "low": 25}


def level_of(priority: int) -> str:
    """A priority in words: high from 75 on, low up to 25."""
    return "high" if priority >= LEVELS["high"] else "low" if priority <= LEVELS["low"] else "normal"


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
    owner: str | None = None
    """Who delegated it, and gets it back."""
    by_default: bool = False
    """Whether it was given to the school's link adviser by default, so that others of its roles may take it over."""
    suspended: bool = False
    """Whether its case is suspended, so that it cannot be completed now."""
    follow_up: datetime | None = None
    """Until when it rests."""

    @property
    def level(self) -> str:
        """Its priority in words: one of :data:`LEVELS`."""
        return level_of(self.priority)


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
    UserTask.owner,
    UserTask.by_default,
    UserTask.priority,
    UserTask.follow_up,
    UserTask.due,
    UserTask.due_estimated,
    UserTask.created,
    UserTask.instance_id,
    UserTask.token,
    ProcessInstance.process,
    ProcessInstance.business_key,
    ProcessInstance.school_urn,
    School.name.label("school_name"),
    ProcessInstance.suspended,
    ProcessInstance.definition_id.label("root_id"),
)


def open_tasks(session: Session, instance: int | None = None) -> list[TaskRow]:
    """All open tasks of a case, or of all cases, the oldest first."""
    chosen = _selected().where(UserTask.status == OPEN).order_by(UserTask.id)
    return _task_rows(session, chosen if instance is None else chosen.where(UserTask.instance_id == instance))


def open_tasks_of(session: Session, cases: Collection[int]) -> list[TaskRow]:
    """All open tasks of these cases, the oldest first."""
    chosen = _selected().where(UserTask.status == OPEN, UserTask.instance_id.in_(sorted(cases)))
    return _task_rows(session, chosen.order_by(UserTask.id)) if cases else []


def alike(session: Session, scope: Scope, row: TaskRow) -> list[TaskRow]:
    """The open tasks of one element of a process that this person may do, by school: a panel's meeting is one list.
    A task about no school is in none.

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
        ProcessInstance.school_urn.is_not(None),
        mine | given(scope, UserTask),
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
        owner=row.owner,
        by_default=row.by_default,
        suspended=row.suspended is not None,
        follow_up=row.follow_up,
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
    return _earlier(session, dict(_newest_said(done_before(session, detail), set(keys), scope)))


def consulted(session: Session, detail: TaskDetail, roles: Collection[str]) -> list[EarlierAnswers]:
    """What those with these roles said before this task was asked: each task's last answer, the newest first."""
    chosen: dict[tuple[str, ...], tuple[int, Said]] = {}
    for row in done_before(session, detail):
        if row.values and row.candidate_groups and set(row.candidate_groups) <= set(roles):
            said = dict(row.values), row.ended_by or "", row.ended
            chosen.setdefault((row.element, *row.candidate_groups), (row.id, said))
    return _earlier(session, dict(chosen.values()))


def done_before(session: Session, detail: TaskDetail) -> Sequence[AnyRow]:
    """The case's last tasks that were completed before this one was asked, the newest first."""
    columns = UserTask.candidate_groups, UserTask.school_urn, UserTask.values, UserTask.ended_by, UserTask.ended
    done = (
        select(UserTask.id, UserTask.instance_id, UserTask.element, UserTask.created, *columns)
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


def _was_asked(row: AnyRow, scope: Scope) -> bool:
    return scope.holds(row.candidate_groups, at=row.school_urn, case=row.instance_id)


def _newest_said(done: Iterable[AnyRow], wanted: set[str], scope: Scope) -> Iterator[tuple[int, Said]]:
    """Of tasks, the newest first, those with an answer to wanted questions that no newer one has given."""
    for row in done:
        said = wanted & (row.values or {}).keys()
        if said and (row.ended_by == scope.username or _was_asked(row, scope)):
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
