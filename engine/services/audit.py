"""The audit trail: entries for what is no change, and looking whether it is whole."""

from __future__ import annotations

from collections.abc import Iterable

from engine.audit import chain, record
from engine.audit.chain import Chain
from engine.audit.entries import Draft
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Audit:
    """What was done and seen. Changes are entries by themselves (engine/audit)."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def note(self, entries: Iterable[Draft], by: Scope) -> None:
        """Write entries of what changes nothing: a view, a sign-in, a refusal."""
        with self._transactions.writing(by, wakes=False) as session:
            for each in entries:
                record(session, each)

    def chains(self) -> list[str]:
        """The authorities that have a chain; "" is the whole installation's."""
        with self._transactions.reading() as session:
            return chain.authorities(session)

    def verify(self, authority: str, known: str = "") -> Chain:
        """Look at every entry of an authority's chain; ``known`` is the hash of an entry, noted before."""
        with self._transactions.reading() as session:
            return chain.verify(session, authority, known)
