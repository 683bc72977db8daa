"""The archive, legal holds and deletions by the retention schedule."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from engine.cases import archiving, disposal
from engine.cases.disposal import Held
from engine.people.register import day_of
from engine.store.files import Folder
from engine.store.tables import Disposal
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: Cases that go into the archive or onto the list in one transaction: others write meanwhile.
AT_ONCE = 50
#: How many of these a worker does before it looks for other work.
ROUNDS = 10
log = logging.getLogger("pathways.retention")


class Retention:
    """What becomes of ended cases. A worker archives and lists by itself; nothing is deleted that nobody has approved."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world
        self._followed: dict[str, date] = {}

    def follow(self) -> int:
        """Once a day, archive and list what is due; and carry out what was approved. How many cases; a worker calls it, and comes
        back for what is left."""
        return sum(self._of_today(each) for each in self._world.config.authorities) + self.carry_out()

    def _of_today(self, authority: str) -> int:
        today = day_of(self._world.clock.now())
        if self._followed.get(authority) == today:
            return 0
        done = 0
        for work in (archiving.archive, archiving.list_due):
            for _ in range(ROUNDS):
                with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                    some = work(session, self._world, authority, AT_ONCE)
                done += some
                if some < AT_ONCE:
                    break
            else:
                return done
        self._followed[authority] = today
        return done

    def carry_out(self) -> int:
        """Delete what was approved, each case in a transaction of its own; how many."""
        done = self._forget_files()
        while (found := self._next()) is not None:
            try:
                with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                    disposal.carry_out(session, self._world, found)
                done += 1
            except Exception as error:
                log.exception("Case of disposal %s could not be deleted.", found)
                self._fail(found, error)
        self._forget_files()
        return done

    def _next(self) -> int | None:
        with self._transactions.reading() as session:
            return disposal.next_approved(session)

    def _fail(self, disposal_id: int, error: Exception) -> None:
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            row = session.get_one(Disposal, disposal_id)
            row.status, row.reason = "failed", f"It could not be deleted: {type(error).__name__}"

    def _forget_files(self) -> int:
        """Remove the contents of files whose case is gone. Where no folder is known they wait."""
        if self._world.config.files is None:
            return 0
        folder = Folder(self._world.config.files)
        with self._transactions.reading() as session:
            waiting = session.execute(select(Disposal.id, Disposal.files).where(Disposal.status == "erasing")).all()
        for ident, keys in waiting:
            for key in keys:
                folder.remove(key)
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                row = session.get_one(Disposal, ident)
                row.files, row.status = [], "deleted"
        return len(waiting)

    def approve(self, disposals: Collection[int], by: Scope) -> int:
        """Approve the deletion of cases on the list; how many. Raises NotForRecords, DisposalNotFound, CaseHeld, OwnProposal."""
        with self._transactions.writing(by) as session:
            return disposal.approve(session, self._world, disposals, by)

    def keep_back(self, disposal_id: int, reason: str, again: date, by: Scope) -> None:
        """Keep a case that is on the list until a day. Raises NotForRecords, ReasonMissing, DayTooFar, DisposalNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            disposal.keep_back(session, self._world, disposal_id, reason, again, by)

    def hold(self, held: Held, by: Scope) -> int:
        """Set a legal hold; its id. Raises NotForRecords, ReasonMissing, DayTooFar, HoldNames, InstanceNotFound,
        SchoolNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            return disposal.hold(session, self._world, held, by)

    def lift(self, hold_id: int, reason: str, by: Scope) -> None:
        """Lift a legal hold. Raises NotForRecords, ReasonMissing, HoldNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            disposal.lift(session, self._world, hold_id, reason, by)
        self._followed.pop(by.authority, None)  # what it held may be due
