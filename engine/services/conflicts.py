"""Conflicts of interest: barring somebody from a case, and letting them in again."""

from __future__ import annotations

from engine.cases import bars
from engine.people.directory import Member
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Conflicts:
    """Who is barred from which case, by those who manage cases."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def those(self, instance_id: int, by: Scope) -> list[Member]:
        """Whom a bar may name: who can sign in, the register's people of the school, addresses with a link to the case.

        Raises NotAManager, InstanceNotFound.
        """
        with self._transactions.reading(by) as session:
            return bars.those(session, self._world, instance_id, by)

    def bar(self, instance_id: int, whom: str, reason: str, by: Scope) -> None:
        """Bar a person (by username or e-mail address) from a case: they meet nothing of it, and what they had in it goes back.

        Raises NotAManager, InstanceNotFound, BarNamesNobody, BarRefused.
        """
        with self._transactions.writing(by) as session:
            bars.bar(session, self._world, instance_id, whom, reason, by)

    def lift(self, bar_id: int, reason: str, by: Scope) -> int:
        """Let somebody see a case again; the case's id. Raises NotAManager, BarNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            return bars.lift(session, self._world, bar_id, reason, by)
