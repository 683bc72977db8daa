"""What time it is: the one place that asks the machine. Everything else is given a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime:
        """The present moment."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)


class OffsetClock:
    """A clock moved by an offset that is asked for each time: sample mode's, whose offset is kept in the database."""

    def __init__(self, offset: Callable[[], timedelta], base: Clock | None = None) -> None:
        self._offset = offset
        self._base = base or SystemClock()

    def now(self) -> datetime:
        """The base clock's time, moved by the offset."""
        return self._base.now() + self._offset()


class VirtualClock:
    """A clock that stands still until it is told to move: tests and rehearsals run on it."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The time that was set last."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to this moment, which may lie earlier."""
        self._now = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move forward by this much."""
        self._now += by
