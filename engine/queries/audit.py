"""Entries of the audit trail, newest first. Each look is a walk along one index, however long the trail is."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnClause, Select, func, literal_column, select
from sqlalchemy.orm import Session

from engine.errors import EntryNotFound
from engine.store.tables import AuditEntry, ProcessDefinition, School

#: Nothing, as the text of a statement: so that the database sees that an index over what is not empty will do.
_NOTHING: ColumnClause[str] = literal_column("''")
#: Entries of a page, and how many are read at a time where all are asked for.
PER_PAGE, AT_ONCE = 50, 1_000


@dataclass(frozen=True)
class AuditFilters:
    """What entries are looked for: by whom, about whom, which school or case, of which kinds, from when until before when."""

    who: Collection[str] = ()
    about: Collection[str] = ()
    school: str = ""
    case: int | None = None
    kinds: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditRow:
    """An entry. ``before`` and ``after`` are what JSON says; names of the school and the process as they are now."""

    seq: int
    at: datetime
    channel: str
    address: str
    who_kind: str
    who: str
    kind: str
    school_urn: str
    school_name: str
    instance_id: int | None
    task_id: int | None
    file_id: int | None
    person: str
    process: str
    process_name: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    why: str
    previous: str
    hash: str
    erased: int | None = None
    """The deletion with whose case it lost what it said."""


@dataclass(frozen=True)
class AuditPage:
    """Entries of a page; ``older`` and ``newer`` are the numbers after which the pages beside it begin, if there are any."""

    items: tuple[AuditRow, ...]
    older: int | None
    newer: int | None


def audit_page(
    session: Session, authority: str, filters: AuditFilters, before: int | None = None, after: int | None = None
) -> AuditPage:
    """The newest entries before a number, or the oldest after one, newest first."""
    chosen = _chosen(authority, filters)
    if after is not None:
        rows = session.execute(chosen.where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(PER_PAGE + 1)).all()
        shown, more = rows[:PER_PAGE][::-1], len(rows) > PER_PAGE
        items = _rows(session, authority, shown)
        return AuditPage(items, items[-1].seq if items else None, items[0].seq if items and more else None)
    chosen = chosen if before is None else chosen.where(AuditEntry.seq < before)
    rows = session.execute(chosen.order_by(AuditEntry.seq.desc()).limit(PER_PAGE + 1)).all()
    items = _rows(session, authority, rows[:PER_PAGE])
    older = items[-1].seq if len(rows) > PER_PAGE else None
    return AuditPage(items, older, items[0].seq if items and before is not None else None)


def audit_entry(session: Session, authority: str, seq: int) -> AuditRow:
    """One entry. Raises EntryNotFound."""
    found = session.execute(_chosen(authority, AuditFilters()).where(AuditEntry.seq == seq)).all()
    if not found:
        raise EntryNotFound(entry=seq)
    return _rows(session, authority, found)[0]


def audit_entries(
    session: Session, authority: str, filters: AuditFilters, limit: int | None = None
) -> Iterator[AuditRow]:
    """All entries that are looked for, the oldest first; the newest ones of them where there are more than the limit."""
    chosen, first, last = _chosen(authority, filters), 0, None
    if limit is not None:
        newest = select(AuditEntry.seq).where(*_wanted(authority, filters)).order_by(AuditEntry.seq.desc())
        first = (session.scalar(newest.offset(limit - 1).limit(1)) or 1) - 1
    while last is None or last > first:
        rows = session.execute(chosen.where(AuditEntry.seq > first).order_by(AuditEntry.seq).limit(AT_ONCE)).all()
        yield from _rows(session, authority, rows)
        if len(rows) < AT_ONCE:
            return
        first = rows[-1].seq


def _chosen(authority: str, filters: AuditFilters) -> Select[Any]:
    columns = [getattr(AuditEntry, column.key) for column in AuditEntry.__table__.columns if column.key != "authority"]
    return select(*columns).where(*_wanted(authority, filters))


def _wanted(authority: str, filters: AuditFilters) -> Iterator[Any]:
    yield AuditEntry.authority == authority
    for column, wanted in (
        (AuditEntry.who, filters.who),
        (AuditEntry.person, filters.about),
        (AuditEntry.kind, filters.kinds),
    ):
        if wanted:
            yield column.in_(sorted(wanted))
    if filters.about:
        yield AuditEntry.person != _NOTHING
    if filters.school:
        yield AuditEntry.school_urn == filters.school
        yield AuditEntry.school_urn != _NOTHING
    if filters.case is not None:
        yield AuditEntry.instance_id == filters.case
    yield from _days(authority, filters)


def _days(authority: str, filters: AuditFilters) -> Iterator[Any]:
    """Entries between two moments: by their numbers, which grow with time, so that one index is walked; and by the moment
    itself, since clocks of two servers differ a little."""
    mine = AuditEntry.authority == authority
    if filters.since is not None:
        first = select(func.min(AuditEntry.seq)).where(mine, AuditEntry.at >= filters.since)
        yield AuditEntry.at >= filters.since
        yield AuditEntry.seq >= first.scalar_subquery()
    if filters.until is not None:
        last = select(func.max(AuditEntry.seq)).where(mine, AuditEntry.at < filters.until)
        yield AuditEntry.at < filters.until
        yield AuditEntry.seq <= last.scalar_subquery()


def _rows(session: Session, authority: str, rows: Collection[Any]) -> tuple[AuditRow, ...]:
    """Rows with the names of their schools and processes, in a query each."""
    schools = _names(session, School.urn, School.name, School.authority == authority, {row.school_urn for row in rows})
    latest = (ProcessDefinition.authority == authority) & ProcessDefinition.latest
    processes = _names(session, ProcessDefinition.key, ProcessDefinition.name, latest, {row.process for row in rows})
    return tuple(
        AuditRow(
            **{
                **row._mapping,
                "school_name": schools.get(row.school_urn, ""),
                "process_name": processes.get(row.process, row.process),
                "before": json.loads(row.before or "{}"),
                "after": json.loads(row.after or "{}"),
            }
        )
        for row in rows
    )


def _names(session: Session, key: Any, name: Any, mine: Any, wanted: set[str]) -> dict[str, str]:
    wanted = wanted - {""}
    if not wanted:
        return {}
    return dict(session.execute(select(key, name).where(mine, key.in_(sorted(wanted)))).all())
