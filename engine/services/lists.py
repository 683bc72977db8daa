"""Lists of tasks and of cases that people keep by a name, and share with a role of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.errors import GivenRefused, ListNameTaken, ListNotFound
from engine.store import given
from engine.store.tables import SavedList
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: Characters of a name.
LONGEST = 80
#: Which list it is that somebody narrows.
PLACES = TASKS, CASES = ("tasks", "cases")


@dataclass(frozen=True)
class Forgotten:
    """A list that was removed: its place, name, and what it was narrowed to."""

    place: str
    name: str
    query: Mapping[str, Any]


class Lists:
    """What people narrow their lists of tasks and of cases to."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._clock = transactions.world.clock

    def save(
        self, name: str, query: Mapping[str, Any], role: str, by: Scope, place: str = TASKS, replace: bool = False
    ) -> None:
        """Keep a list of tasks or of cases by a name. Raises GivenRefused; ListNameTaken, unless ``replace`` is said: then the
        person's own list of that name there gives way.

        ``role`` is one of the person's own, with which it is shared; empty to share it with nobody.
        """
        called = " ".join(given.text(name, "name of the list").split())
        if not called or len(called) > LONGEST:
            raise GivenRefused(what="name of the list", reason=f"it needs between 1 and {LONGEST} characters")
        if place not in PLACES:
            raise GivenRefused(what="list", reason="it is of tasks or of cases")
        if role and role not in by.roles:
            raise GivenRefused(what="role to share the list with", reason="it is none of yours")
        with self._transactions.writing(by, wakes=False) as session:
            same = SavedList.username == by.username, SavedList.place == place, SavedList.name == called
            row = session.scalar(select(SavedList).where(SavedList.authority == by.authority, *same))
            if row is not None and not replace:
                raise ListNameTaken(name=called)
            if row is None:
                row = SavedList(authority=by.authority, username=by.username, place=place, name=called)
                session.add(row)
            row.role, row.query, row.saved = role, dict(query), self._clock.now()

    def remove(self, list_id: int, by: Scope) -> Forgotten:
        """Forget a list of one's own; gives what it was. Raises ListNotFound, for one of somebody else too."""
        with self._transactions.writing(by, wakes=False) as session:
            row = session.get(SavedList, list_id)
            if row is None or row.username != by.username or row.authority != by.authority:
                raise ListNotFound()
            session.delete(row)
            return Forgotten(row.place, row.name, row.query)
