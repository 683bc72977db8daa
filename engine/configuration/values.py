"""Settings: the values that a policy leaves open and an authority decides, which diagrams read as ``settings.<name>``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.configuration.problems import Problem, read_part, wrong_text
from engine.yaml_files import as_yaml

#: The name of a setting, as FEEL reads it.
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
LONGEST_VALUE, LONGEST_WHY, MOST = 500, 2_000, 300
#: Words of FEEL, which would not be read as a name.
_WORDS = frozenset(
    {"and", "between", "else", "every", "external", "false", "for", "function", "if", "in", "null", "or"}
)
_WORDS |= {"return", "satisfies", "some", "then", "true"}


@dataclass(frozen=True)
class Setting:
    """A value that the policy leaves open, and why it is what it is."""

    name: str
    value: Any
    why: str = ""


def read_settings(data: bytes) -> tuple[dict[str, Setting], list[Problem]]:
    """The settings of a document by name, in its order, and what is wrong with them."""
    problems: list[Problem] = []
    found: dict[str, Setting] = {}
    part = read_part(data, "settings", dict, problems)
    for name, given in part.items():
        entry = given if isinstance(given, dict) else {"value": given}
        found[str(name)] = Setting(str(name), entry.get("value"), str(entry.get("why") or ""))
        if unknown := sorted(str(each) for each in entry.keys() - {"value", "why"}):
            problems.append(Problem((str(name),), f"it says {', '.join(unknown)}, which means nothing here"))
    problems += check_settings(found)
    return found, problems


def write_settings(settings: Mapping[str, Setting]) -> bytes:
    """The document of these settings."""
    said = {name: {"value": each.value, **({"why": each.why} if each.why else {})} for name, each in settings.items()}
    return as_yaml({"settings": said})


def check_settings(settings: Mapping[str, Setting]) -> list[Problem]:
    """What is wrong with settings, each on its field: ``name``, ``value`` or ``why``."""
    problems = [Problem((), f"it has {len(settings)} settings; {MOST} are the most")] if len(settings) > MOST else []
    for name, each in settings.items():
        named = NAME.fullmatch(name) is not None and name not in _WORDS
        wrong = {"name": "" if named else _NAMED, "why": wrong_text(each.why, LONGEST_WHY), "value": _wrong(each.value)}
        problems += [Problem((name, field), message) for field, message in wrong.items() if message]
    return problems


_NAMED = "Use small letters, digits and underscores, beginning with a letter, such as appeal_days"


def _wrong(value: Any) -> str:
    """What is wrong with a value; nothing for a text, a number, yes or no, or a list of these."""
    if value is None or value in ("", []):
        return _MISSING
    if isinstance(value, list):
        return next(filter(None, map(_wrong, value)), "")
    if isinstance(value, str):
        return _wrong_text(value)
    finite = isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
    return "" if finite else "It must be a text, a number, yes or no"


_MISSING = "Enter a value"


def _wrong_text(value: str) -> str:
    return wrong_text(value, LONGEST_VALUE) or ("" if value.strip() else _MISSING)
