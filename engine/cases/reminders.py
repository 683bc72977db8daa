"""Reminders: somebody whose case waits for others asks them again, once a day for each task; the story says so."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_before
from engine.cases import hands, news, records, stepping
from engine.cases.stepping import World
from engine.errors import RemindedToday
from engine.jobs import outbox
from engine.queries.day import REMINDED
from engine.queries.tasks import TaskRow, tasks_by_id
from engine.steps import Notification
from engine.store.tables import History
from engine.store.tenancy import Scope


def remind(session: Session, world: World, task_id: int, scope: Scope) -> TaskRow:
    """Tell those who are asked, or who has claimed it, that a task waits for them; the task.

    Raises TaskNotFound, TaskNotOpen, RemindedToday.
    """
    instance, task, _ = stepping.lock_by_task(session, task_id)
    [row] = tasks_by_id(session, [task.id])
    now = world.clock.now()
    said = select(History.detail).where(
        History.instance_id == instance.id, History.how == REMINDED, History.ended >= late_before(now)
    )
    if any(detail["task"] == task.id for detail in session.scalars(said)):
        raise RemindedToday(task=row.name)
    detail = {"task": task.id}
    records.add_line(session, instance, now, REMINDED, scope.username, detail, task.element, task.definition_id)
    _tell(session, world, (instance, task), row, scope)
    return row


def _tell(session: Session, world: World, locked: hands.Locked, row: TaskRow, scope: Scope) -> None:
    """In Pathways whoever is asked, and by mail those of them who want to be told at once."""
    (instance, task), now = locked, world.clock.now()
    subject = ", ".join(filter(None, (f"Reminder: {row.name}", row.school_name)))
    member = hands.people(session, world, instance.authority, [scope.username]).members.get(scope.username)
    text = f"{member.name if member else 'A colleague'} asks you again. It is among your tasks."
    key = f"remind-{task.id}-{now:%Y%m%d%H%M%S}"
    if task.assignee:
        outbox.tell_person(session, task, task.assignee, subject, text, now)
    else:
        told = Notification(row.process, row.element, row.roles, subject, text)
        outbox.notify(session, instance, [told], now, None, key, task_id=task.id)
    post = stepping.post(world, instance.authority)
    if post is not None:
        news.tell(session, post, [row], ("Reminder", "Reminders"), now, key)
