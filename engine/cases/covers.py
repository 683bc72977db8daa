"""Cover: somebody does the tasks of another's roles between two days, as during leave."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import hands
from engine.cases.stepping import World
from engine.errors import CoverNotFound, CoverRefused, NotAManager
from engine.people.authorities import OFFICER, Authority
from engine.people.directory import Member, People, Wanted
from engine.people.register import day_of
from engine.store.tables import Cover
from engine.store.tenancy import Scope


def add(session: Session, world: World, wanted: Wanted, by: Scope) -> None:
    """Let somebody cover for another. Raises NotAManager, CoverRefused, which says why."""
    if not hands.may_manage(world, by):
        raise NotAManager()
    known = hands.people(session, world, by.authority)
    reason = _against(known, wanted)
    if reason:
        raise CoverRefused(reason=reason)
    said = vars(wanted)
    session.add(Cover(authority=by.authority, set_by=by.username, set_at=world.clock.now(), **said))


def _against(known: People, wanted: Wanted) -> str:
    """What stands against a cover, in words; empty when nothing does."""
    absent, covering = (known.members.get(name) for name in (wanted.absent, wanted.covering))
    if absent is None or covering is None:
        return "both must be people who can sign in"
    if absent == covering:
        return "nobody covers for themselves"
    if wanted.until < max(wanted.since, known.day):
        return "the last day is before the first, or has passed"
    if _is_officer(known.home, absent) and not _is_officer(known.home, covering):
        return f"{absent.name} works for the authority and sees all its schools, {covering.name} does not"
    return ""


def _is_officer(home: Authority, member: Member) -> bool:
    return any(role in home.roles and home.roles[role].kind == OFFICER for role in member.roles)


def end(session: Session, world: World, cover_id: int, by: Scope) -> None:
    """End a cover with yesterday. Raises NotAManager, CoverNotFound."""
    if not hands.may_manage(world, by):
        raise NotAManager()
    today = day_of(world.clock.now())
    found = session.scalar(select(Cover).where(Cover.id == cover_id, Cover.until >= today))
    if found is None:
        raise CoverNotFound()
    if found.since >= today:
        session.delete(found)
    else:
        found.until = today - timedelta(days=1)
