"""The figures of processes are brought up to date in the background."""

from __future__ import annotations

from engine.cases import counting
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: Changes of cases that are counted in one transaction: others write meanwhile.
AT_ONCE = 200
#: How many of these a worker does before it looks for other work.
ROUNDS = 10


class Figures:
    """The figures that are kept of each process: what is asked of them stands in engine/queries/statistics.py."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def follow(self, rounds: int | None = ROUNDS, at_once: int = AT_ONCE) -> int:
        """Count the cases that have changed; how many changes that were. A worker calls it, and comes back for what is left;
        without a limit of ``rounds`` all are counted."""
        done = 0
        while rounds is None or rounds > 0:
            with self._transactions.reading() as session:
                if not counting.waits(session):
                    break
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                done += counting.count(session, at_once)
            rounds = None if rounds is None else rounds - 1
        return done
