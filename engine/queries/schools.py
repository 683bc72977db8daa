"""The register of schools as people look at it, and batches: starts of a process for many schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from engine.errors import BatchNotFound, SchoolNotFound
from engine.queries.common import AnySelect, Elements
from engine.schools import advisers, register
from engine.schools.advisers import Adviser
from engine.schools.successions import predecessors
from engine.store.sought import mentions
from engine.store.tables import (
    Batch,
    BatchSkip,
    History,
    Incident,
    Job,
    School,
    SchoolCategory,
    SchoolChange,
)
from engine.store.tenancy import scope_of, unconfined


@dataclass(frozen=True)
class BatchRow:
    """A start of a process for many schools: how many were asked for, skipped, started, wait still, and failed."""

    id: int
    process: str
    process_name: str
    by: str
    begun: datetime
    total: int
    skipped: int
    waiting: int
    failed: int

    @property
    def started(self) -> int:
        """Cases that it has started."""
        return self.total - self.skipped - self.waiting - self.failed

    @property
    def done(self) -> bool:
        """Whether nothing waits any more."""
        return self.waiting == 0


@dataclass(frozen=True)
class SkippedRow:
    """A school that a batch passed over, and why, as a sentence; its name is empty when it is on no register."""

    urn: str
    school_name: str
    why: str


@dataclass(frozen=True)
class FailedRow:
    """A school whose case a batch could not start, why, and the incident that a manager can retry."""

    urn: str
    school_name: str
    message: str
    incident_id: int


@dataclass(frozen=True)
class CategoryRow:
    """A category that a school was put in, when, why, and by which case (none: by the register's file). Whoever may not see the
    case (``kept``) is not told of it, nor why."""

    category: str
    reason: str
    since: datetime
    instance_id: int | None
    urn: str
    """That of the school then: another's, where this one took over from it."""
    kept: bool = False


@dataclass(frozen=True)
class SchoolRow:
    """A school of the register."""

    urn: str
    name: str
    phase: str
    type: str
    diocese: str
    trust: str
    maintained: bool
    governance: str = ""
    link_adviser: str = ""
    category: str = ""
    closed: bool = False
    status: str = "open"
    head: str = ""
    email: str = ""
    """Its own address; empty where none is known."""
    variable: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The process variable ``school`` of a case that begins now."""


@dataclass(frozen=True)
class SchoolChangeRow:
    """A change of the register that matters to a school's cases: by field, its value before and after."""

    at: datetime
    fields: Mapping[str, tuple[Any, Any]]


def school_changes(
    session: Session, urn: str | None, since: datetime, until: datetime | None = None
) -> list[SchoolChangeRow]:
    """What of a school changed in the register in that time, the newest first."""
    chosen = select(SchoolChange).where(SchoolChange.urn == urn, SchoolChange.at >= since)
    if until is not None:
        chosen = chosen.where(SchoolChange.at <= until)
    found = session.scalars(chosen.order_by(SchoolChange.id.desc())).all() if urn else ()
    return [SchoolChangeRow(row.at, {name: (old, new) for name, (old, new) in row.fields.items()}) for row in found]


def case_school_changes(
    session: Session, instance_id: int, urn: str | None, since: datetime, until: datetime | None
) -> list[SchoolChangeRow]:
    """What of a case's school changed while it ran, the newest first: of the school that it is about, and before that of each
    that it was about until another took over."""
    found: list[SchoolChangeRow] = []
    if urn is None or not predecessors(session, urn):  # the history of a case may be long
        return school_changes(session, urn, since, until)
    moves = select(History.ended, History.detail).where(History.instance_id == instance_id, History.how == "moved")
    for at, detail in session.execute(moves.order_by(History.seq)):
        found = school_changes(session, detail["from"], since, at) + found
        since = at
    return school_changes(session, urn, since, until) + found


def schools(session: Session, text: str = "") -> list[SchoolRow]:
    """Schools of the register by name, closed ones too; ``text`` is part of the name or a URN."""
    chosen = select(School).order_by(School.name)
    if text:
        urn = text.upper().removeprefix("URN").strip()
        chosen = chosen.where(mentions(School.name, text) | (School.urn == urn))
    rows = session.scalars(chosen).all()
    whose = {each: advisers.today_s(session, each) for each in {row.authority for row in rows}}
    return [_row(row, whose[row.authority].get(row.urn)) for row in rows]


def school(session: Session, urn: str) -> SchoolRow:
    """One school. Raises SchoolNotFound."""
    found = session.scalars(select(School).where(School.urn == urn)).first()
    if found is None:
        raise SchoolNotFound(urn=urn)
    return _row(found, advisers.today_s(session, found.authority, [urn]).get(urn))


def categories(session: Session, urn: str, limit: int = 50) -> list[CategoryRow]:
    """The categories that a school was put in, the newest first; with those of the schools that it took over from.

    An officer sees each, as the register shows the present one to all of them; who is confined to schools, those of theirs.
    """
    urns = [urn, *predecessors(session, urn)]
    chosen = select(SchoolCategory).where(SchoolCategory.urn.in_(urns)).order_by(SchoolCategory.id.desc()).limit(limit)
    open_to = {each.id for each in session.scalars(chosen)}
    if scope_of(session).confined is not None:
        return [_category(each, False) for each in session.scalars(chosen)]
    with unconfined(session):
        return [_category(each, each.id not in open_to) for each in session.scalars(chosen)]


def _category(line: SchoolCategory, kept: bool) -> CategoryRow:
    told = ("", None) if kept else (line.reason, line.instance_id)
    return CategoryRow(line.category, told[0], line.since, told[1], line.urn, kept)


def _row(s: School, adviser: Adviser | None) -> SchoolRow:
    called = adviser.name if adviser is not None else ""
    return SchoolRow(
        s.urn,
        s.name,
        s.phase,
        s.type,
        s.diocese,
        s.trust,
        s.maintained,
        s.governance,
        called,
        s.category,
        s.closed,
        s.status,
        s.head,
        s.email,
        register.variable(s, called),
    )


def batches(session: Session, limit: int = 20) -> list[BatchRow]:
    """Starts for many schools, the newest first."""
    return _batches(session, select(Batch).order_by(Batch.id.desc()).limit(limit))


def batch(session: Session, batch_id: int) -> BatchRow:
    """How far a start for many schools is. Raises BatchNotFound."""
    found = _batches(session, select(Batch).where(Batch.id == batch_id))
    if not found:
        raise BatchNotFound(batch=batch_id)
    return found[0]


def _batches(session: Session, chosen: AnySelect) -> list[BatchRow]:
    found = session.scalars(chosen).all()
    ids = [r.id for r in found]
    broken = func.sum(case((Job.status == "failed", 1), else_=0))
    left = select(Job.batch_id, func.count(), broken).where(Job.batch_id.in_(ids)).group_by(Job.batch_id)
    jobs = {batch_id: (number, int(failures)) for batch_id, number, failures in session.execute(left)}
    passed = select(BatchSkip.batch_id, func.count()).where(BatchSkip.batch_id.in_(ids)).group_by(BatchSkip.batch_id)
    skips = {batch_id: number for batch_id, number in session.execute(passed)}
    elements = Elements(session, [r.definition_id for r in found])
    rows = []
    for r in found:
        number, failures = jobs.get(r.id, (0, 0))
        name = elements.process(r.definition_id)[1]
        passed_over = skips.get(r.id, 0)
        rows.append(BatchRow(r.id, r.process, name, r.by, r.begun, r.total, passed_over, number - failures, failures))
    return rows


def skipped(session: Session, batch_id: int) -> list[SkippedRow]:
    """The schools that a batch passed over, by name, and why."""
    chosen = (
        select(BatchSkip.urn, School.name, BatchSkip.why)
        .join(School, (School.urn == BatchSkip.urn) & (School.authority == BatchSkip.authority), isouter=True)
        .where(BatchSkip.batch_id == batch_id)
        .order_by(School.name, BatchSkip.urn)
    )
    return [SkippedRow(urn, name or "", why) for urn, name, why in session.execute(chosen)]


def failed(session: Session, batch_id: int) -> list[FailedRow]:
    """The schools whose cases a batch could not start, by name, each with its open incident."""
    chosen = (
        select(Job.token, School.name, Job.error, Incident.id)
        .join(Incident, (Incident.job_id == Job.id) & (Incident.kind == "job") & Incident.resolved.is_(None))
        .join(School, (School.urn == Job.token) & (School.authority == Job.authority), isouter=True)
        .where(Job.batch_id == batch_id, Job.status == "failed")
        .order_by(School.name, Job.token)
    )
    return [FailedRow(urn, name or "", error or "", incident) for urn, name, error, incident in session.execute(chosen)]
