"""What callers of the library hand in, refused where it would only break something later: one error for all of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from engine.errors import GivenRefused
from engine.feel.values import MAX_DEPTH, YearsMonths
from engine.store.text import refuse_unusable

#: Names that every expression sees already, and that nobody sets.
RESERVED = ("school", "settings")
_SINGLE = (bool, int, date, time, timedelta, YearsMonths, type(None))


def variables(given: object) -> dict[str, Any]:
    """Variables as a case can keep them; none for None. Raises GivenRefused, TextUnusable."""
    found = mapping(given, "variables")
    for name in RESERVED:
        if name in found:
            raise GivenRefused(
                what="variables", reason=f"{name} is what every expression sees already: use another name"
            )
    _check(found, "variables", 0)
    return found


def mapping(given: object, what: str) -> dict[str, Any]:
    """A mapping of names, empty for None. Raises GivenRefused for anything else."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise GivenRefused(what=what, reason=f"a mapping is needed, not {_kind(given)}")
    for name in given:
        if not isinstance(name, str):
            raise GivenRefused(what=what, reason=f"its names are texts, and {name!r} is {_kind(name)}")
    return dict(given)


def text(given: object, what: str) -> str:
    """A text, empty for None. Raises GivenRefused."""
    if given is not None and not isinstance(given, str):
        raise GivenRefused(what=what, reason=f"a text is needed, not {_kind(given)}")
    return given or ""


def files(given: object) -> dict[str, bytes]:
    """Contents by the name of their file. Raises GivenRefused."""
    found = mapping(given, "files")
    for name, content in found.items():
        if not isinstance(content, bytes):
            raise GivenRefused(what="files", reason=f"{name} must be bytes, not {_kind(content)}")
    return found


def _check(value: object, what: str, depth: int) -> None:
    """Raise GivenRefused for what no case can keep; a value that holds itself is nested too deep as well."""
    if depth > MAX_DEPTH:
        raise GivenRefused(what=what, reason=f"a value is nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        for name, each in mapping(value, what).items():
            refuse_unusable(name, "name of a variable", nul=True)
            _check(each, what, depth + 1)
    elif isinstance(value, list | tuple):
        for each in value:
            _check(each, what, depth + 1)
    else:
        _check_single(value, what)


def _check_single(value: object, what: str) -> None:
    if isinstance(value, str):
        refuse_unusable(value, "text of a variable", nul=False)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise GivenRefused(what=what, reason=f"{value} is no number that can be stored or compared")
    elif not isinstance(value, _SINGLE):
        raise GivenRefused(what=what, reason=f"{_kind(value)} cannot be kept")


def _kind(value: object) -> str:
    return f"a value of the type {type(value).__name__}"
