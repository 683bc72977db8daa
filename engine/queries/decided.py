"""What a case has decided by its decision tables, and the category that it put its school in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.common import Elements
from engine.store.tables import History, SchoolCategory

#: How many of a case's last decisions are looked through for the newest of each step.
LOOKED_AT = 50


@dataclass(frozen=True)
class DecidedRow:
    """What a step of a case decided last: its name, and the results by what their table calls them, in words."""

    name: str
    said: Mapping[str, str]
    at: datetime


def decided(session: Session, instance_id: int) -> list[DecidedRow]:
    """What the steps of a case decided, each as it did last, and the category of its school; the newest first."""
    found = [*_by_tables(session, instance_id), *_category(session, instance_id)]
    return sorted(found, key=lambda row: row.at, reverse=True)


def _by_tables(session: Session, instance_id: int) -> Iterator[DecidedRow]:
    lines = select(History.definition_id, History.element, History.detail, History.ended).where(
        History.instance_id == instance_id,
        History.how == "completed",
        History.detail["decided"].as_string().is_not(None),
    )
    rows = session.execute(lines.order_by(History.seq.desc()).limit(LOOKED_AT)).all()
    elements = Elements(session, {row.definition_id for row in rows})
    newest = {(row.definition_id, row.element): row for row in reversed(rows)}
    for (definition, element), row in newest.items():
        yield DecidedRow(elements.info(definition, element).name, row.detail["decided"], row.ended)


def _category(session: Session, instance_id: int) -> Iterator[DecidedRow]:
    lines = select(SchoolCategory).where(SchoolCategory.instance_id == instance_id)
    last = session.scalars(lines.order_by(SchoolCategory.id.desc()).limit(1)).first()
    if last is not None:
        yield DecidedRow(last.reason, {"Category of the school": last.category or "in no category"}, last.since)
