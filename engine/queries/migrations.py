"""Moves of running cases to another version of their process: how far each is, and what became of each case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from engine.errors import MigrationNotFound
from engine.queries.common import PER_PAGE, AnyRow, AnySelect, Page, of_school, page_of
from engine.store.tables import ACTIVE, MigratedCase, Migration, ProcessDefinition, ProcessInstance, School
from engine.store.tenancy import unconfined


@dataclass(frozen=True)
class MigrationRow:
    """A move of cases, and how many of them wait, were moved, stayed, or were taken back."""

    id: int
    process: str
    process_name: str
    definition_id: int
    version: int
    by: str
    begun: datetime
    reason: str
    new_timers: bool
    new_due_dates: bool
    coming: int
    undoing: int
    """How many are being taken back."""
    moved: int
    stayed: int
    undone: int

    @property
    def waiting(self) -> int:
        """For how many something is still to be done."""
        return self.coming + self.undoing

    @property
    def total(self) -> int:
        """How many cases it is of."""
        return self.waiting + self.moved + self.stayed + self.undone


@dataclass(frozen=True)
class MigratedRow:
    """What became of one case of a move. ``status``: waiting, moved, stayed, undoing or undone; ``why`` is a sentence."""

    id: int
    instance_id: int
    business_key: str
    school_name: str
    status: str
    why: str
    version: int
    """From which version it came."""
    undoable: bool
    undone_by: str
    undone_for: str


@dataclass(frozen=True)
class OlderRow:
    """A version that cases still run on, while there is a newer one."""

    definition_id: int
    version: int
    cases: int


@dataclass(frozen=True)
class LiveState:
    """A running case with its stored state, as a plan reads it."""

    id: int
    definition_id: int
    version: int
    business_key: str
    school_name: str
    state: bytes


def seen_cases(session: Session, authority: str, key: str) -> set[int]:
    """The running cases of a process that the person may see."""
    mine = (ProcessInstance.authority == authority, ProcessInstance.process == key, ProcessInstance.status == ACTIVE)
    return set(session.scalars(select(ProcessInstance.id).where(*mine)))


def on_versions(session: Session, key: str) -> list[OlderRow]:
    """How many cases run on each version of a process, the newest version first; those that the person may not see are counted,
    too."""
    counted = (
        select(ProcessDefinition.id, ProcessDefinition.version, func.count())
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessDefinition.key == key, ProcessInstance.status == ACTIVE)
        .group_by(ProcessDefinition.id, ProcessDefinition.version)
        .order_by(ProcessDefinition.version.desc())
    )
    with unconfined(session):
        return [OlderRow(*row) for row in session.execute(counted)]


def live_states(session: Session, authority: str, key: str, target: int) -> list[LiveState]:
    """The running cases of an authority's process that are on another version than this one, the oldest first."""
    chosen = (
        select(
            ProcessInstance.id,
            ProcessInstance.definition_id,
            ProcessDefinition.version,
            ProcessInstance.business_key,
            School.name,
            ProcessInstance.state,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .join(School, of_school(), isouter=True)
        .where(
            ProcessInstance.authority == authority,
            ProcessInstance.process == key,
            ProcessInstance.status == ACTIVE,
            ProcessInstance.definition_id != target,
        )
        .order_by(ProcessInstance.id)
    )
    return [
        LiveState(i, d, v, key_of, school or "", state) for i, d, v, key_of, school, state in session.execute(chosen)
    ]


def migrations(session: Session, key: str, limit: int = 20) -> list[MigrationRow]:
    """The moves of a process's cases, the newest first."""
    return _rows(session, _chosen().where(Migration.process == key).order_by(Migration.id.desc()).limit(limit))


def migration(session: Session, migration_id: int) -> MigrationRow:
    """How far a move is. Raises MigrationNotFound."""
    rows = _rows(session, _chosen().where(Migration.id == migration_id))
    if not rows:
        raise MigrationNotFound(migration=migration_id)
    return rows[0]


def _chosen() -> AnySelect:
    return select(Migration, ProcessDefinition.name, ProcessDefinition.version).join(
        ProcessDefinition, ProcessDefinition.id == Migration.definition_id
    )


def _rows(session: Session, chosen: AnySelect) -> list[MigrationRow]:
    found = session.execute(chosen).all()
    counts: dict[int, dict[str, int]] = {made.id: {} for made, *_ in found}
    counted = (
        select(MigratedCase.migration_id, MigratedCase.status, func.count())
        .where(MigratedCase.migration_id.in_(counts))
        .group_by(MigratedCase.migration_id, MigratedCase.status)
    )
    with unconfined(session):  # which cases they are is not said
        for migration_id, status, number in session.execute(counted):
            counts[migration_id][status] = number
    return [_row(made, name, version, counts[made.id]) for made, name, version in found]


def _row(made: Migration, name: str, version: int, counts: dict[str, int]) -> MigrationRow:
    return MigrationRow(
        id=made.id,
        process=made.process,
        process_name=name,
        definition_id=made.definition_id,
        version=version,
        by=made.by,
        begun=made.begun,
        reason=made.reason,
        new_timers=made.new_timers,
        new_due_dates=made.new_due_dates,
        coming=counts.get("waiting", 0),
        undoing=counts.get("undoing", 0),
        moved=counts.get("moved", 0),
        stayed=counts.get("stayed", 0),
        undone=counts.get("undone", 0),
    )


def migrated(session: Session, migration_id: int, page: int = 1, per_page: int = PER_PAGE) -> Page[MigratedRow]:
    """What became of the cases of a move that the person may see: those that stayed first."""
    order = (MigratedCase.status != "stayed", MigratedCase.instance_id)
    chosen = _cases().where(MigratedCase.migration_id == migration_id).order_by(*order)
    rows = session.execute(chosen.offset((page - 1) * per_page).limit(per_page + 1)).all()
    number = session.scalar(
        select(func.count()).select_from(MigratedCase).where(MigratedCase.migration_id == migration_id)
    )
    return page_of([_migrated(row) for row in rows], page, per_page, (number or 0, False))


def last_migration(session: Session, instance_id: int) -> MigratedRow | None:
    """What the last move made of a case, with whether it can still be undone; None when it was never moved."""
    chosen = _cases().where(MigratedCase.instance_id == instance_id, MigratedCase.status == "moved")
    row = session.execute(chosen.order_by(MigratedCase.id.desc()).limit(1)).first()
    return _migrated(row) if row is not None else None


def _cases() -> AnySelect:
    before: Any = aliased(ProcessDefinition)
    return (
        select(
            MigratedCase,
            ProcessInstance.business_key,
            ProcessInstance.state,
            ProcessInstance.status,
            School.name,
            before.version,
        )
        .join(ProcessInstance, ProcessInstance.id == MigratedCase.instance_id)
        .join(before, before.id == MigratedCase.before_id)
        .join(School, of_school(), isouter=True)
    )


def _migrated(row: AnyRow) -> MigratedRow:
    made, business_key, state, status, school, version = row
    return MigratedRow(
        id=made.id,
        instance_id=made.instance_id,
        business_key=business_key,
        school_name=school or "",
        status=made.status,
        why=made.why,
        version=version,
        undoable=made.status == "moved" and status == "active" and is_undoable(made, state),
        undone_by=made.undone_by or "",
        undone_for=made.undone_for,
    )


def is_undoable(made: MigratedCase, state: bytes) -> bool:
    """Whether a case that was moved stands as the move left it, and nothing went out by it."""
    return not made.sent and made.after == sha256(state).hexdigest()
