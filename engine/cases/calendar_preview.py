"""Which waiting dates another school calendar would move: each case's step is taken on it, and nothing of it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine.calendar.files import Calendars
from engine.calendar.terms import SchoolCalendar
from engine.cases import recalculation, stepping
from engine.cases.stepping import World
from engine.cases.waiting import waiting_of
from engine.errors import PathwaysError
from engine.queries.common import Elements
from engine.steps import CalendarChanged
from engine.store.tables import ProcessInstance

#: Cases that are looked at: more would keep a page waiting.
MOST = 300


@dataclass(frozen=True)
class WouldMove:
    """A date of a case that would be another."""

    case: int
    process: str
    element: str
    before: datetime
    after: datetime


@dataclass(frozen=True)
class Moves:
    """The dates that would move, by when they fall due; of how many cases that wait for dates how many were looked at, and how
    many of these could not be reckoned."""

    dates: tuple[WouldMove, ...]
    looked: int
    waiting: int
    failed: int = 0


def would_move(session: Session, world: World, authority: str, calendar: SchoolCalendar) -> Moves:
    """What would move in the authority's open cases. A school that keeps a calendar of its own goes by that."""
    own = frozenset(world.calendars.schools()) if isinstance(world.calendars, Calendars) else frozenset()
    known = world.calendars
    other = replace(world, calendars=lambda home, urn: known(home, urn) if urn in own else calendar)
    cases = recalculation.affected(session, [authority])
    found: list[WouldMove] = []
    failed = 0
    for case in cases[:MOST]:
        try:
            found += _of_case(session, other, case)
        except PathwaysError:
            failed += 1
    return Moves(tuple(sorted(found, key=lambda each: each.before)), len(cases[:MOST]), len(cases), failed)


def _of_case(session: Session, world: World, case: int) -> Iterator[WouldMove]:
    instance = session.get_one(ProcessInstance, case)
    waiting = waiting_of(session, case)
    outcome = stepping.tried(session, world, instance, CalendarChanged())
    loaded = world.registry.get(session, instance.definition_id)
    elements = Elements(session, loaded.ids.values())
    for each, before, after in recalculation.moved(waiting, outcome):
        name = elements.info(loaded.ids[each.process], each.element).name
        yield WouldMove(case, loaded.name, name, before, after)
