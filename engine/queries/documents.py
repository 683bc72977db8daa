"""Forms and decision tables as they are deployed: the newest of each, and which processes use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import DocumentNotFound
from engine.queries.drawings import FORM, TABLE
from engine.store.tables import DecisionDefinition, Deployment, FormDefinition, ProcessDefinition, Resource


@dataclass(frozen=True)
class DocumentRow:
    """The newest version of a form or of a file of decision tables. ``key`` is that of the form, or of the first decision of
    the file (``keys``: of all); ``used`` names the processes whose newest version uses it."""

    kind: str
    key: str
    keys: tuple[str, ...]
    version: int
    file: str
    deployed: datetime
    deployed_by: str
    used: tuple[str, ...]
    content: bytes
    asked: tuple[tuple[str, str], ...] = ()
    """Of a form: the steps that ask it, as pairs of process and step."""


def documents(session: Session) -> list[DocumentRow]:
    """All forms and tables of an authority, by kind and key."""
    return [*_documents(session, FORM), *_documents(session, TABLE)]


def document(session: Session, kind: str, key: str) -> DocumentRow:
    """The one that holds a form or decision. Raises DocumentNotFound."""
    found = next((each for each in _documents(session, kind) if key in each.keys), None)
    if found is None:
        raise DocumentNotFound(key=key)
    return found


def _documents(session: Session, kind: str) -> Iterator[DocumentRow]:
    table: Any = FormDefinition if kind == FORM else DecisionDefinition
    chosen = (
        select(
            table.key, table.version, table.resource_id, Resource.name, Resource.content, Deployment.at, Deployment.by
        )
        .join(Resource, Resource.id == table.resource_id)
        .join(Deployment, Deployment.id == table.deployment_id)
        .where(table.latest)
        .order_by(table.key)
    )
    users, steps = _users(session, kind), _steps(session) if kind == FORM else {}
    together: dict[tuple[int, str], list[Any]] = {}
    for row in session.execute(chosen):
        # Decisions stand several in a file; two forms of the same content are two all the same.
        together.setdefault((row.resource_id, row.key if kind == FORM else ""), []).append(row)
    yield from (_document(kind, rows, users, steps) for rows in together.values())


def _document(
    kind: str, rows: list[Any], users: Mapping[str, list[str]], steps: Mapping[str, list[tuple[str, str]]]
) -> DocumentRow:
    keys = tuple(row.key for row in rows)
    used = tuple(sorted({name for key in keys for name in users.get(key, ())}))
    first, version = rows[0], max(row.version for row in rows)
    file = f"forms/{first.key}.form" if kind == FORM else first.name.rpartition("/")[2]
    asked = tuple(steps.get(first.key, ()))
    return DocumentRow(kind, keys[0], keys, version, file, first.at, first.by, used, first.content, asked)


def _users(session: Session, kind: str) -> dict[str, list[str]]:
    """The names of the processes that use each form or decision, by its key."""
    column: Any = ProcessDefinition.forms if kind == FORM else ProcessDefinition.decisions
    found: dict[str, list[str]] = {}
    for name, bound in session.execute(select(ProcessDefinition.name, column).where(ProcessDefinition.latest)):
        for key in bound:
            found.setdefault(key, []).append(name)
    return found


def _steps(session: Session) -> dict[str, list[tuple[str, str]]]:
    """The steps of the newest versions that ask each form, by its key: pairs of process and step."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    chosen = select(ProcessDefinition.name, ProcessDefinition.start_form, ProcessDefinition.elements)
    latest = chosen.where(ProcessDefinition.latest).order_by(ProcessDefinition.name)
    for process, start, elements in session.execute(latest):
        asked = [(said[3], said[0]) for said in elements.values() if said[3]]
        for key, name in [*([(start, "its start")] if start else []), *asked]:
            found.setdefault(key, {})[process, name] = None
    return {key: list(steps) for key, steps in found.items()}
