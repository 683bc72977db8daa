"""What an authority says beside its diagrams: its settings, its roles, its school calendar and its register of clauses. Each is
a document that is checked, versioned and deployed as forms and tables are, under the name of one file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.calendar import files
from engine.configuration.problems import Problem
from engine.configuration.register import Register, read_register
from engine.configuration.roles import read_roles
from engine.configuration.values import NAME, Setting, read_settings, write_settings
from engine.errors import CalendarInvalid

__all__ = [
    "CALENDAR",
    "CLAUSES",
    "FILES",
    "KINDS",
    "NAME",
    "ROLES",
    "SETTINGS",
    "TITLES",
    "Documents",
    "Problem",
    "Setting",
    "key_of",
    "kind_of",
    "kind_of_key",
    "read_calendar",
    "read_settings",
    "write_settings",
]

KINDS = SETTINGS, ROLES, CALENDAR, CLAUSES = ("settings", "roles", "calendar", "clauses")
#: The file that a document of each kind is handed in and exported as.
FILES = {SETTINGS: "settings.yaml", ROLES: "roles.yaml", CALENDAR: "calendar.csv", CLAUSES: "clauses.yaml"}
#: What people call it.
TITLES = {SETTINGS: "Settings", ROLES: "Roles", CALENDAR: "School calendar", CLAUSES: "Clauses of the policy"}
_PREFIX = "config:"


def kind_of(file: str) -> str:
    """The kind of document that a file is by its name; empty for any other file."""
    name = PurePosixPath(file).name
    return next((kind for kind, each in FILES.items() if each == name), "")


def key_of(kind: str) -> str:
    """The key of its versions: one that no form, decision or process can have."""
    return _PREFIX + kind


def kind_of_key(key: str) -> str:
    """The kind of document that a key is of; empty for the key of anything else."""
    return key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else ""


def read_calendar(data: bytes) -> tuple[Any, list[Problem]]:
    """The calendar that a document holds (None where it is none), and what is wrong with it."""
    try:
        return files.read(data, FILES[CALENDAR]).calendar(), []
    except CalendarInvalid as wrong:
        return None, [Problem((), str(wrong).rstrip("."))]


_READERS: Mapping[str, Callable[[bytes], tuple[Any, list[Problem]]]] = {
    SETTINGS: read_settings,
    ROLES: read_roles,
    CALENDAR: read_calendar,
    CLAUSES: read_register,
}


@dataclass
class Documents:
    """What the documents of a configuration say that are handed in together; None for one that is not among them."""

    settings: dict[str, Any] | None = None
    roles: frozenset[str] | None = None
    clauses: frozenset[str] | None = None

    def take(self, kind: str, data: bytes) -> list[Problem]:
        """Read a document; what is wrong with it."""
        found, problems = _READERS[kind](data)
        if kind == SETTINGS:
            self.settings = {name: each.value for name, each in found.items()}
        elif kind == ROLES:
            self.roles = frozenset(found)
        elif kind == CLAUSES:
            assert isinstance(found, Register)
            self.clauses = frozenset(found.duties)
        return problems
