"""Keeping the figures of processes: what changed in a case is added to them, and what it had before is taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.queries.figures import NEVER, NOW, Facts, counted, facts, spans_of
from engine.store.tables import CaseFigure, Figure, ProcessDefinition, TouchedCase

#: Rows of figures that are written or deleted in one statement.
AT_ONCE = 500
_PLAINLY = {"synchronize_session": False}
_Key = tuple[int, str, date, str, str, int]


def waits(session: Session) -> bool:
    """Whether any case has changed."""
    return session.scalar(select(TouchedCase.id).limit(1)) is not None


def count(session: Session, limit: int) -> int:
    """Bring the figures up to date with cases that have changed, at most so many changes; how many there were.

    The rows that note a change are locked: of two workers, one waits for the other. A change that comes meanwhile notes itself.
    """
    chosen = select(TouchedCase.id, TouchedCase.instance_id).order_by(TouchedCase.id).limit(limit)
    touched = session.execute(chosen.with_for_update()).all()
    if touched:
        cases = {row.instance_id for row in touched}
        now = facts(session, cases)
        _write(session, _differences(counted(session, cases), now))
        _remember(session, cases, now)
        session.execute(delete(TouchedCase).where(TouchedCase.id.in_([row.id for row in touched])), **_plainly())
    return len(touched)


def forget(session: Session, case: int) -> None:
    """Take a case that is deleted out of the figures."""
    _write(session, _differences(counted(session, {case}), {}))
    for table in (CaseFigure, TouchedCase):
        session.execute(delete(table).where(table.instance_id == case), **_plainly())


def _plainly() -> dict[str, Any]:
    return {"execution_options": _PLAINLY}


def _differences(before: Mapping[tuple[int, int], Facts], now: Mapping[tuple[int, int], Facts]) -> Mapping[int, Facts]:
    """By version, what is to be added to the figures, or taken out."""
    found: dict[int, Facts] = {}
    for at in {*before, *now}:
        change = found.setdefault(at[1], Counter())
        change.update(now.get(at, {}))
        change.subtract(before.get(at, {}))
    return found


def _write(session: Session, changes: Mapping[int, Facts]) -> None:
    numbers = Counter[_Key]()
    for definition, each in changes.items():
        for (what, element, day, amount), number in each.items():
            for grain, since in _spans(day) if number else ():
                numbers[definition, grain, since, what, element, amount] += number
    whose = _authorities(session, changes)
    names = ("definition_id", "grain", "since", "what", "element", "amount", "number", "authority")
    # In one order, so that no two transactions wait for each other.
    rows = [dict(zip(names, (*at, number, whose[at[0]]), strict=True)) for at, number in sorted(numbers.items())]
    made = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(Figure)
    added = made.on_conflict_do_update(index_elements=names[:6], set_={"number": Figure.number + made.excluded.number})
    for first in range(0, len(rows), AT_ONCE):
        session.execute(added, rows[first : first + AT_ONCE])
    _clear(session, [at for at, number in numbers.items() if number < 0])


def _clear(session: Session, less: Sequence[_Key]) -> None:
    """Delete those of the figures that are nothing now."""
    key = tuple_(Figure.definition_id, Figure.grain, Figure.since, Figure.what, Figure.element, Figure.amount)
    for first in range(0, len(less), AT_ONCE):
        nothing = Figure.number == 0, key.in_(less[first : first + AT_ONCE])
        session.execute(delete(Figure).where(*nothing), **_plainly())


def _spans(day: int) -> Iterator[tuple[str, date]]:
    return spans_of(date.fromordinal(day)) if day else iter([(NOW, NEVER)])


def _authorities(session: Session, definitions: Collection[int]) -> dict[int, str]:
    chosen = select(ProcessDefinition.id, ProcessDefinition.authority).where(ProcessDefinition.id.in_(definitions))
    return {ident: authority for ident, authority in session.execute(chosen)}


def _remember(session: Session, cases: Collection[int], now: Mapping[tuple[int, int], Facts]) -> None:
    whose = _authorities(session, {at[1] for at in now})
    session.execute(delete(CaseFigure).where(CaseFigure.instance_id.in_(cases)), **_plainly())
    rows = [
        {
            "instance_id": case,
            "definition_id": definition,
            "authority": whose[definition],
            "facts": [[*fact, number] for fact, number in each.items()],
        }
        for (case, definition), each in sorted(now.items())
    ]
    if rows:
        session.execute(insert(CaseFigure), rows)
