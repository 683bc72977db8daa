"""Link advisers of schools: ties of the register of people in a reserved role, of one person a school and day.

A tie says from which day until which it counts. A new one makes room for itself: what began before it ends on the day before,
what began on the same day is gone, and it ends itself before what begins later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from engine.configuration.roles import LINK_ADVISER
from engine.store.tables import Holding, Person, School
from engine.store.tenancy import unconfined
from engine.store.today import today

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Adviser:
    """Who a link adviser is, as the register of people has them."""

    username: str
    name: str
    email: str = ""

    @property
    def is_name(self) -> bool:
        """Whether a name is all that the register has of them: it stood in a file, and nobody's account was found by it."""
        return self.username == self.name.lower()

    def answers_to(self, said: str) -> bool:
        """Whether a text, a username or a name, says who they are."""
        return said.lower() in (self.username, self.name.lower())


def on(day: date) -> ColumnElement[bool]:
    """Which ties of advisers count on a day."""
    return (Holding.role == LINK_ADVISER) & (Holding.since <= day) & or_(Holding.until.is_(None), Holding.until >= day)


def today_s(session: Session, authority: str, urns: Iterable[str] | None = None) -> dict[str, Adviser]:
    """The advisers of an authority's schools today, of these or of all, by URN. Whoever sees a school may know whose it is."""
    chosen = (
        select(Holding.urn, Person.username, Person.name)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.authority == authority, on(today(session)))
    )
    if urns is not None:
        chosen = chosen.where(Holding.urn.in_(list(urns)))
    with unconfined(session), session.no_autoflush:
        return {urn: Adviser(*who) for urn, *who in session.execute(chosen)}


def of_row(session: Session) -> Any:
    """The name of the adviser today of the school of a row, in a statement that has the table of schools in it."""
    return (
        select(func.max(Person.name))
        .join(Holding, Holding.person_id == Person.id)
        .where(Holding.authority == School.authority, Holding.urn == School.urn, on(today(session)))
        .correlate(School)
        .scalar_subquery()
    )


def put(session: Session, authority: str, urn: str, who: Adviser | None) -> None:
    """Let somebody be a school's adviser from today; nobody, until one who is named from a later day. The caller commits."""
    day = today(session)
    if who is not None:
        tie = Holding(authority=authority, person_id=_person(session, authority, who).id, role=LINK_ADVISER, urn=urn)
        tie.diocese, tie.trust, tie.excluded, tie.since, tie.until = "", "", False, day, None
        session.add(tie)
        make_room(session, tie)
        return
    for each in session.scalars(select(Holding).where(Holding.authority == authority, Holding.urn == urn, on(day))):
        _end(session, each, day)


def make_room(session: Session, tie: Holding) -> None:
    """Let nobody else be the school's adviser while this tie counts; one of another role touches none."""
    if tie.role != LINK_ADVISER:
        return
    session.flush()
    same = (Holding.authority == tie.authority) & (Holding.urn == tie.urn) & (Holding.role == LINK_ADVISER)
    others = session.scalars(select(Holding).where(same, Holding.id != tie.id).order_by(Holding.since)).all()
    for each in others:
        if each.since <= tie.since:
            _end(session, each, tie.since)
        elif tie.until is None or tie.until >= each.since:
            tie.until = each.since - _DAY
    session.flush()


def _end(session: Session, tie: Holding, day: date) -> None:
    """End a tie before a day, where it goes on until then; one that would never have counted is gone."""
    if tie.since >= day:
        session.delete(tie)
    elif tie.until is None or tie.until >= day:
        tie.until = day - _DAY


def _person(session: Session, authority: str, who: Adviser) -> Person:
    mine = select(Person).where(Person.authority == authority, Person.username == who.username)
    found = session.scalars(mine).first()
    if found is None:
        found = Person(authority=authority, username=who.username, name=who.name, email=who.email)
        session.add(found)
        session.flush()
    return found
