"""DMN's types: which there are, and whether a value is of one. Dates that came as ISO text become dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.decisions.model import Type
from engine.feel import YearsMonths
from engine.feel.values import read_duration

_NAMES = {
    "any": "any",
    "Any": "any",
    "": "any",
    "string": "string",
    "boolean": "boolean",
    "number": "number",
    "integer": "integer",
    "long": "integer",
    "double": "number",
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
    "dayTimeDuration": "days and time duration",
    "days and time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years and months duration": "years and months duration",
    "context": "context",
    "list": "list",
}
#: DMN's names, and those that the Camunda Modeler offers.
TYPES = {name: Type("any", True) if kind == "list" else Type(kind) for name, kind in _NAMES.items()}
_YEARS_MONTHS = re.compile(r"-?P(?=\d)(\d+Y)?(\d+M)?")


class WrongType(ValueError):
    """A value is not of the type that the model says."""


def fit(value: Any, wanted: Type) -> Any:
    """The value as that type; null fits every type. Raises WrongType."""
    if value is None or (wanted.kind == "any" and not wanted.many):
        return value
    if wanted.many:
        if not isinstance(value, list | tuple):
            raise WrongType(f"{describe(value)}, where a list is wanted")
        return [fit(each, Type(wanted.kind)) for each in value]
    if isinstance(value, str) and wanted.kind in _FROM_TEXT:
        value = _read(value, wanted.kind)
    if not _IS[wanted.kind](value):
        raise WrongType(f"{describe(value)}, where a {wanted.kind} is wanted")
    return value


def describe(value: Any) -> str:
    """A value and its type, for a message."""
    names = {
        str: "the text",
        bool: "the truth value",
        int: "the number",
        float: "the number",
        list: "a list",
        dict: "a context",
        YearsMonths: "the duration",
        timedelta: "the duration",
    }
    name = names.get(type(value), f"the {type(value).__name__}")
    return (
        name
        if isinstance(value, list | dict)
        else f"{name} {str(value)[:60]!r}"
        if isinstance(value, str)
        else f"{name} {value}"
    )


def _read(text: str, kind: str) -> Any:
    try:
        return _FROM_TEXT[kind](text)
    except ValueError:
        raise WrongType(f"{describe(text)}, where a {kind} is wanted") from None


def _years_months(text: str) -> YearsMonths:
    if not _YEARS_MONTHS.fullmatch(text):
        raise ValueError(text)
    return YearsMonths(text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "date and time": datetime.fromisoformat,
    "days and time duration": read_duration,
    "years and months duration": _years_months,
}
_IS: dict[str, Callable[[Any], bool]] = {
    "any": lambda value: True,
    "string": lambda value: isinstance(value, str) and not isinstance(value, YearsMonths),
    "boolean": lambda value: isinstance(value, bool),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "time": lambda value: isinstance(value, time),
    "date and time": lambda value: isinstance(value, datetime),
    "days and time duration": lambda value: isinstance(value, timedelta),
    "years and months duration": lambda value: isinstance(value, YearsMonths),
    "context": lambda value: isinstance(value, dict),
}
