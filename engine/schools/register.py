"""The register of schools: looking one up, and bringing it up to date from a CSV file.

The national extract (``engine/schools/gias.py``) changes what it knows of: name, phase, type, maintained, diocese,
trust, headteacher, and whether a school has closed or was converted. A closed school stays on the register for the
cases that it had, and is maintained no longer; one that was never on it is passed over. A file of our own has a heading
line with ``urn,name,phase,type`` and, if wanted, ``diocese``, ``trust``, ``maintained``, ``status`` (open, proposed to
close, closed or converted), ``headteacher``, ``governance``, ``link_adviser``, ``category`` and ``email`` (the school's
own address); other columns are passed over. A category in the file is taken only while no process has put the school in
one. The words for phase and type are those of the Department for Education's register, as diagrams compare them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from engine.errors import RegisterUnreadable, SchoolNotFound
from engine.schools import advisers
from engine.schools.advisers import Adviser
from engine.schools.gias import Extract, Line
from engine.schools.lines import records
from engine.schools.successions import Linked
from engine.steps import CLOSED, CONVERTED, MATTERS, PHASES, STATUSES, TYPES, Categorised
from engine.store.tables import ProcessInstance, School, SchoolCategory, SchoolChange
from engine.store.tenancy import unconfined

#: Types that a local authority maintains unless the file says otherwise.
MAINTAINED = ("community", "voluntary aided", "voluntary controlled", "foundation", "special", "PRU")
#: Why a school has a category that no process gave it.
FROM_FILE = "It stood in the file of the register."
_NEEDED = ("urn", "name", "phase", "type")
_ADVISER = "link_adviser"
#: Under which key a row has the number of its line, where it names one.
_LINE = "line"
_MORE = ("diocese", "trust", "governance", _ADVISER, "category")
#: With what a file begins that was saved as a workbook, or as UTF-16.
_NO_TEXT = (b"PK", b"\xff\xfe", b"\xfe\xff")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Brought:
    """A school that an import added, or changed: then with each column's value before and after."""

    urn: str
    name: str
    columns: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Touched:
    """A live case whose school changed: what of it (fields of the variable ``school``), and whether the case is told."""

    instance_id: int
    process: str
    urn: str
    school: str
    changed: tuple[str, ...]
    told: bool


@dataclass(frozen=True)
class Imported:
    """What an import did, and the lines of the file that brought nothing."""

    new: tuple[Brought, ...] = ()
    altered: tuple[Brought, ...] = ()
    unchanged: int = 0
    passed_over: tuple[Line, ...] = ()
    unreadable: tuple[Line, ...] = ()
    elsewhere: int = 0
    """How many lines are about schools of other authorities."""
    touched: tuple[Touched, ...] = ()
    advisers: Mapping[str, str] = field(default_factory=dict)
    """The link advisers that the file names anew, by URN: usernames or names; empty where a school has none now."""
    linked: Linked = field(default_factory=Linked)
    """Which schools follow which, where a links file was read."""

    @property
    def added(self) -> int:
        """How many schools are new."""
        return len(self.new)

    @property
    def changed(self) -> int:
        """How many schools were changed."""
        return len(self.altered)


def find(session: Session, authority: str, urn: str) -> School:
    """A school of this authority. Raises SchoolNotFound."""
    found = session.get(School, (urn.strip(), authority))
    if found is None:
        raise SchoolNotFound(urn=urn)
    return found


def variable(school: School, adviser: str | None = None) -> dict[str, Any]:
    """The process variable ``school`` that every case for a school has; today's link adviser is looked up unless it is given."""
    return {
        "urn": school.urn,
        "name": school.name,
        "phase": school.phase,
        "type": school.type,
        "aided": school.type == "voluntary aided",
        "academy": school.type in ("academy", "free") or school.status == CONVERTED,
        "maintained": school.maintained,
        "status": school.status,
        "closed": school.closed,
        "diocese": school.diocese,
        "trust": school.trust,
        "head": school.head,
        "governance": school.governance,
        "link_adviser": _adviser(school) if adviser is None else adviser,
        "category": school.category,
    }


def _adviser(school: School) -> str:
    session = object_session(school)
    found = advisers.today_s(session, school.authority, [school.urn]) if session is not None else {}
    return found[school.urn].name if found else ""


