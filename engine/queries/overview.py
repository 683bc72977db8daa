"""What a manager sees first: what is wrong, what is late and for whom, where the cases are, what changed.

Everything is counted no further than a limit, along indexes of what is open, so that it costs the same however many cases
there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_before
from engine.queries.common import COUNT_LIMIT, PER_PAGE, AnySelect, Elements, of_school
from engine.queries.narrowing import WAITING
from engine.store.tables import (
    ACTIVE,
    OPEN,
    Incident,
    Job,
    ProcessDefinition,
    ProcessInstance,
    School,
    SchoolCategory,
    SchoolChange,
    UserTask,
)

#: Late tasks that are looked at: beyond, the page says "or more".
MOST_LATE = 2_000
#: The newest cases and changes that are looked at for what is new.
MOST_NEW = 200


@dataclass(frozen=True)
class TroubleRow:
    """A case in which something went wrong, or that is being tried again (``next_try``)."""

    case: int
    about: str
    process_name: str
    element_name: str
    message: str
    at: datetime
    next_try: datetime | None = None


@dataclass(frozen=True)
class LateRows:
    """Late tasks, how many and in how many cases; by process (its name and key) and by whom they wait for, the most first.

    ``people`` are usernames of those who have claimed them, ``roles`` the asked of the others.
    """

    total: int
    cases: int
    capped: bool
    processes: tuple[tuple[str, str, int], ...]
    people: tuple[tuple[str, int], ...]
    roles: tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True)
class WhereRow:
    """A process, how many live cases it has, and how many of these wait in each process that it calls (``stages``).

    A number that is larger than the limit of counting is the limit and one more.
    """

    key: str
    name: str
    cases: int
    stages: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class News:
    """What is new since a moment: cases that began and ended, schools that were put in a category or changed."""

    began: int
    ended: int
    categories: int
    changes: int
    more: bool
    """Whether there is more than was looked at."""


def troubles(session: Session, limit: int = PER_PAGE) -> list[TroubleRow]:
    """What waits for somebody to mend it, the newest first."""
    columns = Incident.element, Incident.message, Incident.created.label("at"), literal(None).label("next_try")
    chosen = _with_case(select(*columns), Incident.instance_id).where(Incident.resolved.is_(None))
    return _troubles(session, chosen.order_by(Incident.id.desc()).limit(limit))


def failing(session: Session, limit: int = PER_PAGE) -> list[TroubleRow]:
    """What has failed and is tried again by itself, the next try first."""
    columns = Job.element, Job.error.label("message"), Job.due.label("at"), Job.next_try
    chosen = _with_case(select(*columns), Job.instance_id).where(Job.error.is_not(None), Job.status == "waiting")
    return _troubles(session, chosen.order_by(Job.next_try, Job.id).limit(limit))


def _with_case(chosen: AnySelect, case: Any) -> AnySelect:
    return (
        chosen.add_columns(
            ProcessInstance.id.label("case"),
            ProcessInstance.definition_id,
            func.coalesce(School.name, ProcessInstance.business_key).label("about"),
        )
        .join(ProcessInstance, ProcessInstance.id == case)
        .join(School, of_school(), isouter=True)
    )


def _troubles(session: Session, chosen: AnySelect) -> list[TroubleRow]:
    rows = session.execute(chosen).all()
    elements = Elements(session, [row.definition_id for row in rows])
    return [
        TroubleRow(
            row.case,
            row.about or "",
            elements.process(row.definition_id)[1],
            name if (name := elements.info(row.definition_id, row.element).name) != row.element else "",
            row.message,
            row.at,
            row.next_try,
        )
        for row in rows
    ]


def late_tasks(session: Session, now: datetime) -> LateRows:
    """The tasks whose day is over, by process and by whom they wait for."""
    chosen = (
        select(UserTask.instance_id, ProcessInstance.definition_id, UserTask.candidate_groups, UserTask.assignee)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.status == OPEN, UserTask.due_order < late_before(now))
        .order_by(UserTask.due_order)
        .limit(MOST_LATE + 1)
    )
    rows = session.execute(chosen).all()
    capped, rows = len(rows) > MOST_LATE, rows[:MOST_LATE]
    elements = Elements(session, [row.definition_id for row in rows])
    processes = Counter(elements.process(row.definition_id) for row in rows)
    people = Counter(row.assignee for row in rows if row.assignee)
    roles = Counter(tuple(row.candidate_groups) for row in rows if not row.assignee)
    return LateRows(
        total=len(rows),
        cases=len({row.instance_id for row in rows}),
        capped=capped,
        processes=tuple((name, key, number) for (key, name), number in processes.most_common()),
        people=tuple(people.most_common()),
        roles=tuple(roles.most_common()),
    )


def where_cases_are(session: Session) -> list[WhereRow]:
    """The processes that people start, with how many live cases each has and in which called processes these wait, by name."""
    latest, ids = _processes(session)
    cases = _counted(session, {(key, ""): _live(key) for key in latest if latest[key].startable})
    live = [key for (key, _), number in cases.items() if number]
    called = [(key, each) for key in live for each in latest[key].calls if each in latest]
    numbers = _counted(session, {(key, each): _waits(key, ids[each]) for key, each in called})
    found = [WhereRow(key, latest[key].name, cases[key, ""], _stages(latest, key, numbers)) for key in live]
    return sorted(found, key=lambda row: row.name)


def _processes(session: Session) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """By their keys, the latest versions of the processes, and the ids of all their versions."""
    columns = ProcessDefinition.calls, ProcessDefinition.latest, ProcessDefinition.startable
    versions = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.key, ProcessDefinition.name, *columns)
    ).all()
    ids: dict[str, list[int]] = {}
    for row in versions:
        ids.setdefault(row.key, []).append(row.id)
    return {row.key: row for row in versions if row.latest}, ids


def _stages(latest: dict[str, Any], key: str, numbers: dict[tuple[str, str], int]) -> tuple[tuple[str, str, int], ...]:
    called = (each for each in latest[key].calls if numbers.get((key, each)))
    return tuple((each, str(latest[each].name), numbers[key, each]) for each in called)


def _live(key: str) -> AnySelect:
    return select(ProcessInstance.id).where(ProcessInstance.process == key, ProcessInstance.status == ACTIVE)


def _waits(key: str, definitions: Sequence[int]) -> AnySelect:
    """The live cases of a process that wait in one which it calls, for a person, a date or an event: others call that, too,
    or people start it."""
    there = (
        exists().where(table.instance_id == ProcessInstance.id, table.definition_id.in_(definitions), *more)
        for table, more in WAITING
    )
    return _live(key).where(or_(*there))


def _counted(session: Session, chosen: dict[tuple[str, str], AnySelect]) -> dict[tuple[str, str], int]:
    """How many rows each query has, no further than the limit and one more; all in one statement."""
    if not chosen:
        return {}
    parts = [
        select(literal(key), literal(stage), func.count()).select_from(each.limit(COUNT_LIMIT + 1).subquery())
        for (key, stage), each in chosen.items()
    ]
    return {(key, stage): number for key, stage, number in session.execute(union_all(*parts))}


def news(session: Session, since: datetime) -> News:
    """What is new since a moment, among the newest of each kind."""
    began = session.scalars(select(ProcessInstance.started).order_by(ProcessInstance.id.desc()).limit(MOST_NEW)).all()
    ended = session.scalars(
        select(ProcessInstance.ended)
        .where(ProcessInstance.ended.is_not(None))
        .order_by(ProcessInstance.ended.desc())
        .limit(MOST_NEW)
    ).all()
    category = session.scalars(select(SchoolCategory.since).order_by(SchoolCategory.id.desc()).limit(MOST_NEW)).all()
    changes = session.scalars(select(SchoolChange.at).order_by(SchoolChange.id.desc()).limit(MOST_NEW)).all()
    new = [sum(at is not None and at >= since for at in each) for each in (began, ended, category, changes)]
    return News(began=new[0], ended=new[1], categories=new[2], changes=new[3], more=MOST_NEW in new)
