"""Each entry holds the hash of the one before: what was altered, removed or put elsewhere shows.

Entries get their place at the very end of the transaction that made them. The row of their authority's chain is locked last,
after all other rows of the transaction, so that transactions cannot deadlock on it; it is held for two statements and the
commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.audit.entries import Draft, canonical
from engine.audit.erasing import Erased, said
from engine.store.tables import AuditChain, AuditEntry
from engine.store.tenancy import Scope, acting, guarded_classes

#: The hash before the first entry.
BEGINNING = "0" * 64
#: What the hash of an entry is made of: all its columns but the hash itself, and that it was emptied later.
HASHED = tuple(column.key for column in AuditEntry.__table__.columns if column.key not in ("hash", "erased"))
#: The tables by which an authority is in use: whoever runs the engine may have others beside its own.
_USE = ("process_instance", "account")
#: How many entries are read at a time.
AT_ONCE = 2_000


def hash_of(entry: Mapping[str, Any]) -> str:
    """The SHA-256 of an entry, over its columns as canonical JSON."""
    return sha256(canonical({name: said(entry[name]) for name in HASHED}).encode()).hexdigest()


def write(session: Session, drafts: Iterable[Draft]) -> None:
    """Write entries at the end of their authorities' chains. The caller commits at once: nobody else can write until then."""
    with acting(session, Scope.all_authorities()):
        for authority, mine in groupby(sorted(drafts, key=_authority), key=_authority):
            _extend(session, authority, list(mine))


def _authority(draft: Draft) -> str:
    return draft.authority


def _extend(session: Session, authority: str, drafts: list[Draft]) -> None:
    seq, previous, key = _lock(session, authority, len(drafts))
    rows = []
    for draft in drafts:
        seq += 1
        row = {**draft.row(key), "seq": seq, "previous": previous}
        row["hash"] = previous = hash_of(row)
        rows.append(row)
    session.execute(
        insert(AuditEntry), rows, execution_options={"render_nulls": True}
    )  # else a statement a set of nulls
    ended = update(AuditChain).where(AuditChain.authority == authority).values(head=previous)
    session.execute(ended.execution_options(synchronize_session=False))


def _lock(session: Session, authority: str, number: int) -> tuple[int, str, bytes]:
    """Hold a chain for so many entries: how many there were, the hash of the last, and the key of digests."""
    more = update(AuditChain).where(AuditChain.authority == authority).values(entries=AuditChain.entries + number)
    held = more.returning(AuditChain.entries, AuditChain.head, AuditChain.key)
    held = held.execution_options(synchronize_session=False)
    found = session.execute(held).one_or_none()
    if found is None:
        _begin(session, authority)
        found = session.execute(held).one()
    return found.entries - number, found.head, found.key


def _begin(session: Session, authority: str) -> None:
    """Make an authority's chain, unless somebody has made it just now."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"authority": authority, "entries": 0, "head": BEGINNING, "key": secrets.token_bytes(32)}
    session.execute(dialect.insert(AuditChain).values(row).on_conflict_do_nothing())


@dataclass(frozen=True)
class Chain:
    """What came of looking at a chain: how many entries it should have, the hash of the last, and what is wrong with it."""

    authority: str
    entries: int
    head: str
    wrong: tuple[str, ...] = ()


def verify(session: Session, authority: str, known: str = "") -> Chain:
    """Look at every entry of a chain. ``known`` is a hash that was noted before, and has to be that of some entry still."""
    anchor = session.get(AuditChain, authority)
    number, head = (anchor.entries, anchor.head) if anchor else (0, BEGINNING)
    look = _Look(known=known)
    for entry in _entries(session, authority):
        look.at(entry)
    look.at_the_end(number, head)
    if not number and look.is_empty and authority in _used(session):
        look.wrong.append("there is no entry, and yet it has cases or accounts: all of it was removed")
    return Chain(authority, number, head, tuple(look.wrong))


def authorities(session: Session) -> list[str]:
    """Whose chains there are, and whose there should be."""
    return sorted({*session.scalars(select(AuditChain.authority)), *_used(session)})


def _used(session: Session) -> set[str]:
    """The authorities that have cases or accounts: whatever made these has left an entry."""
    there = set(inspect(session.connection()).get_table_names())
    tables = [each for each in guarded_classes() if each.__table__.name in there.intersection(_USE)]
    return {authority for table in tables for authority in session.scalars(select(table.authority).distinct())}


def _entries(session: Session, authority: str) -> Iterator[dict[str, Any]]:
    last, columns = -1, [getattr(AuditEntry, column.key) for column in AuditEntry.__table__.columns]
    while True:
        chosen = select(*columns).where(AuditEntry.authority == authority, AuditEntry.seq > last)
        rows = session.execute(chosen.order_by(AuditEntry.seq).limit(AT_ONCE)).mappings().all()
        if not rows:
            return
        yield from map(dict, rows)
        last = rows[-1]["seq"]


class _Look:
    """A walk along a chain from its beginning."""

    def __init__(self, known: str) -> None:
        self.wrong: list[str] = []
        self._erased = Erased(hash_of)
        self._known, self._met = known, known in ("", BEGINNING)
        self._seq, self._hash = 0, BEGINNING

    @property
    def is_empty(self) -> bool:
        """Whether no entry was met."""
        return self._seq == 0

    def at(self, entry: Mapping[str, Any]) -> None:
        """Look at the next entry."""
        seq = entry["seq"]
        if seq != self._seq + 1:
            self.wrong.append(_missing(self._seq + 1, seq - 1))
        elif entry["previous"] != self._hash:
            self.wrong.append(f"entry {seq} does not follow entry {seq - 1}: one of them was put here, or altered")
        if not self._erased.is_whole(entry):
            self.wrong.append(f"entry {seq} was altered")
        self._met = self._met or entry["hash"] == self._known
        self._seq, self._hash = seq, entry["hash"]

    def at_the_end(self, number: int, head: str) -> None:
        """Compare with where the chain should end."""
        if self._seq < number:
            self.wrong.append(_missing(self._seq + 1, number))
        elif self._seq > number:
            self.wrong.append(f"entry {number + 1} and what follows were added past the end of the chain")
        elif self._hash != head:
            self.wrong.append(f"entry {number} is not the one with which the chain ends")
        self.wrong += self._erased.wrong()
        if not self._met:
            self.wrong.append(f"no entry has the hash {self._known}: what was there when it was noted has changed")


def _missing(first: int, last: int) -> str:
    return f"entry {first} was removed" if first >= last else f"entries {first} to {last} were removed"
