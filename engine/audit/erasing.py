"""What entries of a case said goes when the case is deleted; that they were there, when, by whom and of which kind, stays.

The entry of the deletion holds a digest of what stays of them, their hashes among it. So a chain in which entries were emptied
is still whole, and one that somebody emptied without a deletion, or that was altered where it was emptied, is not. Whoever kept
a copy of an entry can still show by its hash that it is the one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.audit.entries import canonical
from engine.store.append_only import ERASES
from engine.store.tables import AuditEntry

#: The columns of an entry that are emptied.
EMPTIED = ("person", "subject", "before", "after", "why")
#: Those that stay, and of which the entry of the deletion has a digest.
STAY = tuple(column.key for column in AuditEntry.__table__.columns if column.key not in (*EMPTIED, "erased"))
#: The kind of the entry of a deletion.
DELETED = "case.deleted"


@dataclass(frozen=True)
class Emptied:
    """How many entries were emptied, and the digest of what stays of them."""

    entries: int
    sha256: str


def empty(session: Session, authority: str, instance_id: int, disposal_id: int) -> Emptied:
    """Empty all entries of a case. The caller adds an entry of the kind :data:`DELETED` that says what is given here."""
    of_case = AuditEntry.authority == authority, AuditEntry.instance_id == instance_id, AuditEntry.erased.is_(None)
    chosen = select(*(getattr(AuditEntry, name) for name in STAY)).where(*of_case).order_by(AuditEntry.seq)
    digest, number = sha256(), 0
    for row in session.execute(chosen).mappings():
        digest.update(_stays(dict(row)))
        number += 1
    gone = update(AuditEntry).where(*of_case).values({**dict.fromkeys(EMPTIED, ""), "erased": disposal_id})
    session.execute(gone, execution_options={ERASES: True, "synchronize_session": False})
    return Emptied(number, digest.hexdigest())


def said(value: Any) -> Any:
    """A column as hashes are made of it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _stays(entry: Mapping[str, Any]) -> bytes:
    return canonical({name: said(entry[name]) for name in STAY}).encode()


class Erased:
    """What a walk along a chain meets of emptied entries, and of the entries of the deletions that emptied them."""

    def __init__(self, hash_of: Callable[[Mapping[str, Any]], str]) -> None:
        self._hash_of = hash_of
        self._digests: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._told: dict[int, Emptied] = {}

    def is_whole(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is as it was written. Of an emptied one that is known at the end."""
        disposal = entry["erased"]
        if disposal is None:
            self._note(entry)
            return bool(self._hash_of(entry) == entry["hash"])
        self._digests.setdefault(disposal, sha256()).update(_stays(entry))
        self._numbers[disposal] = self._numbers.get(disposal, 0) + 1
        return not any(entry[name] for name in EMPTIED)

    def _note(self, entry: Mapping[str, Any]) -> None:
        if entry["kind"] == DELETED and entry["after"]:
            told = json.loads(entry["after"])
            self._told[told["disposal"]] = Emptied(told["trail_entries"], told["trail_sha256"])

    def wrong(self) -> Iterator[str]:
        """What is wrong with those that were emptied."""
        for disposal in sorted(self._digests.keys() | self._told.keys()):
            digest = self._digests.get(disposal)
            found = Emptied(self._numbers.get(disposal, 0), (digest or sha256()).hexdigest())
            if disposal not in self._told:
                yield f"{found.entries} entries were emptied, and no deletion of a case says so"
            elif found != self._told[disposal]:
                yield f"what stays of the entries of deletion {disposal} is not what was there when they were emptied"