def variable_before(school: School, changed: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """The variable ``school`` as it was before these columns changed."""
    now = {column.key: getattr(school, column.key) for column in School.__mapper__.column_attrs}
    before = {name: value for name, (value, _) in changed.items()}
    adviser = before.pop(_ADVISER, None)
    return variable(School(**now | before), _adviser(school) if adviser is None else adviser)


def current(session: Session, authority: str, urn: str | None) -> dict[str, Any] | None:
    """The variable ``school`` as the register has it now; None for a case that is about no school of it."""
    if not urn:
        return None
    chosen = select(School, advisers.of_row(session)).where(School.urn == urn, School.authority == authority)
    with unconfined(session), session.no_autoflush:  # whoever sees a case of a school may know whose it is
        found = session.execute(chosen).first()
    return None if found is None else variable(found[0], found[1] or "")


def categorise(session: Session, instance: ProcessInstance, said: Categorised, now: datetime) -> None:
    """Put the school of a case in a category, and keep that in its history; the caller commits. Raises SchoolNotFound."""
    school = find(session, instance.authority, instance.school_urn or "")
    # Two cases may do it at once: the row's lock makes the history's last line and the register say the same.
    session.refresh(school, with_for_update=True)
    school.category = said.held
    session.add(category_line(school, said, now, instance.id))


def category_line(school: School, said: Categorised, now: datetime, instance_id: int | None) -> SchoolCategory:
    """A line of a school's categories: what it was put in and why, by a case or by none."""
    return SchoolCategory(
        authority=school.authority,
        urn=school.urn,
        category=said.category,
        reason=said.reason,
        since=now,
        instance_id=instance_id,
    )


def read(data: bytes) -> list[dict[str, Any]]:
    """The schools in a CSV file. Raises RegisterUnreadable with the first line that is wrong."""
    if b"\0" in data or data.startswith(_NO_TEXT):
        raise RegisterUnreadable(line=1, reason="the file is not UTF-8 text: save it as CSV (UTF-8)")
    lines = records(data)
    _, heading = next(lines, (1, ""))
    names = heading if isinstance(heading, list) else []
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise RegisterUnreadable(line=1, reason=f"there is no column {', '.join(missing)}")
    return list(_checked(names, lines))


def _checked(names: list[str], lines: Iterable[tuple[int, list[str] | str]]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for number, cells in lines:
        try:
            if isinstance(cells, str):
                raise ValueError(cells)
            school = _school(dict(zip_longest(names, cells[: len(names)], fillvalue="")))
            if school["urn"] in seen:
                raise ValueError(f"the URN {school['urn']} is there twice")
        except ValueError as error:
            raise RegisterUnreadable(line=number, reason=str(error)) from None
        seen.add(school["urn"])
        yield {**school, _LINE: number} if school.get(_ADVISER) else school


def _school(given: dict[str, str]) -> dict[str, Any]:
    if not re.fullmatch("[0-9]{6}", given["urn"]):
        raise ValueError(f'the URN "{given["urn"]}" is not six digits')
    if not given["name"]:
        raise ValueError("the school has no name")
    for column, words in (("phase", PHASES), ("type", TYPES)):
        if given[column] not in words:
            raise ValueError(f'the {column} "{given[column]}" is none of {", ".join(words)}')
    taken = {name: given[name] for name in (*_NEEDED, *_MORE) if name in given}
    taken |= {"head": given["headteacher"]} if "headteacher" in given else {}
    taken |= {"email": _address(given["email"])} if "email" in given else {}
    return {**taken, "maintained": _is_maintained(given), **_status(given.get("status", ""))}


def _address(said: str) -> str:
    if said and not re.fullmatch(r"[^@\s]+@[^@\s]+", said):
        raise ValueError(f'the email "{said}" is no e-mail address')
    return said.lower()


def _is_maintained(given: Mapping[str, str]) -> bool:
    said = given.get("maintained", "").lower()
    if said and said not in _YES_NO:
        raise ValueError(f'maintained is "{said}", not yes or no')
    return _YES_NO[said] if said else given["type"] in MAINTAINED


def _status(said: str) -> dict[str, Any]:
    """How far a school is, where the file says so."""
    if not said:
        return {}
    if said not in STATUSES:
        raise ValueError(f'the status "{said}" is none of {", ".join(STATUSES)}')
    return _ended(said) if said in (CLOSED, CONVERTED) else {"status": said, "closed": False}


def _ended(status: str) -> dict[str, Any]:
    return {"status": status, "closed": True, "maintained": False}


def store(session: Session, authority: str, rows: Iterable[Mapping[str, Any]], now: datetime) -> Imported:
    """Add the schools to the register or bring them up to date; none is removed. The caller commits."""
    return _store(session, _known(session, authority), authority, rows, now)


def store_extract(session: Session, authority: str, extract: Extract, now: datetime) -> Imported:
    """The same for what the national extract says; with the lines that brought nothing. The caller commits."""
    known = _known(session, authority)
    closed = [
        {"urn": line.urn, **_ended(CONVERTED if line.urn in extract.converted else CLOSED)}
        for line in extract.closed
        if line.urn in known
    ]
    rows = [*({**school, "closed": False} for school in extract.schools), *closed]
    passed = [*extract.passed_over, *(line for line in extract.closed if line.urn not in known)]
    passed += [line for urn, line in extract.elsewhere.items() if urn in known]
    done = _store(session, known, authority, rows, now)
    passed.sort(key=lambda line: line.number)
    return replace(done, passed_over=tuple(passed), unreadable=tuple(extract.unreadable), elsewhere=extract.others)


def _known(session: Session, authority: str) -> dict[str, School]:
    return {school.urn: school for school in session.scalars(select(School).where(School.authority == authority))}


def _store(
    session: Session, known: Mapping[str, School], authority: str, rows: Iterable[Mapping[str, Any]], now: datetime
) -> Imported:
    new, altered, unchanged = [], [], 0
    named: dict[str, str] = {}
    held = advisers.today_s(session, authority)
    for row in rows:
        columns = {name: value for name, value in row.items() if name not in (_ADVISER, _LINE)}
        school, turned = known.get(row["urn"]), _turned(held.get(row["urn"]), row)
        named |= {row["urn"]: row[_ADVISER]} if turned else {}
        if school is None:
            school = School(authority=authority, **columns)
            session.add(school)
            new.append(Brought(school.urn, school.name))
            changed: Mapping[str, tuple[Any, Any]] = {"category": ("", school.category)}
        else:
            changed = _set(school, columns) | turned
            altered += [Brought(school.urn, school.name, changed)] if changed else []
            _keep(session, school, changed, now)
            unchanged += not changed
        if school.category and "category" in changed:
            session.add(category_line(school, Categorised(school.category, FROM_FILE), now, None))
    return Imported(tuple(new), tuple(altered), unchanged, advisers=named)


def _turned(held: Adviser | None, row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """That a school's adviser is another one than today's, where the file has the column and says so."""
    said = row.get(_ADVISER)
    before = held.name if held is not None else ""
    same = said is None or said == before or (held is not None and held.answers_to(said))
    return {} if same else {_ADVISER: (before, said)}


def line_of(rows: Iterable[Mapping[str, Any]], urn: str) -> int:
    """The line of a file that names a school's adviser."""
    return next((row.get(_LINE, 1) for row in rows if row["urn"] == urn), 1)


def take_advisers(session: Session, authority: str, done: Imported, meant: Mapping[str, Adviser]) -> None:
    """Let the advisers whom a file named anew be so from today; ``meant``: who they are. The caller commits."""
    for urn, said in done.advisers.items():
        advisers.put(session, authority, urn, meant.get(said))


def mattering(changed: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Of the columns that changed, those that matter to a running case. That a head is known now is no new head."""
    return {name: changed[name] for name in MATTERS if name in changed and (name != "head" or changed[name][0])}


def _keep(session: Session, school: School, changed: Mapping[str, tuple[Any, Any]], now: datetime) -> None:
    fields = {name: list(values) for name, values in mattering(changed).items()}
    if fields:
        session.add(SchoolChange(authority=school.authority, urn=school.urn, at=now, fields=fields))


def _set(school: School, row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Change what differs, and say what that was. A category that is there stands: a process may have decided it."""
    changed = {
        name: (before, value)
        for name, value in row.items()
        if (before := getattr(school, name)) != value and not (name == "category" and before)
    }
    for name, (_, value) in changed.items():
        setattr(school, name, value)
    return changed
