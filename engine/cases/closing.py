"""A case ends with its school, where its process says so.

The property ``endWhen`` of a process (FEEL over ``school`` and ``settings``) says which schools it has nothing more to do for:
``= school.status = "closed"``. It is asked after the case was told that its school has changed, so that what the diagram
draws for that comes first. A school that another is to follow waits for the manager who decides that: its cases go to the new
one, or end when it is refused.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases import stepping
from engine.cases.stepping import World, post
from engine.cases.telling import managers
from engine.deployments.registry import Loaded
from engine.errors import InstanceEnded, InstanceNotFound
from engine.jobs import outbox
from engine.schools.register import find, variable
from engine.schools.successions import WAITING
from engine.steps import Notification
from engine.store.tables import ProcessInstance, School, SchoolSuccession


def end_with_school(session: Session, world: World, instance_id: int, by: str = "") -> bool:
    """End a live case when its process says so of its school, and tell those it waited for and those who manage cases.

    Whether it ended. The caller commits. Raises what ``endWhen`` raises.
    """
    try:
        instance = stepping.lock(session, instance_id)
    except (InstanceEnded, InstanceNotFound):
        return False
    loaded = world.registry.get(session, instance.definition_id)
    if instance.school_urn is None or not loaded.end_when:
        return False
    school = find(session, instance.authority, instance.school_urn)
    if not _is_over(world, loaded, school) or _is_to_be_followed(session, school):
        return False
    reason = f"{school.name}: the register says “{school.status}”. {loaded.name} ends with the school."
    _tell(session, world, loaded, instance, school)
    stepping.stop(session, world, instance, reason, by)
    return True


def _is_over(world: World, loaded: Loaded, school: School) -> bool:
    seen = {"school": variable(school), "settings": dict(world.settings(school.authority))}
    return world.feel.evaluate(loaded.end_when, seen, now=world.clock.now()) is True


def _is_to_be_followed(session: Session, school: School) -> bool:
    waits = select(SchoolSuccession.id).where(
        SchoolSuccession.authority == school.authority,
        SchoolSuccession.old_urn == school.urn,
        SchoolSuccession.status == WAITING,
    )
    return session.scalar(waits.limit(1)) is not None


def _tell(session: Session, world: World, loaded: Loaded, instance: ProcessInstance, school: School) -> None:
    waited = queries.open_tasks(session, instance.id)
    to = dict.fromkeys([*(role for task in waited for role in task.roles), *managers(world, instance.authority)])
    tasks = "; ".join(dict.fromkeys(task.name for task in waited))
    text = f"The register says of {school.name}: {school.status}. {loaded.name}, case {instance.id}, has ended with the school."
    text += f" It waited for: {tasks}. Nobody needs to do that any more." if tasks else ""
    told = Notification(loaded.key, "", tuple(to), f"Ended with the school: {loaded.name}, {school.name}", text)
    mail = post(world, instance.authority)
    outbox.notify(session, instance, [told], world.clock.now(), mail, f"closed-{instance.id}")
