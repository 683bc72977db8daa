"""Whether a case of a process may begin for a school: by what the process says of the schools that it is for.

Properties of a process: ``startWhen`` (FEEL over ``school`` and ``settings``) says for which schools it is,
``needsSchool`` = ``true`` that it is always about one, ``cases`` = ``many`` that a school may have several at once, and
``closedSchools`` = ``true`` that a school which has closed may have one. Without the last two, a school has one open case of
a process, and a closed school gets none: another is refused, however it is begun.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import retirement
from engine.deployments.registry import Loaded
from engine.errors import LiveCaseExists, NotForThisSchool, PathwaysError, SchoolHasClosed, SchoolNeeded
from engine.schools.register import find, variable
from engine.store.tables import ACTIVE, ProcessInstance, School
from engine.store.tenancy import unconfined

if TYPE_CHECKING:
    from engine.cases.stepping import World


def check(
    session: Session, world: World, loaded: Loaded, authority: str, urn: str | None, by_hand: bool
) -> School | None:
    """The school that a case is about, when it may begin; ``by_hand`` at its none start event: one that says
    ``forEach`` = ``school`` always is about one. Raises ProcessRetired, SchoolNeeded, SchoolNotFound, SchoolHasClosed,
    NotForThisSchool, LiveCaseExists, and what ``startWhen`` raises."""
    retirement.check(session, loaded, authority)
    if not urn:
        if loaded.needs_school_by_hand if by_hand else loaded.needs_school:
            raise SchoolNeeded(process=loaded.name)
        return None
    school = find(session, authority, urn)
    refused = refusal(session, world, loaded, school)
    if refused is not None:
        raise refused
    return school


def refusal(session: Session, world: World, loaded: Loaded, school: School) -> PathwaysError | None:
    """Why a case may not begin for a school; None when it may. Raises what ``startWhen`` raises.

    Of an open case that the person may not see nothing is said: the words are those for a school that the process is not for.
    """
    if not _is_open_enough(loaded, school):
        return SchoolHasClosed(process=loaded.name, school=school.name)
    not_for = NotForThisSchool(process=loaded.name, school=school.name, type=school.type)
    if not is_for(world, loaded, school):
        return not_for
    running = None if loaded.many_cases else live_case(session, loaded, school)
    if running is None:
        return None
    if session.scalar(select(ProcessInstance.id).where(ProcessInstance.id == running)) is None:
        return not_for
    return LiveCaseExists(process=loaded.name, school=school.name, instance=running)


def is_for(world: World, loaded: Loaded, school: School) -> bool:
    """Whether the process is for a school such as this one is now."""
    if not _is_open_enough(loaded, school):
        return False
    if not loaded.start_when:
        return True
    seen = {"school": variable(school), "settings": dict(world.settings(school.authority))}
    return world.feel.evaluate(loaded.start_when, seen, now=world.clock.now()) is True


def _is_open_enough(loaded: Loaded, school: School) -> bool:
    """Whether the school is open, or the process is for closed ones too."""
    return loaded.closed_schools or not school.closed


def schools_for(session: Session, world: World, loaded: Loaded, authority: str) -> set[str]:
    """The URNs of the schools that the process is for."""
    schools = select(School).where(School.authority == authority)
    if not loaded.closed_schools:
        schools = schools.where(School.closed.is_(False))
    return {school.urn for school in session.scalars(schools) if is_for(world, loaded, school)}


def live_case(session: Session, loaded: Loaded, school: School) -> int | None:
    """The open case of the process that a school has. Whoever asks holds the school's row until its transaction ends,
    so that two who begin a case at once do not both find none."""
    session.execute(
        select(School.urn).where(School.authority == school.authority, School.urn == school.urn).with_for_update()
    )
    open_case = select(ProcessInstance.id).where(
        ProcessInstance.authority == school.authority,
        ProcessInstance.process == loaded.key,
        ProcessInstance.school_urn == school.urn,
        ProcessInstance.status == ACTIVE,
    )
    with unconfined(session):  # one that the person may not see stands against another, too
        return session.scalar(open_case.limit(1))
