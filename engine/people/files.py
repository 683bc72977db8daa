"""Reading people of schools from a CSV file: a line a person and role, as a council keeps them in a spreadsheet.

The heading names ``email``, ``name``, ``role`` and ``from``, and one or more of ``school`` (a URN, or several with spaces
between), ``diocese`` and ``trust`` (as the register of schools writes them); if wanted ``until`` (the last day), ``except``
(URNs of the diocese's or trust's schools that are taken out) and ``username`` (else the e-mail address is it). Days are
written 2026-09-01 or 01/09/2026. A line that cannot be read is told, with its number and why; it stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.configuration.roles import LINK_ADVISER
from engine.errors import PeopleUnreadable
from engine.people.authorities import OFFICER, Role
from engine.schools.lines import records

NEEDED = ("email", "name", "role", "from")
BODIES = ("school", "diocese", "trust")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y")
#: As many characters as the register's columns have.
_LONGEST = 200


class WrongCell(ValueError):
    """What a column says cannot be taken; its text says why, as a sentence."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column = column


@dataclass(frozen=True)
class Bodies:
    """What an authority's register of schools knows, by which people may be tied: URNs, and names of dioceses and trusts."""

    urns: Collection[str]
    dioceses: Collection[str]
    trusts: Collection[str]


@dataclass(frozen=True)
class Tie:
    """What a role is held for: one school, or a diocese or trust by its name; ``excluded``: a school that is taken out."""

    urn: str = ""
    diocese: str = ""
    trust: str = ""
    excluded: bool = False

    @property
    def what(self) -> str:
        """In words."""
        return f"not {self.urn}" if self.excluded else self.urn or self.diocese or self.trust


@dataclass(frozen=True)
class Entry:
    """That a person holds a role for something, from a day until a day (None: no end is known)."""

    username: str
    name: str
    email: str
    role: str
    tie: Tie
    since: date
    until: date | None = None


@dataclass(frozen=True)
class UnreadLine:
    """A line of a file that brought nothing, whose it is, and why, as a sentence."""

    number: int
    name: str
    why: str


@dataclass
class PeopleFile:
    """What a file says."""

    entries: list[Entry] = field(default_factory=list)
    unreadable: list[UnreadLine] = field(default_factory=list)


def read(
    data: bytes,
    roles: Mapping[str, Role],
    bodies: Bodies,
    check: Callable[[list[Entry]], None] = lambda _: None,
) -> PeopleFile:
    """What a file says of an authority's people; ``check`` refuses what may not be, as a WrongCell. Raises PeopleUnreadable when
    its heading lacks a column."""
    lines = records(data)
    _, heading = next(lines, (1, []))
    names = _columns(heading)
    found = PeopleFile()
    for number, cells in lines:
        given = dict(zip(names, cells, strict=False)) if isinstance(cells, list) else {}
        try:
            _check(names, cells)
            said = entries(given, roles, bodies)
            check(said)
            found.entries += said
        except ValueError as error:
            found.unreadable.append(UnreadLine(number, given.get("name", ""), str(error)))
    return found


def _columns(heading: list[str] | str) -> list[str]:
    names = [cell.lower() for cell in heading] if isinstance(heading, list) else []
    missing = [name for name in NEEDED if name not in names]
    if missing or not set(BODIES) & set(names):
        raise PeopleUnreadable(reason=f"there is no column {', '.join(missing) or ' or '.join(BODIES)}")
    return names


def _check(names: list[str], cells: list[str] | str) -> None:
    if isinstance(cells, str):
        raise ValueError(cells)
    if len(cells) > len(names):
        raise ValueError("It has more cells than the heading.")


def entries(given: Mapping[str, str], roles: Mapping[str, Role], bodies: Bodies) -> list[Entry]:
    """What one line says: an entry a school, diocese or trust, and one for each school that is taken out.

    Raises WrongCell.
    """
    cells = {name: " ".join(value.split()) for name, value in given.items()}
    username, name, email = who(cells)
    role, (since, until) = _role(cells.get("role", ""), roles), days(cells)
    said = ties(cells, bodies)
    check_ties(role, said)
    return [Entry(username, name, email, role, tie, since, until) for tie in said]


