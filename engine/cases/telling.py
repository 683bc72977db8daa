"""Telling people of tasks, in the app and by mail: that one is new, that it falls due, and that it is late, so that nobody's
silence goes unseen: first those whose task it is, on the morning after it was due, and :data:`PATIENCE` later those who manage
cases. What they read is what is asked, for which school and by when, and never an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from engine.calendar.rhythms import add_working_days, said
from engine.calendar.terms import SchoolCalendar
from engine.calendar.timers import ZONE, fires_on
from engine.cases import news
from engine.cases.records import NEW
from engine.cases.stepping import World, post
from engine.jobs import letters, outbox
from engine.queries.notices import LATE, TASK
from engine.queries.tasks import TaskRow, tasks_by_id
from engine.steps import Notification
from engine.store.tables import OPEN, ProcessInstance, UserTask

#: The gateways that go one way or another.
CHOOSING = ("exclusiveGateway", "inclusiveGateway")
DAY = timedelta(days=1)
#: Working days that a task may be late before those who manage cases are told.
PATIENCE = 5
#: Working days before its date on which people are told that a task falls due.
AHEAD = 2
#: How far telling of a task has come (``UserTask.told``): first that it is there (:data:`NEW`), and that it falls due; then that
#: it is late, and to those who manage cases.
SOON, ASKED, MANAGERS = range(NEW + 1, 2)


def next_due() -> Select[datetime | None]:
    """Ask when somebody is to be told of a task next."""
    waits = UserTask.status == OPEN, UserTask.tell_at.is_not(None)  # as the index says it
    return select(func.min(UserTask.tell_at)).where(*waits)


def tell_next(session: Session, world: World) -> bool:
    """Tell of the task that has waited longest for somebody to be told, or of all that are new; false where there is none."""
    now = world.clock.now()
    found = _due(session, now, 1)
    if not found:
        return False
    [(task, instance)] = found
    session.refresh(task)
    if task.told == NEW:
        _tell_new(session, world, task.authority)
    elif task.status == "open":
        _tell(session, world, task, instance)
    return True


def _due(
    session: Session, now: datetime, most: int, *only: ColumnElement[bool]
) -> list[tuple[UserTask, ProcessInstance]]:
    """Tasks of which somebody is to be told, their instances locked first, as everywhere."""
    chosen = (
        select(UserTask, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.status == OPEN, UserTask.tell_at <= now, *only)
        .order_by(UserTask.tell_at, UserTask.id)
        .limit(most)
        .with_for_update(of=ProcessInstance, skip_locked=True)
    )
    return [(row[0], row[1]) for row in session.execute(chosen)]


def _tell_new(session: Session, world: World, authority: str) -> None:
    """Tell of all new tasks of an authority, so that who gets many gets one mail."""
    now = world.clock.now()
    found = _due(session, now, letters.MOST, UserTask.authority == authority, UserTask.told == NEW)
    for task, _ in found:
        session.refresh(task)
    asked = [(task, instance) for task, instance in found if task.status == "open" and task.told == NEW]
    rows = {row.id: row for row in tasks_by_id(session, [task.id for task, _ in asked])}
    to = post(world, authority)
    if to is not None:
        news.tell(session, to, list(rows.values()), ("New task", "New tasks"), now, "new")
    for task, instance in asked:
        heading = "Decision awaited" if _decides(session, world, task) else "New task"
        _tell_in_app(session, instance, task, rows[task.id], heading, now)
        task.told = _after_new(task, _moments(world, task, instance))
        _wait(world, task, instance)


def _after_new(task: UserTask, moments: Mapping[int, datetime]) -> int:
    """What comes next: nobody is told that a task falls due on the day on which it is new."""
    return ASKED if SOON in moments and moments[SOON] - DAY <= task.created else SOON


def _tell(session: Session, world: World, task: UserTask, instance: ProcessInstance) -> None:
    """Tell whoever is next to be told, if it is their moment; then wait for the next one's."""
    now, moment = world.clock.now(), _moments(world, task, instance).get(task.told)
    if moment is not None and now >= moment:
        [row] = tasks_by_id(session, [task.id])
        to = post(world, instance.authority)
        if task.told == SOON:
            _tell_in_app(session, instance, task, row, "Due soon", now)
            if to is not None:
                news.tell(session, to, [row], ("Due soon", "Due soon"), now, "soon")
        else:
            told = _to_managers(world, instance, row) if task.told == MANAGERS else _to_those_asked(row)
            key = f"late-{task.id}-{task.told}"
            outbox.notify(session, instance, [told] if told.to else [], now, to, key, kind=LATE, task_id=task.id)
        task.told += 1
    _wait(world, task, instance)


