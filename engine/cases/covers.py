"""Cover: somebody does the tasks of another's roles between two days, as during leave."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.rhythms import said
from engine.cases import hands, stepping
from engine.cases.stepping import World
from engine.errors import CoverNotFound, CoverRefused, NotAManager
from engine.jobs import personal
from engine.people.authorities import OFFICER, Authority
from engine.people.directory import Member, People, Wanted
from engine.people.register import day_of
from engine.people.retention import last_day
from engine.store.tables import Cover
from engine.store.tenancy import Scope

#: Nobody lets themselves in: with a role come the answers that are kept to it.
ITS_OWN = "somebody else who manages cases has to say that you cover"


def add(session: Session, world: World, wanted: Wanted, by: Scope) -> None:
    """Let somebody else cover for another. Raises NotAManager, CoverRefused, which says why."""
    if not hands.may_manage(world, by):
        raise NotAManager()
    known = hands.people(session, world, by.authority)
    reason = ITS_OWN if wanted.covering == by.username else _against(known, wanted)
    if reason:
        raise CoverRefused(reason=reason)
    _tell_of(session, world, known, wanted, by)
    made = {"authority": by.authority, "set_by": by.username, "set_at": world.clock.now()}
    session.add(Cover(**made, **vars(wanted)))


def _tell_of(session: Session, world: World, known: People, wanted: Wanted, by: Scope) -> None:
    """Tell whoever is away who reads and does what is theirs meanwhile."""
    covering, set_by = known.members[wanted.covering], known.members.get(by.username)
    text = (
        f"From {said(wanted.since)} to {said(wanted.until)} they do the tasks of your roles, and read what is kept to these, "
        f"also what is confidential. {set_by.name if set_by else by.username} has set it. Reason: {wanted.reason} "
        "Tell those who manage cases if it is not right."
    )
    _tell(session, world, known, wanted.absent, (f"{covering.name} covers for you", text), by)


def _tell(session: Session, world: World, known: People, absent: str, what: tuple[str, str], by: Scope) -> None:
    """Tell whoever is away, unless they did it themselves."""
    if absent in known.members and absent != by.username:
        post = stepping.post(world, by.authority)
        personal.tell(session, by.authority, [known.members[absent]], what, world.clock.now(), post)


def _against(known: People, wanted: Wanted) -> str:
    """What stands against a cover, in words; empty when nothing does."""
    absent, covering = (known.members.get(name) for name in (wanted.absent, wanted.covering))
    if absent is None or covering is None:
        return "both must be people who can sign in"
    if absent == covering:
        return "nobody covers for themselves"
    if wanted.until < max(wanted.since, known.day):
        return "the last day is before the first, or has passed"
    if wanted.until > last_day(known.day):
        return f"the last day must not be later than {said(last_day(known.day))}"
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
    known = hands.people(session, world, by.authority)
    covering = known.members.get(found.covering)
    subject = f"{covering.name if covering else found.covering} covers for you no more"
    _tell(session, world, known, found.absent, (subject, f"It was set until {said(found.until)}."), by)
    if found.since >= today:
        session.delete(found)
    else:
        found.until = today - timedelta(days=1)
