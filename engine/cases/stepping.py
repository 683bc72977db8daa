"""Starting a case and taking one step of it, inside a transaction that the caller opens and commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from engine import queries
from engine.calendar.terms import SchoolCalendar
from engine.cases import addressees, admission, advisers, bars, holding, records, suspension, withholding
from engine.cases.records import Step
from engine.cases.waiting import Waiting, waiting_of
from engine.clock import Clock
from engine.deployments.registry import Loaded, Registry
from engine.errors import (
    BusinessKeyTooLong,
    CaseSuspended,
    DefinitionNotFound,
    InstanceEnded,
    InstanceNotFound,
    PathwaysError,
    TaskNotFound,
    TaskNotOpen,
)
from engine.feel import Feel
from engine.feel.stored import stored
from engine.jobs.post import Post
from engine.people.directory import Directory, nobody
from engine.schools import register
from engine.settings import Config
from engine.spiff import advance
from engine.steps import CalendarChanged, Complete, Outcome, Redate, Start, StepContext, StepFailed, Trigger
from engine.store.keys import KEY_LENGTH
from engine.store.tables import ProcessDefinition, ProcessInstance, UserTask
from engine.store.tenancy import unconfined


@dataclass(frozen=True)
class World:
    """What a step may ask: the clock, the calendars, FEEL, the definitions, the configuration and who has an account."""

    clock: Clock
    calendars: Callable[[str, str | None], SchoolCalendar]
    feel: Feel
    registry: Registry
    config: Config
    directory: Directory = nobody

    def settings(self, authority: str) -> Mapping[str, Any]:
        """What the configuration of an authority lets every expression see as ``settings``."""
        return known.settings if (known := self.config.authorities.get(authority)) else {}

    def context(self, session: Session, loaded: Loaded, instance: ProcessInstance, now: datetime) -> StepContext:
        """The world as one step of an instance sees it."""
        return StepContext(
            now=now,
            calendar=self.calendars(instance.authority, instance.school_urn),
            feel=self.feel,
            decide=lambda ref, variables: loaded.decide(self.feel, ref, variables, now),
            business_key=instance.business_key,
            settings=self.settings(instance.authority),
            live_cases=lambda process: queries.live_cases(session, instance.authority, process, now),
            held_category=lambda: holding.held_by_others(session, self, instance),
            school=register.current(session, instance.authority, instance.school_urn),
            budget=self.config.step_budget.total_seconds(),
        )


@dataclass(frozen=True)
class Answer:
    """What a person has answered in a task, kept when the case could not go on with it."""

    values: Mapping[str, Any]
    note: str
    by: str


class StepBroken(Exception):
    """Carries an error out of a step to where it becomes an incident; callers of the engine see ``cause``.

    ``element`` is where the step failed, ``token`` what was acted upon, ``answer`` what a person had answered there;
    ``start`` what was to begin, when it was a case's first step.
    """

    start: StartCase | None = None

    def __init__(
        self, instance_id: int | None, element: str, token: str, cause: Exception, answer: Answer | None = None
    ) -> None:
        super().__init__(str(cause))
        self.instance_id, self.element, self.token, self.cause, self.answer = instance_id, element, token, cause, answer


@dataclass
class StartCase:
    """A case that is to be started."""

    authority: str
    definition_id: int
    business_key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    school_urn: str | None = None
    by: str = ""
    element: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def latest_id(session: Session, authority: str, key: str) -> int:
    """The id of a process's latest version. Raises DefinitionNotFound."""
    found = session.scalar(
        select(ProcessDefinition.id).where(
            ProcessDefinition.authority == authority, ProcessDefinition.key == key, ProcessDefinition.latest
        )
    )
    if found is None:
        raise DefinitionNotFound(key=key)
    return found