def _tell_in_app(
    session: Session, instance: ProcessInstance, task: UserTask, row: TaskRow, heading: str, now: datetime
) -> None:
    """Tell whoever has the task, else those of its roles, of something that is to be done."""
    about = row.school_name or row.process_name
    subject = f"{heading}: {row.name}, {about}"
    text = f"By {said(row.due.astimezone(ZONE).date())}." if row.due else ""
    text = f"“{row.name}” ({about}) is among your tasks. {text}".strip()
    if task.assignee:
        outbox.tell_person(session, task, task.assignee, subject, text, now, TASK)
    elif row.roles:
        told = Notification(row.process, row.element, row.roles, subject, text)
        key = f"task-{task.id}-{task.told}-{now:%Y%m%d%H%M%S}"
        outbox.notify(session, instance, [told], now, None, key, kind=TASK, task_id=task.id)


def _decides(session: Session, world: World, task: UserTask) -> bool:
    """Whether a task is a decision: the diagram goes one way or another right after it."""
    diagram = world.registry.get(session, task.definition_id).definition.diagram
    element = diagram.elements.get(task.element)
    targets = [diagram.elements.get(flow.target) for flow in diagram.flows_from(element)] if element else []
    return any(each is not None and each.kind in CHOOSING and len(each.outgoing) > 1 for each in targets)


def _wait(world: World, task: UserTask, instance: ProcessInstance) -> None:
    """Wait for the next moment; there is none for a task without a date."""
    task.tell_at = _moments(world, task, instance).get(task.told)


def _moments(world: World, task: UserTask, instance: ProcessInstance) -> dict[int, datetime]:
    """By how far telling has come, when the next are told."""
    if task.due is None:
        return {}
    calendar = world.calendars(instance.authority, instance.school_urn)
    day = task.due.astimezone(ZONE).date()
    return {
        SOON: fires_on(_working_days_before(day, AHEAD, calendar), calendar),
        ASKED: fires_on(day + DAY, calendar),
        MANAGERS: fires_on(add_working_days(day, PATIENCE, calendar) + DAY, calendar),
    }


def _working_days_before(day: date, number: int, calendar: SchoolCalendar) -> date:
    while number > 0:
        day -= DAY
        number -= calendar.is_working_day(day)
    return day


def _to_those_asked(row: TaskRow) -> Notification:
    return _told(row, row.roles, "It is among your tasks.")


def _to_managers(world: World, instance: ProcessInstance, row: TaskRow) -> Notification:
    home = world.config.authorities.get(instance.authority)
    roles = home.roles if home else {}
    asked = " or ".join(roles[role].name for role in row.roles if role in roles)
    return _told(row, managers(world, instance.authority), f"It waits for: {asked}." if asked else "")


def managers(world: World, authority: str) -> tuple[str, ...]:
    """The roles that manage an authority's cases."""
    home = world.config.authorities.get(authority)
    return tuple(role.id for role in home.roles.values() if "manage" in role.capabilities) if home else ()


def _told(row: TaskRow, to: tuple[str, ...], more: str) -> Notification:
    about = row.school_name or row.process_name
    due = said(row.due.astimezone(ZONE).date()) if row.due else ""
    text = f"“{row.name}” ({about}) was due on {due} and is not done. {more}".strip()
    return Notification(row.process, row.element, to, f"Late: {row.name}, {about}", text)
