"""The day that it is for a session: its queries say what holds today by the clock that it was given, as all else does."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE
from engine.clock import Clock, SystemClock

_KEY = "clock"


def set_clock(session: Session, clock: Clock) -> None:
    """Say by which clock a session goes."""
    session.info[_KEY] = clock


def today(session: Session) -> date:
    """The day that it is in England, by the session's clock; by the machine's where nobody gave it one."""
    clock: Clock = session.info.get(_KEY) or SystemClock()
    return clock.now().astimezone(ZONE).date()
