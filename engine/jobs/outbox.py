"""What is sent out after a commit: mail to people, each alone. Each row is sent once, by its idempotency key.

A step writes notifications (shown in the app) and, when a mail server is configured, outbox rows beside them in the
same transaction. A worker claims a row as it claims a job, sends it, and marks it. A worker that dies between sending
and marking sends again: the mail's Message-ID is made of the key, so that a mailbox sees it is the same mail.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from engine.people import register
from engine.people.authorities import OFFICER, Role
from engine.settings import Config, MailServer
from engine.steps import Notification as Told
from engine.store.tables import WAITING, Incident, Notification, Outbox, ProcessInstance

#: How long a mail server may take over one mail, in seconds.
SMTP_PATIENCE = 20


@dataclass(frozen=True)
class Mail:
    """A row of the outbox that this worker has claimed."""

    id: int
    key: str
    authority: str
    instance_id: int | None
    attempts: int
    payload: dict[str, Any]


Sender = Callable[[Mail], None]


def notify(
    session: Session,
    instance: ProcessInstance,
    told: Iterable[Told],
    now: datetime,
    mailboxes: Mapping[str, Role] | None = None,
    key: str = "",
) -> None:
    """Write what people are told: as notifications, and as mails, one each, where the roles are given.

    ``key`` names the occasion for ever; without one it is the step of the instance, which happens once.
    """
    told = [replace(each, text=_one_stop(each.text)) for each in told]
    fixed = {"authority": instance.authority, "instance_id": instance.id, "created": now}
    fixed["school_urn"] = instance.school_urn
    rows = [
        {**fixed, "role": role, "element": each.element, "subject": each.subject, "text": each.text}
        for each in told
        for role in dict.fromkeys(each.to)
    ]
    if rows:
        session.execute(insert(Notification), rows)
    mails = list(_mails(session, (instance, key), told, now, mailboxes)) if mailboxes else []
    if mails:
        session.execute(insert(Outbox), mails)


def _mails(
    session: Session,
    occasion: tuple[ProcessInstance, str],
    told: Iterable[Told],
    now: datetime,
    roles: Mapping[str, Role],
) -> Iterator[dict[str, Any]]:
    instance, key = occasion
    key = key or f"{instance.id}-{instance.revision}"
    for at, each in enumerate(told):
        addresses = dict.fromkeys(
            address for role in each.to if role in roles for address in _addresses(session, instance, roles[role], now)
        )
        for number, address in enumerate(addresses):
            yield _mail(instance, each, f"{key}-{at}-{number}", address, now)


def _addresses(session: Session, instance: ProcessInstance, role: Role, now: datetime) -> list[str]:
    """A role of the authority has a mailbox; a role of schools the addresses of those who hold it for the case's school."""
    if role.kind == OFFICER:
        return [role.mailbox] if role.mailbox else []
    if instance.school_urn is None:
        return []
    people = register.people_of(session, instance.authority, instance.school_urn, register.day_of(now), role.id)
    return [person.email for person in people if person.email]


def _one_stop(text: str) -> str:
    """A diagram ends a sentence after an answer that may end with a full stop itself: one is enough, three stay."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)


def _mail(instance: ProcessInstance, told: Told, key: str, to: str, now: datetime) -> dict[str, Any]:
    return {
        "authority": instance.authority,
        "instance_id": instance.id,
        "kind": "mail",
        "created": now,
        "next_try": now,
        "key": key,
        "status": "waiting",
        "attempts": 0,
        "payload": {"to": to, "subject": told.subject, "text": told.text},
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
    return Mail(row.id, row.key, row.authority, row.instance_id, row.attempts, row.payload)


def sent(session: Session, mail: Mail, now: datetime) -> None:
    """Note that it has gone."""
    session.execute(update(Outbox).where(Outbox.id == mail.id).values(status="sent", sent=now, error=None))


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
        message = f'The mail "{mail.payload["subject"]}" could not be sent. It can still be read in Pathways.'
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


def smtp_sender(config: Config) -> Sender:
    """A sender that hands mails to the configured mail server."""
    server = config.mail
    assert server is not None

    def send(mail: Mail) -> None:
        for address in _recipients(config, mail):
            _deliver(server, _compose(server, mail, address))

    return send


def _recipients(config: Config, mail: Mail) -> list[str]:
    """Whom a mail is for; rows that waited when mails began to be written a person each name roles of the authority."""
    to = mail.payload["to"]
    if isinstance(to, str):
        return [to]
    authority = config.authorities.get(mail.authority)
    known = [authority.roles[role] for role in to if authority and role in authority.roles]
    return [role.mailbox for role in known if role.mailbox and role.kind == OFFICER]


def _compose(server: MailServer, mail: Mail, address: str) -> EmailMessage:
    message = EmailMessage()
    # A line break in a subject would be a header of its own.
    message["Subject"] = " ".join(str(mail.payload["subject"]).split())
    message["From"], message["To"] = server.sender, address
    message["Message-ID"] = f"<pathways-{mail.key}@{server.sender.rpartition('@')[2]}>"
    message.set_content(str(mail.payload["text"]))
    return message


def _deliver(server: MailServer, message: EmailMessage) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=SMTP_PATIENCE) as connection:
        if server.starttls:
            connection.starttls()
        if server.username:
            connection.login(server.username, server.password)
        connection.send_message(message)
