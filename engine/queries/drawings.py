"""Drafts of diagrams, and their history; and which deployed processes were last changed in the browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from engine.errors import DrawingNotFound
from engine.store.tables import Deployment, Drawing, DrawingSave, ProcessDefinition, Resource

#: Where a deployment came from.
BROWSER, FILES = "browser", "files"
#: What a draft is of.
DIAGRAM, FORM, TABLE = "diagram", "form", "table"


@dataclass(frozen=True)
class DrawingRow:
    """A draft: of which process, drawn on which version, by whom it was saved last. ``ended``: discarded, or deployed
    (``deployed_as`` a version)."""

    id: int
    process: str
    name: str
    file: str
    based_on: int | None
    number: int
    begun: datetime
    begun_by: str
    saved: datetime
    saved_by: str
    ended: datetime | None
    ended_by: str | None
    deployed_as: int | None
    kind: str
    base_version: int | None


@dataclass(frozen=True)
class SaveRow:
    """A line of a draft's history."""

    number: int
    saved: datetime
    saved_by: str


@dataclass(frozen=True)
class ChangedRow:
    """The newest version of a process, which came from the browser: by whom, and in which version of the process."""

    definition_id: int
    key: str
    name: str
    version: int
    by: str
    content_hash: str


def drawings(session: Session, process: str, kind: str = DIAGRAM) -> list[DrawingRow]:
    """The drafts of a process (or of a form or table), those saved last first; ended ones too."""
    chosen = select(Drawing).where(Drawing.process == process, Drawing.kind == kind).options(defer(Drawing.content))
    return [_row(each) for each in session.scalars(chosen.order_by(Drawing.saved.desc(), Drawing.id.desc()).limit(50))]


def drawing(session: Session, drawing_id: int) -> tuple[DrawingRow, bytes]:
    """A draft and its diagram. Raises DrawingNotFound."""
    found = session.scalars(select(Drawing).where(Drawing.id == drawing_id)).first()
    if found is None:
        raise DrawingNotFound(drawing=drawing_id)
    return _row(found), found.content


def new_drawings(session: Session) -> list[DrawingRow]:
    """The open drafts of what is not deployed yet, those saved last first."""
    never = Drawing.ended.is_(None), Drawing.based_on.is_(None), func.coalesce(Drawing.base_version, 0) == 0
    chosen = select(Drawing).where(*never).options(defer(Drawing.content))
    return [_row(each) for each in session.scalars(chosen.order_by(Drawing.saved.desc(), Drawing.id.desc()))]


def drawing_saves(session: Session, drawing_id: int) -> list[SaveRow]:
    """The history of a draft, the newest first."""
    chosen = select(DrawingSave.number, DrawingSave.saved, DrawingSave.saved_by).where(
        DrawingSave.drawing_id == drawing_id
    )
    return [SaveRow(*row) for row in session.execute(chosen.order_by(DrawingSave.number.desc()))]


def _row(row: Drawing) -> DrawingRow:
    return DrawingRow(
        row.id,
        row.process,
        row.name,
        row.file,
        row.based_on,
        row.number,
        row.begun,
        row.begun_by,
        row.saved,
        row.saved_by,
        row.ended,
        row.ended_by,
        row.deployed_as,
        row.kind,
        row.base_version,
    )


def changed_in_browser(session: Session, authority: str, keys: Iterable[str]) -> list[ChangedRow]:
    """Which of these processes run on a file that came from the browser. A version that a called process or a form brought has
    the file of the one before: what counts is the deployment that first brought the file."""
    latest = select(ProcessDefinition, Resource.content_hash).join(
        Resource, Resource.id == ProcessDefinition.resource_id
    )
    mine = ProcessDefinition.authority == authority, ProcessDefinition.latest, ProcessDefinition.key.in_(sorted(keys))
    found = []
    for row, content_hash in session.execute(latest.where(*mine).order_by(ProcessDefinition.key)).all():
        first = select(func.min(ProcessDefinition.deployment_id)).where(
            ProcessDefinition.authority == authority,
            ProcessDefinition.key == row.key,
            ProcessDefinition.resource_id == row.resource_id,
        )
        brought = session.scalars(select(Deployment).where(Deployment.id == first.scalar_subquery())).one()
        if brought.origin == BROWSER:
            found.append(ChangedRow(row.id, row.key, row.name, row.version, brought.by, content_hash))
    return found
