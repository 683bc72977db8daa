"""The figures of a version of a process: what each case has in them, and their sums over days.

A case's facts follow from its rows. A worker adds them up by day, month and school year (engine/cases/counting.py) and keeps
what it has added of each case, so that it can be taken out again: when the case goes on, is moved, mended or deleted. What has
changed since is looked at when figures are asked for, so that they are those of this moment.

The figures are of the whole authority, whoever asks: who may is asked before. A case from which somebody is barred is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE
from engine.diagram import read
from engine.queries.chronology import Period
from engine.queries.common import DUE_BY_POLICY, AnyRow, Elements
from engine.queries.conflicts import barred_from
from engine.queries.definitions import definition_xml
from engine.queries.ways import Flows
from engine.store.tables import COMPLETED, CaseFigure, Figure, History, ProcessInstance, TouchedCase, UserTask
from engine.store.tenancy import scope_of, unconfined

#: What is counted. Of cases: those that are ``LIVE``, that ``BEGAN`` and ``ENDED`` on a day, and live ones ``ON`` the diagram,
#: as their own or since they call it. Of an element: cases that are ``HERE``; those that were done and ``TOOK`` so long; tasks
#: that had a date by the diagram (``DATED``) and those ``IN_TIME``. Of a flow: that it was taken (``WAY``).
LIVE, BEGAN, ENDED, ON, HERE, TOOK, DATED, IN_TIME, WAY = (
    "live",
    "began",
    "ended",
    "on",
    "here",
    "took",
    "dated",
    "in-time",
    "way",
)
#: Kinds of elements at which time passes.
STEPS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent", "callActivity"})
#: Cases that have changed and are looked at when figures are asked for; of more, a page says how many are not counted yet.
LOOKED_AT = 500
NOW, DAY, MONTH, YEAR = "now", "day", "month", "year"
#: What is so at present is of no day.
NEVER = date(1970, 1, 1)
#: No school year of a council's cases begins before.
FIRST = date(1988, 9, 1)

#: What is counted, of which element or flow, on which day (its ordinal, 0 for the present), and how many seconds it took.
Facts = Counter[tuple[str, str, int, int]]


# -- what a case has in them -------------------------------------------------------------------------------------------


def whole(seconds: float) -> int:
    """A length of time in whole days, hours or minutes, as it is shown, in seconds: so medians of many are found at once."""
    rounded = int(seconds + 0.5)
    unit = next((each for each in (86_400, 3_600) if rounded >= each), 60)
    return rounded // unit * unit


def facts(session: Session, cases: Collection[int], only: int | None = None) -> dict[tuple[int, int], Facts]:
    """What these cases have in the figures, by case and version; of one version ``only``, where that is named."""
    known = _Known(session)
    found: dict[tuple[int, int], Facts] = defaultdict(Counter)
    for rows, add in ((_cases(session, cases), _of_case), (_lines(session, cases, only), _of_line)):
        for row in rows:
            add(found, row, known)
    for row in _tasks(session, cases, only):
        _of_task(found, row)
    return {at: each for at, each in found.items() if only in (None, at[1])}


class _Known:
    """What is asked of the versions of processes. They never change, so a process keeps it in mind, by database."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept = _KEPT.setdefault(session.get_bind().engine, {})

    def __getitem__(self, definition: int) -> tuple[frozenset[str], Flows]:
        """The steps of a version, and the flows out of its gateways."""
        if definition not in self._kept:
            elements = Elements(self._session, [definition]).all(definition)
            flows = Flows.of(read(definition_xml(self._session, definition), "diagram.bpmn"), elements)
            self._kept[definition] = frozenset(each.id for each in elements if each.kind in STEPS), flows
        return self._kept[definition]


_KEPT: WeakKeyDictionary[Any, dict[int, tuple[frozenset[str], Flows]]] = WeakKeyDictionary()
_Found = dict[tuple[int, int], Facts]


def _cases(session: Session, cases: Collection[int]) -> Sequence[AnyRow]:
    columns = ProcessInstance.definition_id, ProcessInstance.status, ProcessInstance.active
    moments = ProcessInstance.started, ProcessInstance.ended
    return session.execute(select(ProcessInstance.id, *columns, *moments).where(ProcessInstance.id.in_(cases))).all()


