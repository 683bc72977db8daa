"""Rounds: a process started for many schools, a case a school, by a timer or by one click.

A round is a row and a job a school, written in one transaction. Each job starts one case in a transaction of its own, so
that a school gets one case of a round whatever crashes, and one that fails holds no other up. A school that has an open case
of the process already is skipped, so that a round can be run again without doubling.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import cases, records, schools
from engine.cases import Starting, World
from engine.errors import NotForSchools
from engine.jobs import Claimed
from engine.registry import Loaded
from engine.spiff import StartTrigger
from engine.tables import ACTIVE, SCHOOL, Job, ProcessInstance, Round, School


@dataclass
class Wanted:
    """A round that is to begin. ``urns`` None: every school that the start event is for."""

    authority: str
    loaded: Loaded
    start: StartTrigger
    by: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    urns: Collection[str] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def start_of(loaded: Loaded, element: str | None = None) -> StartTrigger:
    """The start event for schools: this element, or the none start event of a process that is for schools.

    Raises NotForSchools.
    """
    meant = any(start.for_each == SCHOOL for start in loaded.definition.starts)
    for start in loaded.definition.starts:
        if meant and (start.element == element if element else start.kind == "none"):
            return start
    raise NotForSchools(key=loaded.key)


def begin(session: Session, world: World, wanted: Wanted) -> Round:
    """Write a round and its jobs. Raises what the expression ``forEachWhen`` raises."""
    meant = fitting(session, world, wanted)
    busy = _busy(session, wanted)
    fresh = [urn for urn in meant if urn not in busy]
    now = world.clock.now()
    made = Round(
        authority=wanted.authority, definition_id=wanted.loaded.id, process=wanted.loaded.key,
        element=wanted.start.element, variables=dict(wanted.variables), by=wanted.by, begun=now, total=len(meant),
        skipped=len(meant) - len(fresh),
    )  # fmt: skip
    session.add(made)
    session.flush()
    fixed = {
        **records.job_row(wanted.authority, SCHOOL, now), "definition_id": wanted.loaded.id, "round_id": made.id,
        "element": wanted.start.element,
    }  # fmt: skip
    if fresh:
        session.execute(insert(Job), [{**fixed, "token": urn} for urn in fresh])
    return made


def fitting(session: Session, world: World, wanted: Wanted) -> list[str]:
    """The URNs of the schools that a round is for, by the schools' names."""
    found = session.scalars(
        select(School).where(School.authority == wanted.authority).order_by(School.name, School.urn)
    )
    when, settings = wanted.start.for_each_when, world.settings(wanted.authority)
    return [
        school.urn
        for school in found
        if (wanted.urns is None or school.urn in wanted.urns)
        and (not when or world.feel.evaluate(when, {"school": schools.variable(school), "settings": settings}) is True)
    ]


def busy(session: Session, wanted: Wanted) -> set[str]:
    """The URNs of the schools that have an open case of the process."""
    return {urn for urn in _busy(session, wanted) if urn}


def _busy(session: Session, wanted: Wanted) -> set[str | None]:
    open_cases = select(ProcessInstance.school_urn).where(
        ProcessInstance.authority == wanted.authority, ProcessInstance.process == wanted.loaded.key,
        ProcessInstance.status == ACTIVE,
    )  # fmt: skip
    return set(session.scalars(open_cases))


def begin_one(session: Session, world: World, job: Claimed) -> None:
    """Start the case of one school, unless it has got one meanwhile."""
    found = session.get(Round, job.round_id)
    assert found is not None
    # Two rounds may be under way: who holds the school looks first.
    locked = select(School).where(School.authority == job.authority, School.urn == job.token).with_for_update()
    session.scalars(locked).first()
    loaded = world.registry.get(session, found.definition_id)
    wanted = Wanted(job.authority, loaded, start_of(loaded, found.element))
    if job.token in _busy(session, wanted):
        found.skipped += 1
        return
    detail = {"round": found.id} | ({"by": "timer"} if not found.by else {})
    element = None if wanted.start.kind == "none" else found.element
    starting = Starting(
        job.authority, found.definition_id, variables=found.variables, school_urn=job.token, by=found.by,
        element=element, detail=detail,
    )  # fmt: skip
    cases.start(session, world, starting)
