"""Who the people of an authority are: those who can sign in, the people of schools, and who covers for whom.

Accounts are not the engine's: whoever runs it hands in a :data:`Directory`. Without one nobody can be named, and only the
register of people is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from engine.people import register
from engine.people.authorities import OFFICER, Authority
from engine.store.tables import CaseBar, Cover
from engine.store.tenancy import Scope


@dataclass(frozen=True)
class Member:
    """Somebody of an authority: by what they sign in, their name and e-mail address (may be empty), the roles that they hold."""

    username: str
    name: str
    email: str = ""
    roles: frozenset[str] = frozenset()

    def is_among(self, names: Collection[str]) -> bool:
        """Whether one of these usernames and e-mail addresses is theirs."""
        return self.username in names or (self.email != "" and self.email in names)


@dataclass(frozen=True)
class Wanted:
    """Who is to cover for whom (usernames), from the first day to the last, and why."""

    absent: str
    covering: str
    since: date
    until: date
    reason: str


class Directory(Protocol):
    """Gives those who can sign in for an authority on a day; where some are ``called`` for, those who have one of these
    usernames or names, and where roles are said, those who are ``holding`` one of them. The session sees the whole database."""

    def __call__(
        self,
        session: Session,
        authority: str,
        day: date,
        called: Collection[str] | None = None,
        holding: Collection[str] | None = None,
        /,
    ) -> Iterable[Member]:
        """Look them up."""


def nobody(
    session: Session,
    authority: str,
    day: date,
    called: Collection[str] | None = None,
    holding: Collection[str] | None = None,
) -> Iterable[Member]:
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
    def of(
        cls, session: Session, home: Authority, look: Directory, day: date, called: Collection[str] | None = None
    ) -> People:
        """Everybody who can sign in for an authority; where some are called for, they and those for whom they cover."""
        if called is not None:
            called = {*called, *session.scalars(_absent(home.id, called, day))}
        return cls(session, home, {each.username: each for each in look(session, home.id, day, called)}, day)

    def holders(self, roles: Collection[str], urn: str | None, without: Collection[str] = ()) -> dict[str, Member]:
        """Who holds one of these roles for a school, or for what is about none, and who covers for them; by username.

        Everybody who can sign in where no role is named. Not whoever is barred (``without``: usernames and e-mail addresses),
        nor whoever comes in by covering for somebody barred alone.
        """
        if not roles:
            return _free(self.members, without)
        officers = {role for role in roles if self.is_officer(role)}
        found = {name: each for name, each in self.members.items() if each.roles & officers}
        if urn is not None:
            found |= self._of_school([role for role in roles if role not in officers], urn)
        free = _free(found, without)
        return free | self._coming_in(free, without)

    def _coming_in(self, held: Collection[str], without: Collection[str]) -> dict[str, Member]:
        """Who covers for some of these, and for nobody who is barred."""
        out = [name for name, each in self.members.items() if each.is_among(without)] if without else []
        kept = self._covering(out) if out else {}
        found = _free(self._covering(held), without)
        return {name: each for name, each in found.items() if name not in kept}

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

    def cover_of(self, absent: str) -> Member | None:
        """Who covers for somebody today; of several the first who was named."""
        chosen = select(Cover.covering).where(Cover.authority == self.home.id, Cover.absent == absent, *_on(self.day))
        names = self.session.scalars(chosen.order_by(Cover.id))
        return next((self.members[name] for name in names if name in self.members), None)

    def scope(self, username: str) -> Scope:
        """What somebody may see and do; nothing for who cannot sign in."""
        member = self.members.get(username)
        if member is None:
            return Scope(self.home.id, frozenset(), username, schools={})
        return covered(self.session, self.home, self._alone(member), self.members, self.day)

    def _alone(self, member: Member) -> Scope:
        return register.scope(self.session, self.home, member.roles, member.username, self.day)


def _free(members: Mapping[str, Member], without: Collection[str]) -> dict[str, Member]:
    """Those of some who are not among the barred."""
    return {name: each for name, each in members.items() if not each.is_among(without)}


def covered(
    session: Session,
    home: Authority,
    own: Scope,
    members: Mapping[str, Member],
    day: date,
    advised: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> Scope:
    """What somebody may see and do with what those have for whom they cover on a day: their roles, and the schools whose link
    advisers they are (``advised``). ``own`` is without it.

    In a case from which one of these is barred, cover of them adds nothing, also for whoever sees the case by what is theirs.
    """
    theirs = []
    for absent in covers(session, home.id, own.username, day):
        member = members.get(absent) or Member(absent, absent)
        found = register.scope(session, home, member.roles, absent, day)
        theirs.append((member, replace(found, advises=advised.get(absent, frozenset()))))
    barred = _barred(session, home.id, [member for member, _ in theirs]) if theirs else {}
    without = {
        case: reduce(_with, (found for member, found in theirs if not member.is_among(names)), own)
        for case, names in barred.items()
    }
    return replace(reduce(_with, (found for _, found in theirs), own), elsewise=without)


def _barred(session: Session, authority: str, members: Collection[Member]) -> dict[int, set[str]]:
    """By the cases from which some of these are barred, the names and addresses of the barred."""
    names = {name.lower() for each in members for name in (each.username, each.email) if name}
    chosen = select(CaseBar.instance_id, CaseBar.username, CaseBar.email).where(
        CaseBar.authority == authority,
        CaseBar.lifted.is_(None),
        CaseBar.username.in_(sorted(names)) | CaseBar.email.in_(sorted(names)),
    )
    found: dict[int, set[str]] = {}
    for case, *called in session.execute(chosen):
        found.setdefault(case, set()).update({*called} - {""})
    return found


def covers(session: Session, authority: str, username: str, day: date) -> list[str]:
    """For whom somebody covers on a day."""
    return list(session.scalars(_absent(authority, [username], day).order_by(Cover.id)))


def _absent(authority: str, covering: Collection[str], day: date) -> Select[str]:
    return select(Cover.absent).where(Cover.authority == authority, Cover.covering.in_(covering), *_on(day))


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
    return replace(
        own,
        roles=own.roles | other.roles,
        schools=limited,
        covers={**own.covers, **new},
        advises=own.advises | other.advises,
    )


def _is_unlimited(scope: Scope, role: str) -> bool:
    """Whether a role is held for the whole authority."""
    return role in scope.roles and role not in (scope.schools or {})
