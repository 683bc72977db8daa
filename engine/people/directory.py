"""Who the people of an authority are: those who can sign in, the people of schools, and who covers for whom.

Accounts are not the engine's: whoever runs it hands in a :data:`Directory`. Without one nobody can be named, and only the
register of people is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.people import register
from engine.people.authorities import OFFICER, Authority
from engine.store.tables import Cover
from engine.store.tenancy import Scope


@dataclass(frozen=True)
class Member:
    """Somebody of an authority: by what they sign in, their name and e-mail address (may be empty), the roles that they hold."""

    username: str
    name: str
    email: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """Who is to cover for whom (usernames), from the first day to the last, and why."""

    absent: str
    covering: str
    since: date
    until: date
    reason: str


#: Gives those who can sign in for an authority on a day. The session sees the whole database.
Directory = Callable[[Session, str, date], Iterable[Member]]


def nobody(session: Session, authority: str, day: date) -> Iterable[Member]:
    """The directory of an engine that knows no accounts."""
    return ()


@dataclass(frozen=True)
class People:
    """Who is who in one authority on one day. ``session`` sees the whole authority."""

    session: Session
    home: Authority
    members: Mapping[str, Member]
    day: date

    @classmethod
    def of(cls, session: Session, home: Authority, look: Directory, day: date) -> People:
        """Everybody who can sign in for an authority."""
        return cls(session, home, {each.username: each for each in look(session, home.id, day)}, day)

    def holders(self, roles: Collection[str], urn: str | None) -> dict[str, Member]:
        """Who holds one of these roles for a school, or for what is about none, and who covers for them; by username.

        Everybody who can sign in where no role is named.
        """
        if not roles:
            return dict(self.members)
        officers = {role for role in roles if self.is_officer(role)}
        found = {name: each for name, each in self.members.items() if each.roles & officers}
        if urn is not None:
            found |= self._of_school([role for role in roles if role not in officers], urn)
        return found | self._covering(found)

    def is_officer(self, role: str) -> bool:
        """Whether a role is one of the authority itself, which counts for all schools."""
        return role in self.home.roles and self.home.roles[role].kind == OFFICER

    def _of_school(self, roles: Collection[str], urn: str) -> dict[str, Member]:
        """Who holds one of these roles for a school, as the register of people says; it has their addresses."""
        found = {}
        for role in roles:
            for each in register.people_of(self.session, self.home.id, urn, self.day, role):
                known = self.members.get(each.username) or Member(each.username, each.name)
                found[each.username] = replace(known, email=each.email)
        return found

    def of_register(self, urn: str) -> dict[str, Member]:
        """Everybody whom the register of people has for a school, with all roles that they hold there; by username."""
        found: dict[str, Member] = {}
        for role in (role for role in self.home.roles if not self.is_officer(role)):
            for name, each in self._of_school([role], urn).items():
                found[name] = replace(each, roles=each.roles | {role} | found.get(name, each).roles)
        return found

    def _covering(self, absent: Collection[str]) -> dict[str, Member]:
        chosen = select(Cover.covering).where(
            Cover.authority == self.home.id, Cover.absent.in_(list(absent)), *_on(self.day)
        )
        return {name: self.members[name] for name in self.session.scalars(chosen) if name in self.members}

    def scope(self, username: str) -> Scope:
        """What somebody may see and do; nothing for who cannot sign in."""
        member = self.members.get(username)
        if member is None:
            return Scope(self.home.id, frozenset(), username, schools={})
        return covered(self.session, self.home, self._alone(member), self.members, self.day)

    def _alone(self, member: Member) -> Scope:
        return register.scope(self.session, self.home, member.roles, member.username, self.day)


def covered(session: Session, home: Authority, own: Scope, members: Mapping[str, Member], day: date) -> Scope:
    """What somebody may see and do with the roles of those for whom they cover on a day; ``own`` is without them."""
    for absent in covers(session, home.id, own.username, day):
        member = members.get(absent)
        roles = member.roles if member else frozenset()
        own = _with(own, register.scope(session, home, roles, absent, day))
    return own


def covers(session: Session, authority: str, username: str, day: date) -> list[str]:
    """For whom somebody covers on a day."""
    chosen = select(Cover.absent).where(Cover.authority == authority, Cover.covering == username, *_on(day))
    return list(session.scalars(chosen.order_by(Cover.id)))


def _on(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Cover.since <= day, Cover.until >= day


def _with(own: Scope, other: Scope) -> Scope:
    """A scope with another person's roles beside its own, and whose they are."""
    ours, theirs = own.schools or {}, other.schools or {}
    limited = {
        role: ours.get(role, frozenset()) | theirs.get(role, frozenset())
        for role in {*ours, *theirs}
        if not _is_unlimited(own, role) and not _is_unlimited(other, role)
    }
    new = {role: other.username for role in other.roles if role not in own.roles}
    return replace(own, roles=own.roles | other.roles, schools=limited, covers={**own.covers, **new})


def _is_unlimited(scope: Scope, role: str) -> bool:
    """Whether a role is held for the whole authority."""
    return role in scope.roles and role not in (scope.schools or {})
