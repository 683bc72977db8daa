"""What people are told: reading it, and how each wants to be told."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases import hands
from engine.errors import GivenRefused, NoticeNotFound
from engine.jobs.post import ONCE, WAYS, with_how
from engine.people.directory import Member
from engine.queries import NotificationRow
from engine.queries.notices import LATE, OTHER, TASK
from engine.store.tables import NoticeRead, Notification, Person, Reader
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: By the kind of notices, where it is kept up to which a person has read them.
_MARKS = {LATE: "late_to", TASK: "tasks_to", OTHER: "read_to"}


class Notices:
    """What people are told in the app and by mail."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def read(self, notice_id: int, by: Scope) -> NotificationRow:
        """Look at a notice; from now on the person has read it, whatever roles it was told. Raises NoticeNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            found = queries.notice(session, by, notice_id)
            if found is None:
                raise NoticeNotFound()
            row, occasion = found
            session.merge(NoticeRead(authority=by.authority, username=by.username, occasion=occasion))
            return row

    def read_all(self, kind: str, by: Scope) -> None:
        """All notices of a kind that were told so far are read by the person."""
        with self._transactions.writing(by, wakes=False) as session:
            last = session.scalar(select(func.max(Notification.id)).where(Notification.authority == by.authority)) or 0
            setattr(self._reader(session, by), _MARKS[kind], last)

    def choose(self, how: str, by: Scope) -> None:
        """Say how the person is told by mail: once, daily or weekly. Raises GivenRefused."""
        if how not in WAYS:
            raise GivenRefused(what="way of being told", reason=f"it is one of {', '.join(WAYS)}")
        with self._transactions.writing(by, wakes=False) as session:
            self._reader(session, by).how = how

    def how(self, by: Scope) -> str:
        """How the person is told by mail: as they have chosen, else as is usual for their roles."""
        with self._transactions.reading() as session:
            home, member = self._world.config.authorities.get(by.authority), self._member(session, by)
            return with_how(session, home, [member])[0].how if home and member else ONCE

    def address(self, by: Scope) -> str:
        """Where the person is told by mail; empty for nowhere."""
        with self._transactions.reading() as session:
            member = self._member(session, by)
            return member.email if member else ""

    def _member(self, session: Session, by: Scope) -> Member | None:
        """The person, with the address that the register of people has of them, or else their account."""
        known = hands.people(session, self._world, by.authority, [by.username]).members.get(by.username)
        person = select(Person.email).where(Person.authority == by.authority, Person.username == by.username)
        email = session.scalar(person)
        return replace(known, email=email) if known and email else known

    def _reader(self, session: Session, by: Scope) -> Reader:
        mine = select(Reader).where(Reader.authority == by.authority, Reader.username == by.username)
        found = session.scalar(mine)
        if found is None:
            found = Reader(authority=by.authority, username=by.username, read_to=0, late_to=0, tasks_to=0, how="")
            session.add(found)
        return found
