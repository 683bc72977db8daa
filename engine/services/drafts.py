"""Drafts: what somebody has typed into a form and not handed in yet. Only they see it."""

from __future__ import annotations

from datetime import date, datetime

from engine.people import drafts
from engine.people.drafts import Fields
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Drafts:
    """What people typed, one draft a person and form. No answer of it is judged before it is handed in."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._clock = transactions.world.clock
        self._looked: date | None = None

    def save(self, place: str, fields: Fields, by: Scope, task: int | None = None, title: str = "") -> datetime:
        """Keep what somebody typed in the form at a place, in the stead of what they saved of it before; returns when.

        ``task`` is the task that the form is of: completing it forgets the draft. Raises TextTooLong, TextUnusable.
        """
        now = self._clock.now()
        given = {"task_id": task, "title": title, "fields": [list(each) for each in fields], "saved": now}
        with self._transactions.writing(by, wakes=False) as session:
            drafts.save(session, by, place, given)
        return now

    def discard(self, place: str, by: Scope) -> None:
        """Forget what somebody saved of a form."""
        with self._transactions.writing(by, wakes=False) as session:
            drafts.discard(session, by, place)

    def forget_old(self) -> int:
        """Forget drafts that are of no use any more; how many that was. Workers ask often: it looks once a day."""
        now = self._clock.now()
        if self._looked == now.date():
            return 0
        self._looked = now.date()
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            return drafts.forget_old(session, now)