def _lines(session: Session, cases: Collection[int], only: int | None) -> Sequence[AnyRow]:
    """The ends of elements, each case's in their order."""
    columns = History.definition_id, History.element, History.via, History.how, History.entered, History.ended
    chosen = select(History.instance_id, *columns).where(
        History.instance_id.in_(cases), History.how.in_((COMPLETED, "cancelled", "skipped")), *_of(only, History)
    )
    return session.execute(chosen.order_by(History.instance_id, History.seq)).all()


def _tasks(session: Session, cases: Collection[int], only: int | None) -> Sequence[AnyRow]:
    columns = UserTask.definition_id, UserTask.element, UserTask.ended, DUE_BY_POLICY.label("due")
    done = UserTask.instance_id.in_(cases), UserTask.status == COMPLETED, DUE_BY_POLICY.is_not(None)
    return session.execute(select(UserTask.instance_id, *columns).where(*done, *_of(only, UserTask))).all()


def _of(only: int | None, table: Any) -> tuple[ColumnElement[bool], ...]:
    return (table.definition_id.is_not(None) if only is None else table.definition_id == only,)


def _of_case(found: _Found, row: AnyRow, known: _Known) -> None:
    own = found[row.id, row.definition_id]
    own[BEGAN, "", _day(row.started), 0] += 1
    if row.ended is not None:
        own[ENDED, "", _day(row.ended), 0] += 1
    if row.status != "active":
        return
    own[LIVE, "", 0, 0] += 1
    for definition, element, via, _, *since in row.active:
        here = found[row.id, definition]
        here[ON, "", 0, 0] = here[HERE, element, 0, 0] = 1
        if via in known[definition][1].once:
            here[WAY, via, _day(datetime.fromisoformat(since[0])) if since else _day(row.started), 0] += 1


def _of_line(found: _Found, row: AnyRow, known: _Known) -> None:
    steps, flows = known[row.definition_id]
    here, begun = found[row.instance_id, row.definition_id], row.entered or row.ended
    if row.how == "completed" and row.element in steps:
        here[TOOK, row.element, _day(row.ended), whole((row.ended - begun).total_seconds())] += 1
    if row.via in flows.once:
        here[WAY, row.via, _day(begun), 0] += 1
    elif row.via in flows.awaited and row.how == "completed":
        here[WAY, row.via, _day(row.ended), 0] += 1
    elif row.via in flows.repeated and not any(fact[:2] == (WAY, row.via) for fact in here):
        here[WAY, row.via, _day(begun), 0] = 1


def _of_task(found: _Found, row: AnyRow) -> None:
    here, ended = found[row.instance_id, row.definition_id], _day(row.ended)
    here[DATED, row.element, ended, 0] += 1
    if _day(row.due) >= ended:
        here[IN_TIME, row.element, ended, 0] += 1


def _day(moment: datetime) -> int:
    """The day on which a moment falls in London, counted."""
    return moment.astimezone(ZONE).toordinal()


# -- their sums --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """The figures of a version over some days, by what is counted, the element or flow and the seconds that it took.
    ``uncounted`` cases have changed and are not counted yet as they are now."""

    numbers: Mapping[tuple[str, str, int], int]
    uncounted: int = 0

    def of(self, what: str, element: str = "") -> int:
        """How often something is the case."""
        return self.numbers.get((what, element, 0), 0)

    def lengths(self, element: str) -> list[tuple[int, int]]:
        """How long a step took, the shortest first, and how often."""
        found = (each for each in self.numbers.items() if each[0][:2] == (TOOK, element))
        return sorted((key[2], number) for key, number in found)


def figures(session: Session, definition: int, period: Period, now: datetime) -> Figures:
    """The figures of a version over whole days in London: from that of the period's beginning until before that of its end."""
    out, days = barred_from(session, scope_of(session)), _days(period, now)
    with unconfined(session):
        touched = _touched(session)
        if len(touched) > LOOKED_AT:
            numbers = _kept(session, definition, days)
            numbers.update(_changed(session, definition, days, out, ()))
            return Figures(numbers, session.scalar(select(func.count(TouchedCase.instance_id.distinct()))) or 0)
        while True:
            cases = frozenset(touched.values())
            numbers = _kept(session, definition, days)
            numbers.update(_changed(session, definition, days, cases | out, cases - out))
            before, touched = touched, _touched(session)
            if before.keys() <= touched.keys():  # else a worker has counted some of them meanwhile
                return Figures(numbers)


