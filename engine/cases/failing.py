"""Telling those who manage cases that something fails, when it fails first: not when all its tries are over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.cases.stepping import World, post
from engine.cases.telling import managers
from engine.jobs import outbox, queue
from engine.queries import common
from engine.steps import Notification
from engine.store.tables import ProcessInstance, School

#: The first try of a job.
FIRST = 1


def tell_of_job(session: Session, world: World, job: queue.Claimed, failure: queue.Failure) -> None:
    """Tell of a job of a case whose first try has failed; it will be tried again."""
    if job.attempts != FIRST or job.instance_id is None:
        return
    instance = session.get(ProcessInstance, job.instance_id)
    if instance is not None:
        _tell(session, world, instance, failure, f"job-{job.id}", "It is tried again by itself.")


def tell_of_step(session: Session, world: World, instance: ProcessInstance, failure: queue.Failure, key: str) -> None:
    """Tell of a person's step that failed; once an incident (``key``), however often it is tried."""
    kept = "The answer that was given is kept." if failure.answer is not None else ""
    _tell(session, world, instance, failure, key, kept)


def _tell(
    session: Session, world: World, instance: ProcessInstance, failure: queue.Failure, key: str, more: str
) -> None:
    to = managers(world, instance.authority)
    if not to:
        return
    info = common.Elements(session, [instance.definition_id]).info(instance.definition_id, failure.element)
    school = session.get(School, (instance.school_urn, instance.authority)) if instance.school_urn else None
    about = school.name if school is not None else instance.business_key
    where = f"“{info.name}”" if info.name != failure.element else "a step"
    subject = f"Something went wrong in case {instance.id}{f', {about}' if about else ''}"
    text = f"{where[:1].upper()}{where[1:]} failed: {queue.in_words(failure.error)} {more}".strip()
    told = Notification(instance.process, failure.element, to, subject, text)
    outbox.notify(session, instance, [told], world.clock.now(), post(world, instance.authority), f"failing-{key}")
