"""What somebody who decides in a case looks at beside the question: what it has found so far, and how its school stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagram import Branch, branches, read
from engine.feel.stored import revived
from engine.forms import load_form
from engine.queries.common import AnyRow, Elements
from engine.queries.definitions import definition_xml, start_forms
from engine.queries.tasks import TaskDetail, TaskRow, done_before, recorded, tasks_by_id
from engine.store.tables import COMPLETED, History, ProcessInstance, UserTask

#: How many rounds of a case are told.
ROUNDS = 3
#: How many of a school's last tasks are looked through for a meeting, and how many meetings for their day.
LOOKED_AT, MEETINGS = 120, 12


@dataclass(frozen=True)
class FoundRow:
    """A task that was done in a case: what it recorded, by the JSON of the form that asked; no form where it asked nothing."""

    task: TaskRow
    form: bytes | None
    values: Mapping[str, Any]
    by: str
    at: datetime


@dataclass(frozen=True)
class BeganRow:
    """What was answered when a case began, with the JSON of the form that asked."""

    form: bytes
    values: Mapping[str, Any]
    by: str
    at: datetime


@dataclass(frozen=True)
class MeetingRow:
    """A meeting about a school: the task that recorded it, and the day on which it was held."""

    instance_id: int
    name: str
    day: date


def rounds(session: Session, detail: TaskDetail) -> tuple[tuple[FoundRow, ...], ...]:
    """What was done in the case before this task was asked, in its last rounds; these and what is in each, the newest first.

    A round begins where a task is asked again that has been done before.
    """
    parted = _parted(done_before(session, detail))[:ROUNDS]
    chosen = [row for each in parted for row in each]
    tasks = {row.id: row for row in tasks_by_id(session, [row.id for row in chosen])}
    forms = {row.task_id: row.form for row in recorded(session, tasks)}
    return tuple(
        tuple(
            FoundRow(tasks[row.id], forms.get(row.id), row.values or {}, row.ended_by or "", row.ended)
            for row in sorted(each, key=lambda row: row.ended, reverse=True)
        )
        for each in parted
    )


def _parted(done: Iterable[AnyRow]) -> list[list[AnyRow]]:
    """Tasks, the newest first, in rounds."""
    found: list[list[AnyRow]] = []
    asked: dict[str, datetime] = {}
    for row in done:
        if not found or (row.element in asked and row.ended <= asked[row.element]):
            found.append([])
            asked = {}
        found[-1].append(row)
        asked[row.element] = row.created
    return found


def began(session: Session, instance_id: int) -> BeganRow | None:
    """What was answered when a case began; None where no form asked anything."""
    chosen = (
        select(History.detail, History.by, History.ended, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.id == History.instance_id)
        .where(History.instance_id == instance_id, History.how == "started")
    )
    row = session.execute(chosen.order_by(History.seq).limit(1)).first()
    given = (row.detail or {}).get("given") if row else None
    if row is None or not given:
        return None
    form = start_forms(session, [row.definition_id]).get(row.definition_id)
    return BeganRow(form, revived(given), row.by or "", row.ended) if form else None


def last_meeting(session: Session, urn: str) -> MeetingRow | None:
    """The last meeting about a school: the newest task with a meeting in its name whose answers say on which day it was held."""
    of_school = select(ProcessInstance.id).where(ProcessInstance.school_urn == urn)
    done = session.execute(
        select(UserTask.id, UserTask.definition_id, UserTask.element, UserTask.instance_id, UserTask.ended)
        .where(UserTask.instance_id.in_(of_school), UserTask.status == COMPLETED)
        .order_by(UserTask.ended.desc())
        .limit(LOOKED_AT)
    ).all()
    elements = Elements(session, {row.definition_id for row in done})
    named = {row.id: (row, elements.info(row.definition_id, row.element).name) for row in done}
    meetings = {key: each for key, each in named.items() if "meeting" in each[1].lower()}
    days = _held(session, meetings)
    held = [MeetingRow(row.instance_id, name, days[key]) for key, (row, name) in meetings.items() if key in days]
    return max(held, key=lambda each: each.day, default=None)


def _held(session: Session, meetings: Mapping[int, tuple[AnyRow, str]]) -> dict[int, date]:
    """By task, the day that its answers name and that had come when they were given; a meeting yet to be held has none."""
    newest = sorted(meetings, key=lambda key: meetings[key][0].ended, reverse=True)[:MEETINGS]
    found = {}
    for row in recorded(session, newest) if newest else ():
        asked = (each.key for each in load_form(row.form).fields if each.kind == "datetime")
        days = [day for key in asked if (day := _day(row.values.get(key))) is not None]
        past = [day for day in days if day <= meetings[row.task_id][0].ended.date()]
        if past:
            found[row.task_id] = past[0]
    return found


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def ways_on(session: Session, definition_id: int, element: str) -> Sequence[Branch]:
    """What follows each answer to a task, by the diagram of its version. Raises DefinitionNotFound."""
    cache = _CACHES.setdefault(session.get_bind().engine, {})
    if definition_id not in cache:
        diagram = read(definition_xml(session, definition_id), "")
        cache[definition_id] = {each.id: branches(diagram, each) for each in diagram.of_kind("userTask")}
    return cache[definition_id].get(element, ())


#: By database, what the diagrams of versions say, which never change.
_CACHES: WeakKeyDictionary[Any, dict[int, dict[str, tuple[Branch, ...]]]] = WeakKeyDictionary()
