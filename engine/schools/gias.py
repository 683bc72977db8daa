"""Reading the public extract of "Get information about schools" (GIAS), the Department for Education's register.

The establishment extract is one CSV file for the whole of England, with a line an establishment; only the lines with the
authority's own number are read. Its words for types, phases and religious bodies become those of our register
(``engine/schools/register.py``). A line that is no open school of a kind that the register knows is passed over; one
that cannot be read is told with its line; neither stops the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import RegisterUnreadable
from engine.schools.lines import records
from engine.steps import CLOSING, OPEN_SCHOOL

URN, NAME, CODE, AUTHORITY = "URN", "EstablishmentName", "LA (code)", "LA (name)"
TYPE, PHASE, STATUS = "TypeOfEstablishment (name)", "PhaseOfEducation (name)", "EstablishmentStatus (name)"
DIOCESE, TRUST, RELIGION = "Diocese (name)", "Trusts (name)", "ReligiousCharacter (name)"
LOW, HIGH = "StatutoryLowAge", "StatutoryHighAge"
WHY_CLOSED = "ReasonEstablishmentClosed (name)"
HEAD = ("HeadTitle (name)", "HeadFirstName", "HeadLastName")
_NEEDED = (URN, NAME, CODE, TYPE, PHASE, STATUS)
#: As many characters as the register's columns have.
_LONGEST = 250

#: Our type for each of the extract's that the register knows, in small letters. What is missing here is no school whose
#: improvement these processes are about: colleges, children's centres, secure units, schools abroad.
TYPES = {
    "community school": "community",
    "voluntary aided school": "voluntary aided",
    "voluntary controlled school": "voluntary controlled",
    "foundation school": "foundation",
    "community special school": "special",
    "foundation special school": "special",
    "non-maintained special school": "special",
    "pupil referral unit": "PRU",
    "local authority nursery school": "community",
    "academy converter": "academy",
    "academy sponsor led": "academy",
    "academy special converter": "academy",
    "academy special sponsor led": "academy",
    "academy alternative provision converter": "academy",
    "academy alternative provision sponsor led": "academy",
    "academy 16-19 converter": "academy",
    "academy 16 to 19 sponsor led": "academy",
    "free schools": "free",
    "free schools special": "free",
    "free schools alternative provision": "free",
    "free schools 16 to 19": "free",
    "university technical college": "free",
    "studio schools": "free",
    "city technology college": "independent",
    "other independent school": "independent",
    "other independent special school": "independent",
}
#: Those of them that a local authority maintains.
MAINTAINED = (
    "community school",
    "voluntary aided school",
    "voluntary controlled school",
    "foundation school",
    "community special school",
    "foundation special school",
    "pupil referral unit",
    "local authority nursery school",
)
_PHASES = {
    "nursery": "nursery",
    "primary": "primary",
    "middle deemed primary": "primary",
    "secondary": "secondary",
    "middle deemed secondary": "secondary",
    "all-through": "all-through",
}
_OPEN = {"open": OPEN_SCHOOL, "open, but proposed to close": CLOSING}
#: Why a school closed that is an academy now, under another URN.
_CONVERTED = ("academy converter", "for academy", "academy free school")
_NONE = ("", "not applicable", "does not apply", "none", "not recorded")
CLOSED, NOT_OPEN = "It has closed.", "It has not opened yet."


@dataclass(frozen=True)
class Line:
    """A line of a file that brought nothing, whose it is, and why, as a sentence."""

    number: int
    urn: str
    name: str
    why: str


@dataclass
class Extract:
    """What an extract says of one authority's schools. ``closed`` and ``elsewhere`` matter for those on the register."""

    schools: list[dict[str, Any]] = field(default_factory=list)
    closed: list[Line] = field(default_factory=list)
    converted: set[str] = field(default_factory=set)
    """The URNs of those of the closed ones that became academies."""
    elsewhere: dict[str, Line] = field(default_factory=dict)
    others: int = 0
    """How many lines are about schools of other authorities."""
    passed_over: list[Line] = field(default_factory=list)
    unreadable: list[Line] = field(default_factory=list)


class _Passed(Exception):
    """A line that is nothing for the register: its text says why."""


def is_extract(data: bytes) -> bool:
    """Whether a file begins with the heading of the extract."""
    heading = next((cells for _, cells in records(data.partition(b"\n")[0]) if isinstance(cells, list)), [])
    return URN in heading and NAME in heading


