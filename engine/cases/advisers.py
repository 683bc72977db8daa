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

    A task of such a role is given to the link adviser of the case's school who holds it, unless its diagram gives it to
    somebody, they are barred from the case, or it is one half of what two persons must do: who does which is theirs to say.
    """
    home = world.config.authorities.get(instance.authority)
    first = _looking_first(home)
    asked = [task for task in fresh if _is_for(task, first)]
    adviser = _adviser(session, world, home, instance) if home and asked else None
    if adviser is None:
        return {}
    held = adviser.roles & first
    theirs = (task for task in asked if _is_for(task, held))
    return {task.token: adviser.username for task in theirs if not _is_a_half(session, loaded, task)}


def _is_for(task: WaitingUserTask, roles: frozenset[str]) -> bool:
    """Whether a task asks one of these roles, and no person."""
    return not task.assignee and not roles.isdisjoint(task.candidate_groups)


def _adviser(session: Session, world: World, home: Authority, instance: ProcessInstance) -> Member | None:
    """The link adviser of a case's school, unless they are barred from the case."""
    if not instance.school_urn:
        return None
    people = People.of(session, home, world.directory, day_of(world.clock.now()))
    adviser = advisers.of_school(people, instance.school_urn)
    return None if adviser is None or _is_barred(session, instance, adviser) else adviser


def _looking_first(home: Authority | None) -> frozenset[str]:
    """The roles of an authority that look after their own schools first."""
    return frozenset(role.id for role in home.roles.values() if role.per_school) if home else frozenset()


def _is_barred(session: Session, instance: ProcessInstance, adviser: Member) -> bool:
    names: Collection[str] = conflicts.barred(session, [instance.id]).get(instance.id, ()) if instance.id else ()
    return conflicts.is_barred(names, adviser)


def _is_a_half(session: Session, loaded: Loaded, task: WaitingUserTask) -> bool:
    definition_id = loaded.ids[task.process]
    return bool(Elements(session, [definition_id]).info(definition_id, task.element).said("separate_from"))
