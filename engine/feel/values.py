"""Values between Python and FEEL, as JSON: what JSON has not (dates, times, durations, long numbers) is tagged with its type.

FEEL's numbers are decimals of 34 digits. Python gets a whole number as int, any other as the nearest float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: The zone in which FEEL sees aware times, and in which now() and today() are given.
ZONE = ZoneInfo("Europe/London")
TAG = "@feel"
MAX_DEPTH = 64
#: Whole numbers up to this one are the same in JavaScript, which reads JSON's numbers as doubles.
EXACT = 2**53
_DURATION = re.compile(r"(-?)P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


class NoFeelValue(ValueError):
    """A value that has no counterpart on the other side; the text says why."""


class YearsMonths(str):
    """A years-and-months duration, for which Python has no type: its ISO text, such as ``P1Y2M``."""

    __slots__ = ()


def to_feel(value: Any, depth: int = 0) -> Any:
    """A Python value as JSON for V8. Aware times are given in Europe/London. Raises NoFeelValue."""
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return _single(value)
    if depth > MAX_DEPTH:
        raise NoFeelValue("a variable is nested too deeply")
    if isinstance(value, Mapping):
        inner = {str(k): to_feel(v, depth + 1) for k, v in value.items()}
        return {TAG: "context", "value": list(inner.items())} if TAG in inner else inner
    return [to_feel(v, depth + 1) for v in value]


def _single(value: Any) -> Any:
    """A value that holds no others."""
    if isinstance(value, datetime | date | time | timedelta | YearsMonths):
        return _tagged(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value)
    raise NoFeelValue(f"a variable holds a {type(value).__name__}, which FEEL does not know")


def _number(value: float | Decimal) -> Any:
    if not math.isfinite(value):
        return None
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= EXACT):
        return value
    return {TAG: "number", "value": str(value)}


def _tagged(value: date | time | timedelta | YearsMonths) -> dict[str, str]:
    if isinstance(value, datetime):
        return {TAG: "date and time", "value": moment(value)}
    if isinstance(value, timedelta):
        return {TAG: "duration", "value": iso_duration(value)}
    if isinstance(value, YearsMonths):
        return {TAG: "duration", "value": str(value)}
    return {TAG: "date" if isinstance(value, date) else "time", "value": _clock(value)}


def _clock(value: date | time) -> str:
    """A date, or a time with its zone by name where it has one."""
    if isinstance(value, time) and isinstance(value.tzinfo, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{value.tzinfo.key}"
    return value.isoformat()


def moment(value: datetime) -> str:
    """A date and time as FEEL writes it: ``2026-07-01T10:00:00@Europe/London``, or without a zone if it has none."""
    if value.tzinfo is None:
        return value.isoformat()
    local = value.astimezone(ZONE)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        return local.isoformat()  # an hour that the clocks go through twice: only the offset tells which
    return f"{local.replace(tzinfo=None).isoformat()}@{ZONE.key}"


def iso_duration(value: timedelta) -> str:
    """A days-and-time duration as ISO text, such as ``P2DT3H``; FEEL and XML Schema write it so."""
    size = abs(value)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{size.microseconds:06d}".rstrip("0") if size.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    text = (f"{size.days}D" if size.days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if value < timedelta(0) else ''}P{text or 'T0S'}"


def read_duration(text: str) -> timedelta:
    """The days-and-time duration of an ISO text. Raises ValueError for any other text."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no days-and-time duration")
    sign, *parts = found.groups()
    days, hours, minutes = (int(part or 0) for part in parts[:3])
    microseconds = int((Decimal(parts[3] or 0) * 1_000_000).to_integral_value())
    size = timedelta(days=days, hours=hours, minutes=minutes, microseconds=microseconds)
    return -size if sign else size


def from_feel(value: Any) -> Any:
    """A value from V8 as Python. A days-and-time duration is a timedelta, a years-and-months one a :class:`YearsMonths`.

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
        return YearsMonths(text) if value["yearsMonths"] else timedelta(microseconds=value["microseconds"])
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "time":
        return time.fromisoformat(text).replace(tzinfo=_zone(value["zone"]))
    return datetime.fromisoformat(text).replace(tzinfo=_zone(value["zone"]), fold=int(value["fold"]))


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
