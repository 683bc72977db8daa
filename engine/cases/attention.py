"""What a task gets beside its date: a priority, which managers change, and a day until which it rests, for whoever may do it.

Both are lines of the case's story. The case is locked first, as everywhere.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engine.calendar.rhythms import said
from engine.calendar.timers import ZONE, fires_on
from engine.cases import hands, records, stepping
from engine.cases.stepping import World
from engine.errors import GivenRefused, NotAManager, RestRefused
from engine.people import permissions
from engine.people.register import day_of
from engine.people.retention import last_day
from engine.queries.tasks import LEVELS, level_of, tasks_by_id
from engine.store.tables import ProcessInstance, UserTask
from engine.store.tenancy import Scope


def prioritise(session: Session, world: World, task_id: int, level: str, reason: str, scope: Scope) -> None:
    """Give an open task another priority (one of LEVELS), which stays whatever its diagram works out later.

    Raises NotAManager, GivenRefused, TaskNotFound, TaskNotOpen.
    """
    if not hands.may_manage(world, scope):
        raise NotAManager()
    if level not in LEVELS:
        raise GivenRefused(what="priority", reason=f"it is one of {', '.join(LEVELS)}")
    instance, task = _lock(session, task_id)
    was = level_of(task.priority)
    if was != level:
        task.priority, task.priority_by = LEVELS[level], scope.username
        _tell(session, world, (instance, task), "ranked", scope, level=level, was=was, reason=reason)


def rest(session: Session, world: World, task_id: int, until: date | None, scope: Scope) -> None:
    """Let an open task rest until the morning of a day; None takes it up again.

    Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed; RestRefused for a day that is past, or after the task's date.
    """
    instance, task = _lock(session, task_id)
    permissions.check_may_complete(scope, task)
    if until is None:
        if task.follow_up is not None:
            task.follow_up = None
            _tell(session, world, (instance, task), "woken", scope)
        return
    _check(session, world, task, until)
    task.follow_up = fires_on(until, world.calendars(instance.authority, instance.school_urn))
    _tell(session, world, (instance, task), "resting", scope, until=until.isoformat())


def _check(session: Session, world: World, task: UserTask, until: date) -> None:
    due = task.due.astimezone(ZONE).date() if task.due else None
    today = day_of(world.clock.now())
    reason = "it has to be a day after today" if until <= today else ""
    if until > last_day(today):
        reason = f"the day must not be later than {said(last_day(today))}"
    if not reason and due is not None and until > due:
        reason = "it is late already" if due <= today else f"it is due on {said(due)}"
    if reason:
        [row] = tasks_by_id(session, [task.id])
        raise RestRefused(task=row.name, reason=reason)


def _lock(session: Session, task_id: int) -> tuple[ProcessInstance, UserTask]:
    instance, task, _ = stepping.lock_by_task(session, task_id)
    session.refresh(task)  # it may have been read before the lock was had
    return instance, task


def _tell(
    session: Session, world: World, locked: tuple[ProcessInstance, UserTask], how: str, scope: Scope, **detail: Any
) -> None:
    instance, task = locked
    now = world.clock.now()
    records.add_line(session, instance, now, how, scope.username, detail, task.element, task.definition_id)
