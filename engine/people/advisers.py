"""Who is a school's link adviser: whoever the register of schools names, by the username or the name of their account."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.people.directory import Member, People
from engine.store.tables import School


def schools(
    session: Session, authority: str, username: str, name: str, members: Callable[[], Iterable[Member]]
) -> frozenset[str]:
    """The schools (URNs) whose link adviser somebody is. A name that two have is nobody's; ``members`` are asked for only where
    a school is found by a name."""
    named = School.link_adviser == name if name else School.link_adviser == username
    mine = or_(func.lower(School.link_adviser) == username, named)
    chosen = select(School.urn, School.link_adviser).where(School.authority == authority, mine)
    found = {urn: said for urn, said in session.execute(chosen)} if username else {}
    if any(said == name for said in found.values()) and sum(each.name == name for each in members()) > 1:
        found = {urn: said for urn, said in found.items() if said.lower() == username}
    return frozenset(found)


def of_school(people: People, urn: str) -> Member | None:
    """The link adviser of a school, where they can sign in; None where the register names nobody, or more than one."""
    chosen = select(School.link_adviser).where(School.authority == people.home.id, School.urn == urn)
    said = people.session.scalar(chosen) or ""
    if said.lower() in people.members:
        return people.members[said.lower()]
    named = [each for each in people.members.values() if said and each.name == said]
    return named[0] if len(named) == 1 else None
