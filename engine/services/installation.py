"""What belongs to the whole installation and to no authority."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine import settings
from engine.clock import OffsetClock
from engine.errors import ClockUnmovable
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Installation:
    """The installation: in sample mode, its clock and how far its invented year has come."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def move_clock(self, forward: timedelta) -> datetime:
        """Sample mode: move the clock of the whole installation forward; the new time. Raises ClockUnmovable."""
        clock, offset = self._transactions.world.clock, self._transactions.offset
        if not isinstance(clock, OffsetClock) or forward < timedelta(0):
            raise ClockUnmovable()
        with self._transactions.writing(Scope.all_authorities()) as session:
            settings.write_offset(session, settings.read_offset(session) + forward)
            offset.forget()
        offset.forget()
        return clock.now()

    def sample_year(self) -> str:
        """How far sample mode's invented year has come: ``settings.YEAR_BEGUN``, ``YEAR_WHOLE``, or nothing."""
        with self._transactions.reading() as session:
            return settings.read_sample_year(session)

    def note_sample_year(self, state: str) -> None:
        """Note that the invented year is ``settings.YEAR_BEGUN`` or ``YEAR_WHOLE``."""
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            settings.write_sample_year(session, state)

    def holds_sample(self) -> bool:
        """Whether the sample was put into this database."""
        with self._transactions.reading() as session:
            return settings.holds_sample(session)

    def mark_sample(self) -> None:
        """Note that the sample is put into this database. Raises RealDatabase where it is used otherwise already."""
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            settings.mark_sample(session)
