"""The board of a process: its live cases by the stage of its diagram at which they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.queries.cases import InstanceRow, instances_by_id
from engine.queries.common import AnyRow, ElementInfo, Elements, latest_version
from engine.store.tables import ACTIVE, ProcessInstance

#: Live cases that a board shows, the newest, and of each stage.
MOST_ON_BOARD, MOST_AT_STAGE = 1_000, 50
#: Where a token stands while something goes on inside it, or that it only passes.
_AROUND = ("subprocess", "transaction", "gateway")


@dataclass(frozen=True)
class StageColumn:
    """A stage by its name, the cases at it, and how many there are; ``cases`` are at most :data:`MOST_AT_STAGE`."""

    name: str
    cases: tuple[InstanceRow, ...]
    total: int


@dataclass(frozen=True)
class Board:
    """The stages at which cases stand, in the diagram's order. ``more``: there are more live cases than were looked at."""

    stages: tuple[StageColumn, ...]
    more: bool


def board(session: Session, process: str, now: datetime) -> Board:
    """The live cases of a process by stage; a case that is at several stands in each. In a few statements, however many."""
    chosen = (
        select(ProcessInstance.id, ProcessInstance.definition_id, ProcessInstance.active)
        .where(ProcessInstance.process == process, ProcessInstance.status == ACTIVE)
        .order_by(ProcessInstance.id.desc())
        .limit(MOST_ON_BOARD + 1)
    )
    rows = session.execute(chosen).all()
    latest = latest_version(session, process)
    elements = Elements(session, [latest, *(row.definition_id for row in rows)])
    found = _at_stages(rows[:MOST_ON_BOARD], elements, latest)
    shown = {each for ids in found.values() for each in ids[:MOST_AT_STAGE]}
    known = {row.id: row for row in instances_by_id(session, shown, now)}
    stages = (_column(name, ids, known) for name, ids in found.items() if ids)
    return Board(tuple(stages), len(rows) > MOST_ON_BOARD)


def live_by_process(session: Session) -> dict[str, int]:
    """How many live cases each process has that has any, by its key."""
    chosen = select(ProcessInstance.process, func.count()).where(ProcessInstance.status == ACTIVE)
    return {key: total for key, total in session.execute(chosen.group_by(ProcessInstance.process))}


def _at_stages(rows: Sequence[AnyRow], elements: Elements, latest: int | None) -> dict[str, list[int]]:
    """The ids of the cases at each stage, by its name: in the order of the latest diagram, then those of older versions."""
    found: dict[str, list[int]] = {info.name: [] for info in elements.all(latest)} if latest else {}
    for row in rows:
        for name in _stages(row, elements):
            found.setdefault(name, []).append(row.id)
    return found


def _stages(row: AnyRow, elements: Elements) -> list[str]:
    """Where a case stands on its own diagram; the stages of what that calls are within these."""
    here = (elements.info(at[0], at[1]) for at in row.active if at[0] == row.definition_id)
    return list(dict.fromkeys(info.name for info in here if _is_stage(info)))


def _is_stage(info: ElementInfo) -> bool:
    return not info.kind.lower().endswith(_AROUND) and info.name != info.id


def _column(name: str, ids: list[int], known: dict[int, InstanceRow]) -> StageColumn:
    shown = sorted((known[each] for each in ids[:MOST_AT_STAGE] if each in known), key=_by_date)
    return StageColumn(name, tuple(shown), len(ids))


def _by_date(row: InstanceRow) -> tuple[bool, datetime, int]:
    return (row.next_due is None, row.next_due or row.started, row.id)
