"""Whether a case of a process may begin for a school: by what the process says of the schools that it is for.

Properties of a process: ``startWhen`` (FEEL over ``school`` and ``settings``) says for which schools it is,
``needsSchool`` = ``true`` that it is always about one, and ``cases`` = ``many`` that a school may have several at once.
Without the last, a school has one open case of a process: another is refused, however it is begun.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.errors import LiveCaseExists, NotForThisSchool, PathwaysError, SchoolNeeded
from engine.schools.register import find, variable
from engine.store.tables import ACTIVE, ProcessInstance, School

if TYPE_CHECKING:
    from engine.cases.stepping import World


def check(session: Session, world: World, loaded: Loaded, authority: str, urn: str | None) -> School | None:
    """The school that a case is about, when it may begin. Raises SchoolNeeded, SchoolNotFound, NotForThisSchool,
    LiveCaseExists, and what ``startWhen`` raises."""
    if not urn:
        if loaded.needs_school:
            raise SchoolNeeded(process=loaded.name)
        return None
    school = find(session, authority, urn)
    refused = refusal(session, world, loaded, school)
    if refused is not None:
        raise refused
    return school


def refusal(session: Session, world: World, loaded: Loaded, school: School) -> PathwaysError | None:
    """Why a case may not begin for a school; None when it may. Raises what ``startWhen`` raises."""
    if not is_for(world, loaded, school):
        return NotForThisSchool(process=loaded.name, school=school.name, type=school.type)
    running = None if loaded.many_cases else live_case(session, loaded, school)
    if running is None:
        return None
    return LiveCaseExists(process=loaded.name, school=school.name, instance=running)


def is_for(world: World, loaded: Loaded, school: School) -> bool:
    """Whether the process is for a school such as this one is now."""
    if not loaded.start_when:
        return True
    seen = {"school": variable(school), "settings": dict(world.settings(school.authority))}
    return world.feel.evaluate(loaded.start_when, seen, now=world.clock.now()) is True


def schools_for(session: Session, world: World, loaded: Loaded, authority: str) -> set[str]:
    """The URNs of the open schools that the process is for."""
    open_schools = select(School).where(School.authority == authority, School.closed.is_(False))
    return {school.urn for school in session.scalars(open_schools) if is_for(world, loaded, school)}


def live_case(session: Session, loaded: Loaded, school: School) -> int | None:
    """The open case of the process that a school has. Whoever asks holds the school's row until its transaction ends,
    so that two who begin a case at once do not both find none."""
    session.execute(
        select(School.urn).where(School.authority == school.authority, School.urn == school.urn).with_for_update()
    )
    return session.scalar(
        select(ProcessInstance.id)
        .where(
            ProcessInstance.authority == school.authority,
            ProcessInstance.process == loaded.key,
            ProcessInstance.school_urn == school.urn,
            ProcessInstance.status == ACTIVE,
        )
        .limit(1)
    )
