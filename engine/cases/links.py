"""Links to one task: made, confirmed by a code that is sent to their address, used, ended; each a line of the case's story."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE
from engine.cases import records, stepping
from engine.cases.stepping import World, post
from engine.errors import AddressBarred, AddressUnknown, CodeLater, LinkEnded, LinkNotFound
from engine.jobs import letters, outbox
from engine.people import register
from engine.people.conflicts import barred
from engine.queries.links import Asked
from engine.queries.tasks import tasks_by_id
from engine.store.tables import Outbox, ProcessInstance, TaskLink, UserTask
from engine.store.tenancy import Scope

#: How long a code is good, how soon another is sent, and how many wrong ones are taken.
GOOD, AGAIN, TRIES = timedelta(minutes=15), timedelta(minutes=1), 5
#: How soon another is sent after that many wrong ones: in the thirty days of a link, guesses find one code in 280.
AFTER_WRONG = timedelta(hours=1)


def addresses(session: Session, world: World, task_id: int, roles: Collection[str]) -> set[str]:
    """The addresses that the register of people has of those who hold these roles for the task's school today."""
    task = session.get(UserTask, task_id)
    if task is None or task.school_urn is None:
        return set()
    day = register.day_of(world.clock.now())
    people = [
        each for role in roles for each in register.people_of(session, task.authority, task.school_urn, day, role)
    ]
    return {each.email.lower() for each in people if each.email}


def make(session: Session, world: World, asked: Asked, by: Scope) -> int:
    """Make a link; its id. Who asks for the same twice at once (a second click) gets the first.

    Raises TaskNotFound, TaskNotOpen, AddressUnknown, AddressBarred.
    """
    instance, task, _ = stepping.lock_by_task(session, asked.task)
    if asked.email.lower() in barred(session, [instance.id]).get(instance.id, ()):
        raise AddressBarred(address=asked.email)
    if not asked.reason and asked.email not in addresses(session, world, asked.task, [asked.role]):
        raise AddressUnknown(address=asked.email)
    now = world.clock.now()
    if (made := _made_just_now(session, asked, by, now)) is not None:
        return made
    row = TaskLink(
        authority=instance.authority,
        instance_id=instance.id,
        task_id=task.id,
        role=asked.role,
        email=asked.email,
        reason=asked.reason,
        confidential=bool(asked.confidential),
        made_by=by.username,
        made=now,
        tries=0,
    )
    session.add(row)
    session.flush()
    said = {"to": asked.email, "reason": asked.reason, "shown": list(asked.confidential)}
    _tell(session, (instance, task), now, "linked", by.username, **said)
    return row.id


def _made_just_now(session: Session, asked: Asked, by: Scope, now: datetime) -> int | None:
    """The link that the same person has made in this minute for the same address, and that nobody has opened or ended."""
    same = select(TaskLink.id).where(
        TaskLink.task_id == asked.task,
        TaskLink.role == asked.role,
        TaskLink.email == asked.email,
        TaskLink.confidential.is_(bool(asked.confidential)),
        TaskLink.made_by == by.username,
        TaskLink.made > now - AGAIN,
    )
    return session.scalar(same.where(TaskLink.used.is_(None), TaskLink.ended.is_(None)))


def letter(session: Session, world: World, link_id: int, address: str) -> dict[str, str]:
    """What the mail with a link says: subject and text. Raises LinkNotFound."""
    row = find(session, link_id)
    home = world.config.authorities[row.authority]
    [task] = tasks_by_id(session, [row.task_id])
    people = _maker(session, world, row)
    role = home.roles[row.role].name if row.role in home.roles else row.role
    return letters.of_link(home.name, people, role, task, address)


def send(session: Session, world: World, link_id: int, address: str) -> None:
    """Mail a link, once, where people are told by mail. Raises LinkNotFound."""
    row, said = find(session, link_id, lock=True), letter(session, world, link_id, address)
    mail = outbox.mail_row(
        row.authority, row.instance_id, f"link-{row.id}", {"to": row.email, **said}, world.clock.now()
    )
    gone = select(Outbox.id).where(Outbox.authority == row.authority, Outbox.key == mail["key"])
    if post(world, row.authority) is not None and session.scalar(gone) is None:
        session.execute(insert(Outbox), [mail])


