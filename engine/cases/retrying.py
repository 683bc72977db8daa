"""Trying again what failed: one trouble, or many of one cause, each by a job of its own in the background."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.cases import hands, records, stepping, unstarted
from engine.cases.stepping import StepBroken, World
from engine.errors import CaseSuspended, IncidentNotFound, InstanceEnded, NotAManager, ReasonMissing
from engine.jobs import queue
from engine.jobs.queue import Claimed
from engine.queries.troubles import cause_of
from engine.steps import Complete
from engine.store.tables import Incident, Job, Retries, Retry
from engine.store.tenancy import Scope

#: The kind of the jobs that try one again.
JOB = "retry"
#: How many troubles are tried again together, at most.
MOST = 1_000


def retry(session: Session, world: World, incident_id: int, by: str, reason: str = "") -> None:
    """Resolve an incident, and let what failed be tried again at once; an answer that was kept is given again.

    A case that could not begin is begun. Raises IncidentNotFound, CaseSuspended, and StepBroken when the case can still not
    go on with the answer, or begin.
    """
    found, now = queue.incident(session, incident_id), world.clock.now()
    if found.instance_id is not None and found.kind != "outbox":
        instance = stepping.lock(session, found.instance_id)
        stepping.check_goes_on(instance)
        said = {"message": found.message} | ({"reason": reason} if reason else {})
        records.add_line(session, instance, now, "retried", by, said, found.element)
        session.refresh(found)
    if found.resolved is not None:
        raise IncidentNotFound(incident=incident_id)
    queue.retry(session, found, now, by)
    if found.kind == unstarted.KIND:
        unstarted.begin_again(session, world, found)
        unstarted.close(found, world, by)
    elif found.answer is not None:
        _answer_again(session, world, found, found.answer)


def _answer_again(session: Session, world: World, found: Incident, given: dict[str, Any]) -> None:
    """Give an answer that was kept again, in the name of whoever gave it."""
    assert found.instance_id is not None
    session.flush()
    instance = stepping.lock(session, found.instance_id)
    trigger = Complete(found.token, given["values"])
    stepping.step(session, world, instance, trigger, by=given["by"], element=found.element, note=given["note"])


def begin(session: Session, world: World, incidents: Collection[int], reason: str, by: Scope) -> int:
    """Try troubles of one cause again, each by a job of its own; the id of the whole. Those of another cause are left out.

    Raises NotAManager, ReasonMissing, and IncidentNotFound where none is open any more.
    """
    if not hands.may_manage(world, by):
        raise NotAManager()
    if not reason.strip():
        raise ReasonMissing()
    cause, ids = cause_of(session, sorted(incidents)[:MOST])
    made = Retries(
        authority=by.authority,
        definition_id=cause.definition_id,
        element=cause.element,
        message=cause.message,
        reason=reason,
        by=by.username,
        begun=world.clock.now(),
    )
    session.add(made)
    session.flush()
    rows = [{"authority": by.authority, "retries_id": made.id, "incident_id": each, "state": "waiting"} for each in ids]
    found = session.scalars(insert(Retry).returning(Retry.id), rows).all()
    jobs = [{**queue.job_row(by.authority, JOB, made.begun), "token": str(each)} for each in found]
    session.execute(insert(Job), jobs)
    return made.id


def run(session: Session, world: World, job: Claimed) -> None:
    """Try one of them again. That it fails at once is noted, and its trouble stays as it was."""
    row = session.get_one(Retry, int(job.token))
    whole = session.get_one(Retries, row.retries_id)
    try:
        with session.begin_nested():
            retry(session, world, row.incident_id, whole.by, whole.reason)
        row.state = "tried"
    except StepBroken:
        row.state = "failed"
    except (CaseSuspended, IncidentNotFound, InstanceEnded):
        row.state = "left"
