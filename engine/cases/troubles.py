"""What managers do with a message that was thrown and found nobody, each with a reason that is kept: with the message, and
in the story of the case that threw it."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.cases import correlation, records
from engine.cases.stepping import World
from engine.errors import InstanceNotFound, MessageNotAwaited, MessageNotFound
from engine.jobs import queue
from engine.store.tables import Job, Message, ProcessInstance


def resend(session: Session, world: World, message_id: int, by: str, reason: str) -> None:
    """Look again for whoever waits for it. Raises MessageNotFound."""
    message = _noted(session, world, message_id, "resent", by, reason)
    send(session, world, message)


def deliver(session: Session, world: World, message_id: int, instance_id: int, by: str, reason: str) -> None:
    """Deliver it to one case, whatever its keys. Raises MessageNotFound, InstanceNotFound, MessageNotAwaited."""
    message = _noted(session, world, message_id, "redirected", by, reason, instance_id)
    case = session.get(ProcessInstance, instance_id)
    if case is None or case.authority != message.authority:
        raise InstanceNotFound(instance=instance_id)
    if not correlation.match(session, message.authority, message.name, {}, instance_id):
        raise MessageNotAwaited(instance=instance_id, name=message.name)
    message.target_id = instance_id
    send(session, world, message)


def rest(session: Session, world: World, message_id: int, by: str, reason: str) -> None:
    """Let it rest: nobody is to get it. Raises MessageNotFound."""
    _noted(session, world, message_id, "rested", by, reason).status = "rested"


def send(session: Session, world: World, message: Message) -> None:
    """Put a message that found nobody on its way again."""
    message.status, message.trouble = "waiting", None
    session.execute(insert(Job), [queue.message_job(message.authority, message.id, world.clock.now())])


def _noted(
    session: Session, world: World, message_id: int, did: str, by: str, reason: str, case: int | None = None
) -> Message:
    """An undelivered message, locked after the case that threw it, with a note of what is done with it."""
    found, now = session.get(Message, message_id), world.clock.now()
    if found is None:
        raise MessageNotFound(message=message_id)
    source = _locked(session, found.source_id)
    session.refresh(found, with_for_update={"of": Message})
    if found.status != "undelivered":
        raise MessageNotFound(message=message_id)
    note = {"did": did, "by": by, "reason": reason, "case": case, "at": now.isoformat()}
    found.notes = [*(found.notes or []), note]
    if source is not None:
        said = {"message": found.name, "reason": reason} | ({"case": case} if case is not None else {})
        records.add_line(session, source, now, did, by, said)
    return found


def _locked(session: Session, instance_id: int | None) -> ProcessInstance | None:
    """The case that threw a message, which may have ended, its row locked."""
    chosen = select(ProcessInstance).where(ProcessInstance.id == instance_id)
    chosen = chosen.with_for_update(of=ProcessInstance).execution_options(populate_existing=True)
    return session.scalars(chosen).first()
