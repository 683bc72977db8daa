"""Start events that wait: timer start events as jobs, message and signal start events as subscriptions.

Only the latest version of a process listens. A timer whose text is the same in the new version keeps its date; one that
has fired is remembered, so that it goes on counting, or fires no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine.calendar import timers
from engine.calendar.terms import SchoolCalendar
from engine.cases import keeping
from engine.deployments.registry import Loaded, Registry
from engine.feel import Feel
from engine.jobs import queue
from engine.spiff import StartTrigger
from engine.store.tables import START, WAITING, EventSubscription, Job, ProcessDefinition, StartTimer


@dataclass(frozen=True)
class Listening:
    """What start events may ask of the world."""

    authority: str
    now: datetime
    calendar: SchoolCalendar
    feel: Feel


@dataclass(frozen=True)
class Beat:
    """Which beat of a start timer waits or has fired: its number, counted from the anchor, and how many are left with it.

    Jobs made before beats were numbered have neither anchor nor number.
    """

    left: int | None
    anchor: datetime | None
    number: int | None


def listen(session: Session, registry: Registry, world: Listening, fresh: Iterable[Loaded]) -> None:
    """Let new versions wait for what starts them, and their earlier versions no longer."""
    for loaded in fresh:
        earlier = _earlier(session, world, loaded)
        kept = _kept(session, registry, earlier)
        session.execute(delete(Job).where(Job.kind == START, Job.definition_id.in_(earlier)))
        waits = EventSubscription
        session.execute(delete(waits).where(waits.instance_id.is_(None), waits.definition_id.in_(earlier)))
        begun = _begun(session, world, loaded.key)
        timers_of = [start for start in loaded.definition.starts if start.kind == "timer"]
        jobs = [job for start in timers_of if (job := _job(world, loaded, start, kept, begun)) is not None]
        if jobs:
            session.execute(insert(Job), jobs)
        rows = [_subscription(world, loaded, s) for s in loaded.definition.starts if s.kind in ("message", "signal")]
        if rows:
            session.execute(insert(EventSubscription), rows)
            keeping.wake(session, world.authority, rows, world.now)


def _earlier(session: Session, world: Listening, loaded: Loaded) -> list[int]:
    return list(
        session.scalars(
            select(ProcessDefinition.id).where(
                ProcessDefinition.authority == world.authority,
                ProcessDefinition.key == loaded.key,
                ProcessDefinition.id != loaded.id,
            )
        )
    )


def _kept(session: Session, registry: Registry, earlier: list[int]) -> dict[tuple[str, str], Job]:
    """Waiting start timers of earlier versions by (element, text)."""
    found: dict[tuple[str, str], Job] = {}
    for job in session.scalars(select(Job).where(Job.kind == START, Job.definition_id.in_(earlier))):
        assert job.definition_id is not None
        for start in registry.get(session, job.definition_id).definition.starts:
            if start.element == job.element and start.kind == "timer":
                found[(start.element, start.text)] = job
    return found


def _begun(session: Session, world: Listening, process: str) -> dict[tuple[str, str], StartTimer]:
    """Start timers of this process that have fired, by (element, text)."""
    chosen = select(StartTimer).where(StartTimer.authority == world.authority, StartTimer.process == process)
    return {(row.element, row.text): row for row in session.scalars(chosen)}


def _job(
    world: Listening,
    loaded: Loaded,
    start: StartTrigger,
    kept: dict[tuple[str, str], Job],
    begun: dict[tuple[str, str], StartTimer],
) -> dict[str, Any] | None:
    """The job of a start timer: its earlier version's, or the next beat of one that has fired, or its first."""
    old, fired = kept.get((start.element, start.text)), begun.get((start.element, start.text))
    if old is not None:
        said = {"estimated": old.estimated, "why": old.why, "next_try": old.next_try}
        counted = {"repeats": old.repeats, "anchor": old.anchor, "beat": old.beat}
        return {**_row(world.authority, loaded, start, old.due), **said, **counted}
    if fired is not None:
        return again(world, loaded, start.element, fired.due, Beat(fired.repeats, fired.anchor, fired.beat))
    timer = _timer(world, start)
    number, due = 1, timer.next(world.now, world.calendar, start.rule or None)
    if timer.repeats is not None:
        number, due = timer.following(world.now, 0, world.now, world.calendar, start.rule or None)
    return _beat(world, loaded, start, Beat(timer.repeats, world.now, number), due)


