"""What is sent out after a commit: mail to people, each alone. Each row is sent once, by its idempotency key.

A step writes notifications (shown in the app) and, when a mail server is configured, outbox rows beside them in the
same transaction. A worker claims a row as it claims a job, sends it, and marks it. A worker that dies between sending
and marking sends again: the mail's Message-ID is made of the key, so that a mailbox sees it is the same mail.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from engine.audit import About, Draft, record
from engine.jobs import letters, meetings
from engine.jobs.post import ONCE, Post, mailboxes, reach, recipients, school_itself
from engine.people.conflicts import barred, unread_by
from engine.settings import Config
from engine.steps import Notification as Told
from engine.store.sealed import opened
from engine.store.tables import WAITING, Incident, Notification, Outbox, ProcessInstance, UserTask


@dataclass(frozen=True)
class Mail:
    """A row of the outbox that this worker has claimed."""

    id: int
    key: str
    authority: str
    instance_id: int | None
    attempts: int
    payload: dict[str, Any]
    created: datetime


def notify(
    session: Session,
    instance: ProcessInstance,
    told: Iterable[Told],
    now: datetime,
    post: Post | None = None,
    key: str = "",
    *,
    kind: str = "",
    task_id: int | None = None,
) -> None:
    """Write what people are told: as notifications, and as mails, one each, where there is a post.

    ``key`` names the occasion for ever; without one it is the step of the instance, which happens once. ``kind`` and
    ``task_id`` are the notification's.
    """
    told = [replace(each, text=_one_stop(each.text)) for each in told]
    key = key or f"{instance.id}-{instance.revision}"
    fixed = {"authority": instance.authority, "instance_id": instance.id, "created": now, "kind": kind}
    fixed |= {"school_urn": instance.school_urn, "task_id": task_id, "username": ""}
    invited = [meetings.invite(session, instance, each.meeting, now) if each.meeting else None for each in told]
    rows = [
        {**fixed, "role": role, "element": each.element, "subject": each.subject, "text": each.text}
        | {"occasion": f"{key}-{at}", "meeting": invited[at]}
        for at, each in enumerate(told)
        for role in dict.fromkeys(each.to)
    ]
    if rows:
        session.execute(insert(Notification), rows)
    mails = list(_mails(session, (instance, key), list(zip(told, invited, strict=True)), now, post)) if post else []
    if mails:
        session.execute(insert(Outbox), mails)


def tell_person(
    session: Session,
    of: UserTask | ProcessInstance,
    username: str,
    subject: str,
    text: str,
    now: datetime,
    kind: str = "",
) -> None:
    """Write what one person is told of a task, or of a case as a whole; ``kind`` is the notification's."""
    task, case = (of, of.instance_id) if isinstance(of, UserTask) else (None, of.id)
    made = Notification(
        authority=of.authority,
        instance_id=case,
        school_urn=of.school_urn,
        role="",
        username=username,
        kind=kind,
        occasion=f"{'t' if task else 'c'}{of.id}-{uuid4().hex[:16]}",
        task_id=task.id if task else None,
        element=task.element if task else "",
        subject=subject,
        text=text,
        created=now,
    )
    session.add(made)


def _mails(
    session: Session,
    occasion: tuple[ProcessInstance, str],
    told: Sequence[tuple[Told, dict[str, Any] | None]],
    now: datetime,
    post: Post,
) -> Iterator[dict[str, Any]]:
    instance, key = occasion
    people = post.people(session, now)
    out = barred(session, [instance.id]).get(instance.id, frozenset()) if told else frozenset()
    for at, (each, invited) in enumerate(told):
        boxes = mailboxes(post.home, unread_by(people, each.to, out))
        found = recipients(session, people, each.to, instance.school_urn, without=out)
        known = [*boxes, *(one.member.email for one in found)]
        if each.to:
            reach(session, post.home, each.to, instance.school_urn, known, now)
        addresses = dict.fromkeys(boxes, post.home.name) | {
            one.member.email: one.member.name for one in found if one.member.email and one.how == ONCE
        }
        if each.school:
            addresses |= school_itself(session, post.home, instance.school_urn, now)
        for number, (address, name) in enumerate(addresses.items()):
            payload = {"to": address, **letters.of_notice(post.sender, name, each.subject, invited)}
            yield mail_row(instance.authority, instance.id, f"{key}-{at}-{number}", payload, now)


def _one_stop(text: str) -> str:
    """A diagram ends a sentence after an answer that may end with a full stop itself: one is enough, three stay."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)


def digest_of(text: str) -> str:
    """A short name of a text, for a key."""
    return hashlib.blake2s(text.encode(), digest_size=12).hexdigest()


def mail_row(
    authority: str, instance_id: int | None, key: str, payload: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """A row of the outbox: ``payload`` is to, subject and text of a mail to one recipient, what it invites to, and what of it
    lets somebody in (``engine/store/sealed.py``)."""
    return {
        "authority": authority,
        "instance_id": instance_id,
        "kind": "mail",
        "created": now,
        "next_try": now,
        "key": key,
        "status": "waiting",
        "attempts": 0,
        "payload": dict(payload),
    }


def next_due() -> Select[datetime | None]:
    """Ask when the next mail may be sent."""
    return select(func.min(Outbox.next_try)).where(Outbox.status == WAITING)


def claim(session: Session, now: datetime, config: Config) -> Mail | None:
    """Take the next row that is to be sent and count the attempt; the caller commits before sending."""
    row = session.scalars(
        select(Outbox)
        .where(Outbox.status == WAITING, Outbox.next_try <= now)
        .order_by(Outbox.next_try, Outbox.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.attempts += 1
    row.next_try = now + config.lease
    return Mail(row.id, row.key, row.authority, row.instance_id, row.attempts, row.payload, row.created)


def sent(session: Session, mail: Mail, now: datetime) -> None:
    """Note that it has gone; what in it lets somebody in is kept no longer."""
    kept = opened(mail.payload)
    gone = {"status": "sent", "sent": now, "error": None, "payload": kept}
    session.execute(update(Outbox).where(Outbox.id == mail.id).values(**gone))
    about = About(instance_id=mail.instance_id, person=kept["to"], subject=kept["subject"])
    record(session, Draft(mail.authority, "mail.sent", about))


def failed(session: Session, mail: Mail, error: Exception, now: datetime, config: Config) -> None:
    """Note that it could not be sent: again after a pause, or an incident after the last attempt."""
    reason = f"{type(error).__name__}: {error}"
    last = mail.attempts >= config.attempts
    values = {
        "status": "failed" if last else "waiting",
        "next_try": now + config.pause(mail.attempts),
        "error": reason,
    }
    session.execute(update(Outbox).where(Outbox.id == mail.id).values(**values))
    if last:
        message = f'The mail "{opened(mail.payload)["subject"]}" could not be sent. It can still be read in Pathways.'
        session.add(
            Incident(
                authority=mail.authority,
                instance_id=mail.instance_id,
                job_id=mail.id,
                kind="outbox",
                element="",
                token="",
                message=message,
                detail=reason,
                answer=None,
                created=now,
                resolved=None,
                resolved_by=None,
            )
        )