def read(data: bytes, la_code: str) -> Extract:
    """What the extract says of the schools of the authority with this number. Raises RegisterUnreadable when a column is
    missing."""
    lines = records(data)
    _, heading = next(lines, (1, []))
    missing = [name for name in _NEEDED if name not in heading]
    if missing:
        raise RegisterUnreadable(line=1, reason=f"there is no column {', '.join(missing)}")
    assert isinstance(heading, list)
    found, seen = Extract(), set[str]()
    for number, cells in lines:
        if isinstance(cells, str) or len(cells) != len(heading):
            why = cells if isinstance(cells, str) else f"It has {len(cells)} cells, the heading has {len(heading)}."
            found.unreadable.append(Line(number, "", "", why))
        else:
            given = {name: " ".join(cell.split()) for name, cell in zip(heading, cells, strict=True)}
            _take(found, number, given, la_code, seen)
    return found


def _take(found: Extract, number: int, given: Mapping[str, str], la_code: str, seen: set[str]) -> None:
    """Put one line where it belongs."""
    urn, name = given[URN], given[NAME]
    if given[CODE] != la_code:
        found.others += 1
        found.elsewhere[urn] = Line(number, urn, name, f"It belongs to {given.get(AUTHORITY) or given[CODE]} now.")
        return
    try:
        _check(urn, name, seen)
        seen.add(urn)
        if given[STATUS].lower() == "closed":
            found.closed.append(Line(number, urn, name, CLOSED))
            found.converted |= {urn} if given.get(WHY_CLOSED, "").lower() in _CONVERTED else set()
        else:
            found.schools.append(_school(given))
    except _Passed as passed:
        found.passed_over.append(Line(number, urn, name, str(passed)))
    except ValueError as error:
        found.unreadable.append(Line(number, urn, name, str(error)))


def _check(urn: str, name: str, seen: set[str]) -> None:
    if not (urn.isascii() and urn.isdigit() and len(urn) == 6):
        raise ValueError("Its URN is not six digits.")
    if urn in seen:
        raise ValueError("Its URN stands in an earlier line too.")
    if not name:
        raise ValueError("It has no name.")


def _school(given: Mapping[str, str]) -> dict[str, Any]:
    status, kind = given[STATUS].lower(), given[TYPE].lower()
    if status == "proposed to open":
        raise _Passed(NOT_OPEN)
    if status not in _OPEN:
        raise ValueError(f"Its status “{given[STATUS]}” is not understood.")
    if kind not in TYPES:
        raise _Passed(f"The register has no type for “{given[TYPE]}”.")
    school = {
        "urn": given[URN],
        "name": given[NAME],
        "phase": _phase(given, kind),
        "type": TYPES[kind],
        "diocese": _religious_body(given),
        "trust": _said(given, TRUST),
        "maintained": kind in MAINTAINED,
        "status": _OPEN[status],
    }
    school |= _head(given)
    _check_text(school.values())
    return school


def _head(given: Mapping[str, str]) -> dict[str, str]:
    """The headteacher, where the extract has the columns."""
    return {"head": " ".join(said for each in HEAD if (said := _said(given, each)))} if HEAD[-1] in given else {}


def _check_text(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, str) and (len(value) > _LONGEST or not value.isprintable() or "\ufffd" in value):
            raise ValueError("It has characters that cannot be read, or too many of them.")


def _phase(given: Mapping[str, str], kind: str) -> str:
    """Special schools and alternative provision have no phase in the extract; independent schools have only ages."""
    if "special" in kind:
        return "special"
    if "referral" in kind or "alternative provision" in kind:
        return "PRU"
    phase = _PHASES.get(given[PHASE].lower()) or (_by_age(given) if TYPES[kind] == "independent" else None)
    if phase is None:
        raise _Passed(f"The register has no phase for “{given[PHASE]}”.")
    return phase


def _by_age(given: Mapping[str, str]) -> str | None:
    """A preparatory school ends at 13; a school that begins at 10 or later is a secondary one."""
    low, high = given.get(LOW, ""), given.get(HIGH, "")
    if not (low.isdecimal() and high.isdecimal()):
        return None
    if int(high) <= 13:
        return "primary"
    return "secondary" if int(low) >= 10 else "all-through"


def _religious_body(given: Mapping[str, str]) -> str:
    """Dioceses of two churches may have one name, so the religious character goes with it; some have no diocese."""
    diocese, religion = _said(given, DIOCESE), _said(given, RELIGION)
    return f"{diocese} ({religion})" if diocese and religion else diocese or religion


def _said(given: Mapping[str, str], column: str) -> str:
    value = given.get(column, "")
    return "" if value.lower() in _NONE else value
