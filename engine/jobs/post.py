"""Whom mail reaches: who holds a role and has an address, how often each wants to be told, and whom nobody can tell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.jobs.letters import Sender
from engine.people import register
from engine.people.authorities import OFFICER, Authority
from engine.people.conflicts import is_barred
from engine.people.directory import Directory, Member, People
from engine.store.tables import Incident, Reader, School

#: How a person may be told by mail: of each thing at once, or in one mail a school day or week.
ONCE, DAILY, WEEKLY = WAYS = ("once", "daily", "weekly")
#: The kind of the incident that says that nobody of a role has an address.
UNREACHED = "unreached"


@dataclass(frozen=True)
class Post:
    """What telling by mail needs to know of an authority."""

    home: Authority
    look: Directory
    address: str

    @property
    def sender(self) -> Sender:
        """Who asks, in a letter."""
        return Sender(self.home.name, {role.id: role.name for role in self.home.roles.values()}, self.address)

    def people(self, session: Session, now: datetime) -> People:
        """Who is who in the authority today."""
        return People.of(session, self.home, self.look, register.day_of(now))


@dataclass(frozen=True)
class Recipient:
    """Somebody who is to be told, and how: once, daily or weekly."""

    member: Member
    how: str


def default_how(home: Authority, member: Member) -> str:
    """How somebody is told who has not chosen: officers once a day, people of schools at once, since they look in rarely."""
    is_officer = any(role in home.roles and home.roles[role].kind == OFFICER for role in member.roles)
    return DAILY if is_officer else ONCE


def recipients(
    session: Session,
    people: People,
    roles: Collection[str],
    urn: str | None,
    assignee: str | None = None,
    without: Collection[str] = (),
) -> list[Recipient]:
    """Those who hold one of these roles for a school, and who covers for them; or the one who has the task. Not those who are
    barred (``without``: usernames and e-mail addresses), nor who covers for them."""
    found = people.holders(roles, urn, without) if roles else {}
    if assignee is not None:
        member = found.get(assignee) or people.members.get(assignee)
        found = {assignee: member} if member else {}
    return with_how(session, people.home, [each for each in found.values() if not is_barred(without, each)])


def with_how(session: Session, home: Authority, members: Iterable[Member]) -> list[Recipient]:
    """People with how each is told."""
    members = list(members)
    chosen = select(Reader.username, Reader.how).where(
        Reader.authority == home.id, Reader.username.in_([each.username for each in members]), Reader.how != ""
    )
    how = {username: each for username, each in session.execute(chosen)}
    return [Recipient(each, how.get(each.username) or default_how(home, each)) for each in members]


def mailboxes(home: Authority, roles: Iterable[str]) -> list[str]:
    """The mailboxes of officers' roles; those of schools have addresses of their own."""
    known = (home.roles[role] for role in roles if role in home.roles)
    return list(dict.fromkeys(role.mailbox for role in known if role.kind == OFFICER and role.mailbox))


def reach(
    session: Session,
    home: Authority,
    roles: Collection[str],
    urn: str | None,
    addresses: Iterable[str],
    now: datetime,
) -> None:
    """Note whether anybody was reached: that nobody of these roles has an address is a trouble, which a manager sees once
    until it is mended; it is settled when somebody is reached."""
    _note(session, home, f"{sorted(roles)} {urn}", any(addresses), lambda: _nobody(session, home, roles, urn), now)


def school_itself(session: Session, home: Authority, urn: str | None, now: datetime) -> dict[str, str]:
    """A school's own address, with its name; that it has none is a trouble as of :func:`reach`. Nothing for no school."""
    row = session.execute(
        select(School.name, School.email).where(School.authority == home.id, School.urn == urn)
    ).first()
    if row is None:
        return {}
    message = (
        f"Mail reaches nobody at {row.name}: the register of schools has no e-mail address of the school itself. What it was to "
        "be told stands in Pathways only. Enter its address on the school's page."
    )
    _note(session, home, f"school {urn}", bool(row.email), lambda: message, now)
    return {row.email: row.name} if row.email else {}


def _note(
    session: Session, home: Authority, whom: str, reached: bool, message: Callable[[], str], now: datetime
) -> None:
    token = hashlib.blake2s(f"{home.id} {whom}".encode(), digest_size=16).hexdigest()
    same = (
        Incident.authority == home.id,
        Incident.resolved.is_(None),
        Incident.kind == UNREACHED,
        Incident.token == token,
    )
    if reached:
        settled = update(Incident).where(*same).values(resolved=now, resolved_by="")
        session.execute(settled.execution_options(synchronize_session=False))
    elif session.scalar(select(Incident.id).where(*same)) is None:
        session.add(_trouble(home, token, message(), now))


def _nobody(session: Session, home: Authority, roles: Collection[str], urn: str | None) -> str:
    asked = " or ".join(home.roles[role].name if role in home.roles else role for role in roles) or "anybody"
    school = session.scalar(select(School.name).where(School.authority == home.id, School.urn == urn)) if urn else None
    return (
        f"Mail reaches nobody as {asked}{f' of {school}' if school else ''}: nobody holds that role today and has an e-mail "
        "address. What they were to be told stands in Pathways only. Enter who it is, or an address, under People."
    )


def _trouble(home: Authority, token: str, message: str, now: datetime) -> Incident:
    return Incident(
        authority=home.id,
        instance_id=None,
        job_id=None,
        kind=UNREACHED,
        element="",
        token=token,
        message=message,
        detail="",
        answer=None,
        created=now,
        resolved=None,
        resolved_by=None,
    )
