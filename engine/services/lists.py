"""Lists of tasks that people keep by a name, and share with a role of theirs."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from engine.errors import GivenRefused, ListNotFound
from engine.store import given
from engine.store.tables import SavedList
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: Characters of a name.
LONGEST = 80


class Lists:
    """What people narrow their list of tasks to."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._clock = transactions.world.clock

    def save(self, name: str, query: Mapping[str, str], role: str, by: Scope) -> None:
        """Keep a list by a name; one of the same name of the same person gives way. Raises GivenRefused.

        ``role`` is one of the person's own, with which it is shared; empty to share it with nobody.
        """
        called = " ".join(given.text(name, "name of the list").split())
        if not called or len(called) > LONGEST:
            raise GivenRefused(what="name of the list", reason=f"it needs between 1 and {LONGEST} characters")
        if role and role not in by.roles:
            raise GivenRefused(what="role to share the list with", reason="it is none of yours")
        with self._transactions.writing(by, wakes=False) as session:
            same = SavedList.username == by.username, SavedList.name == called
            row = session.scalar(select(SavedList).where(SavedList.authority == by.authority, *same))
            if row is None:
                row = SavedList(authority=by.authority, username=by.username, name=called)
                session.add(row)
            row.role, row.query, row.saved = role, dict(query), self._clock.now()

    def remove(self, list_id: int, by: Scope) -> None:
        """Forget a list of one's own. Raises ListNotFound, for one of somebody else too."""
        with self._transactions.writing(by, wakes=False) as session:
            row = session.get(SavedList, list_id)
            if row is None or row.username != by.username or row.authority != by.authority:
                raise ListNotFound()
            session.delete(row)
