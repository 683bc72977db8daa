"""What came with the register of schools: which school follows which, and what each import did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine.errors import ImportNotFound
from engine.store.tables import RegisterImport, School, SchoolSuccession


@dataclass(frozen=True)
class SuccessionRow:
    """A school that another follows, and what became of that. ``moved`` says what was: {cases, live, stopped, ...}."""

    id: int
    old: str
    old_name: str
    new: str
    new_name: str
    kind: str
    since: str
    status: str
    noticed: datetime
    decided: datetime | None
    decided_by: str
    reason: str
    moved: Mapping[str, Any]


@dataclass(frozen=True)
class ImportRow:
    """An import of the register: who, when, of which files, and what it did (``engine/schools/reports.py``)."""

    id: int
    at: datetime
    by: str
    files: tuple[str, ...]
    status: str
    report: Mapping[str, Any]


def successions(session: Session, urn: str = "", status: str = "") -> list[SuccessionRow]:
    """Schools that follow others, the newest first: of one school (its URN), of one status, or all."""
    old, new = aliased(School), aliased(School)
    pair = SchoolSuccession
    chosen = (
        select(pair, old.name, new.name)
        .join(old, (old.urn == pair.old_urn) & (old.authority == pair.authority))
        .join(new, (new.urn == pair.new_urn) & (new.authority == pair.authority))
        .order_by(pair.id.desc())
    )
    chosen = chosen.where((pair.old_urn == urn) | (pair.new_urn == urn)) if urn else chosen
    chosen = chosen.where(pair.status == status) if status else chosen
    return [_succession_row(row, was, now) for row, was, now in session.execute(chosen)]


def _succession_row(row: SchoolSuccession, old_name: str, new_name: str) -> SuccessionRow:
    return SuccessionRow(
        row.id,
        row.old_urn,
        old_name,
        row.new_urn,
        new_name,
        row.kind,
        row.since,
        row.status,
        row.noticed,
        row.decided,
        row.decided_by or "",
        row.reason or "",
        row.moved or {},
    )


def imports(session: Session, limit: int = 50) -> list[ImportRow]:
    """Imports of the register that were done, the newest first."""
    done = select(RegisterImport).where(RegisterImport.status == "done").order_by(RegisterImport.id.desc())
    return [_import_row(row) for row in session.scalars(done.limit(limit))]


def register_import(session: Session, import_id: int) -> ImportRow:
    """One import of the register, done or looked at only. Raises ImportNotFound."""
    found = session.get(RegisterImport, import_id)
    if found is None:
        raise ImportNotFound(number=import_id)
    return _import_row(found)


def _import_row(row: RegisterImport) -> ImportRow:
    return ImportRow(row.id, row.at, row.by, tuple(row.files), row.status, row.report)