def check_ties(role: str, said: Iterable[Tie]) -> None:
    """Refuse a link adviser of a diocese or a trust: each school has its own. Raises WrongCell."""
    if role == LINK_ADVISER and (other := next((tie for tie in said if not tie.urn), None)):
        raise WrongCell(
            "diocese" if other.diocese else "trust", "Name the schools: each has a link adviser of its own."
        )


def days(cells: Mapping[str, str]) -> tuple[date, date | None]:
    """The first day and the last, if one is known. Raises WrongCell."""
    since = day(cells.get("from", ""), "from")
    until = day(cells["until"], "until") if cells.get("until") else None
    if until is not None and until < since:
        raise WrongCell("until", "Its last day is before its first.")
    return since, until


def who(cells: Mapping[str, str]) -> tuple[str, str, str]:
    """Username, name and e-mail address. Raises WrongCell."""
    name, email = cells.get("name", ""), cells.get("email", "").lower()
    username = (cells.get("username") or email).lower()
    if not name:
        raise WrongCell("name", "It has no name.")
    if not username:
        raise WrongCell("email", "It has neither an email nor a username.")
    if email and not is_address(email):
        raise WrongCell("email", f"“{email}” is no e-mail address.")
    for column, value in (("name", name), ("email", username), ("email", email)):
        if not is_readable(value):
            raise WrongCell(column, "It has characters that cannot be read, or too many of them.")
    return username, name, email


def is_readable(text: str) -> bool:
    """Whether the register's columns can hold a text, and people read it."""
    return len(text) <= _LONGEST and text.isprintable() and "\ufffd" not in text


def is_address(text: str) -> bool:
    """Whether a text has the shape of an e-mail address."""
    local, at, domain = text.partition("@")
    return bool(at and local) and "." in domain.strip(".") and not set(text) & set(' <>",;')


def _role(given: str, roles: Mapping[str, Role]) -> str:
    by_name = {role.name.lower(): role.id for role in roles.values()}
    ident = given if given in roles else by_name.get(given.lower(), "")
    if not ident:
        raise WrongCell("role", f"The authority has no role “{given}”.")
    if roles[ident].kind == OFFICER:
        raise WrongCell("role", f"The role “{given}” is an officer's: it counts for all schools, and needs no entry.")
    return ident


def day(given: str, column: str) -> date:
    """A day as people write it. Raises WrongCell."""
    for form in _DAYS:
        try:
            return datetime.strptime(given, form).date()
        except ValueError:
            continue
    raise WrongCell(column, f"“{given}” under “{column}” is no day such as 2026-09-01 or 01/09/2026.")


def ties(cells: Mapping[str, str], bodies: Bodies) -> list[Tie]:
    """What a role is held for. Raises WrongCell."""
    said = [name for name in BODIES if cells.get(name)]
    if len(said) != 1:
        raise WrongCell(
            "school", "Say one of school, diocese and trust." if said else "It names no school, diocese or trust."
        )
    out = _urns(cells.get("except", ""), "except", bodies)
    if said == ["school"]:
        if out:
            raise WrongCell("except", "Only of a diocese's or a trust's schools can some be taken out.")
        return [Tie(urn=urn) for urn in _urns(cells["school"], "school", bodies)]
    return [_body(said[0], cells[said[0]], bodies), *(Tie(urn=urn, excluded=True) for urn in out)]


def _body(kind: str, name: str, bodies: Bodies) -> Tie:
    if name not in (bodies.dioceses if kind == "diocese" else bodies.trusts):
        raise WrongCell(kind, f"No school of the register has the {kind} “{name}”.")
    return Tie(diocese=name) if kind == "diocese" else Tie(trust=name)


def _urns(given: str, column: str, bodies: Bodies) -> list[str]:
    urns = given.replace(",", " ").replace(";", " ").split()
    if unknown := [urn for urn in urns if urn not in bodies.urns]:
        raise WrongCell(column, f"No school of the register has the URN {unknown[0]}.")
    return list(dict.fromkeys(urns))
