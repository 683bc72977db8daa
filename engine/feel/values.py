"""Values between Python and FEEL, as JSON: dates, times and durations are tagged with their FEEL type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: The zone in which FEEL sees aware times, and in which now() and today() are given.
ZONE = ZoneInfo("Europe/London")
TAG = "@feel"
MAX_DEPTH = 64


class NoFeelValue(ValueError):
    """A value that has no counterpart on the other side; the text says why."""


def to_feel(value: Any, depth: int = 0) -> Any:
    """A Python value as JSON for V8. Aware times are given in Europe/London. Raises NoFeelValue."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, datetime | date | time | timedelta):
        return _tagged(value)
    if depth > MAX_DEPTH:
        raise NoFeelValue("a variable is nested too deeply")
    if isinstance(value, Mapping):
        inner = {str(k): to_feel(v, depth + 1) for k, v in value.items()}
        return {TAG: "context", "value": list(inner.items())} if TAG in inner else inner
    if isinstance(value, list | tuple | set | frozenset):
        return [to_feel(v, depth + 1) for v in value]
    raise NoFeelValue(f"a variable holds a {type(value).__name__}, which FEEL does not know")


def _number(value: float | Decimal) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else float(value)


def _tagged(value: date | time | timedelta) -> dict[str, str]:
    if isinstance(value, datetime):
        return {TAG: "date and time", "value": moment(value)}
    if isinstance(value, timedelta):
        return {TAG: "duration", "value": _iso_duration(value)}
    return {TAG: "date" if isinstance(value, date) else "time", "value": value.isoformat()}


def moment(value: datetime) -> str:
    """A date and time as FEEL writes it: ``2026-07-01T10:00:00@Europe/London``, or without a zone if it has none."""
    if value.tzinfo is None:
        return value.isoformat()
    local = value.astimezone(ZONE)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        return local.isoformat()  # an hour that the clocks go through twice: only the offset tells which
    return f"{local.replace(tzinfo=None).isoformat()}@{ZONE.key}"


def _iso_duration(value: timedelta) -> str:
    size = abs(value)
    fraction = f".{size.microseconds:06d}" if size.microseconds else ""
    return f"{'-' if value < timedelta(0) else ''}P{size.days}DT{size.seconds}{fraction}S"


def from_feel(value: Any) -> Any:
    """A value from V8 as Python. A days-and-time duration is a timedelta, a years-and-months one an ISO string.

    Raises NoFeelValue for a date that Python cannot hold (outside the years 1 to 9999).
    """
    if isinstance(value, list):
        return [from_feel(v) for v in value]
    if not isinstance(value, dict):
        return value
    if TAG not in value:
        return {k: from_feel(v) for k, v in value.items()}
    if value[TAG] == "context":
        return {k: from_feel(v) for k, v in value["value"]}
    try:
        return _temporal(value)
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        raise NoFeelValue(f"its value {value['value']} is outside what dates and times can hold") from None


def _temporal(value: Mapping[str, Any]) -> Any:
    kind, text = value[TAG], value["value"]
    if kind == "duration":
        return text if value["yearsMonths"] else timedelta(seconds=value["seconds"])
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "time":
        return time.fromisoformat(text).replace(tzinfo=_zone(value["zone"]))
    return datetime.fromisoformat(text).replace(tzinfo=_zone(value["zone"]))


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name == "UTC":
        return UTC
    if name[0] not in "+-":
        return ZoneInfo(name)
    hours, minutes, *seconds = (int(part) for part in name[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return timezone(-offset if name[0] == "-" else offset)
