"""All SQL about jobs: what is due next, claiming, failing, retrying, incidents.

The order of locks is the same everywhere: the *instance* first, then its rows. A job is claimed in a short
transaction of its own that counts the attempt and moves ``next_try`` past the lease; the step that follows deletes
the job in its transaction, and only if the claim is still its own. So a worker that dies is seen (the attempt is
counted), its job comes back after the lease, and a worker that was given up for dead can write nothing.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import CursorResult, Select, delete, func, select, update
from sqlalchemy.orm import Session

from engine.errors import IncidentNotFound, JobLost, PathwaysError, WorkerKilled
from engine.settings import Config
from engine.store.tables import SCHOOL, WAITING, Incident, Job, Outbox, ProcessInstance


@dataclass(frozen=True)
class Claimed:
    """A job that this worker has claimed."""

    id: int
    kind: str
    authority: str
    instance_id: int | None
    definition_id: int | None
    message_id: int | None
    token: str
    element: str
    due: datetime
    repeats: int | None
    attempts: int
    claim: str
    batch_id: int | None
    anchor: datetime | None
    beat: int | None
    since: datetime | None = None


def next_due() -> Select[datetime | None]:
    """Ask when the next job may be taken. One look at an index, however much waits."""
    return select(func.min(Job.next_try)).where(Job.status == WAITING)


def claim(session: Session, now: datetime, config: Config) -> Claimed | WorkerKilled | None:
    """Take the earliest due job whose instance nobody holds; the caller commits at once.

    Gives WorkerKilled when the job it found has killed its workers too often: it is now an incident, and the caller
    goes on to the next. None when nothing is due, or all that is due is held by others.
    """
    while (found := _earliest(session, now)) is not None:
        if found.attempts >= config.attempts:
            killed = WorkerKilled(attempts=found.attempts)
            nameless = Failure("", found.token, killed)
            _give_up(session, found, found.error or str(killed), str(killed), now, nameless)
            return killed
        if claimed := _take(session, found, now, config):
            return claimed
    return None


def _take(session: Session, found: Job, now: datetime, config: Config) -> Claimed | None:
    """Count the attempt. Whoever counts it first has the job: the row may have been read before another's claim."""
    owner = uuid4().hex
    taken = session.execute(
        update(Job)
        .where(Job.id == found.id, Job.status == WAITING, Job.attempts == found.attempts)
        .values(attempts=found.attempts + 1, claim=owner, next_try=now + config.lease)
        .execution_options(synchronize_session=False)
    )
    return _claimed(found, owner) if _changed(taken) else None


def _earliest(session: Session, now: datetime) -> Job | None:
    """The earliest due job, with its instance (or, when it has none, itself) locked."""
    due = select(Job).where(Job.status == WAITING, Job.next_try <= now).order_by(Job.next_try, Job.id).limit(1)
    due = due.execution_options(populate_existing=True)
    if session.get_bind().dialect.name == "sqlite":
        return session.scalars(due).first()  # BEGIN IMMEDIATE already keeps every other writer out
    of_instance = due.join(ProcessInstance, ProcessInstance.id == Job.instance_id).with_for_update(
        of=ProcessInstance, skip_locked=True
    )
    alone = due.where(Job.instance_id.is_(None)).with_for_update(of=Job, skip_locked=True)
    found = [job for job in (session.scalars(of_instance).first(), session.scalars(alone).first()) if job]
    return min(found, key=lambda job: (job.next_try, job.id), default=None)


def _claimed(job: Job, owner: str) -> Claimed:
    return Claimed(
        id=job.id,
        kind=job.kind,
        authority=job.authority,
        instance_id=job.instance_id,
        definition_id=job.definition_id,
        message_id=job.message_id,
        token=job.token,
        element=job.element,
        due=job.due,
        repeats=job.repeats,
        attempts=job.attempts + 1,
        claim=owner,
        batch_id=job.batch_id,
        anchor=job.anchor,
        beat=job.beat,
        since=job.since,
    )


def finish(session: Session, job: Claimed) -> None:
    """Delete a job in the transaction of its step. Raises JobLost when the claim is no longer this worker's."""
    done = session.execute(delete(Job).where(Job.id == job.id, Job.claim == job.claim))
    if not _changed(done):
        raise JobLost(job=job.id)


def fail(session: Session, job: Claimed, failure: Failure, now: datetime, config: Config) -> None:
    """After a failed step was rolled back: try again after a pause, or give up and tell a manager."""
    error = failure.error
    row = session.scalars(_locked(job)).first()
    if row is None or row.claim != job.claim:
        return  # another worker has taken it over, or the case has moved on
    if row.attempts >= config.attempts:
        _give_up(session, row, in_words(error), trace_of(error), now, failure)
    else:
        row.claim, row.error, row.next_try = None, in_words(error), now + config.pause(row.attempts)


