"""Whether there is anybody whom a task is given to: a task that nobody can do is an error of the step that asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.errors import NotAddressed
from engine.people.authorities import Authority
from engine.people.register import day_of
from engine.steps import StepFailed, WaitingUserTask
from engine.store.tables import Person

if TYPE_CHECKING:
    from engine.cases.stepping import World


def check(session: Session, world: World, authority: str, loaded: Loaded, asked: Iterable[WaitingUserTask]) -> None:
    """Raises StepFailed with NotAddressed for a task that begins, and is given to no person or only to roles that the
    authority does not have. Where it is not known who or which roles there are, nothing is said."""
    home = world.config.authorities.get(authority)
    if home is None:
        return
    given = list(asked)
    named = {task.assignee for task in given} - {""}
    known = _usernames(session, world, home, named) if named else named
    for task in given:
        if task.assignee and task.assignee not in known:
            _refuse(loaded, task, home, task.assignee, "no such person")
        if not _is_for_a_role(home, task):
            _refuse(loaded, task, home, ", ".join(task.candidate_groups), "no such role")


def _is_for_a_role(home: Authority, task: WaitingUserTask) -> bool:
    """Whether the authority has one of the task's roles, where it has any and the task names some."""
    return not (home.roles and task.candidate_groups) or not home.roles.keys().isdisjoint(task.candidate_groups)


def _usernames(session: Session, world: World, home: Authority, named: Collection[str]) -> Collection[str]:
    """Who there is in the authority: its accounts, and those of ``named`` who are in its register of people. Where there are
    no accounts it is not known who there is, and everybody may be."""
    accounts = {each.username for each in world.directory(session, home.id, day_of(world.clock.now()))}
    if not accounts:
        return named
    people = select(Person.username).where(Person.authority == home.id, Person.username.in_(sorted(named)))
    return accounts | set(session.scalars(people))


def _refuse(loaded: Loaded, task: WaitingUserTask, home: Authority, whom: str, no_such: str) -> None:
    element = loaded.definition.diagram.elements.get(task.element) if task.process == loaded.key else None
    said = "" if element is None else element.assignee if task.assignee == whom else ", ".join(element.candidate_groups)
    said = said.strip() or whom
    # What an expression gives may be made of an answer that is kept to certain roles.
    named = "what an expression gives" if said.startswith("=") else f'"{whom}"'
    cause = NotAddressed(element=task.name, whom=named, authority=home.name, no_such=no_such, said=said)
    raise StepFailed(task.element, cause) from cause
