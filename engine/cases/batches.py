"""Batches: a process started for many schools, a case a school, by a timer or by one click.

A batch is a row and a job a school, written in one transaction. Each job starts one case in a transaction of its own, so
that a school gets one case of a batch whatever crashes, and one that fails holds no other up. A school that is closed is
skipped; so is one that has an open case of the process, unless the process says otherwise (property ``whileOpen``). Whom a
batch skipped, and why, is kept, and managers are told of those with an open case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import queries
from engine.cases import admission, retirement, stepping
from engine.cases.stepping import StartCase, World
from engine.cases.telling import managers
from engine.deployments.registry import Loaded
from engine.errors import InstanceEnded, NotForSchools, SchoolNotFound
from engine.jobs import outbox, queue
from engine.jobs.queue import Claimed
from engine.schools import advisers, register
from engine.spiff import StartTrigger
from engine.steps import Notification
from engine.store.tables import ACTIVE, SCHOOL, Batch, BatchSkip, Job, ProcessInstance, School

#: Why a school gets no case by a batch.
CLOSED = "It has closed."
NOT_MEANT = "It is not among the schools that this start is for."
BUSY = "It has an open case of this process."
RETIRED = "The process was retired."


@dataclass
class BatchRequest:
    """A batch that is to begin. ``urns`` None: every school that the start event is for. One ``key``, one batch."""

    authority: str
    loaded: Loaded
    start: StartTrigger
    by: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    urns: Collection[str] | None = None
    key: str | None = None


@dataclass(frozen=True)
class Meant:
    """The schools that a batch would be for, by URN."""

    urns: tuple[str, ...]
    """By the schools' names."""
    busy: frozenset[str]
    """Those with an open case of the process."""
    while_open: str
    """What becomes of a school with an open case: ``skip``, ``begin`` or ``end`` (property ``whileOpen``)."""


def start_of(loaded: Loaded, element: str | None = None) -> StartTrigger:
    """The start event for schools: this element; else the none start event of a process that is for schools, or the first
    that is.

    Raises NotForSchools.
    """
    meant = [start for start in loaded.definition.starts if start.for_each == SCHOOL]
    fitting = _starts_at(loaded, element) if element else _none_starts(loaded) or meant
    if not meant or not fitting:
        raise NotForSchools(key=loaded.key)
    return fitting[0]


def _starts_at(loaded: Loaded, element: str) -> list[StartTrigger]:
    starts = loaded.definition.starts
    return [start for start in starts if start.element == element and start.kind in ("none", "timer")]


def _none_starts(loaded: Loaded) -> list[StartTrigger]:
    return [start for start in loaded.definition.starts if start.kind == "none"]