def start(session: Session, world: World, starting: StartCase) -> ProcessInstance:
    """Start a case and run it until it waits or has ended.

    Raises SchoolNotFound, SchoolNeeded, SchoolHasClosed, NotForThisSchool, LiveCaseExists, BusinessKeyTooLong, and
    StepBroken when the first step fails.
    """
    try:
        return _start(session, world, starting)
    except StepBroken as broken:
        broken.start = starting
        raise


def _start(session: Session, world: World, starting: StartCase) -> ProcessInstance:
    variables = dict(starting.variables)
    # What the case began with stays in its story, whatever becomes of the variables.
    begun = {"given": stored(variables)} if variables else {}
    business_key = starting.business_key
    loaded = world.registry.get(session, starting.definition_id)
    school = admission.check(session, world, loaded, starting.authority, starting.school_urn, starting.element is None)
    if school is not None:
        variables["school"] = register.variable(school)
        business_key = business_key or f"URN {school.urn}"
    if len(business_key) > KEY_LENGTH:
        raise BusinessKeyTooLong(limit=KEY_LENGTH)
    now = world.clock.now()
    instance = ProcessInstance(
        authority=starting.authority,
        definition_id=loaded.id,
        process=loaded.key,
        business_key=business_key,
        school_urn=starting.school_urn or None,
        history_length=0,
        started=now,
        started_by=starting.by,
    )
    trigger = Start(variables, starting.element)
    with unconfined(session):
        try:
            outcome = _advance(session, world, loaded, instance, trigger, now)
            addressees.check(session, world, starting.authority, loaded, outcome.user_tasks)
            holding.check(session, world, instance, outcome.categories)
        except StepFailed as failed:
            raise StepBroken(None, failed.element, "", failed.cause) from failed.cause
        told, asked = post(world, starting.authority), outcome.user_tasks
        first = advisers.by_default(session, world, instance, loaded, asked)
        detail = {**starting.detail, **begun}
        made = Step(session, instance, loaded, Waiting(), now, starting.by, detail=detail, post=told, first=first)
        records.write(made, outcome)
        _bar(session, world, made, outcome)
    return instance


def lock(session: Session, instance_id: int) -> ProcessInstance:
    """An active instance, its row locked for this transaction. Raises InstanceNotFound, InstanceEnded."""
    found = session.scalars(
        select(ProcessInstance)
        .where(ProcessInstance.id == instance_id)
        .with_for_update(of=ProcessInstance)
        .execution_options(populate_existing=True)  # it may have been read before it was locked
    ).first()
    if found is None:
        raise InstanceNotFound(instance=instance_id)
    if found.status != "active":
        raise InstanceEnded(instance=instance_id, status=found.status)
    return found


def lock_by_task(session: Session, task_id: int) -> tuple[ProcessInstance, UserTask, Waiting]:
    """An open task with its instance, locked, and what the instance waits for. Raises TaskNotFound, TaskNotOpen."""
    found = session.execute(_task_and_instance(), {"task": task_id}).first()
    if found is None:
        raise TaskNotFound(task=task_id)
    instance, task = found
    # The task's row may have been read before the lock was had: what is open is read after it.
    with unconfined(session):  # that the person sees the case has just been found; this costs half of that then
        waiting = waiting_of(session, instance.id)
    if task.token not in waiting.tasks:
        session.refresh(task)
        raise TaskNotOpen(task=task_id, how=task.status, by=task.ended_by or "Pathways", at=_day(task.ended))
    return instance, task, waiting


@cache
def _task_and_instance() -> Select[ProcessInstance, UserTask]:
    return (
        select(ProcessInstance, UserTask)
        .join(UserTask, UserTask.instance_id == ProcessInstance.id)
        .where(UserTask.id == bindparam("task"))
        .with_for_update(of=ProcessInstance)
    )


def _day(at: datetime | None) -> str:
    return f"{at:%-d %B %Y}" if at else "an unknown day"


