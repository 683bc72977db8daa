"""A case that is suspended: its timers wait, nobody is told that its tasks are late, and messages for it are held.

That nothing goes on in it is refused in one place, :func:`engine.cases.stepping.check_goes_on`; here is what its rows say
meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.jobs import queue
from engine.store.tables import HELD, OPEN, WAITING, Job, Message, ProcessInstance, UserTask

#: The status of a timer of a suspended case: no worker takes it.
SUSPENDED = "suspended"


def begin(session: Session, instance: ProcessInstance, now: datetime) -> None:
    """Let a case, whose row is locked, rest. A worker that has just claimed one of its timers loses it."""
    instance.suspended = now
    timers = update(Job).where(Job.instance_id == instance.id, Job.status == WAITING)
    session.execute(timers.values(status=SUSPENDED, claim=None))
    tasks = update(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == OPEN)
    session.execute(tasks.values(tell_at=None))


def end(session: Session, instance: ProcessInstance, now: datetime) -> None:
    """Let a case go on: what fell due meanwhile happens now, and what was held for it is delivered."""
    instance.suspended = None
    timers = update(Job).where(Job.instance_id == instance.id, Job.status == SUSPENDED)
    session.execute(timers.values(status="waiting", attempts=0, next_try=Job.due))
    tasks = update(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == OPEN)
    session.execute(tasks.where(UserTask.due.is_not(None)).values(tell_at=now))
    held = list(session.scalars(select(Message.id).where(Message.target_id == instance.id, Message.status == HELD)))
    if held:
        session.execute(update(Message).where(Message.id.in_(held)).values(status="waiting"))
        session.execute(insert(Job), [queue.message_job(instance.authority, each, now) for each in held])


def hold(session: Session, instance: ProcessInstance, message: Message) -> None:
    """Keep a message for a suspended case until it goes on."""
    message.status, message.target_id = "held", instance.id
    session.add(message)


def let_go(session: Session, instance: ProcessInstance) -> None:
    """A case is stopped that may be suspended: what was held for it has found nobody, and waits for a manager."""
    if instance.suspended is None:
        return
    instance.suspended = None
    held = update(Message).where(Message.target_id == instance.id, Message.status == HELD)
    session.execute(held.values(status="undelivered", trouble="nobody"))
