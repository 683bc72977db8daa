"""How dates and times are written on the pages."""

from __future__ import annotations

from collections.abc import Mapping
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


def parts(field: str, day: date | None) -> dict[str, str]:
    """A day as the three fields of a date input."""
    if day is None:
        return {}
    return {f"{field}-day": str(day.day), f"{field}-month": str(day.month), f"{field}-year": str(day.year)}


def typed_day(posted: Mapping[str, str], field: str) -> date | None:
    """The day that was typed into the three fields of a date input; None when it is none."""
    try:
        return date(*(int(posted.get(f"{field}-{part}", "")) for part in ("year", "month", "day")))
    except ValueError:
        return None


def typed(posted: Mapping[str, str], field: str) -> str:
    """What was typed into the three fields of a date input, as day/month/year; nothing where nothing was."""
    given = [posted.get(f"{field}-{part}", "").strip() for part in ("day", "month", "year")]
    return "/".join(given) if any(given) else ""
