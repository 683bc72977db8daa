"""What managers do to one running case, each with a reason that stands in its story for ever.

Each is a trigger of the pure step. What it would bring about is foreseen by taking that step on what is stored and throwing
its outcome away, so that the page says what will happen, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.rhythms import said
from engine.calendar.timers import ZONE, fires_on
from engine.cases import hands, records, stepping, suspension
from engine.cases.effects import Effect, effect_of
from engine.cases.stepping import World
from engine.cases.waiting import Waiting, waiting_of
from engine.errors import (
    CaseNotSuspended,
    DayTooFar,
    InstanceEnded,
    InstanceNotFound,
    MessageNotAwaited,
    NotAManager,
    NotWaiting,
    PeriodStatutory,
    ReasonMissing,
)
from engine.feel.stored import stored
from engine.people.retention import last_day
from engine.steps import MoveToken, Outcome, Receive, Redate, Trigger, WaitingTimer, WaitingUserTask
from engine.store.tables import Job, ProcessInstance
from engine.store.tenancy import Scope

#: By the end of this minute what is due on a day has to be done.
END_OF_DAY = time(23, 59)


@dataclass(frozen=True)
class NewDates:
    """Other days for what waits: by token (a user task, or a timer as its job names it)."""

    days: Mapping[str, date]


@dataclass(frozen=True)
class Suspend:
    """Nothing goes on in the case until it is resumed."""


@dataclass(frozen=True)
class Resume:
    """A suspended case goes on. ``shifted``: every date moves by the days that it was suspended, but a statutory period's;
    ``days`` are other days for what fell due meanwhile, by token. What has neither happens now, if it fell due."""

    shifted: bool = False
    days: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Send:
    """A message or signal that the case waits for reaches it by hand: which element waits (token), and what it brings."""

    token: str
    message: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Relocate:
    """The case goes on at another element than where a token is; ``alone``: all else beside it ends."""

    token: str
    to: str
    alone: bool = False


Change = NewDates | Suspend | Resume | Send | Relocate
"""What a manager may do to a case."""


@dataclass(frozen=True)
class _Case:
    """A case that is to be changed, and all that it waits for."""

    session: Session
    world: World
    instance: ProcessInstance
    waiting: Waiting


def foresee(session: Session, world: World, instance_id: int, change: Change, by: Scope) -> Effect:
    """What a change would bring about, of which nothing is written.

    Raises NotAManager, InstanceNotFound, InstanceEnded, NotWaiting, and StepFailed where the case could not go on.
    """
    _check_manages(world, by)
    instance = _found(session, instance_id)
    case = _Case(session, world, instance, waiting_of(session, instance_id))
    outcome = stepping.tried(session, world, instance, _TRIGGERS[type(change)](change, case))
    return effect_of(session, world, instance, outcome)


def make(session: Session, world: World, instance_id: int, change: Change, reason: str, by: Scope) -> None:
    """Make a change. Raises NotAManager, ReasonMissing, InstanceNotFound, InstanceEnded, NotWaiting, and StepBroken."""
    _check_manages(world, by)
    if not reason.strip():
        raise ReasonMissing()
    instance = stepping.lock(session, instance_id)
    case = _Case(session, world, instance, waiting_of(session, instance_id))
    trigger = _TRIGGERS[type(change)](change, case)
    if isinstance(change, Resume):
        suspension.end(session, instance, world.clock.now())
        case = replace(case, waiting=waiting_of(session, instance_id))
    claimed = hands.claimed_in(session, instance_id)
    outcome = stepping.step(session, world, instance, trigger, case.waiting, by=by.username)
    hands.tell_withdrawn(session, world, claimed, {each.token for each in outcome.user_tasks}, by, reason)
    if isinstance(change, Suspend):
        suspension.begin(session, instance, world.clock.now())
    for line in _LINES[type(change)](change, case, outcome):
        _tell(case, line, reason, by)


def _check_manages(world: World, by: Scope) -> None:
    if not hands.may_manage(world, by):
        raise NotAManager()


def _found(session: Session, instance_id: int) -> ProcessInstance:
    found = session.scalars(select(ProcessInstance).where(ProcessInstance.id == instance_id)).first()
    if found is None:
        raise InstanceNotFound(instance=instance_id)
    if found.status != "active":
        raise InstanceEnded(instance=instance_id, status=found.status)
    return found


@dataclass(frozen=True)
class _Line:
    """A line of the story: what was done, at which element of which process of the case, and what else there is to say."""

    how: str
    detail: Mapping[str, Any]
    process: str = ""
    element: str = ""


def _tell(case: _Case, line: _Line, reason: str, by: Scope) -> None:
    ids = case.world.registry.get(case.session, case.instance.definition_id).ids
    now, said = case.world.clock.now(), {**line.detail, "reason": reason}
    where = (line.element, ids[line.process]) if line.process else ()
    records.add_line(case.session, case.instance, now, line.how, by.username, said, *where)


# -- each change: its trigger, and what the story says of it -----------------------------------------------------------


def _redate(change: NewDates, case: _Case) -> Trigger:
    for token, period in _statutory(case).items():
        if token in change.days and change.days[token] != period.drawn:
            raise PeriodStatutory(element=period.name)
    last = last_day(_local(case.world.clock.now()))
    if any(day > last for day in change.days.values()):
        raise DayTooFar(last=said(last))
    return Redate({token: _moment(case, token, day) for token, day in change.days.items()})


@dataclass(frozen=True)
class _Period:
    """A statutory period that runs in a case: the name of its timer, and the day on which it ends by the diagram."""

    name: str
    drawn: date


def _statutory(case: _Case) -> dict[str, _Period]:
    """The statutory periods that run in a case, by token."""
    found = {}
    for job in case.session.scalars(select(Job).where(Job.instance_id == case.instance.id)):
        if job.token in case.waiting.jobs and job.definition_id is not None:
            loaded = case.world.registry.get(case.session, job.definition_id)
            element = loaded.definition.diagram.elements[job.element]
            if element.is_statutory:
                found[job.token] = _Period(element.name or job.element, _local(job.policy_due or job.due))
    return found


def _moment(case: _Case, token: str, day: date) -> datetime:
    """A task is due by the end of the day; a timer fires in its morning."""
    if token in case.waiting.tasks:
        return datetime.combine(day, END_OF_DAY, ZONE)
    if token in case.waiting.jobs:
        return fires_on(day, case.world.calendars(case.instance.authority, case.instance.school_urn))
    raise NotWaiting(token=token)


def _redated(change: NewDates, case: _Case, outcome: Outcome) -> Iterator[_Line]:
    waits: list[WaitingUserTask | WaitingTimer] = [*outcome.user_tasks, *outcome.timers]
    before = {**case.waiting.jobs, **case.waiting.tasks}
    for each in waits:
        if (token := each.token) in change.days:
            said = {"before": before[token].due, "after": each.due, "drawn": each.drawn}
            days = {name: at.astimezone(ZONE).date().isoformat() for name, at in said.items() if at}
            yield _Line("redated", days, each.process, each.element)


def _suspend(change: Suspend, case: _Case) -> Trigger:
    stepping.check_goes_on(case.instance)
    return Redate({})


def _suspended(change: Suspend, case: _Case, outcome: Outcome) -> Iterator[_Line]:
    yield _Line("suspended", {})


def _resume(change: Resume, case: _Case) -> Trigger:
    if case.instance.suspended is None:
        raise CaseNotSuspended(instance=case.instance.id)
    days = _shifted(case, _local(case.instance.suspended)) if change.shifted else {}
    return _redate(NewDates({**days, **change.days}), case)


def _shifted(case: _Case, since: date) -> dict[str, date]:
    """Every date of the case but a statutory period's, later by the days since it was suspended, on a day of the same kind."""
    by = _local(case.world.clock.now()) - since
    waits = {**case.waiting.jobs, **case.waiting.tasks}
    stay = _statutory(case)
    calendar = case.world.calendars(case.instance.authority, case.instance.school_urn)
    return {
        token: calendar.like(_local(row.due), _local(row.due) + by)
        for token, row in waits.items()
        if row.due is not None and by and token not in stay
    }


