"""School calendars, and the dates that follow a change of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from engine.audit import About, Draft, record
from engine.calendar.files import BANK_HOLIDAYS
from engine.calendar.files import Calendars as Folder
from engine.calendar.terms import SchoolCalendar
from engine.cases import recalculation, start_events, stepping
from engine.cases.waiting import waiting_of
from engine.errors import InstanceEnded, PathwaysError
from engine.steps import CalendarChanged
from engine.store.tenancy import Scope
from engine.transactions import Transactions

log = logging.getLogger("pathways.engine")


class Calendars:
    """The school calendars that cases go by."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world
        self._followed: dict[str, str] = {}

    @property
    def folder(self) -> Folder | None:
        """The folder of calendars that the engine works by, if it was given one."""
        return self._world.calendars if isinstance(self._world.calendars, Folder) else None

    def of(self, authority: str, school: str | None = None) -> SchoolCalendar:
        """The school calendar of an authority, or of one of its schools (a URN) that has its own."""
        return self._world.calendars(authority, school)

    def confirm(self, moved_id: int, by: Scope) -> None:
        """Confirm a date that a change of the bank holidays moved. Raises MovedDateNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            recalculation.confirm(session, moved_id, by.username, self._world.clock.now())

    def follow(self) -> int:
        """Where school calendars have been replaced, work out again the dates of all cases that go by them.

        Gives how many cases that were. Safe to repeat and to break off: a calendar counts as followed once all its
        cases are done. A case whose dates cannot be worked out becomes an incident.
        """
        if self.folder is None:
            return 0
        self._transactions.authorities.refresh()
        digests = self.folder.digests()
        if digests == self._followed:
            return 0
        with self._transactions.reading() as session:
            before = recalculation.followed(session)
            names = recalculation.changed(digests if before is None else before, digests)
            affected = recalculation.affected(session, names) if names else []
        for instance_id in affected:
            self._recalculate(instance_id, BANK_HOLIDAYS in names)
        if before is None or names:
            self._recalculate_starts(names, digests)
        self._followed = digests
        return len(affected)

    def recalculate(self, cases: Iterable[int]) -> None:
        """Work out again the dates of cases that go by another calendar now. What cannot be becomes an incident."""
        for instance_id in cases:
            self._recalculate(instance_id, bank_holidays=False)

    def _recalculate_starts(self, names: list[str], digests: dict[str, str]) -> None:
        """The start timers of these calendars' authorities; then all of these calendars are followed."""
        world = self._world
        with self._transactions.writing(Scope.all_authorities()) as session:
            for authority in recalculation.authorities(session, names):
                listening = start_events.Listening(authority, world.clock.now(), self.of(authority), world.feel)
                start_events.recalculate(session, world.registry, listening)
                record(session, Draft(authority, "calendar.changed", About(subject=", ".join(names))))
            recalculation.remember(session, digests)

    def _recalculate(self, instance_id: int, bank_holidays: bool) -> None:
        world = self._world
        try:
            with self._transactions.step(Scope.all_authorities()) as session:
                instance = stepping.lock(session, instance_id)
                waiting = waiting_of(session, instance_id)
                outcome = stepping.step(session, world, instance, CalendarChanged(), waiting)
                if bank_holidays:
                    loaded = world.registry.get(session, instance.definition_id)
                    recalculation.note_moved(session, instance, loaded, waiting, outcome, world.clock.now())
        except InstanceEnded:
            return
        except PathwaysError:
            log.exception("The dates of case %s could not be worked out again.", instance_id)
