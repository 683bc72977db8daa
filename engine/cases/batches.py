"""Rounds: a process started for many schools, a case a school, by a timer or by one click.

A round is a row and a job a school, written in one transaction. Each job starts one case in a transaction of its own, so
that a school gets one case of a round whatever crashes, and one that fails holds no other up. A school that has an open case
of the process already is skipped, so that a round can be run again without doubling; so is one that is closed. Whom a round
skipped, and why, is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.cases import records, stepping
from engine.cases.stepping import Starting, World
from engine.deployments.registry import Loaded
from engine.errors import NotForSchools, SchoolNotFound
from engine.jobs.queue import Claimed
from engine.schools import register
from engine.spiff import StartTrigger
from engine.store.tables import ACTIVE, SCHOOL, Job, ProcessInstance, Round, RoundSkip, School

#: Why a school gets no case by a round.
CLOSED = "It has closed."
NOT_MEANT = "It is not among the schools that this start is for."
BUSY = "It has an open case of this process."


@dataclass
class Wanted:
    """A round that is to begin. ``urns`` None: every school that the start event is for. One ``key``, one round."""

    authority: str
    loaded: Loaded
    start: StartTrigger
    by: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    urns: Collection[str] | None = None
    key: str | None = None


def start_of(loaded: Loaded, element: str | None = None) -> StartTrigger:
    """The start event for schools: this element; else the none start event of a process that is for schools, or the first
    that is.

    Raises NotForSchools.
    """
    starts = loaded.definition.starts
    meant = [start for start in starts if start.for_each == SCHOOL]
    if element:
        fitting = [start for start in starts if start.element == element and start.kind in ("none", "timer")]
    else:
        fitting = [start for start in starts if start.kind == "none"] or meant
    if not meant or not fitting:
        raise NotForSchools(key=loaded.key)
    return fitting[0]


def begin(session: Session, world: World, wanted: Wanted) -> Round:
    """Write a round and its jobs; for a key that has a round, that one. Raises SchoolNotFound, and what the expression
    ``forEachWhen`` raises."""
    if (known := _known(session, wanted)) is not None:
        return known
    fresh, skipped = _sorted(session, world, wanted)
    made = Round(
        authority=wanted.authority,
        definition_id=wanted.loaded.id,
        process=wanted.loaded.key,
        element=wanted.start.element,
        variables=dict(wanted.variables),
        by=wanted.by,
        begun=world.clock.now(),
        total=len(fresh) + len(skipped),
        key=wanted.key,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:  # the same key, asked for at the same moment
        if (known := _known(session, wanted)) is None:
            raise
        return known
    _write(session, made, fresh, skipped)
    return made


def _known(session: Session, wanted: Wanted) -> Round | None:
    if wanted.key is None:
        return None
    return session.scalars(select(Round).where(Round.authority == wanted.authority, Round.key == wanted.key)).first()


def _write(session: Session, made: Round, fresh: list[str], skipped: Mapping[str, str]) -> None:
    job = {
        **records.job_row(made.authority, SCHOOL, made.begun),
        "definition_id": made.definition_id,
        "round_id": made.id,
        "element": made.element,
    }
    if fresh:
        session.execute(insert(Job), [{**job, "token": urn} for urn in fresh])
    _skip(session, made, skipped)


def _skip(session: Session, made: Round, skipped: Mapping[str, str]) -> None:
    given = {"authority": made.authority, "round_id": made.id}
    if skipped:
        session.execute(insert(RoundSkip), [{**given, "urn": urn, "why": why} for urn, why in skipped.items()])


def _sorted(session: Session, world: World, wanted: Wanted) -> tuple[list[str], dict[str, str]]:
    """Who gets a case, and who of those asked for does not, and why. A round for all asks only whom it is for."""
    has_case = busy(session, wanted)
    fresh, skipped = [], {}
    for school in _asked(session, wanted):
        why = _why_not(world, wanted, school)
        if why is None and school.urn not in has_case:
            fresh.append(school.urn)
        elif why is None or wanted.urns is not None:
            skipped[school.urn] = why or BUSY
    return fresh, skipped


def _asked(session: Session, wanted: Wanted) -> list[School]:
    found = session.scalars(
        select(School).where(School.authority == wanted.authority).order_by(School.name, School.urn)
    ).all()
    if wanted.urns is None:
        return list(found)
    if unknown := set(wanted.urns) - {school.urn for school in found}:
        raise SchoolNotFound(urn=min(unknown))
    return [school for school in found if school.urn in wanted.urns]


def _why_not(world: World, wanted: Wanted, school: School) -> str | None:
    if school.closed:
        return CLOSED
    when, seen = wanted.start.for_each_when, {"school": register.variable(school)}
    seen["settings"] = dict(world.settings(wanted.authority))
    return None if not when or world.feel.evaluate(when, seen) is True else NOT_MEANT


def fitting(session: Session, world: World, wanted: Wanted) -> list[str]:
    """The URNs of the open schools that a round is for, by the schools' names."""
    return [school.urn for school in _asked(session, wanted) if _why_not(world, wanted, school) is None]


def busy(session: Session, wanted: Wanted) -> set[str]:
    """The URNs of the schools that have an open case of the process."""
    open_cases = select(ProcessInstance.school_urn).where(
        ProcessInstance.authority == wanted.authority,
        ProcessInstance.process == wanted.loaded.key,
        ProcessInstance.status == ACTIVE,
    )
    return {urn for urn in session.scalars(open_cases) if urn}


def begin_one(session: Session, world: World, job: Claimed) -> None:
    """Start the case of one school, unless it has got one meanwhile, or has closed."""
    found = session.get(Round, job.round_id)
    assert found is not None
    # Two rounds may be under way: who holds the school looks first.
    locked = select(School).where(School.authority == job.authority, School.urn == job.token).with_for_update()
    school = session.scalars(locked).first()
    loaded = world.registry.get(session, found.definition_id)
    wanted = Wanted(job.authority, loaded, start_of(loaded, found.element))
    why = CLOSED if school and school.closed else BUSY if job.token in busy(session, wanted) else None
    if why is not None:
        _skip(session, found, {job.token: why})
        return
    detail = {"round": found.id} | ({"by": "timer"} if not found.by else {})
    element = None if wanted.start.kind == "none" else found.element
    starting = Starting(
        job.authority,
        found.definition_id,
        variables=found.variables,
        school_urn=job.token,
        by=found.by,
        element=element,
        detail=detail,
    )
    stepping.start(session, world, starting)