def begin(session: Session, world: World, request: BatchRequest) -> Batch:
    """Write a batch and its jobs; for a key that has a batch, that one. Raises SchoolNotFound, and what the expression
    ``forEachWhen`` raises."""
    if (known := _known(session, request)) is not None:
        return known
    fresh, skipped = _sorted(session, world, request)
    made = Batch(
        authority=request.authority,
        definition_id=request.loaded.id,
        process=request.loaded.key,
        element=request.start.element,
        variables=dict(request.variables),
        by=request.by,
        begun=world.clock.now(),
        total=len(fresh) + len(skipped),
        key=request.key,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:  # the same key, asked for at the same moment
        if (known := _known(session, request)) is None:
            raise
        return known
    _write(session, made, fresh, skipped)
    _tell_managers(session, world, request, [urn for urn, why in skipped.items() if why == BUSY])
    return made


def _tell_managers(session: Session, world: World, request: BatchRequest, passed_over: Collection[str]) -> None:
    """Tell those who manage cases which schools a batch passed over, and what their open cases wait for."""
    to = managers(world, request.authority)
    cases = list(_open_cases(session, request, passed_over)) if passed_over and to else []
    if not cases:
        return
    number = f"{len(cases)} {'school was' if len(cases) == 1 else 'schools were'} passed over"
    lines = [f"{_said(session, each)}." for each in cases]
    text = f"These have an open case of {request.loaded.name}, so no new one began: {' '.join(lines)}"
    told = Notification(request.loaded.key, request.start.element, to, f"{request.loaded.name}: {number}", text)
    outbox.notify(session, cases[0], [told], world.clock.now())


def _said(session: Session, instance: ProcessInstance) -> str:
    """An open case in words: its school, its number, and what it waits for."""
    waits = ", ".join(dict.fromkeys(task.name for task in queries.open_tasks(session, instance.id)))
    school = session.get(School, (instance.school_urn, instance.authority))
    name = school.name if school else instance.business_key
    return f"{name}, case {instance.id}{f', which waits for {waits}' if waits else ''}"


def _open_cases(session: Session, request: BatchRequest, urns: Collection[str]) -> Iterable[ProcessInstance]:
    """The open cases of the process that these schools have, the oldest first."""
    chosen = select(ProcessInstance).where(
        ProcessInstance.authority == request.authority,
        ProcessInstance.process == request.loaded.key,
        ProcessInstance.school_urn.in_(urns),
        ProcessInstance.status == ACTIVE,
    )
    return session.scalars(chosen.order_by(ProcessInstance.id))


def _known(session: Session, request: BatchRequest) -> Batch | None:
    if request.key is None:
        return None
    return session.scalars(select(Batch).where(Batch.authority == request.authority, Batch.key == request.key)).first()


def _write(session: Session, made: Batch, fresh: list[str], skipped: Mapping[str, str]) -> None:
    job = {
        **queue.job_row(made.authority, SCHOOL, made.begun),
        "definition_id": made.definition_id,
        "batch_id": made.id,
        "element": made.element,
    }
    if fresh:
        session.execute(insert(Job), [{**job, "token": urn} for urn in fresh])
    _skip(session, made, skipped)


def _skip(session: Session, made: Batch, skipped: Mapping[str, str]) -> None:
    given = {"authority": made.authority, "batch_id": made.id}
    if skipped:
        session.execute(insert(BatchSkip), [{**given, "urn": urn, "why": why} for urn, why in skipped.items()])


def _sorted(session: Session, world: World, request: BatchRequest) -> tuple[list[str], dict[str, str]]:
    """Who gets a case, and who of those asked for does not, and why. A batch for all asks only whom it is for."""
    has_case = busy(session, request) if request.loaded.while_open == "skip" else set()
    fresh, skipped = [], {}
    for school, why in _looked_at(session, world, request):
        if why is None and school.urn not in has_case:
            fresh.append(school.urn)
        elif why is None or request.urns is not None:
            skipped[school.urn] = why or BUSY
    return fresh, skipped


def _asked(session: Session, request: BatchRequest) -> list[School]:
    found = session.scalars(
        select(School).where(School.authority == request.authority).order_by(School.name, School.urn)
    ).all()
    if request.urns is None:
        return list(found)
    if unknown := set(request.urns) - {school.urn for school in found}:
        raise SchoolNotFound(urn=min(unknown))
    return [school for school in found if school.urn in request.urns]


def _looked_at(session: Session, world: World, request: BatchRequest) -> Iterator[tuple[School, str | None]]:
    """The schools that are asked for, and why each gets no case."""
    held = advisers.today_s(session, request.authority)
    for school in _asked(session, request):
        adviser = held[school.urn].name if school.urn in held else ""
        yield school, _why_not(world, request, school, adviser)


def _why_not(world: World, request: BatchRequest, school: School, adviser: str) -> str | None:
    if school.closed:
        return CLOSED
    when, seen = request.start.for_each_when, {"school": register.variable(school, adviser)}
    seen["settings"] = dict(world.settings(request.authority))
    meant = not when or world.feel.evaluate(when, seen) is True
    return None if meant and admission.is_for(world, request.loaded, school) else NOT_MEANT


def meant(session: Session, world: World, request: BatchRequest) -> Meant:
    """The open schools that a batch is for."""
    urns = tuple(school.urn for school, why in _looked_at(session, world, request) if why is None)
    return Meant(urns, frozenset(busy(session, request).intersection(urns)), request.loaded.while_open)


def busy(session: Session, request: BatchRequest) -> set[str]:
    """The URNs of the schools that have an open case of the process."""
    open_cases = select(ProcessInstance.school_urn).where(
        ProcessInstance.authority == request.authority,
        ProcessInstance.process == request.loaded.key,
        ProcessInstance.status == ACTIVE,
    )
    return {urn for urn in session.scalars(open_cases) if urn}


def begin_one(session: Session, world: World, job: Claimed) -> None:
    """Start the case of one school, unless it has got one meanwhile, or has closed; where the process says so, its open
    one ends."""
    found = session.get(Batch, job.batch_id)
    assert found is not None
    loaded = world.registry.get(session, found.definition_id)
    request = BatchRequest(job.authority, loaded, start_of(loaded, found.element))
    if retirement.of(session, job.authority, loaded.key) is not None:
        _skip(session, found, {job.token: RETIRED})
        return
    if loaded.while_open == "end":
        _end_open(session, world, request, found, job.token)
    # Two batches may be under way: who holds the school looks first.
    locked = select(School).where(School.authority == job.authority, School.urn == job.token).with_for_update()
    school = session.scalars(locked).first()
    why = _why_skipped(session, request, school)
    if why is not None:
        _skip(session, found, {job.token: why})
        return
    detail = {"batch": found.id} | ({"by": "timer"} if not found.by else {})
    element = None if request.start.kind == "none" else found.element
    command = StartCase(
        job.authority,
        found.definition_id,
        variables=found.variables,
        school_urn=job.token,
        by=found.by,
        element=element,
        detail=detail,
    )
    stepping.start(session, world, command)


def _why_skipped(session: Session, request: BatchRequest, school: School | None) -> str | None:
    if school is None:
        return None
    passes_over = request.loaded.while_open != "begin"
    held = passes_over and school.urn in busy(session, request)
    return CLOSED if school.closed else BUSY if held else None


def _end_open(session: Session, world: World, request: BatchRequest, found: Batch, urn: str) -> None:
    """End the school's open cases of the process; their stories say by what, and what they still waited for. Cases are
    locked before their school."""
    for each in list(_open_cases(session, request, [urn])):
        try:
            instance = stepping.lock(session, each.id)
        except InstanceEnded:
            continue
        waits = ", ".join(dict.fromkeys(task.name for task in queries.open_tasks(session, instance.id)))
        waited = f" It still waited for: {waits}." if waits else ""
        reason = f"A new round of {request.loaded.name} began on {found.begun:%-d %B %Y}.{waited}"
        stepping.stop(session, world, instance, reason, found.by)
    session.flush()  # whoever asks next sees that they have ended
