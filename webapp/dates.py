"""How dates and times are written on the pages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")


def day(moment: datetime | date | str | None) -> str:
    """A day as GOV.UK writes it: 14 October 2026; of an ISO date too."""
    if moment is None:
        return ""
    if isinstance(moment, str):
        moment = date.fromisoformat(moment)
    local = moment.astimezone(ZONE) if isinstance(moment, datetime) else moment
    return f"{local.day} {local:%B %Y}"


def lasting(seconds: int) -> str:
    """A length of time in its largest whole unit: 3 days."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"


def hour(moment: datetime | None) -> str:
    """A moment as GOV.UK writes it: 14 October 2026 at 8:05am."""
    if moment is None:
        return ""
    local = moment.astimezone(ZONE)
    return f"{day(local)} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
