"""Carrying a message, a signal or a due job to the case that it is for, inside a transaction that the caller
commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_by
from engine.cases import (
    admission,
    batches,
    closing,
    correlation,
    keeping,
    migration,
    retrying,
    start_events,
    stepping,
    suspension,
)
from engine.cases.batches import BatchRequest
from engine.cases.correlation import Match
from engine.cases.stepping import StartCase, World
from engine.cases.waiting import Waiting, waiting_of
from engine.errors import CaseSuspended, InstanceEnded, InstanceNotFound, MessageAmbiguous, SchoolNotFound
from engine.jobs import queue
from engine.jobs.queue import Claimed
from engine.schools.register import find
from engine.schools.successions import successor
from engine.steps import SCHOOL_CHANGED, Fire, Receive, SetVariables
from engine.store.tables import SCHOOL, Job, Message, ProcessInstance
from engine.store.tenancy import unconfined

#: Why a message was not delivered: nobody waits for it, or several cases of one process do.
NOBODY, AMBIGUOUS = "nobody", "ambiguous"
#: How often a message looks again for a case when the one it found moves on before it can be locked.
LOOKS = 5


def correlate(
    session: Session,
    world: World,
    authority: str,
    name: str,
    keys: Mapping[str, Any],
    payload: Mapping[str, Any],
    by: str = "",
    target: int | None = None,
    school: str | None = None,
    row: Message | None = None,
) -> list[int]:
    """Deliver a message; the ids of the cases that got it or were started by it. None when nobody wants it.

    ``target`` or ``school`` (a URN) say which cases are meant, whatever the keys. The first case takes its step now, or the
    message (``row``, where it is one already) is held for it where it is suspended; further cases (of other processes) get it
    by rows that the dispatcher delivers, since a transaction is one step of one case. Raises MessageAmbiguous.
    """
    for _ in range(LOOKS):
        found = correlation.match(session, authority, name, keys, target, school=school)
        if not found:
            break
        if _receive(session, world, found[0], name, payload, by, row=row):
            first, *others = _ids(found)
            for other in others:
                send(session, world, authority, "message", name, keys, payload, target=other)
            return [first, *others]
    if target is not None:
        return []
    return [
        _begin(session, world, authority, each, keys, payload, by)
        for each in correlation.starts(session, authority, name)
        if _may_begin(session, world, authority, each, keys)
    ]


def begins(session: Session, world: World, authority: str, name: str, urn: str) -> set[str]:
    """The keys of the processes of which a message about a school would begin a case now: none where a case waits for it, whoever
    may see that."""
    keys = {"urn": urn}
    with unconfined(session):
        try:
            waits = correlation.match(session, authority, name, keys, school=urn)
        except MessageAmbiguous:
            return set()
        starts = [] if waits else correlation.starts(session, authority, name)
        return {each.process for each in starts if _may_begin(session, world, authority, each, keys)}


def _may_begin(session: Session, world: World, authority: str, match: Match, keys: Mapping[str, Any]) -> bool:
    """Whether a message may start a process: not for a school that it is not for, or that has an open case of it."""
    loaded, urn = world.registry.get(session, match.definition_id), _school(session, authority, keys)
    if urn is None:
        return not loaded.needs_school
    return admission.refusal(session, world, loaded, find(session, authority, urn)) is None


def _receive(
    session: Session,
    world: World,
    match: Match,
    name: str,
    payload: Mapping[str, Any],
    by: str,
    kind: str = "message",
    row: Message | None = None,
) -> bool:
    """Let a case take a message in, or hold it for one that is suspended; false when it has moved on since the match."""
    held = _locked(session, match, f"{match.token}/{kind}/{name}")
    if held is None:
        return False
    instance, waiting = held
    if instance.suspended is not None:
        sent = row or _message(instance.authority, kind, name, {}, payload, world.clock.now())
        suspension.hold(session, instance, sent)
        return True
    trigger = Receive(match.token, name, dict(payload))
    stepping.step(session, world, instance, trigger, waiting, by=by, element=match.element, detail={kind: name})
    return True


class _MovedOn(Exception):
    """What waited when the message was matched waits no more."""


def _locked(session: Session, match: Match, subscription: str) -> tuple[ProcessInstance, Waiting] | None:
    """The case, locked, if it still waits. If not, its lock is let go again (by going back to the savepoint): whoever
    holds one case while asking for another may meet somebody who does the reverse."""
    assert match.instance_id is not None
    try:
        with session.begin_nested():
            instance = stepping.lock(session, match.instance_id)
            waiting = waiting_of(session, instance.id)
            if subscription not in waiting.subscriptions:
                raise _MovedOn
            return instance, waiting
    except (InstanceEnded, InstanceNotFound, _MovedOn):
        return None


def _begin(
    session: Session,
    world: World,
    authority: str,
    match: Match,
    keys: Mapping[str, Any],
    payload: Mapping[str, Any],
    by: str,
    kind: str = "message",
) -> int:
    """Start a process by its message or signal start event; for the school that a ``urn`` among the keys names."""
    business_key = str(keys.get("business_key") or keys.get("key") or "")
    starting = StartCase(
        authority=authority,
        definition_id=match.definition_id,
        variables=dict(payload),
        by=by,
        element=match.element,
        school_urn=_school(session, authority, keys),
        business_key=business_key,
        detail={"by": kind},
    )
    return stepping.start(session, world, starting).id


def _school(session: Session, authority: str, keys: Mapping[str, Any]) -> str | None:
    key = str(keys.get("key") or keys.get("business_key") or "")
    urn = str(keys.get("urn") or "") or key.removeprefix("URN ")
    try:
        return (successor(session, authority, urn) or find(session, authority, urn).urn) if urn else None
    except SchoolNotFound:
        return None


def send(
    session: Session,
    world: World,
    authority: str,
    kind: str,
    name: str,
    keys: Mapping[str, Any],
    payload: Mapping[str, Any],
    *,
    source: int | None = None,
    target: int | None = None,
) -> int:
    """Put a message or signal on its way: the dispatcher delivers it. Gives its id."""
    now = world.clock.now()
    message = _message(authority, kind, name, keys, payload, now)
    message.source_id, message.target_id = source, target
    session.add(message)
    session.flush()
    session.execute(insert(Job), [queue.message_job(authority, message.id, now)])
    return message.id


def _message(
    authority: str, kind: str, name: str, keys: Mapping[str, Any], payload: Mapping[str, Any], now: datetime
) -> Message:
    said = {"keys": dict(keys), "payload": dict(payload)}
    return Message(authority=authority, kind=kind, name=name, status="waiting", sent=now, **said)


def run(session: Session, world: World, job: Claimed) -> None:
    """Do what a claimed job asks. Raises JobLost when another worker owns it by now."""
    if job.kind == "timer":
        _fire(session, world, job)  # its job goes before the step reads what waits
        return
    does: Mapping[str, Callable[[Session, World, Claimed], None]] = {
        "start": _start,
        SCHOOL: batches.begin_one,
        retrying.JOB: retrying.run,
        migration.JOB: migration.run,
    }
    does.get(job.kind, _deliver)(session, world, job)
    queue.finish(session, job)


def _fire(session: Session, world: World, job: Claimed) -> None:
    assert job.instance_id is not None
    instance = stepping.lock(session, job.instance_id)
    # The job goes before the step reads what waits: a cycle's next beat is a new row under the same token.
    queue.finish(session, job)
    detail = late_by(job.since or job.due, world.clock.now(), world.config.late_after)
    stepping.step(session, world, instance, Fire(job.token), element=job.element, detail=detail)


def _start(session: Session, world: World, job: Claimed) -> None:
    assert job.definition_id is not None
    now = world.clock.now()
    detail = {"by": "timer", **late_by(job.due, now, world.config.late_after)}
    loaded = world.registry.get(session, job.definition_id)
    start = next((each for each in loaded.definition.starts if each.element == job.element), None)
    if start is not None and start.for_each:
        batches.begin(session, world, BatchRequest(job.authority, loaded, start))
    else:
        stepping.start(session, world, StartCase(job.authority, job.definition_id, element=job.element, detail=detail))
    listening = start_events.Listening(job.authority, now, world.calendars(job.authority, None), world.feel)
    beat = start_events.Beat(job.repeats, job.anchor, job.beat)
    start_events.fired(session, listening, loaded, job.element, job.due, beat)


def _deliver(session: Session, world: World, job: Claimed) -> None:
    message = session.get(Message, job.message_id)
    assert message is not None
    starts = _starts(session, message)
    try:
        delivered = _spread(session, world, message) if message.kind == "signal" else _reach(session, world, message)
        if message.status != "held":
            _note(session, world, message, delivered, starts)
    except MessageAmbiguous:
        message.status, message.trouble = "undelivered", AMBIGUOUS


def _note(session: Session, world: World, message: Message, delivered: bool, starts: set[int]) -> None:
    """Note what became of a message; one that found nobody may be kept. Raises MessageAmbiguous."""
    now = world.clock.now()
    message.trouble = None if delivered else NOBODY
    message.status = "delivered" if delivered else "undelivered"
    message.delivered = now if delivered else None
    if not delivered and message.keep_until is not None and message.keep_until > now:
        _keep(session, world, message, message.keep_until, starts)


def _reach(session: Session, world: World, message: Message) -> bool:
    authority, name, keys = message.authority, message.name, message.keys
    reached = bool(
        correlate(session, world, authority, name, keys, message.payload, target=message.target_id, row=message)
    )
    if message.status == "held":
        return True
    if name != SCHOOL_CHANGED or message.target_id is None:
        return reached
    if not reached:
        _look_again(session, world, message.target_id)
    closing.end_with_school(session, world, message.target_id)
    return True


def _starts(session: Session, message: Message) -> set[int]:
    """The start events that the message might start a process by, asked or not."""
    return {each.id for each in correlation.starts(session, message.authority, message.name)}


def _keep(session: Session, world: World, message: Message, until: datetime, starts: set[int]) -> None:
    """Keep a message that nobody waits for; look again at once where somebody has begun to wait meanwhile. Raises
    MessageAmbiguous."""
    kept = keeping.hold(session, message.authority, message.name) and not (
        correlation.match(session, message.authority, message.name, message.keys, message.target_id)
        or _starts(session, message) - starts
    )
    message.trouble, message.status = None, "kept" if kept else "waiting"
    due = until if kept else world.clock.now()
    session.execute(insert(Job), [queue.message_job(message.authority, message.id, due)])


def _look_again(session: Session, world: World, instance_id: int) -> None:
    """Let a case that does not listen see its school as it is now: conditions may be true by that. None is at fault."""
    with suppress(CaseSuspended, InstanceEnded, InstanceNotFound):
        stepping.step(session, world, stepping.lock(session, instance_id), SetVariables({}))


def _spread(session: Session, world: World, message: Message) -> bool:
    """A signal reaches everyone who listens, each in a step of its own; that nobody listens is no fault."""
    authority, name, payload = message.authority, message.name, message.payload
    if message.target_id is not None:
        waiting = correlation.match(session, authority, name, {}, message.target_id, "signal")
        for match in waiting[:1]:
            _receive(session, world, match, name, payload, "", "signal", message)
        return True
    for each in _ids(correlation.listeners(session, authority, name, message.source_id)):
        send(session, world, authority, "signal", name, {}, payload, source=message.source_id, target=each)
    for start in correlation.starts(session, authority, name, "signal"):
        _begin(session, world, authority, start, {}, payload, "", "signal")
    return True


def _ids(found: Iterable[Match]) -> list[int]:
    return [each.instance_id for each in found if each.instance_id is not None]