def _local(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _resumed(change: Resume, case: _Case, outcome: Outcome) -> Iterator[_Line]:
    before = {**case.waiting.jobs, **case.waiting.tasks}
    waits: list[WaitingUserTask | WaitingTimer] = [*outcome.user_tasks, *outcome.timers]
    moved = [each for each in waits if each.token in before and each.due != before[each.token].due]
    yield _Line("resumed", {"shifted": True} if change.shifted else {})
    yield from _redated(NewDates({each.token: _local(each.due) for each in moved if each.due}), case, outcome)


def _send(change: Send, case: _Case) -> Trigger:
    if not _is_awaited(change, case):
        raise MessageNotAwaited(instance=case.instance.id, name=change.message)
    return Receive(change.token, change.message, dict(change.payload))


def _is_awaited(change: Send, case: _Case) -> bool:
    waits = case.waiting.subscriptions
    return any(f"{change.token}/{kind}/{change.message}" in waits for kind in ("message", "signal"))


def _sent(change: Send, case: _Case, outcome: Outcome) -> Iterator[_Line]:
    yield _Line(
        "sent", {"message": change.message, **({"brought": stored(dict(change.payload))} if change.payload else {})}
    )


def _move(change: Relocate, case: _Case) -> Trigger:
    return MoveToken(change.token, change.to, change.alone)


def _placed(change: Relocate, case: _Case, outcome: Outcome) -> Iterator[_Line]:
    """At the element at which it goes on; ``left`` are the names of the steps that were left."""
    left = [each for each in outcome.history if each.how == "cancelled"]
    own = next((each for each in left if each.token == change.token), None)
    process = own.process if own is not None else case.instance.process
    yield _Line("placed", {"left": [each.name for each in left], "alone": change.alone}, process, change.to)


_TRIGGERS: Mapping[type, Callable[[Any, _Case], Trigger]] = {
    NewDates: _redate,
    Suspend: _suspend,
    Resume: _resume,
    Send: _send,
    Relocate: _move,
}
_LINES: Mapping[type, Callable[[Any, _Case, Outcome], Iterator[_Line]]] = {
    NewDates: _redated,
    Suspend: _suspended,
    Resume: _resumed,
    Send: _sent,
    Relocate: _placed,
}
