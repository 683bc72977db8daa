"""The register of schools: looking one up, and reading a CSV file of them.

The file has a heading line with ``urn,name,phase,type`` and, if wanted, ``diocese``, ``trust``, ``maintained``,
``governance``, ``link_adviser`` and ``category``; other columns are passed over. A category in the file is taken only while
no process has put the school in one. The words for phase and type are those of the Department for Education's register, as
diagrams compare them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import RegisterUnreadable, SchoolNotFound
from engine.steps import Categorised
from engine.tables import ProcessInstance, School, SchoolCategory

PHASES = ("primary", "secondary", "special", "all-through", "PRU")
TYPES = (
    "community", "voluntary aided", "voluntary controlled", "foundation", "academy", "free", "special", "PRU",
    "independent",
)  # fmt: skip
#: Types that a local authority maintains unless the file says otherwise.
MAINTAINED = ("community", "voluntary aided", "voluntary controlled", "foundation", "special", "PRU")
_NEEDED = ("urn", "name", "phase", "type")
_MORE = ("diocese", "trust", "governance", "link_adviser", "category")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    unchanged: int


def find(session: Session, authority: str, urn: str) -> School:
    """A school of this authority. Raises SchoolNotFound."""
    found = session.get(School, (urn.strip(), authority))
    if found is None:
        raise SchoolNotFound(urn=urn)
    return found


def variable(school: School) -> dict[str, Any]:
    """The process variable ``school`` that every case for a school has."""
    return {
        "urn": school.urn, "name": school.name, "phase": school.phase, "type": school.type,
        "aided": school.type == "voluntary aided", "academy": school.type in ("academy", "free"),
        "maintained": school.maintained, "diocese": school.diocese, "trust": school.trust,
        "governance": school.governance, "link_adviser": school.link_adviser, "category": school.category,
    }  # fmt: skip


def categorise(session: Session, instance: ProcessInstance, said: Categorised, now: datetime) -> None:
    """Put the school of a case in a category, and keep that in its history; the caller commits. Raises SchoolNotFound."""
    school = find(session, instance.authority, instance.school_urn or "")
    school.category = said.category
    session.add(
        SchoolCategory(
            authority=instance.authority, urn=school.urn, category=said.category, reason=said.reason, since=now,
            instance_id=instance.id,
        )
    )  # fmt: skip


def read(data: bytes) -> list[dict[str, Any]]:
    """The schools in a CSV file. Raises RegisterUnreadable with the first line that is wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterUnreadable(line=1, reason="the file is not UTF-8 text") from None
    rows = csv.DictReader(io.StringIO(text))
    missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise RegisterUnreadable(line=1, reason=f"there is no column {', '.join(missing)}")
    return list(_checked(rows))


def _checked(rows: csv.DictReader[str]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for row in rows:
        given = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        try:
            school = _school(given)
            if school["urn"] in seen:
                raise ValueError(f"the URN {school['urn']} is there twice")
        except ValueError as error:
            raise RegisterUnreadable(line=rows.line_num, reason=str(error)) from None
        seen.add(school["urn"])
        yield school


def _school(given: dict[str, str]) -> dict[str, Any]:
    if not (given["urn"].isascii() and given["urn"].isdigit() and len(given["urn"]) == 6):
        raise ValueError(f'the URN "{given["urn"]}" is not six digits')
    if not given["name"]:
        raise ValueError("the school has no name")
    if given["phase"] not in PHASES:
        raise ValueError(f'the phase "{given["phase"]}" is none of {", ".join(PHASES)}')
    if given["type"] not in TYPES:
        raise ValueError(f'the type "{given["type"]}" is none of {", ".join(TYPES)}')
    said = given.get("maintained", "").lower()
    if said and said not in _YES_NO:
        raise ValueError(f'maintained is "{said}", not yes or no')
    maintained = _YES_NO[said] if said else given["type"] in MAINTAINED
    known = {name: given[name] for name in _NEEDED}
    more = {name: given.get(name, "") for name in _MORE}
    return {**known, **more, "maintained": maintained}


def store(session: Session, authority: str, rows: list[dict[str, Any]]) -> Imported:
    """Add the schools to the register or bring them up to date; none is removed. The caller commits."""
    known = {school.urn: school for school in session.scalars(select(School).where(School.authority == authority))}
    added = changed = 0
    for row in rows:
        school = known.get(row["urn"])
        if school is None:
            session.add(School(authority=authority, **row))
            added += 1
            continue
        if school.category:
            row = {**row, "category": school.category}  # what a process decided stands
        if any(getattr(school, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(school, name, value)
            changed += 1
    return Imported(added, changed, len(rows) - added - changed)
