"""Naming a school's link adviser, who sees every case of it from then on: who may be, and who is told.

Nobody names themselves, so that what somebody may read is never theirs alone to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.calendar.rhythms import said
from engine.cases import stepping
from engine.cases.stepping import World
from engine.configuration.roles import LINK_ADVISER
from engine.jobs import personal
from engine.people import advisers
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.people.files import Entry, WrongCell
from engine.people.register import day_of
from engine.schools.advisers import Adviser
from engine.store.tables import Holding, Person, School
from engine.store.tenancy import unconfined

#: How many schools a notice names one by one.
MOST = 30


@dataclass(frozen=True)
class Tie:
    """That somebody is a school's adviser from a day until one, both counted."""

    urn: str
    username: str
    name: str = field(compare=False)
    since: date
    until: date | None

    @property
    def days(self) -> str:
        """From when until when, in words."""
        return f"from {said(self.since)}" + (f" until {said(self.until)}" if self.until else "")


def against(session: Session, world: World, authority: str, who: Adviser, since: date, by: str) -> str:
    """What stands against somebody as link adviser from a day on, in words; empty when nothing does. Somebody without an account
    may be named: they see nothing until they have one, and a role that may be."""
    home = world.config.authorities.get(authority)
    day = max(since, day_of(world.clock.now()))
    found = world.directory(session, authority, day, {who.username, who.name})
    member = advisers.account_of(found, who)
    if home is None or member is None:
        return ""
    if member.username == by:
        return "Nobody names themselves the link adviser of a school: somebody else has to do that."
    if not member.roles.isdisjoint(advisers.roles_for(session, home)):
        return ""
    which = "looks after schools" if advisers.looking_first(home) else "begins cases or is asked something in them"
    return (
        f"{member.name} cannot be a link adviser: on {said(day)} they hold no officer’s role that {which}, and a link adviser "
        "sees every case of the school."
    )


def check(session: Session, world: World, authority: str, entries: Iterable[Entry], by: str = "") -> None:
    """Refuse entries that tie a school to somebody who may not be its link adviser. Raises WrongCell."""
    today = day_of(world.clock.now())
    for each in entries:
        if each.role == LINK_ADVISER and (each.until is None or each.until >= today):
            reason = against(session, world, authority, Adviser(each.username, each.name), each.since, by)
            if reason:
                raise WrongCell("email", reason)


def ties(session: Session, world: World, authority: str) -> frozenset[Tie]:
    """Who is whose link adviser from when until when, today or later."""
    session.flush()
    chosen = (
        select(Holding.urn, Person.username, Person.name, Holding.since, Holding.until)
        .join(Person, Person.id == Holding.person_id)
        .where(Holding.authority == authority, Holding.role == LINK_ADVISER)
        .where(or_(Holding.until.is_(None), Holding.until >= day_of(world.clock.now())))
    )
    with unconfined(session):
        return frozenset(Tie(*row) for row in session.execute(chosen))


def tell(
    session: Session, world: World, authority: str, before: frozenset[Tie], by: str, without: Collection[str] = ()
) -> None:
    """Tell of what changed since ``before``: each adviser, those who manage cases, and those who audit. Of schools that are new
    (``without``: their URNs) there is no case to be seen."""
    after = ties(session, world, authority)
    changed = [each for each in before ^ after if each.urn not in without]
    home = world.config.authorities.get(authority)
    if not changed or home is None:
        return
    told = _Told(session, world, home, after, by)
    for username in sorted({each.username for each in changed}):
        told.adviser([each for each in changed if each.username == username])
    told.watchers(changed)


@dataclass(frozen=True)
class _Told:
    """Who is told of what changed, in one authority; ``after``: who is whose adviser now."""

    session: Session
    world: World
    home: Authority
    after: frozenset[Tie]
    by: str

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """Who can sign in, by username."""
        day = day_of(self.world.clock.now())
        return {each.username: each for each in self.world.directory(self.session, self.home.id, day)}

    def adviser(self, changed: Collection[Tie]) -> None:
        """Tell somebody of their own schools."""
        one = next(iter(changed))
        member = advisers.account_of(self.members.values(), Adviser(one.username, one.name))
        if member is None:
            return
        urns = {each.urn for each in changed}
        kept = {each.urn for each in self.after if each.username == one.username}
        if len(urns) > 1:
            subject = "Your schools as link adviser have changed"
        else:
            subject = f"You are {'' if urns <= kept else 'no longer '}the link adviser of {self._names(urns)[one.urn]}"
        self._tell([member], subject, urns)

    def watchers(self, changed: Collection[Tie]) -> None:
        """Tell those who manage cases, and those who audit, but for whoever did it."""
        urns = {each.urn for each in changed}
        one = len(urns) == 1
        subject = (
            f"The link adviser of {next(iter(self._names(urns).values()))} has changed"
            if one
            else f"The link advisers of {len(urns)} schools have changed"
        )
        watching = [
            each
            for name, each in self.members.items()
            if name != self.by and any(self.home.may(each.roles, capability) for capability in ("manage", "audit"))
        ]
        self._tell(watching, subject, urns)

    def _tell(self, whom: Iterable[Member], subject: str, urns: Collection[str]) -> None:
        by = self.members[self.by].name if self.by in self.members else self.by
        lines = [f"Set by {by}." if by else "", *self._lines(urns)]
        text = " ".join(filter(None, lines))
        post = stepping.post(self.world, self.home.id)
        personal.tell(self.session, self.home.id, whom, (subject, text), self.world.clock.now(), post)

    def _lines(self, urns: Collection[str]) -> list[str]:
        """Who is whose adviser now, a sentence a school."""
        names = self._names(urns)
        shown = sorted(urns, key=names.__getitem__)[:MOST]
        said = []
        for urn in shown:
            now = sorted((each for each in self.after if each.urn == urn), key=lambda each: each.since)
            who = "; then ".join(f"{each.name} {each.days}" for each in now) or "nobody"
            said.append(f"{names[urn]}: {who}.")
        return said + ([f"And {len(urns) - MOST} more schools."] if len(urns) > MOST else [])

    def _names(self, urns: Collection[str]) -> Mapping[str, str]:
        chosen = select(School.urn, School.name).where(School.authority == self.home.id, School.urn.in_(list(urns)))
        with unconfined(self.session):
            return {**{urn: urn for urn in urns}, **{urn: name for urn, name in self.session.execute(chosen)}}
