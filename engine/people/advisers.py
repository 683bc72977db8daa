"""Who is a school's link adviser on a day: whoever the register of people ties to it so, by the username of their account, or by
its name where the register has no more of them than that; while they hold a role that looks after schools.

A tie lets somebody see every case of the school. So it counts for officers whose work that is alone: an administrator, an elected
member or a contact is no link adviser, whatever the register says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.configuration.roles import LINK_ADVISER
from engine.people.authorities import CONTACT, OFFICER, Authority, Role
from engine.people.directory import Member, People
from engine.schools.advisers import Adviser, on
from engine.store.tables import Holding, Person, ProcessReader
from engine.store.tenancy import unconfined

#: As the register of people lists it, among the roles that count for schools.
ROLE = Role(LINK_ADVISER, "Link adviser", CONTACT, frozenset(), "", "Looks after the school for the authority")


def looking_first(home: Authority | None) -> frozenset[str]:
    """The roles of an authority that look after their own schools first (``perSchool``)."""
    return frozenset(role.id for role in home.roles.values() if role.per_school) if home else frozenset()


def roles_for(session: Session, home: Authority) -> frozenset[str]:
    """The roles whose holders may be link advisers: those that look after their own schools first, or else the officers' roles
    that begin cases or that a process asks something. An elected member is only told."""
    if own := looking_first(home):
        return own
    with unconfined(session):
        asked = set(session.scalars(select(ProcessReader.role).where(ProcessReader.authority == home.id).distinct()))
    officers = [role for role in home.roles.values() if role.kind == OFFICER]
    return frozenset(role.id for role in officers if role.id in asked or "start" in role.capabilities)


def schools(
    session: Session,
    home: Authority,
    member: Member,
    day: date,
    members: Callable[[Collection[str]], Iterable[Member]],
) -> frozenset[str]:
    """The schools (URNs) whose link adviser somebody is on a day, by the roles that they hold then. A name that two have is
    nobody's; ``members`` gives those of some names, and is asked only where a school is found by a name."""
    found = _tied(session, home.id, member.username, member.name, day, members)
    return found if found and not member.roles.isdisjoint(roles_for(session, home)) else frozenset()


def _tied(
    session: Session,
    authority: str,
    username: str,
    name: str,
    day: date,
    members: Callable[[Collection[str]], Iterable[Member]],
) -> frozenset[str]:
    if not username:
        return frozenset()
    chosen = (
        select(Holding.urn, Person.username, Person.name)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.authority == authority, on(day), or_(Person.username == username, Person.name == name))
    )
    found = {urn: Adviser(*who) for urn, *who in session.execute(chosen)}
    mine = frozenset(urn for urn, who in found.items() if who.username == username)
    by_name = frozenset(urn for urn, who in found.items() if who.is_name) - mine
    if by_name and account_of(members([name]), Adviser(name.lower(), name)) is not None:
        return mine | by_name
    return mine


def of_school(people: People, urn: str) -> Member | None:
    """The link adviser of a school, where they can sign in; None where the register names nobody, or more than one."""
    chosen = (
        select(Person.username, Person.name)
        .join(Holding, Holding.person_id == Person.id)
        .where(Holding.authority == people.home.id, Holding.urn == urn, on(people.day))
    )
    row = people.session.execute(chosen).first()
    return None if row is None else account_of(people.members.values(), Adviser(*row))


def meant(members: Iterable[Member], named: Iterable[str]) -> Mapping[str, Adviser]:
    """Who a file means by usernames and names: somebody who can sign in, or else whoever has that name."""
    known, found = list(members), {}
    for said in named:
        member = account_of(known, unknown := Adviser(said.lower(), said))
        found[said] = unknown if member is None else Adviser(member.username, member.name, member.email)
    return found


def account_of(members: Iterable[Member], who: Adviser) -> Member | None:
    """Whose account an entry of the register means; nobody's where there is none, or two have the name."""
    known = list(members)
    by_username = [each for each in known if each.username == who.username]
    by_name = [each for each in known if who.is_name and each.name == who.name]
    return by_username[0] if by_username else by_name[0] if len(by_name) == 1 else None
