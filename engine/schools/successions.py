"""Which school follows which: noticing it when the register's links are read, and finding it again.

A pair of schools that are both on the authority's register waits for a manager (``engine/cases/takeover.py``). A pair of which
one only is on it is said, and not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.schools.gias import Line
from engine.schools.links import Link
from engine.store.tables import School, SchoolSuccession

#: What became of a pair of schools; ``passed`` is one of a split school's successors that did not take over.
WAITING, CONFIRMED, REFUSED, PASSED = "waiting", "confirmed", "refused", "passed"
#: How many schools follow one another before a circle is suspected.
LONGEST = 20
UNKNOWN = "{} (URN {}) is on no register here: it is not followed."
ELSEWHERE = "{} (URN {}) is a school of another authority: it is not followed."


@dataclass(frozen=True)
class Pair:
    """A school and the one that follows it."""

    old: str
    old_name: str
    new: str
    new_name: str


@dataclass(frozen=True)
class Linked:
    """What a links file brought: pairs that wait for a manager now, how many were known, and those that are not followed."""

    waiting: tuple[Pair, ...] = ()
    known: int = 0
    not_followed: tuple[Line, ...] = ()


def note(
    session: Session, authority: str, links: Iterable[Link], names: Mapping[str, str], others: set[str], now: datetime
) -> Linked:
    """Let new pairs wait for a manager; the caller commits. ``names`` has the authority's schools by URN, ``others`` the URNs
    that are known to be another authority's."""
    known = _pairs(session, authority)
    waiting, not_followed, old = [], [], 0
    for link in (_today(session, link, authority, known, names) for link in links):
        if link.old in names and link.new in names:
            if (link.old, link.new) in known:
                old += 1
                continue
            known.add((link.old, link.new))
            session.add(_succession(authority, link, now))
            waiting.append(Pair(link.old, names[link.old], link.new, names[link.new]))
        elif link.old in names or link.new in names:
            not_followed.append(_not_followed(link, names, others))
    return Linked(tuple(waiting), old, tuple(not_followed))


def _today(session: Session, link: Link, authority: str, known: set[tuple[str, str]], names: Mapping[str, str]) -> Link:
    """A link as it counts today: where another school took over from the new one since, that is meant."""
    if (link.old, link.new) in known or not {link.old, link.new} <= set(names):
        return link
    newer = successor(session, authority, link.new)
    return link if newer in (None, link.old) else replace(link, new=newer)


def _pairs(session: Session, authority: str) -> set[tuple[str, str]]:
    chosen = select(SchoolSuccession.old_urn, SchoolSuccession.new_urn).where(SchoolSuccession.authority == authority)
    return {(old, new) for old, new in session.execute(chosen)}


def _succession(authority: str, link: Link, now: datetime) -> SchoolSuccession:
    return SchoolSuccession(
        authority=authority,
        old_urn=link.old,
        new_urn=link.new,
        kind=link.kind,
        since=link.since,
        status=WAITING,
        noticed=now,
    )


def _not_followed(link: Link, names: Mapping[str, str], others: set[str]) -> Line:
    """A pair of which only one end is ours: whose line it is, and what of the other."""
    ours, theirs = (link.old, link.new) if link.old in names else (link.new, link.old)
    what = "Its successor" if ours == link.old else "Its predecessor"
    name = f"{what}, {link.other_name}," if link.other == theirs and link.other_name else what
    why = ELSEWHERE if theirs in others else UNKNOWN
    return Line(link.number, ours, names[ours], why.format(name, theirs))


def elsewhere(session: Session, authority: str, urns: Iterable[str]) -> set[str]:
    """Which of these URNs are on the register of another authority here."""
    chosen = select(School.urn).where(School.urn.in_(list(urns)), School.authority != authority)
    return set(session.scalars(chosen))


def predecessors(session: Session, urn: str) -> list[str]:
    """The URNs of the schools that this one has taken over from, theirs too."""
    found: list[str] = []
    ask = [urn]
    while ask and len(found) < LONGEST:
        chosen = select(SchoolSuccession.old_urn).where(
            SchoolSuccession.new_urn.in_(ask), SchoolSuccession.status == CONFIRMED
        )
        ask = [each for each in session.scalars(chosen.order_by(SchoolSuccession.id)) if each not in {urn, *found}]
        found += ask
    return found


def successor(session: Session, authority: str, urn: str) -> str | None:
    """The URN of the school that has taken this one's place, by a manager's confirmation; None when none has."""
    found: list[str] = []
    at: str | None = urn
    while at is not None and len(found) < LONGEST:
        chosen = select(SchoolSuccession.new_urn).where(
            SchoolSuccession.authority == authority,
            SchoolSuccession.old_urn == at,
            SchoolSuccession.status == CONFIRMED,
        )
        at = session.scalars(chosen.order_by(SchoolSuccession.id)).first()
        found += [at] if at is not None else []
    return found[-1] if found and found[-1] != urn else None


def followed(session: Session, authority: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a message with the URN of the school that took a school's place, where one did; else the same."""
    return {name: _followed(session, authority, value) for name, value in keys.items()}


def _followed(session: Session, authority: str, value: Any) -> Any:
    text = str(value)
    urn = text.removeprefix("URN ")
    if len(urn) != 6 or not urn.isdigit():
        return value
    new = successor(session, authority, urn)
    return value if new is None else text.replace(urn, new)


def renamed(keys: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """The keys of a message to a case of one school, as they are for the school that took its place."""
    names = key_names(old, new)
    return {name: names.get(str(value), value) for name, value in keys.items()}


def key_names(old: str, new: str) -> dict[str, str]:
    """Each way in which a key may name a school, by the same for the school that took its place."""
    return {old: new, f"URN {old}": f"URN {new}", f"urn {old}": f"urn {new}"}
