"""When something is late, for everybody who says so.

What a person has to do is due on its last day, and late from the morning after: minutes "within one week" are in time on
day 7, whatever the hour. A job that fires by itself is late when it fires after its moment by more than the patience of
the configuration.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from engine.calendar.timers import ZONE


def late_before(now: datetime) -> datetime:
    """The midnight with which the day of ``now`` began in London, in UTC: what was due before it is late."""
    return datetime.combine(now.astimezone(ZONE).date(), time(0), ZONE).astimezone(UTC)


def is_late(due: datetime, now: datetime) -> bool:
    """Whether the day on which something is due is over. Both times are aware."""
    return due < late_before(now)


def late_by(due: datetime, now: datetime, patience: timedelta) -> dict[str, Any]:
    """What the history says of a timer that fired late: {"late_by": seconds}; nothing when it was in time."""
    late = now - due
    return {"late_by": int(late.total_seconds())} if late > patience else {}
