"""The people of a school that another one follows: whom its register ties to the old URN, and tying them to the new one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.configuration.roles import LINK_ADVISER
from engine.people.register import people_of
from engine.schools.takeovers import Tied
from engine.store.tables import Holding, Person


def tied(session: Session, authority: str, urn: str, day: date) -> list[Tied]:
    """Who is tied to a school by its URN on a day or later, by name; those too who are taken out of it. Its link adviser is the
    authority's, and no person of the school."""
    chosen = (
        select(Holding.id, Person.name, Holding.role, Holding.excluded)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.authority == authority, Holding.urn == urn, or_(Holding.until.is_(None), Holding.until >= day))
        .where(Holding.role != LINK_ADVISER)
    )
    rows = session.execute(chosen.order_by(Person.name, Holding.role, Holding.id))
    return [Tied(urn, *row) for row in rows]


def named(session: Session, authority: str, urn: str, day: date, roles: Iterable[str]) -> list[str]:
    """The roles, of these, that the register gives somebody for a school on a day, by its URN, diocese or trust."""
    return [role for role in sorted(set(roles)) if people_of(session, authority, urn, day, role)]


def tie(session: Session, holding_id: int, urn: str, day: date) -> None:
    """Let what is held for a school be held for the one that follows it from a day on, and for the old one until the day
    before. Whoever is taken out of a diocese's or trust's schools is taken out of the new one too."""
    held = session.get_one(Holding, holding_id)
    if held.since >= day and not held.excluded:
        held.urn = urn
        return
    session.add(
        Holding(
            authority=held.authority,
            person_id=held.person_id,
            role=held.role,
            urn=urn,
            diocese="",
            trust="",
            excluded=held.excluded,
            since=max(held.since, day),
            until=held.until,
        )
    )
    if not held.excluded:
        held.until = day - timedelta(days=1)
