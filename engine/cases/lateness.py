"""Telling people that a task is late, so that nobody's silence goes unseen: first those whose task it is, on the morning
after it was due, and :data:`PATIENCE` later those who manage cases."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from engine.calendar.rhythms import add_working_days, said
from engine.calendar.terms import SchoolCalendar
from engine.calendar.timers import ZONE, fires_on
from engine.cases.stepping import World, mailboxes
from engine.jobs import outbox
from engine.queries.tasks import TaskRow, tasks_by_id
from engine.steps import Notification
from engine.store.tables import OPEN, ProcessInstance, UserTask

DAY = timedelta(days=1)
Moments = tuple[datetime, datetime]
"""When those whose task it is are told, and when those who manage cases."""
#: Working days that a task may be late before those who manage cases are told.
PATIENCE = 5


def next_due() -> Select[datetime | None]:
    """Ask when somebody is to be told of a late task next."""
    waits = UserTask.status == OPEN, UserTask.tell_at.is_not(None)  # as the index says it
    return select(func.min(UserTask.tell_at)).where(*waits)


def tell_next(session: Session, world: World) -> bool:
    """Tell of the task that has been late longest without anybody being told; false where there is none."""
    now = world.clock.now()
    found = _earliest(session, now)
    if found is None:
        return False
    task, instance = found
    session.refresh(task)
    if task.status == "open" and task.due is not None:
        calendar = world.calendars(instance.authority, instance.school_urn)
        _tell(session, world, task, instance, _moments(task.due, calendar))
    return True


def _earliest(session: Session, now: datetime) -> tuple[UserTask, ProcessInstance] | None:
    """The task, its instance locked first, as everywhere."""
    chosen = (
        select(UserTask, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.status == OPEN, UserTask.tell_at <= now)
        .order_by(UserTask.tell_at, UserTask.id)
        .limit(1)
        .with_for_update(of=ProcessInstance, skip_locked=True)
    )
    row = session.execute(chosen).first()
    return (row[0], row[1]) if row is not None else None


def _tell(session: Session, world: World, task: UserTask, instance: ProcessInstance, moments: Moments) -> None:
    """Tell whoever is next to be told, if it is their moment; then wait for the next one's."""
    now = world.clock.now()
    if now >= moments[task.told]:
        [row] = tasks_by_id(session, [task.id])
        told = _to_managers(world, instance, row) if task.told else _to_those_asked(row)
        key = f"late-{task.id}-{task.told}"
        outbox.notify(session, instance, [told] if told.to else [], now, mailboxes(world, instance.authority), key)
        task.told += 1
    task.tell_at = moments[task.told] if task.told < len(moments) else None


def _moments(due: datetime, calendar: SchoolCalendar) -> Moments:
    day = due.astimezone(ZONE).date()
    return fires_on(day + DAY, calendar), fires_on(add_working_days(day, PATIENCE, calendar) + DAY, calendar)


def _to_those_asked(row: TaskRow) -> Notification:
    return _told(row, row.roles, "It is among your tasks.")


def _to_managers(world: World, instance: ProcessInstance, row: TaskRow) -> Notification:
    home = world.config.authorities.get(instance.authority)
    roles = home.roles if home else {}
    managers = tuple(role.id for role in roles.values() if "manage" in role.capabilities)
    asked = " or ".join(roles[role].name for role in row.roles if role in roles)
    return _told(row, managers, f"It waits for: {asked}." if asked else "")


def _told(row: TaskRow, to: tuple[str, ...], more: str) -> Notification:
    about = row.school_name or row.process_name
    due = said(row.due.astimezone(ZONE).date()) if row.due else ""
    text = f"“{row.name}” ({about}) was due on {due} and is not done. {more}".strip()
    return Notification(row.process, row.element, to, f"Late: {row.name}, {about}", text)
