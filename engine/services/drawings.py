"""Drafts of diagrams, kept on the server for whoever owns the processes: saved as they are drawn, with their history.

A save says on which save it was drawn. When somebody else (or another window) has saved since, what comes is kept as a draft of
its own beside, so that neither loses a stroke; both are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine import queries
from engine.diagram import LIMITS
from engine.errors import DrawingNotFound, DrawingUnusable
from engine.queries import DrawingRow
from engine.queries.drawings import DIAGRAM
from engine.queries.plans import CALLED_OFF, REFUSED
from engine.store.tables import Drawing, DrawingSave, PlannedDeployment
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: How long saves of one person are one line of the history.
TOGETHER = timedelta(minutes=5)
#: Lines of history that are kept of one draft: the oldest go first.
MOST_SAVES = 100
#: How many characters the name of a draft may have.
LONGEST_NAME = 120


@dataclass(frozen=True)
class Saved:
    """What came of a save: the draft that holds it now, and ``beside`` whose newer save it stands, if it does."""

    id: int
    number: int
    name: str
    beside: str = ""


@dataclass(frozen=True)
class Drawn:
    """What a draft is of: kind, key, file and name, and on which version it is drawn (of a form or table its number)."""

    kind: str
    process: str
    file: str
    name: str = ""
    based_on: int | None = None
    base_version: int | None = None


class Drawings:
    """Drafts of diagrams that are not deployed yet."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def begin(self, based_on: int, content: bytes, by: Scope, name: str = "", file: str = "") -> Saved:
        """Begin a draft from a version. Raises DefinitionNotFound, DrawingUnusable."""
        _check(content)
        with self._transactions.writing(by, wakes=False) as session:
            version = queries.definition(session, based_on)
            count = session.scalar(select(func.count()).where(Drawing.process == version.key)) or 0
            called = name.strip()[:LONGEST_NAME] or f"Draft {count + 1}"
            of = Drawn(DIAGRAM, version.key, file or version.file, called, based_on)
            row = self._new(session, by, of, content)
            return Saved(row.id, row.number, row.name)

    def begin_new(self, of: Drawn, content: bytes, by: Scope, name: str = "") -> Saved:
        """Begin a draft of a form or table from its newest version, or of something new. Raises DrawingUnusable."""
        _check(content)
        with self._transactions.writing(by, wakes=False) as session:
            count = len(queries.drawings(session, of.process, of.kind))
            called = name.strip()[:LONGEST_NAME] or f"Draft {count + 1}"
            row = self._new(session, by, replace(of, name=called), content)
            return Saved(row.id, row.number, row.name)

    def _new(self, session: Session, by: Scope, of: Drawn, content: bytes) -> Drawing:
        now = self._transactions.world.clock.now()
        begun = {"begun": now, "begun_by": by.username, "saved": now, "saved_by": by.username}
        row = Drawing(authority=by.authority, number=1, content=content, **begun, **vars(of))
        session.add(row)
        session.flush()
        self._remember(session, row)
        return row

    def save(self, drawing_id: int, content: bytes, number: int, by: Scope) -> Saved:
        """Save a draft as it is drawn; ``number`` is the save that it was drawn on. Where a newer one is there, or the draft has
        ended, the drawing becomes a draft of its own. Raises DrawingNotFound, DrawingUnusable."""
        _check(content)
        with self._transactions.writing(by, wakes=False) as session:
            row = _locked(session, drawing_id)
            if row.ended is not None or row.number != number:
                name = f"{row.name}, beside"[:LONGEST_NAME]
                beside = row.saved_by if row.ended is None else row.ended_by or ""
                of = Drawn(row.kind, row.process, row.file, name, row.based_on, row.base_version)
                made = self._new(session, by, of, content)
                return Saved(made.id, made.number, made.name, beside)
            if row.content != content:
                row.content, row.number = content, row.number + 1
                row.saved, row.saved_by = self._transactions.world.clock.now(), by.username
                session.flush()
                self._remember(session, row)
            return Saved(row.id, row.number, row.name)

    def _remember(self, session: Session, row: Drawing) -> None:
        """Write the history: a save soon after the same person's last takes its place, but for the draft's first."""
        newest = session.scalars(
            select(DrawingSave).where(DrawingSave.drawing_id == row.id).order_by(DrawingSave.number.desc()).limit(1)
        ).first()
        soon = newest is not None and newest.saved_by == row.saved_by and row.saved - newest.saved < TOGETHER
        if newest is not None and soon and newest.number > 1:
            newest.number, newest.saved, newest.content = row.number, row.saved, row.content
            session.flush()
            return
        said = {"authority": row.authority, "drawing_id": row.id, "number": row.number, "content": row.content}
        session.add(DrawingSave(**said, saved=row.saved, saved_by=row.saved_by))
        session.flush()
        numbers = select(DrawingSave.id).where(DrawingSave.drawing_id == row.id).order_by(DrawingSave.number.desc())
        old = list(session.scalars(numbers.offset(MOST_SAVES)))
        if old:
            session.execute(delete(DrawingSave).where(DrawingSave.id.in_(old)))

    def rename(self, drawing_id: int, name: str, by: Scope) -> None:
        """Give a draft another name. Raises DrawingNotFound, DrawingUnusable for none or one that is too long."""
        called = name.strip()
        with self._transactions.writing(by, wakes=False) as session:
            row = _locked(session, drawing_id)
            if not called or len(called) > LONGEST_NAME:
                raise DrawingUnusable(reason=f"its name must have 1 to {LONGEST_NAME} characters")
            row.name = called

    def end(self, drawing_id: int, by: Scope, deployed_as: int | None = None) -> None:
        """Discard a draft, or note as which version it was deployed; it can be had back. Raises DrawingNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            row = _locked(session, drawing_id)
            if row.ended is None:
                row.ended, row.ended_by = self._transactions.world.clock.now(), by.username
                row.deployed_as = deployed_as

    def restore(self, drawing_id: int, by: Scope, number: int | None = None) -> None:
        """Have a draft back that was discarded; as it was after an earlier save, when one is named. Raises DrawingNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            row = _locked(session, drawing_id)
            row.ended = row.ended_by = row.deployed_as = None
            if number is None:
                return
            chosen = DrawingSave.drawing_id == drawing_id, DrawingSave.number == number
            old = session.scalars(select(DrawingSave).where(*chosen)).first()
            if old is None:
                raise DrawingNotFound(drawing=f"{drawing_id}, save {number}")
            row.content, row.number = old.content, row.number + 1
            row.saved, row.saved_by = self._transactions.world.clock.now(), by.username
            session.flush()
            self._remember(session, row)

    def newest(self, process: str, by: Scope, kind: str = DIAGRAM) -> DrawingRow | None:
        """The open draft of a process (or of a form or table) that a person saved last; none whose deployment was called off or
        refused after that, which opens only where it is chosen."""
        with self._transactions.reading(by) as session:
            rows = [row for row in queries.drawings(session, process, kind) if row.ended is None]
            over = _over(session, [row.id for row in rows])
        mine = (
            row for row in rows if row.saved_by == by.username and row.saved > over.get(row.id, row.begun - TOGETHER)
        )
        return next(mine, None)


def _over(session: Session, drawings: list[int]) -> dict[int, datetime]:
    """When the deployments of these drafts were last called off or refused."""
    chosen = select(PlannedDeployment.drawing_id, func.max(PlannedDeployment.ended)).where(
        PlannedDeployment.drawing_id.in_(drawings), PlannedDeployment.status.in_((CALLED_OFF, REFUSED))
    )
    rows = session.execute(chosen.group_by(PlannedDeployment.drawing_id)) if drawings else ()
    return {drawing: ended for drawing, ended in rows if drawing is not None and ended is not None}


def _locked(session: Session, drawing_id: int) -> Drawing:
    found = session.scalars(select(Drawing).where(Drawing.id == drawing_id).with_for_update()).first()
    if found is None:
        raise DrawingNotFound(drawing=drawing_id)
    return found


def _check(content: bytes) -> None:
    if not content.strip() or len(content) > LIMITS.size:
        raise DrawingUnusable(reason=f"it is empty, or larger than {LIMITS.size // 1_000_000} MB")
