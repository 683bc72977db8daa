"""Writing the register of people: what a file or a page says of who holds what from when until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import HoldingNotFound
from engine.people import files
from engine.people.files import Bodies, Entry, Tie, UnreadLine, WrongCell
from engine.schools.advisers import make_room
from engine.store.tables import Holding, Person, School


@dataclass(frozen=True)
class Brought:
    """What an entry brought: whose it is, which role for what, and what changed, in words (empty when it is new)."""

    name: str
    role: str
    what: str
    change: str = ""


@dataclass(frozen=True)
class PeopleImported:
    """What an import did, and the lines of the file that brought nothing."""

    added: tuple[Brought, ...] = ()
    changed: tuple[Brought, ...] = ()
    ended: tuple[Brought, ...] = ()
    unchanged: int = 0
    unreadable: tuple[UnreadLine, ...] = ()


def bodies(session: Session, authority: str) -> Bodies:
    """By what people may be tied to the schools of an authority."""
    rows = session.execute(select(School.urn, School.diocese, School.trust).where(School.authority == authority)).all()
    return Bodies({row.urn for row in rows}, {row.diocese for row in rows}, {row.trust for row in rows})


def store(
    session: Session, authority: str, entries: Iterable[Entry], unreadable: Iterable[UnreadLine] = ()
) -> PeopleImported:
    """Add these entries or bring them up to date; what the register has beside stays. The caller commits."""
    people = {each.username: each for each in session.scalars(select(Person).where(Person.authority == authority))}
    held = _held(session, authority)
    told: dict[str, list[Brought]] = {"added": [], "changed": [], "ended": [], "unchanged": []}
    for entry in entries:
        person, renamed = _person(session, authority, people, entry)
        known = held.setdefault((person.id, entry.role, entry.tie), [])
        what, change = _put(session, person, known, entry)
        what = "changed" if renamed and what == "unchanged" else what
        said = "; ".join(filter(None, (renamed, change)))
        told[what].append(Brought(entry.name, entry.role, entry.tie.what, said))
    brought = {what: tuple(each) for what, each in told.items() if what != "unchanged"}
    return PeopleImported(**brought, unchanged=len(told["unchanged"]), unreadable=tuple(unreadable))


def _held(session: Session, authority: str) -> dict[tuple[int, str, Tie], list[Holding]]:
    """What is held, by person, role and what for; the earliest first."""
    found: dict[tuple[int, str, Tie], list[Holding]] = {}
    for each in session.scalars(select(Holding).where(Holding.authority == authority).order_by(Holding.since)):
        found.setdefault((each.person_id, each.role, tie(each)), []).append(each)
    return found


def _put(session: Session, person: Person, known: list[Holding], entry: Entry) -> tuple[str, str]:
    """Bring what is held for one thing up to date: added, changed, ended or unchanged; and what changed, in words."""
    found = next((each for each in known if _is_same(each, entry)), None)
    if found is None:
        known.append(_add(session, person, entry))
        return "added", ""
    change = _update(found, entry)
    make_room(session, found)
    if entry.until and change.startswith("until"):
        return "ended", change
    return ("changed" if change else "unchanged"), change


def tie(holding: Holding) -> Tie:
    """What a role is held for."""
    return Tie(holding.urn, holding.diocese, holding.trust, holding.excluded)


def _person(session: Session, authority: str, people: dict[str, Person], entry: Entry) -> tuple[Person, str]:
    """The person of an entry, made when it is new; and what of it changed, in words."""
    person = people.get(entry.username)
    if person is None:
        person = Person(authority=authority, username=entry.username, name=entry.name, email=entry.email)
        people[entry.username] = person
        session.add(person)
        session.flush()
        return person, ""
    said = [
        f"{field}: {before or 'none'} to {after or 'none'}"
        for field, before, after in (("name", person.name, entry.name), ("email", person.email, entry.email))
        if before != after
    ]
    person.name, person.email = entry.name, entry.email
    return person, "; ".join(said)


def _is_same(held: Holding, entry: Entry) -> bool:
    """Whether an entry is about this time of holding: it begins on the same day, or their times meet."""
    if held.since == entry.since:
        return True
    return held.since <= (entry.until or date.max) and entry.since <= (held.until or date.max)


def only_ends(held: Holding, since: date, until: date | None) -> bool:
    """Whether these days are some of those from when until when something is held: it gives nobody anything new."""
    return since >= held.since and (until or date.max) <= (held.until or date.max)


def _add(session: Session, person: Person, entry: Entry) -> Holding:
    made = Holding(
        authority=person.authority,
        person_id=person.id,
        role=entry.role,
        urn=entry.tie.urn,
        diocese=entry.tie.diocese,
        trust=entry.tie.trust,
        excluded=entry.tie.excluded,
        since=entry.since,
        until=entry.until,
    )
    session.add(made)
    session.flush()
    make_room(session, made)
    return made


def _update(held: Holding, entry: Entry) -> str:
    said = [
        f"{word}: {before or 'open'} to {after or 'open'}"
        for word, before, after in (("until", held.until, entry.until), ("from", held.since, entry.since))
        if before != after
    ]
    held.since, held.until = entry.since, entry.until
    return "; ".join(said)


def find(session: Session, holding_id: int) -> tuple[Holding, Person]:
    """A holding and whose it is. Raises HoldingNotFound."""
    chosen = select(Holding, Person).join(Person, Person.id == Holding.person_id).where(Holding.id == holding_id)
    found = session.execute(chosen).one_or_none()
    if found is None:
        raise HoldingNotFound(holding=holding_id)
    return found[0], found[1]


def move(session: Session, held: Holding, person: Person, to: Iterable[Tie], since: date) -> None:
    """Let a person hold a role for something else from a day on, and for what it was until the day before.

    Raises WrongCell when it is not held on the day before.
    """
    last = since - timedelta(days=1)
    if last < held.since or (held.until is not None and held.until < last):
        raise WrongCell("from", "The role is not held on the day before the move.")
    said = list(to)
    files.check_ties(held.role, said)
    for each in said:
        _add(session, person, Entry(person.username, person.name, person.email, held.role, each, since, held.until))
    held.until = last
