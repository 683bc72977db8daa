"""New tasks of a role that looks after its own schools first (``perSchool``): they begin with the school's link adviser."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.people import advisers, conflicts
from engine.people.authorities import Authority
from engine.people.directory import Member, People
from engine.people.register import day_of
from engine.queries.common import Elements
from engine.steps import WaitingUserTask
from engine.store.tables import ProcessInstance

if TYPE_CHECKING:
    from engine.cases.stepping import World


def by_default(
    session: Session, world: World, instance: ProcessInstance, loaded: Loaded, fresh: Iterable[WaitingUserTask]
) -> Mapping[str, str]:
    """To whom tasks that begin are given by default: usernames by token.

    A task of such a role is given to the link adviser of the case's school who holds it, or to whoever covers for them today,
    unless its diagram gives it to somebody, they are barred from the case, or it is one half of what two persons must do: who
    does which is theirs to say.
    """
    home = world.config.authorities.get(instance.authority)
    first = advisers.looking_first(home)
    asked = [task for task in fresh if _is_for(task, first)]
    if home is None or not asked or not instance.school_urn:
        return {}
    whom, held = _adviser(session, world, home, instance)
    theirs = [task for task in asked if _is_for(task, held & first)]
    return {task.token: whom for task in theirs if not _is_a_half(session, loaded, task)}


def _adviser(session: Session, world: World, home: Authority, instance: ProcessInstance) -> tuple[str, frozenset[str]]:
    """Who is there today for the link adviser of a case's school, and the adviser's roles; none where there is nobody, or one of
    the two is barred from the case."""
    people = People.of(session, home, world.directory, day_of(world.clock.now()))
    adviser = advisers.of_school(people, instance.school_urn or "")
    if adviser is None:
        return "", frozenset()
    there = people.cover_of(adviser.username) or adviser
    out = any(_is_barred(session, instance, each) for each in (adviser, there))
    return there.username, frozenset() if out else adviser.roles


def _is_for(task: WaitingUserTask, roles: frozenset[str]) -> bool:
    """Whether a task asks one of these roles, and no person."""
    return not task.assignee and not roles.isdisjoint(task.candidate_groups)


def _is_barred(session: Session, instance: ProcessInstance, whom: Member) -> bool:
    names: Collection[str] = conflicts.barred(session, [instance.id]).get(instance.id, ()) if instance.id else ()
    return conflicts.is_barred(names, whom)


def _is_a_half(session: Session, loaded: Loaded, task: WaitingUserTask) -> bool:
    definition_id = loaded.ids[task.process]
    return bool(Elements(session, [definition_id]).info(definition_id, task.element).said("separate_from"))
