"""What a person may do with a task or a process: by role, by name, and by who has claimed it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CursorResult, exists, or_, select, update
from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.errors import GivenRefused, NotAStarter, TaskClaimed, TaskNotFound, TaskNotOpen, TaskNotYours
from engine.store.tables import OPEN, UserTask, UserTaskRole
from engine.store.tenancy import Scope


def who(by: str | Scope) -> Scope:
    """A username alone acts as the library does: in every authority and with no check of roles. Raises GivenRefused."""
    if not isinstance(by, Scope | str):
        raise GivenRefused(what="name of whoever acts", reason="a text or a Scope is needed")
    return by if isinstance(by, Scope) else Scope.all_authorities(by)


def check_may_start(scope: Scope, loaded: Loaded, school: str | None = None) -> None:
    """Raises NotAStarter when the process names starters and the person is none: for this school, where one is meant."""
    if not scope.holds(loaded.starter_groups, at=school):
        raise NotAStarter(process=loaded.name, whom=" or ".join(loaded.starter_groups))


def check_may_start_somewhere(scope: Scope, loaded: Loaded) -> None:
    """Raises NotAStarter when the process names starters and the person is none, for whatever school."""
    if not scope.holds_anywhere(loaded.starter_groups):
        raise NotAStarter(process=loaded.name, whom=" or ".join(loaded.starter_groups))


def check_may_complete(scope: Scope, task: UserTask) -> None:
    """Raises TaskNotYours for a task of other roles or of one other person, TaskClaimed when another has claimed it."""
    if scope.everything or is_given(scope, task.assignee, task.candidate_groups, task.school_urn):
        return
    if task.assignee and not task.candidate_groups:
        raise TaskNotYours(whom=task.assignee)
    if not scope.holds(task.candidate_groups, at=task.school_urn):
        raise TaskNotYours(whom=" or ".join(task.candidate_groups))
    if task.assignee and task.assignee != scope.username:
        raise TaskClaimed(by=task.assignee)


def is_given(scope: Scope, assignee: str | None, roles: Collection[str], school: str | None) -> bool:
    """Whether a task is the person's by name. What was claimed in a role for a school is not, once the role is over."""
    if assignee != scope.username:
        return False
    return not scope.schools or not roles or school is None or scope.holds(roles, at=school)


def claim(session: Session, task_id: int, scope: Scope) -> None:
    """Take a task for oneself. Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed.

    The UPDATE itself says "while nobody has it": of two people who claim at once, one gets it and the other is told.
    """
    task = _task(session, task_id)
    check_may_complete(scope, task)
    free = or_(UserTask.assignee.is_(None), UserTask.assignee == scope.username)
    if not _changed(
        session.execute(
            update(UserTask)
            .where(UserTask.id == task_id, UserTask.status == OPEN, free)
            .values(assignee=scope.username)
            .execution_options(synchronize_session=False)
        )
    ):
        _explain(session, task)


def release(session: Session, task_id: int, scope: Scope) -> None:
    """Give a claimed task back to its roles. Raises TaskNotFound, TaskNotOpen, TaskClaimed, TaskNotYours.

    A task that its diagram gives to one person has no roles to go back to, and stays.
    """
    task = _task(session, task_id)
    if not scope.everything and task.assignee not in (None, scope.username):
        raise TaskClaimed(by=task.assignee)
    shared = exists(select(UserTaskRole.task_id).where(UserTaskRole.task_id == task_id))
    if not _changed(
        session.execute(
            update(UserTask)
            .where(UserTask.id == task_id, UserTask.status == OPEN, UserTask.assignee == task.assignee, shared)
            .values(assignee=None)
            .execution_options(synchronize_session=False)
        )
    ):
        _explain(session, task)


def _task(session: Session, task_id: int) -> UserTask:
    found = session.get(UserTask, task_id)
    if found is None:
        raise TaskNotFound(task=task_id)
    _check_open(found)
    return found


def _check_open(task: UserTask) -> None:
    if task.status != "open":
        ended = f"{task.ended:%-d %B %Y}" if task.ended else "an unknown day"
        raise TaskNotOpen(task=task.id, how=task.status, by=task.ended_by or "Pathways", at=ended)


def _explain(session: Session, task: UserTask) -> None:
    """Say why a conditional UPDATE changed nothing."""
    session.refresh(task)
    _check_open(task)
    raise (
        TaskClaimed(by=task.assignee or "nobody")
        if task.candidate_groups
        else TaskNotYours(whom=task.assignee or "others")
    )


def _changed(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
