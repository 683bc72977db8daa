"""A case that a person or a message began and whose first step failed: it is no case, but a trouble that managers see.

What it was to begin with is kept with the trouble, and whoever tries it again begins it on the version that is the latest
then, which may be the mended one. That it has begun after all, or that a manager lets it rest, settles the trouble, and what
was kept is forgotten. A start that a job tries (a timer, a round, a message on its way) is tried again as a job, and its
trouble is the job's.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import stepping
from engine.cases.stepping import StartCase, StepBroken, World
from engine.errors import IncidentNotFound
from engine.feel.stored import stored
from engine.jobs import outbox, queue
from engine.store.tables import Incident, School

#: The kind of the trouble.
KIND = "start"


def words(session: Session, world: World, starting: StartCase) -> str:
    """What could not begin, to stand before why."""
    name = world.registry.get(session, starting.definition_id).name
    school = session.get(School, (starting.school_urn, starting.authority)) if starting.school_urn else None
    about = school.name if school is not None else starting.business_key
    return f"“{name}” could not begin{f' for {about}' if about else ''}."


def keep(session: Session, world: World, broken: StepBroken, starting: StartCase) -> None:
    """Keep what could not begin as a trouble: one for the same person, process and school, with what was given last."""
    process = world.registry.get(session, starting.definition_id).key
    token = _token(process, starting)
    found = _open(session, starting.authority, token) or Incident(
        authority=starting.authority,
        instance_id=None,
        job_id=None,
        kind=KIND,
        token=token,
        resolved=None,
        resolved_by=None,
    )
    found.element, found.created = broken.element, world.clock.now()
    found.message = f"{words(session, world, starting)} {queue.in_words(broken.cause)}"
    found.detail, found.answer = queue.trace_of(broken.cause), _kept(process, starting)
    session.add(found)


def settle(session: Session, world: World, starting: StartCase) -> None:
    """The case has begun after all: its trouble, if there is one, is over."""
    found = _open(
        session, starting.authority, _token(world.registry.get(session, starting.definition_id).key, starting)
    )
    if found is not None:
        close(found, world, starting.by)


def dismiss(session: Session, world: World, incident_id: int, by: str) -> None:
    """Let what could not begin rest. Raises IncidentNotFound."""
    found = queue.incident(session, incident_id)
    if found.kind != KIND:
        raise IncidentNotFound(incident=incident_id)
    close(found, world, by)


def close(found: Incident, world: World, by: str) -> None:
    """Settle a trouble, and forget what was kept with it."""
    found.resolved, found.resolved_by, found.answer = world.clock.now(), by, None


def begin_again(session: Session, world: World, found: Incident) -> None:
    """Begin what is kept, in the name of whoever began it, on the latest version. Raises DefinitionNotFound, StepBroken, and
    what stands against a start."""
    given: dict[str, Any] = found.answer or {}
    starting = StartCase(
        authority=found.authority,
        definition_id=stepping.latest_id(session, found.authority, given["process"]),
        business_key=given["key"],
        variables=given["values"],
        school_urn=given["school"],
        by=given["by"],
        element=given["element"],
        detail=given["detail"],
    )
    stepping.start(session, world, starting)


def _kept(process: str, starting: StartCase) -> dict[str, Any]:
    return {
        "process": process,
        "key": starting.business_key,
        "values": dict(starting.variables),
        "school": starting.school_urn,
        "by": starting.by,
        "element": starting.element,
        "detail": starting.detail,
        "note": "",
    }


def _token(process: str, starting: StartCase) -> str:
    """What tells one start from another. Each message is one of its own: a second one says another thing."""
    same = [process, starting.by, starting.school_urn or "", starting.business_key, starting.element or ""]
    said = stored(dict(starting.variables)) if starting.element else {}
    return outbox.digest_of(json.dumps([same, said], sort_keys=True, default=str))


def _open(session: Session, authority: str, token: str) -> Incident | None:
    same = select(Incident).where(
        Incident.authority == authority, Incident.token == token, Incident.kind == KIND, Incident.resolved.is_(None)
    )
    return session.scalars(same).first()