def _locked(job: Claimed) -> Select[Job]:
    """The job's row, its instance locked first."""
    found = select(Job).where(Job.id == job.id)
    if job.instance_id is None:
        return found.with_for_update()
    return found.join(ProcessInstance, ProcessInstance.id == Job.instance_id).with_for_update(of=ProcessInstance)


def _give_up(session: Session, job: Job, message: str, detail: str, now: datetime, failure: Failure) -> None:
    job.status, job.claim, job.error = "failed", None, message
    about = failure.about or (f"The school with the URN {job.token}:" if job.kind == SCHOOL else "")
    session.add(
        Incident(
            authority=job.authority,
            instance_id=job.instance_id,
            job_id=job.id,
            kind="job",
            element=failure.element or job.element,
            token=job.token,
            message=f"{about} {message}".strip(),
            detail=detail,
            answer=None,
            created=now,
            resolved=None,
            resolved_by=None,
        )
    )


@dataclass(frozen=True)
class Failure:
    """A step that failed: at which element, on which token, why, and what had been answered there. ``about`` says what could
    not begin, where it was a case's first."""

    element: str
    token: str
    error: Exception
    answer: dict[str, Any] | None = None
    about: str = ""


def report(session: Session, instance: ProcessInstance, failure: Failure, now: datetime) -> int | None:
    """An incident about a step that a person asked for and that failed; one a token, however often it is tried.

    What was answered last is kept with it. Its id when it is new.
    """
    same = select(Incident).where(
        Incident.instance_id == instance.id,
        Incident.token == failure.token,
        Incident.kind == "step",
        Incident.resolved.is_(None),
    )
    known = session.scalars(same).first()
    found = known or Incident(
        authority=instance.authority,
        instance_id=instance.id,
        job_id=None,
        kind="step",
        token=failure.token,
        resolved=None,
        resolved_by=None,
    )
    found.element, found.created = failure.element, now
    found.message, found.detail = in_words(failure.error), trace_of(failure.error)
    found.answer = failure.answer
    session.add(found)
    session.flush()
    return found.id if known is None else None


def incident(session: Session, incident_id: int) -> Incident:
    """An open incident. Raises IncidentNotFound."""
    found = session.get(Incident, incident_id)
    if found is None or found.resolved is not None:
        raise IncidentNotFound(incident=incident_id)
    return found


def retry(session: Session, found: Incident, now: datetime, by: str) -> None:
    """Resolve an incident and let what failed be tried at once, with all its attempts before it."""
    found.resolved, found.resolved_by = now, by
    again = {"status": "waiting", "attempts": 0, "next_try": now}
    if found.kind == "job":
        session.execute(update(Job).where(Job.id == found.job_id).values(claim=None, **again))
    elif found.kind == "outbox":
        session.execute(update(Outbox).where(Outbox.id == found.job_id).values(**again))


def in_words(error: Exception) -> str:
    """What a manager reads about an error."""
    if isinstance(error, PathwaysError):
        return str(error)
    return f"Something went wrong inside Pathways ({type(error).__name__}). Tell whoever looks after it."


def trace_of(error: Exception) -> str:
    """What whoever mends it needs: the values that an expression saw, and the traceback."""
    seen = getattr(error, "seen", "")
    saw = f"What it saw:\n{seen}\n\n" if seen else ""
    expression = getattr(error, "expression", "")
    saw += f"What it evaluated:\n{expression}\n\n" if expression else ""
    return saw + "".join(traceback.format_exception(error))[-20_000:]


def _changed(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def message_job(authority: str, message_id: int, due: datetime) -> dict[str, Any]:
    """The row of a job that delivers a message, or of one that is kept, looks a last time for somebody who waits."""
    return {**job_row(authority, "message", due), "message_id": message_id}


def job_row(authority: str, kind: str, due: datetime) -> dict[str, Any]:
    """The row of a job that nobody has tried yet."""
    return {
        "authority": authority,
        "kind": kind,
        "instance_id": None,
        "definition_id": None,
        "message_id": None,
        "token": "",
        "element": "",
        "due": due,
        "estimated": False,
        "policy_due": None,
        "since": None,
        "why": "",
        "status": "waiting",
        "next_try": due,
        "attempts": 0,
        "repeats": None,
        "anchor": None,
        "beat": None,
        "batch_id": None,
    }
