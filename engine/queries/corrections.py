"""Notes of correction, beside the answers that they correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.tables import Correction


@dataclass(frozen=True)
class CorrectionRow:
    """What whoever answered says should have been said, when, and why."""

    task_id: int
    by: str
    at: datetime
    text: str
    reason: str
    was: Mapping[str, Any] | None = None
    """What the answers were before others took their place; None for a note beside them."""


def corrections(session: Session, task_ids: Iterable[int]) -> dict[int, list[CorrectionRow]]:
    """The notes of correction of these tasks, the oldest first, by the task's id."""
    found: dict[int, list[CorrectionRow]] = {}
    chosen = select(Correction).where(Correction.task_id.in_(list(task_ids))).order_by(Correction.id)
    for each in session.scalars(chosen):
        row = CorrectionRow(each.task_id, each.by, each.at, each.text, each.reason, each.was)
        found.setdefault(each.task_id, []).append(row)
    return found