def _maker(session: Session, world: World, row: TaskLink) -> str:
    """The name of who made a link."""
    members = world.directory(session, row.authority, register.day_of(world.clock.now()))
    return next((each.name for each in members if each.username == row.made_by), row.made_by)


def find(session: Session, link_id: int, lock: bool = False) -> TaskLink:
    """A link; locked, nobody else changes it before the transaction ends. Raises LinkNotFound."""
    row = session.get(TaskLink, link_id, with_for_update=lock)
    if row is None:
        raise LinkNotFound()
    return row


def check_live(session: Session, link_id: int, lock: bool = False) -> TaskLink:
    """A link that still opens its task. Raises LinkNotFound, and LinkEnded when it or its task has ended."""
    row = find(session, link_id, lock)
    status = session.scalar(select(UserTask.status).where(UserTask.id == row.task_id))
    if row.ended is not None or status != "open":
        raise LinkEnded()
    return row


def send_code(session: Session, world: World, link_id: int) -> bool:
    """Send a code to the link's address, unless one was sent just now; false where nobody is told by mail.

    Raises LinkNotFound, LinkEnded, and CodeLater after too many wrong ones.
    """
    row = check_live(session, link_id, lock=True)
    if not world.config.mails:
        return False
    now = world.clock.now()
    wait = AGAIN if row.tries < TRIES else AFTER_WRONG
    if row.codes and (again := datetime.fromisoformat(row.codes[-1][1]) - GOOD + wait) > now:
        if row.tries >= TRIES:
            raise CodeLater(at=f"{again.astimezone(ZONE):%H:%M}")
        return True
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.tries = 0 if row.tries >= TRIES or not _good(row, now) else row.tries  # more codes give no more guesses
    row.codes = [*_good(row, now), [_digest(row, code), (now + GOOD).isoformat()]]
    said = letters.of_code(world.config.authorities[row.authority].name, code, GOOD)
    key = f"code-{row.id}-{now:%Y%m%d%H%M%S}"
    session.execute(
        insert(Outbox), [outbox.mail_row(row.authority, row.instance_id, key, {"to": row.email, **said}, now)]
    )
    return True


def confirm(session: Session, world: World, link_id: int, code: str) -> bool:
    """Whether a code is the one that was sent; then the link is used, and the story says so. Wrong ones are counted.

    Raises LinkNotFound, LinkEnded.
    """
    row = check_live(session, link_id, lock=True)  # so that guesses at the same moment are all counted
    if world.config.mails and not _is_right(row, code, world.clock.now()):
        row.tries += 1
        return False
    row.codes = []
    if row.used is None:
        instance, task, _ = stepping.lock_by_task(session, row.task_id)
        row.used = world.clock.now()
        _tell(session, (instance, task), row.used, "opened", row.email)
    return True


def _is_right(row: TaskLink, code: str, now: datetime) -> bool:
    given = _digest(row, code)
    return row.tries < TRIES and any(hmac.compare_digest(digest, given) for digest, _ in _good(row, now))


def _good(row: TaskLink, now: datetime) -> list[list[str]]:
    """The codes that were sent and are good still: a mail that comes late opens the task as well as the one after it."""
    return [each for each in row.codes if datetime.fromisoformat(each[1]) >= now]


def _digest(row: TaskLink, code: str) -> str:
    return hashlib.sha256(f"{row.id} {row.email} {code}".encode()).hexdigest()


def end(session: Session, world: World, link_id: int, by: Scope) -> TaskLink:
    """End a link: it opens nothing any more. Raises LinkNotFound, LinkEnded."""
    row = check_live(session, link_id)
    instance, task, _ = stepping.lock_by_task(session, row.task_id)
    row.ended = world.clock.now()
    _tell(session, (instance, task), row.ended, "unlinked", by.username, to=row.email)
    return row


def _tell(
    session: Session, locked: tuple[ProcessInstance, UserTask], now: datetime, how: str, by: str, **said: Any
) -> None:
    instance, task = locked
    detail = {name: each for name, each in said.items() if each}
    records.add_line(session, instance, now, how, by, detail, task.element, task.definition_id)
