"""A version of a process with all that was bound to it: its diagram, its forms, its decision tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import DefinitionGone
from engine.store.tables import DecisionDefinition, FormDefinition, ProcessDefinition, Resource


@dataclass(frozen=True)
class BoundFiles:
    """The files of one version: diagrams and tables by file name, forms by key."""

    diagrams: dict[str, bytes]
    forms: dict[str, bytes]
    tables: dict[str, bytes]


def bound_files(session: Session, definition_id: int) -> BoundFiles:
    """The files that a version runs on. Raises DefinitionGone."""
    row = session.execute(
        select(ProcessDefinition.forms, ProcessDefinition.decisions, Resource.name, Resource.content)
        .join(Resource, Resource.id == ProcessDefinition.resource_id)
        .where(ProcessDefinition.id == definition_id)
    ).one_or_none()
    if row is None:
        raise DefinitionGone(version=definition_id)
    forms = _contents(session, FormDefinition, row.forms.values())
    tables = _contents(session, DecisionDefinition, row.decisions.values())
    by_key = {key: forms[i] for key, i in row.forms.items() if i in forms}
    return BoundFiles(
        {row.name: row.content}, {k: content for k, (_, content) in by_key.items()}, dict(tables.values())
    )


def latest_forms(session: Session, keys: Iterable[str]) -> dict[str, bytes]:
    """The newest versions of these forms, by key."""
    return {key: content for key, _, content in _latest(session, FormDefinition, keys)}


def latest_tables(session: Session, keys: Iterable[str]) -> dict[str, bytes]:
    """The files that hold the newest versions of these decisions, by name."""
    return {name: content for _, name, content in _latest(session, DecisionDefinition, keys)}


def _latest(session: Session, table: Any, keys: Iterable[str]) -> Iterable[tuple[str, str, bytes]]:
    wanted = sorted(set(keys))
    chosen = select(table.key, Resource.name, Resource.content).join(Resource, Resource.id == table.resource_id)
    found = session.execute(chosen.where(table.latest, table.key.in_(wanted)).order_by(table.key)) if wanted else ()
    return [(row[0], row[1], row[2]) for row in found]


def _contents(session: Session, table: Any, ids: Iterable[int | None]) -> dict[int, tuple[str, bytes]]:
    wanted = sorted({each for each in ids if each is not None})
    if not wanted:
        return {}
    found = session.execute(
        select(table.id, Resource.name, Resource.content)
        .join(Resource, Resource.id == table.resource_id)
        .where(table.id.in_(wanted))
    )
    return {row.id: (row.name, row.content) for row in found}


def project_files(session: Session, authority: str) -> dict[str, bytes]:
    """The newest version of every diagram, table and form of an authority, by its path in a project."""
    found: dict[str, bytes] = {}
    for table in (ProcessDefinition, DecisionDefinition):
        chosen = select(Resource.name, Resource.content).join(table, table.resource_id == Resource.id)
        for name, content in session.execute(chosen.where(table.authority == authority, table.latest)):
            found[f"processes/{authority}/{name.rpartition('/')[2]}"] = content
    forms = select(FormDefinition.key, Resource.content).join(Resource, FormDefinition.resource_id == Resource.id)
    for key, content in session.execute(forms.where(FormDefinition.authority == authority, FormDefinition.latest)):
        found[f"forms/{key}.form"] = content
    return found
