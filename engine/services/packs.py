"""Keeping the record of evidence packs that were made."""

from __future__ import annotations

from dataclasses import dataclass

from engine.store.tables import EvidencePack
from engine.store.tenancy import Scope
from engine.transactions import Transactions


@dataclass(frozen=True)
class MadePack:
    """A pack as it was handed over: of a case (``instance``) or of a school (``school``, its URN), for whom and why."""

    reader: str
    why: str
    entries: int
    redactions: int
    sha256: str
    instance: int | None = None
    school: str | None = None


class Packs:
    """The packs that were made: whoever is handed one can be told by its SHA-256 whether it came from here."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def keep(self, made: MadePack, by: Scope) -> None:
        """Record that somebody made a pack."""
        now = self._transactions.world.clock.now()
        with self._transactions.writing(by, wakes=False) as session:
            session.add(
                EvidencePack(
                    authority=by.authority,
                    at=now,
                    by=by.username,
                    instance_id=made.instance,
                    school_urn=made.school,
                    reader=made.reader,
                    why=made.why,
                    entries=made.entries,
                    redactions=made.redactions,
                    sha256=made.sha256,
                )
            )