def _days(period: Period, now: datetime) -> tuple[date, date]:
    """From which day until before which. Nothing has happened later than today, so that the rest of a school year counts too."""
    first, last = (each.astimezone(ZONE).date() if each else None for each in (period.since, period.until))
    today = now.astimezone(ZONE).date()
    open_end = last is None or last > today
    return first or FIRST, date(today.year + (today.month > 8), 9, 1) if open_end or last is None else last


def _touched(session: Session) -> dict[int, int]:
    """The cases that have changed, by what notes that; a few of them, and one more where there are more."""
    chosen = select(TouchedCase.id, TouchedCase.instance_id).order_by(TouchedCase.id).limit(LOOKED_AT + 1)
    return {ident: case for ident, case in session.execute(chosen)}


def _kept(session: Session, definition: int, days: tuple[date, date]) -> Counter[tuple[str, str, int]]:
    within = (and_(Figure.grain == grain, Figure.since.between(begin, end)) for grain, begin, end in spans(*days))
    chosen = select(Figure.what, Figure.element, Figure.amount, func.sum(Figure.number))
    chosen = chosen.where(Figure.definition_id == definition, or_(Figure.grain == NOW, *within))
    rows = session.execute(chosen.group_by(Figure.what, Figure.element, Figure.amount))
    return Counter({(what, element, amount): int(number) for what, element, amount, number in rows})


def _changed(
    session: Session, definition: int, days: tuple[date, date], taken: Collection[int], put: Collection[int]
) -> Counter[tuple[str, str, int]]:
    """What comes of taking cases out, as they were counted, and of putting some in as they are now."""
    made: Counter[tuple[str, str, int]] = Counter()
    if not taken:
        return made
    for facts_then in counted(session, taken, definition).values():
        made.subtract(_within(facts_then, days))
    for facts_now in facts(session, put, definition).values() if put else ():
        made.update(_within(facts_now, days))
    return made


def counted(session: Session, cases: Collection[int], only: int | None = None) -> dict[tuple[int, int], Facts]:
    """What of these cases is in the figures that are kept, by case and version."""
    chosen = select(CaseFigure.instance_id, CaseFigure.definition_id, CaseFigure.facts)
    rows = session.execute(chosen.where(CaseFigure.instance_id.in_(cases), *_of(only, CaseFigure)))
    return {
        (case, version): Counter({(what, element, day, amount): number for what, element, day, amount, number in each})
        for case, version, each in rows
    }


def _within(each: Facts, days: tuple[date, date]) -> Counter[tuple[str, str, int]]:
    first, last = days[0].toordinal(), days[1].toordinal()
    found: Counter[tuple[str, str, int]] = Counter()
    for (what, element, day, amount), number in each.items():
        if not day or first <= day < last:
            found[what, element, amount] += number
    return found


def spans(first: date, last: date) -> list[tuple[str, date, date]]:
    """The days from the first until before the last as few spans, of a grain each: the grain, and the first and the last
    beginning of those of it that follow one another."""
    found: list[tuple[str, date, date]] = []
    at = first
    while at < last:
        grain, after = next(each for each in _beginning(at) if each[1] <= last)
        if found and found[-1][0] == grain:
            found[-1] = (grain, found[-1][1], at)
        else:
            found.append((grain, at, at))
        at = after
    return found


def spans_of(day: date) -> Iterator[tuple[str, date]]:
    """The spans in which a day lies: the grain of each, and its beginning."""
    yield DAY, day
    yield MONTH, day.replace(day=1)
    yield YEAR, date(day.year - (day.month < 9), 9, 1)


def _beginning(at: date) -> Iterator[tuple[str, date]]:
    """The spans that begin on a day, the longest first, each with the day after it."""
    if at.day == 1 and at.month == 9:
        yield YEAR, date(at.year + 1, 9, 1)
    if at.day == 1:
        yield MONTH, (at + timedelta(days=31)).replace(day=1)
    yield DAY, at + timedelta(days=1)