def step(
    session: Session,
    world: World,
    instance: ProcessInstance,
    trigger: Trigger,
    waiting: Waiting | None = None,
    *,
    by: str = "",
    element: str = "",
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> Outcome:
    """Take one step of an instance whose row is locked, and write it. Raises CaseSuspended, and StepBroken when it fails."""
    check_goes_on(instance, trigger)
    waiting = waiting or waiting_of(session, instance.id)
    now, loaded = world.clock.now(), world.registry.get(session, instance.definition_id)
    token = getattr(trigger, "token", "")
    values = trigger.values if isinstance(trigger, Complete) else None
    told = post(world, instance.authority)
    with unconfined(session):
        try:
            outcome = _advance(session, world, loaded, instance, trigger, now)
            fresh = [task for task in outcome.user_tasks if task.token not in waiting.tasks]
            addressees.check(session, world, instance.authority, loaded, fresh)
            holding.check(session, world, instance, outcome.categories)
        except StepFailed as failed:
            answer = Answer(trigger.values, note, by) if isinstance(trigger, Complete) else None
            raise StepBroken(instance.id, failed.element or element, token, failed.cause, answer) from failed.cause
        first = advisers.by_default(session, world, instance, loaded, fresh)
        made = Step(
            session, instance, loaded, waiting, now, by, token, values, note, detail or {}, told, first, element
        )
        records.write(made, outcome)
        _bar(session, world, made, outcome, element)
    return outcome


def check_goes_on(instance: ProcessInstance, trigger: Trigger | None = None) -> None:
    """Raises CaseSuspended for a step of a case that is: only its dates may change."""
    if instance.suspended is not None and not isinstance(trigger, CalendarChanged | Redate):
        raise CaseSuspended(instance=instance.id)


def _bar(session: Session, world: World, made: Step, outcome: Outcome, element: str = "") -> None:
    """Bar whom the process names. Raises StepBroken: nobody goes on while it is not clear who may read it."""
    try:
        bars.follow(session, world, made.loaded, made.instance, outcome.variables)
    except PathwaysError as cause:
        answer = Answer(made.values, made.note, made.by) if made.values is not None else None
        case = made.instance.id if made.token else None
        raise StepBroken(case, element, made.token, cause, answer) from cause


def tried(session: Session, world: World, instance: ProcessInstance, trigger: Trigger) -> Outcome:
    """What a step of an instance would come to, of which nothing is written. Raises CaseSuspended, and StepFailed when it
    would fail."""
    check_goes_on(instance, trigger)
    loaded = world.registry.get(session, instance.definition_id)
    with unconfined(session):
        return _advance(session, world, loaded, instance, trigger, world.clock.now())


def _advance(
    session: Session,
    world: World,
    loaded: Loaded,
    instance: ProcessInstance,
    trigger: Trigger,
    now: datetime,
) -> Outcome:
    state = None if isinstance(trigger, Start) else instance.state
    outcome = advance(loaded.definition, state, trigger, world.context(session, loaded, instance, now))
    return withholding.withhold(session, world.registry, world.feel, loaded, outcome)


def post(world: World, authority: str) -> Post | None:
    """What telling people of an authority by mail needs; None where nobody is told by mail."""
    home = world.config.authorities.get(authority)
    return (
        Post(home, world.directory, world.config.base_address or world.config.served_at)
        if home and world.config.mails
        else None
    )


def stop(session: Session, world: World, instance: ProcessInstance, reason: str, by: str) -> None:
    """End a case before its diagram does: nothing waits any more, and its history says why."""
    now = world.clock.now()
    waiting = waiting_of(session, instance.id)
    records.close(session, waiting, now, instance)
    suspension.let_go(session, instance)
    records.call_off(session, instance, now, post(world, instance.authority))
    records.add_line(session, instance, now, "stopped", by, {"reason": reason})
    instance.status, instance.ended, instance.reason = "cancelled", now, reason
    instance.state, instance.active = b"", []