def _row(authority: str, loaded: Loaded, start: StartTrigger, due: datetime) -> dict[str, Any]:
    return {**queue.job_row(authority, "start", due), "definition_id": loaded.id, "element": start.element}


def recalculate(session: Session, registry: Registry, world: Listening) -> None:
    """The calendar is another one: work out again the start timers that go by it, from when each began to count.

    The caller commits.
    """
    waiting = (Job.kind == START, Job.status == WAITING, Job.claim.is_(None), Job.due > world.now)
    for job in session.scalars(select(Job).where(Job.authority == world.authority, *waiting)):
        assert job.definition_id is not None
        start = _timer_start(registry.get(session, job.definition_id), job.element)
        due = None if start is None else _calendar_date(world, start, job)
        if due is not None:
            job.due, job.next_try, job.estimated, job.why = due.at, due.at, due.estimated, due.why


def _calendar_date(world: Listening, start: StartTrigger, job: Job) -> timers.Due | None:
    """The date of a start timer by the calendar as it now is; None for a timer that does not go by it."""
    timer, rule = _timer(world, start), start.rule or None
    if job.anchor is None or job.beat is None or not timer.by_calendar(rule):
        return None
    return timer.beat(job.beat, job.anchor, world.calendar, rule)


def _timer_start(loaded: Loaded, element: str) -> StartTrigger | None:
    return next(
        (start for start in loaded.definition.starts if start.element == element and start.kind == "timer"), None
    )


def fired(session: Session, world: Listening, loaded: Loaded, element: str, due: datetime, beat: Beat) -> None:
    """A start timer has fired: remember that, and let it wait for its next beat, if it has one."""
    start = _timer_start(loaded, element)
    if start is None:
        return
    row = _begun(session, world, loaded.key).get((element, start.text))
    if row is None:
        row = StartTimer(authority=world.authority, process=loaded.key, element=element, text=start.text)
        session.add(row)
    row.due, row.repeats, row.anchor, row.beat = due, beat.left, beat.anchor, beat.number
    following = again(world, loaded, element, due, beat)
    if following is not None:
        session.execute(insert(Job), [following])


def again(world: Listening, loaded: Loaded, element: str, due: datetime, beat: Beat) -> dict[str, Any] | None:
    """The job for the next beat of a start timer that has fired; None when that was the last.

    Beats that were missed are passed over: after a long stop a process is started once, not once for each.
    """
    start = _timer_start(loaded, element)
    if start is None or timers.left_after(beat.left, 1) is None:
        return None
    anchor, before = (due, 0) if beat.anchor is None or beat.number is None else (beat.anchor, beat.number)
    after, rule = max(due, world.now), start.rule or None
    number, following = _timer(world, start).following(anchor, before, after, world.calendar, rule)
    left = timers.left_after(beat.left, number - before)
    return None if left is None else _beat(world, loaded, start, Beat(left, anchor, number), following)


def _beat(world: Listening, loaded: Loaded, start: StartTrigger, beat: Beat, due: timers.Due) -> dict[str, Any]:
    said = {"estimated": due.estimated, "why": due.why}
    counted = {"repeats": beat.left, "anchor": beat.anchor, "beat": beat.number}
    return {**_row(world.authority, loaded, start, due.at), **said, **counted}


def _timer(world: Listening, start: StartTrigger) -> timers.Timer:
    text = start.text
    value = world.feel.evaluate(text, {}, now=world.now) if text.lstrip().startswith("=") else text
    return timers.from_value(value, timers.KINDS.get(start.timer_kind, "any"))


def _subscription(world: Listening, loaded: Loaded, start: StartTrigger) -> dict[str, Any]:
    return {
        "authority": world.authority,
        "instance_id": None,
        "definition_id": loaded.id,
        "process": loaded.key,
        "token": "",
        "element": start.element,
        "kind": start.kind,
        "name": start.name,
        "key": "",
    }
