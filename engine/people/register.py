"""The register of people of schools: for which schools a role counts, and who holds one for a school.

A role of kind contact counts only for the schools to which the register ties a person on that day: by a school's URN, or by
the name of a diocese or trust that the register of schools gives a school, but for those that are taken out. It counts
nowhere else, and not for a case that is about no school. A role of kind officer counts for the whole authority. Link advisers
are on it too, in a role that is none of the authority's and gives nobody a task (``engine/people/advisers.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE
from engine.configuration.roles import LINK_ADVISER
from engine.people.authorities import OFFICER, Authority
from engine.store.tables import Holding, Person, School, UserTask
from engine.store.tenancy import Scope

#: What is held for what: an entry of the register, or these columns of it.
_Held = Holding | Row[*tuple[Any, ...]]


def day_of(now: datetime) -> date:
    """The day that it is in England."""
    return now.astimezone(ZONE).date()


def on(day: date) -> ColumnElement[bool]:
    """Which holdings count on a day."""
    return (Holding.since <= day) & or_(Holding.until.is_(None), Holding.until >= day)


def scope(session: Session, home: Authority, roles: Collection[str], username: str, day: date) -> Scope:
    """Who acts: somebody with these roles of their account, and those that the register gives them on that day.

    The register gives nobody an officer's role, whatever a role of it has become since. ``session`` sees the whole authority.
    """
    found = _places(session, home.id, username, day)
    places = {role: urns for role, urns in found.items() if not _is_officer(home, role)}
    held = frozenset(roles) | frozenset(places)
    limited = {role: frozenset(places.get(role, ())) for role in held if not _is_officer(home, role)}
    return Scope(home.id, held, username, schools=limited, oversees=oversees(home, held))


#: The capabilities with which somebody sees every case of the authority.
OVERSIGHT = ("manage", "audit", "records")


def oversees(home: Authority, roles: Collection[str]) -> bool:
    """Whether somebody with these roles sees every case of the authority."""
    return any(home.may(roles, capability) for capability in OVERSIGHT)


def overseers(home: Authority | None) -> list[str]:
    """The ids of the roles that see every case of an authority."""
    return [role for role in home.roles if oversees(home, [role])] if home else []


def guest_scope(session: Session, person: Scope, task_id: int, day: date) -> Scope:
    """The scope of whoever came by a link to a task: their role counts for the task's school only.

    Somebody of the register is known by their address, and has the role for as long as they hold it for that school. A
    task of a case about no school is the link's to open. ``session`` sees the whole authority.
    """
    urn = session.scalar(select(UserTask.school_urn).where(UserTask.id == task_id))
    if urn is None:
        return person
    (role,) = person.roles
    known = (
        select(Person.id)
        .join(Holding, Holding.person_id == Person.id)
        .where(Person.authority == person.authority, Person.email == person.username, Holding.role != LINK_ADVISER)
    )
    holds = person.username in (each.email for each in people_of(session, person.authority, urn, day, role))
    out = session.scalar(known.limit(1)) is not None and not holds
    return replace(person, schools={role: frozenset() if out else frozenset({urn})})


def _is_officer(home: Authority, role: str) -> bool:
    return role in home.roles and home.roles[role].kind == OFFICER


def _places(session: Session, authority: str, username: str, day: date) -> dict[str, set[str]]:
    """By role, the URNs of the schools for which a person holds it on a day."""
    held = session.scalars(
        select(Holding)
        .join(Person, Person.id == Holding.person_id)
        .where(Person.authority == authority, Person.username == username.strip().lower(), on(day))
        .where(Holding.role != LINK_ADVISER)
    ).all()
    return _expanded(session, authority, held)


def places(session: Session, authority: str, day: date, roles: Collection[str]) -> dict[str, set[str]]:
    """By role, of these, the URNs of the schools for which anybody holds it on a day; asked for each school once, however
    many people there are."""
    what = Holding.role, Holding.urn, Holding.diocese, Holding.trust, Holding.excluded
    chosen = select(*what).where(Holding.authority == authority, Holding.role.in_(roles), on(day))
    return _expanded(session, authority, session.execute(chosen.distinct()).all())


def _expanded(session: Session, authority: str, held: Collection[_Held]) -> dict[str, set[str]]:
    schools = list(_of_bodies(session, authority, held))
    by_role: dict[str, list[_Held]] = {}
    for each in held:
        by_role.setdefault(each.role, []).append(each)
    return {role: _of_role(mine, schools) for role, mine in by_role.items()}


def _of_role(held: Collection[_Held], schools: Iterable[tuple[str, str, str]]) -> set[str]:
    """The URNs for which one role is held, given the schools of the dioceses and trusts that are named."""
    by_body = {urn for urn, *names in schools if any(_is_of(each, *names) for each in held)}
    out = {each.urn for each in held if each.excluded}
    return (by_body - out) | {each.urn for each in held if each.urn and not each.excluded}


def _is_of(held: _Held, diocese: str, trust: str) -> bool:
    """Whether a role is held for a school of this diocese and trust."""
    return bool(held.diocese and held.diocese == diocese) or bool(held.trust and held.trust == trust)


def _of_bodies(session: Session, authority: str, held: Iterable[_Held]) -> Iterable[tuple[str, str, str]]:
    """The schools of the dioceses and trusts that are named: URN, diocese and trust."""
    dioceses, trusts = {each.diocese for each in held} - {""}, {each.trust for each in held} - {""}
    if not dioceses and not trusts:
        return ()
    chosen = select(School.urn, School.diocese, School.trust).where(
        School.authority == authority, School.diocese.in_(dioceses) | School.trust.in_(trusts)
    )
    return [(urn, diocese, trust) for urn, diocese, trust in session.execute(chosen)]


def people_of(session: Session, authority: str, urn: str, day: date, role: str) -> list[Person]:
    """Who holds a role for a school on a day, by name."""
    chosen = select(Person).where(Person.authority == authority, Person.id.in_(_holders(authority, urn, day, role)))
    return list(session.scalars(chosen.order_by(Person.name, Person.id)))


def _holders(authority: str, urn: str, day: date, role: str) -> Select[int]:
    """The ids of those who hold a role for a school on a day."""
    out = (
        select(Holding.person_id)
        .where(Holding.authority == authority, Holding.urn == urn, Holding.excluded, Holding.role == role, on(day))
        .scalar_subquery()
    )
    school = (School.authority == authority) & (School.urn == urn)
    by_body = select(Holding.person_id).join(
        School,
        school
        & (
            ((Holding.diocese == School.diocese) & (Holding.diocese != ""))
            | ((Holding.trust == School.trust) & (Holding.trust != ""))
        ),
    )
    here = (Holding.authority == authority) & (Holding.role == role) & on(day)
    direct = select(Holding.person_id).where(here, Holding.urn == urn, Holding.excluded.is_(False))
    return direct.union(by_body.where(here, Holding.person_id.not_in(out)))  # type: ignore[return-value]
