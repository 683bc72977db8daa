"""What a role permits is changed, for all who hold it: they are told, and those who watch, as if each had been given it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.cases import stepping
from engine.cases.stepping import World
from engine.compare.documents import PERMITS
from engine.configuration.roles import (
    EVERYWHERE,
    LOOKS_AFTER,
    POWERS,
    WATCHING,
    Permits,
    Role,
    permits_changed,
    read_roles,
)
from engine.jobs import personal
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.people.register import day_of

#: What is told of, in words.
_TOLD = {each: PERMITS[each] for each in sorted(POWERS)} | {
    LOOKS_AFTER: "be the link adviser of schools, and see every case there",
    EVERYWHERE: "count for all schools",
}


@dataclass(frozen=True)
class Change:
    """A document of roles that takes the place of another, in whose authority, and by whom (a username; empty: the engine)."""

    home: Authority
    old: Mapping[str, Role]
    new: Mapping[str, Role]
    by: str

    @classmethod
    def of(cls, home: Authority, old: bytes, new: bytes, by: str) -> Change:
        """The same of two documents' contents."""
        return cls(home, read_roles(old)[0], read_roles(new)[0], by)

    def watches(self, member: Member) -> bool:
        """Whether somebody audits or administers, by what roles permitted or by what they permit now."""
        roles = [known[each] for known in (self.old, self.new) for each in member.roles if each in known]
        return any(not role.capabilities.isdisjoint(WATCHING) for role in roles)


def tell(session: Session, world: World, change: Change) -> None:
    """Tell the holders of each role that permits more or less than it did, and all others who audit or administer."""
    found = [each for each in permits_changed(change.old, change.new) if _said(each)]
    members = list(world.directory(session, change.home.id, day_of(world.clock.now()))) if found else []
    for each in found:
        # Of a new role nobody is told before somebody is given it.
        if each.role.id in change.old or _holding(each, members):
            _tell(session, world, change, each, members)


def _holding(each: Permits, members: Iterable[Member]) -> list[Member]:
    return [member for member in members if each.role.id in member.roles]


def _tell(session: Session, world: World, change: Change, each: Permits, members: Collection[Member]) -> None:
    holding = _holding(each, members)
    watching = [one for one in members if change.watches(one) and one.username != change.by and one not in holding]
    held = ", ".join(sorted(member.name for member in holding)) or "nobody"
    text = _signed(f"{_said(each)} Held by: {held}.", change.by, members)
    post, now = stepping.post(world, change.home.id), world.clock.now()
    for whom, subject in (
        (holding, f"Your role {each.role.name} permits something else now"),
        (watching, f"The role {each.role.name} permits something else now"),
    ):
        personal.tell(session, change.home.id, whom, (subject, text), now, post)


def _signed(text: str, username: str, members: Iterable[Member]) -> str:
    """What is told, with who has done it where it was a person."""
    by = next((member.name for member in members if member.username == username), username)
    return f"{by} has changed it. {text} If you did not expect it, ask them." if by else text


def _said(each: Permits) -> str:
    """What of a change is told, in words; nothing where it is of no concern to others."""
    added, taken = ([_TOLD[what] for what in side if what in _TOLD] for side in (each.added, each.taken))
    parts = [f"It permits now: {'; '.join(added)}." if added else "", f"No more: {'; '.join(taken)}." if taken else ""]
    return " ".join(filter(None, parts))
