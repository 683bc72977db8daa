"""Values as they are stored: JSON, in which a date, a time and a duration keep their type.

Each is an object of two entries, ``{"@type": "date", "value": "2026-10-14"}``, with the ISO text of the value; a time with
a named zone has it in brackets behind (RFC 9557). What was stored before without a type stays the text that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.feel.values import YearsMonths, iso_duration, read_duration

TYPE = "@type"
_SHAPE = {TYPE, "value"}


def stored(value: Any) -> Any:
    """A value with its dates, times and durations as JSON objects."""
    if type(value) in _AS_IT_IS:
        return value
    for kind, name, write in _WRITERS:
        if isinstance(value, kind):
            return {TYPE: name, "value": write(value)}
    if isinstance(value, Mapping):
        inner = {str(key): stored(each) for key, each in value.items()}
        # A context of somebody's own that would look like one of ours.
        return {TYPE: "context", "value": list(inner.items())} if TYPE in inner else inner
    if isinstance(value, list | tuple | set | frozenset):
        return [stored(each) for each in value]
    return value


def restored(found: dict[str, Any]) -> Any:
    """What an object of stored JSON stands for; for json.loads as ``object_hook``."""
    if found.keys() != _SHAPE or not isinstance(found[TYPE], str):
        return found
    read = _READERS.get(found[TYPE])
    with suppress(ValueError, TypeError, AttributeError, OverflowError, ZoneInfoNotFoundError):
        return read(found["value"]) if read else found
    return found


def revived(value: Any) -> Any:
    """What :func:`stored` was given, where the JSON was read without :func:`restored` as its hook."""
    if isinstance(value, list):
        return [revived(each) for each in value]
    if isinstance(value, dict):
        return restored({key: revived(each) for key, each in value.items()})
    return value


def _zoned(value: datetime | time) -> str:
    return value.isoformat() + (f"[{value.tzinfo.key}]" if isinstance(value.tzinfo, ZoneInfo) else "")


def _datetime(text: str) -> datetime:
    moment, _, zone = text.rstrip("]").partition("[")
    read = datetime.fromisoformat(moment)
    return read.astimezone(ZoneInfo(zone)) if zone else read


def _time(text: str) -> time:
    clock, _, zone = text.rstrip("]").partition("[")
    read = time.fromisoformat(clock)
    return read.replace(tzinfo=ZoneInfo(zone)) if zone else read


_AS_IT_IS = {str, int, float, bool, type(None)}
#: A datetime is a date too, so it stands first.
_WRITERS: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (datetime, "date and time", _zoned),
    (date, "date", date.isoformat),
    (time, "time", _zoned),
    (timedelta, "days and time duration", iso_duration),
    (YearsMonths, "years and months duration", str),
)
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "date and time": _datetime,
    "date": date.fromisoformat,
    "time": _time,
    "days and time duration": read_duration,
    "years and months duration": YearsMonths,
    "context": dict,
}
