"""Links to one task: made, confirmed by a code that is sent to their address, used, ended; each a line of the case's story."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE
from engine.cases import records, stepping
from engine.cases.stepping import World, post
from engine.errors import AddressBarred, AddressUnknown, CodeLater, LinkEnded, LinkNotFound
from engine.jobs import letters, outbox, personal
from engine.people import register
from engine.people.conflicts import barred
from engine.queries.links import Asked
from engine.queries.tasks import tasks_by_id
from engine.store.sealed import SECRETS
from engine.store.tables import Outbox, ProcessInstance, TaskLink, UserTask
from engine.store.tenancy import Scope

#: How long a code is good, how soon another is sent, and how many wrong ones are taken.
GOOD, AGAIN, TRIES = timedelta(minutes=15), timedelta(minutes=1), 5
#: How soon a browser is sent another after that many wrong ones.
AFTER_WRONG = timedelta(hours=1)
#: How many codes of a link may be good at once, in all and at one address of the network; after how many wrong ones an address
#: rests as a browser does, and how many end the link, whoever entered them.
#:
#: A link may be forwarded: whoever has it without the mailbox must neither guess a code nor keep its owner out. So a code is
#: good in the browser alone that asked for it, and wrong ones rest that browser; what is entered where no code was sent, or
#: after that, could open nothing and counts nowhere. To forget its cookie gives a stranger five more guesses and the owner
#: another mail: from one address up to 20 guesses in an hour and ten codes in 15 minutes, which leaves the owner's address as
#: it is. After 200 guesses in all, each at the one or two codes of its own browser, one link in 2,500 would have been opened,
#: and the link ends: then whoever made it is told, and the page says why.
UNDER_WAY, UNDER_WAY_AT, TRIES_AT, ALL_TRIES = 50, 10, 20, 200


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
    payload = {"to": row.email, **said, SECRETS: [address]}
    mail = outbox.mail_row(row.authority, row.instance_id, f"link-{row.id}", payload, world.clock.now())
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


@dataclass(frozen=True)
class Asker:
    """Who asks for a code or enters one: a browser, and its address of the network."""

    browser: str = ""
    address: str = ""


#: Somebody of whom nothing is known.
NOBODY = Asker()


def send_code(session: Session, world: World, link_id: int, asker: Asker = NOBODY) -> bool:
    """Send a code to the link's address, unless one was sent just now; false where nobody is told by mail. The code is good in
    the browser that asks alone.

    Raises LinkNotFound, LinkEnded, and CodeLater after too many wrong ones, or while too many are under way.
    """
    row = check_live(session, link_id, lock=True)
    if not world.config.mails:
        return False
    now = world.clock.now()
    kept = _kept(row, now)
    mine, wrong = _of(kept, asker.browser), _wrong(kept, asker.browser)
    if mine and (again := _sent(mine[-1]) + (AGAIN if wrong < TRIES else AFTER_WRONG)) > now:
        if wrong >= TRIES:
            raise CodeLater(at=f"{again.astimezone(ZONE):%H:%M}")
        return True
    if (later := _later(kept, _digest(row, asker.address), now)) is not None:
        raise CodeLater(at=f"{later.astimezone(ZONE):%H:%M}")
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.codes = [
        *kept,
        [_digest(row, code), (now + GOOD).isoformat(), asker.browser, 0, _digest(row, asker.address)],
    ]
    said = letters.of_code(world.config.authorities[row.authority].name, code, GOOD)
    key = f"code-{row.id}-{secrets.token_hex(8)}"
    payload = {"to": row.email, **said, SECRETS: [code]}
    session.execute(insert(Outbox), [outbox.mail_row(row.authority, row.instance_id, key, payload, now)])
    return True


def _later(kept: list[list[Any]], place: str, now: datetime) -> datetime | None:
    """From when another code can be sent, where too many are under way or an address (its digest) has entered too many wrong
    ones; None where one can be sent now."""
    here = [each for each in kept if len(each) > 4 and each[4] == place]
    if sum(each[3] for each in here) >= TRIES_AT:
        return _sent(here[0]) + AFTER_WRONG
    for codes, most in ((kept, UNDER_WAY), (here, UNDER_WAY_AT)):
        if len(good := [each for each in codes if _is_good(each, now)]) >= most:
            return _sent(good[0]) + GOOD
    return None


def confirm(session: Session, world: World, link_id: int, code: str, asker: Asker = NOBODY) -> bool:
    """Whether a code is one that was sent when this browser asked; then the link is used, and the story says so. Wrong ones are
    counted where a code was sent that they might have been, and so many of them, whoever typed them, end the link.

    Raises LinkNotFound, LinkEnded.
    """
    row = check_live(session, link_id, lock=True)  # so that guesses at the same moment are all counted
    now = world.clock.now()
    if world.config.mails and not _is_right(row, code, asker.browser, now):
        if _may_be_right(row, asker.browser, now):
            row.tries += 1
            row.codes = _with_one_wrong(row.codes, asker.browser)
        if row.tries >= ALL_TRIES:
            _end(session, row, now, "", "Too many wrong codes were entered.")
            _tell_maker(session, world, row)
        return False
    row.codes = []
    if row.used is None:
        instance, task, _ = stepping.lock_by_task(session, row.task_id)
        row.used = now
        _tell(session, (instance, task), row.used, "opened", row.email)
    return True


def _is_right(row: TaskLink, code: str, browser: str, now: datetime) -> bool:
    given = _digest(row, code)
    sent = [each[0] for each in _of(row.codes, browser) if _is_good(each, now)]
    return _may_be_right(row, browser, now) and any(hmac.compare_digest(digest, given) for digest in sent)


def _may_be_right(row: TaskLink, browser: str, now: datetime) -> bool:
    """Whether a browser has been sent a code that is good, and has not entered too many wrong ones."""
    mine = _of(row.codes, browser)
    return _wrong(mine, browser) < TRIES and any(_is_good(each, now) for each in mine)


def _tell_maker(session: Session, world: World, row: TaskLink) -> None:
    """Tell whoever made a link that wrong codes have ended it."""
    members = world.directory(session, row.authority, register.day_of(world.clock.now()), {row.made_by})
    subject = f"Your link to {row.email} has ended"
    text = (
        f"{ALL_TRIES} wrong codes were entered, so that it opens nothing any more. Somebody seems to have the link who does not "
        "get the mail of that address. If the task is still to be done, make another link, and ask that nobody forwards it."
    )
    makers = [each for each in members if each.username == row.made_by]
    personal.tell(session, row.authority, makers, (subject, text), world.clock.now(), post(world, row.authority))


def is_tried_out(session: Session, link_id: int) -> bool:
    """Whether wrong codes have ended a link."""
    row = session.get(TaskLink, link_id)
    return row is not None and row.ended is not None and row.tries >= ALL_TRIES


def _kept(row: TaskLink, now: datetime) -> list[list[Any]]:
    """The codes that are good still (a mail that comes late opens the task as well as the one after it), and for a while those
    against which wrong ones were entered: their browsers, or addresses, may have to wait."""
    tried = [each for each in row.codes if _wrong(row.codes, _asker(each)) and _sent(each) + AFTER_WRONG > now]
    return [each for each in row.codes if _is_good(each, now) or each in tried]


def _of(codes: list[list[Any]], asker: str) -> list[list[Any]]:
    return [each for each in codes if _asker(each) == asker]


def _asker(code: list[Any]) -> str:
    """Which browser asked for a code; nothing of one that was sent before this was kept."""
    return str(code[2]) if len(code) > 2 else ""


def _wrong(codes: list[list[Any]], asker: str) -> int:
    """How many wrong codes a browser has entered; asking for another makes it no fewer."""
    return sum(each[3] for each in _of(codes, asker) if len(each) > 3)


def _with_one_wrong(codes: list[list[Any]], asker: str) -> list[list[Any]]:
    mine = _of(codes, asker)
    return [
        [*each[:3], each[3] + 1, *each[4:]] if mine and each is mine[-1] and len(each) > 3 else each for each in codes
    ]


def _sent(code: list[Any]) -> datetime:
    return datetime.fromisoformat(code[1]) - GOOD


def _is_good(code: list[Any], now: datetime) -> bool:
    return datetime.fromisoformat(code[1]) >= now


def _digest(row: TaskLink, code: str) -> str:
    return hashlib.sha256(f"{row.id} {row.email} {code}".encode()).hexdigest()


def end(session: Session, world: World, link_id: int, by: Scope) -> TaskLink:
    """End a link: it opens nothing any more. Raises LinkNotFound, LinkEnded."""
    row = check_live(session, link_id)
    _end(session, row, world.clock.now(), by.username)
    return row


def _end(session: Session, row: TaskLink, now: datetime, by: str, reason: str = "") -> None:
    instance, task, _ = stepping.lock_by_task(session, row.task_id)
    row.ended = now
    _tell(session, (instance, task), now, "unlinked", by, to=row.email, reason=reason)


def _tell(
    session: Session, locked: tuple[ProcessInstance, UserTask], now: datetime, how: str, by: str, **said: Any
) -> None:
    instance, task = locked
    detail = {name: each for name, each in said.items() if each}
    records.add_line(session, instance, now, how, by, detail, task.element, task.definition_id)
