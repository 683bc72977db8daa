"""Who may see a case since they are asked in it: what a step asks of a role or person that its process does not name.

Most roles stand in the diagram, so most steps write nothing here and ask nothing. What is noted stays when the task is done:
whoever had a task in a case may see what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.steps import WaitingUserTask
from engine.store.tables import CaseReader, ProcessInstance, UserTask


def note(session: Session, instance: ProcessInstance, loaded: Loaded, tasks: Iterable[WaitingUserTask]) -> None:
    """Let those who are asked by these tasks see the case."""
    wanted = {reader for task in tasks for reader in _asked(task) if reader[0] not in loaded.readers or reader[1]}
    if wanted:
        _add(session, instance, wanted)


def keep(session: Session, instance: ProcessInstance, loaded: Loaded) -> None:
    """Let those who were asked in a case see it on, though this version of its process, to which it is moved, does not name
    them."""
    asked = select(UserTask.candidate_groups).where(UserTask.instance_id == instance.id)
    roles = {role for groups in session.scalars(asked) for role in groups}
    if wanted := {(role, "") for role in roles if role not in loaded.readers}:
        _add(session, instance, wanted)


def let(session: Session, instance: ProcessInstance, username: str) -> None:
    """Let somebody see a case to whom a task of it is given by name."""
    _add(session, instance, {("", username)})


def _add(session: Session, instance: ProcessInstance, wanted: set[tuple[str, str]]) -> None:
    known = select(CaseReader.role, CaseReader.username).where(CaseReader.instance_id == instance.id)
    fresh = sorted(wanted - {(role, username) for role, username in session.execute(known)})
    if fresh:
        case = {"authority": instance.authority, "instance_id": instance.id}
        session.execute(insert(CaseReader), [{**case, "role": role, "username": name} for role, name in fresh])


def _asked(task: WaitingUserTask) -> list[tuple[str, str]]:
    """The roles of a task; the one person to whom its diagram gives it; everybody where it names nobody."""
    if task.candidate_groups:
        return [(role, "") for role in task.candidate_groups]
    return [("", task.assignee or "")]
