"""All cases of one version of a process together: where they are now, how long its steps take, which ways its gateways go.

The number of statements grows with nothing. What the history says is added up by the database; where the live cases stand is
packed in their rows, so that these are read, a thousand at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select, true
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_before
from engine.diagram import Diagram, read
from engine.queries.chronology import Period
from engine.queries.common import DUE_BY_POLICY, AnyRow, ElementInfo, Elements
from engine.queries.definitions import definition_xml
from engine.queries.moments import london_day, seconds_between
from engine.queries.standing import callers, standing
from engine.queries.ways import GatewayRow, gateways, within
from engine.store.tables import ACTIVE, COMPLETED, OPEN, History, ProcessDefinition, ProcessInstance, UserTask

#: Kinds of elements at which a case waits for something from outside.
_WAITS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent"})


@dataclass(frozen=True)
class StepRow:
    """A step: how many cases are ``here`` now, in how many of them it is ``late``; of what ended in the period, how much was
    ``done``, the seconds that half of it took at most (``median``), and nine of ten (``most``); and of what had a date by the
    diagram (``dated``), how much was done by the end of that day (``on_time``). ``called`` is the process that it calls, by its
    key and version, whose steps have a page of their own."""

    element: str
    name: str
    kind: str
    here: int
    late: int
    done: int
    median: float | None
    most: float | None
    dated: int
    on_time: int
    called: tuple[str, int] | None


@dataclass(frozen=True)
class Statistics:
    """All cases of a version of a process: how many are ``live``, ``began`` and ``ended`` in the period; ``inside`` are live
    cases of others that are on its diagram since they call it, which others do where it is ``called``; steps and gateways."""

    live: int
    began: int
    ended: int
    inside: int
    called: bool
    steps: tuple[StepRow, ...]
    gateways: tuple[GatewayRow, ...]


def process_statistics(session: Session, definition_id: int, period: Period, now: datetime) -> Statistics:
    """All cases of a version, over a period. Raises DefinitionNotFound."""
    diagram = read(definition_xml(session, definition_id), "diagram.bpmn")
    elements = Elements(session, [definition_id]).all(definition_id)
    steps = [info for info in elements if _is_step(info)]
    live, began, ended = _cases(session, definition_id, period)
    tokens = _tokens(session, definition_id, period)
    ids = [info.id for info in steps]
    found = _Found(
        here=tokens.here,
        late=_late(session, definition_id, now),
        took=_took(session, definition_id, period, ids),
        dated=_dated(session, definition_id, period),
        called=_called(session, definition_id, diagram),
    )
    return Statistics(
        live=live,
        began=began,
        ended=ended,
        inside=max(tokens.cases - live, 0),
        called=bool(callers(session, definition_id)),
        steps=tuple(_step(info, found) for info in steps),
        gateways=tuple(gateways(session, definition_id, period, diagram, elements, tokens.came)),
    )


@dataclass(frozen=True)
class _Found:
    """What the database has counted, by element."""

    here: Mapping[str, int]
    late: Mapping[str, int]
    took: Mapping[str, AnyRow]
    dated: Mapping[str, AnyRow]
    called: Mapping[str, tuple[str, int]]


def _is_step(info: ElementInfo) -> bool:
    return info.kind in _WAITS or info.kind == "callActivity"


def _step(info: ElementInfo, found: _Found) -> StepRow:
    took, dated = found.took.get(info.id), found.dated.get(info.id)
    return StepRow(
        element=info.id,
        name=info.name,
        kind=info.kind,
        here=found.here.get(info.id, 0),
        late=found.late.get(info.id, 0),
        done=took.number if took else 0,
        median=float(took.median) if took else None,
        most=float(took.most) if took else None,
        dated=int(dated.number) if dated else 0,
        on_time=int(dated.on_time) if dated else 0,
        called=found.called.get(info.id),
    )


def _cases(session: Session, definition_id: int, period: Period) -> tuple[int, int, int]:
    def number(*conditions: Any) -> Any:
        return func.coalesce(func.sum(case((and_(true(), *conditions), 1), else_=0)), 0)

    began, ended = within(period, ProcessInstance.started), within(period, ProcessInstance.ended)
    live = number(ProcessInstance.status == ACTIVE)
    counted = select(live, number(*began), number(ProcessInstance.ended.is_not(None), *ended))
    row = session.execute(counted.where(ProcessInstance.definition_id == definition_id)).one()
    return int(row[0]), int(row[1]), int(row[2])


# -- where they are now -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tokens:
    """How many ``cases`` are on the diagram; by element, how many are ``here``; by flow, how many ``came`` in the period."""

    cases: int
    here: Mapping[str, int]
    came: Mapping[str, int]


def _tokens(session: Session, definition_id: int, period: Period) -> _Tokens:
    cases, here, came = 0, Counter[str](), Counter[str]()
    for _, tokens in standing(session, definition_id):
        cases += 1
        here.update({at[1] for at in tokens})
        came.update(at[2] for at in tokens if _came_within(period, at))
    return _Tokens(cases, here, came)


def _came_within(period: Period, token: Sequence[Any]) -> bool:
    """Whether a token came in the period; rows of earlier releases do not say when."""
    return period.holds(datetime.fromisoformat(token[4])) if len(token) > 4 else period == Period(None, None)


def _late(session: Session, definition_id: int, now: datetime) -> dict[str, int]:
    """In how many cases a task of an element is late."""
    late = select(UserTask.element, func.count(UserTask.instance_id.distinct()))
    late = late.where(UserTask.definition_id == definition_id, UserTask.status == OPEN)
    late = late.where(UserTask.due_order < late_before(now)).group_by(UserTask.element)
    return {element: number for element, number in session.execute(late)}


def _called(session: Session, definition_id: int, diagram: Diagram) -> dict[str, tuple[str, int]]:
    """The key and version of what each call activity calls, as it was bound when the version was deployed."""
    bound = session.scalar(select(ProcessDefinition.called).where(ProcessDefinition.id == definition_id)) or {}
    known = select(ProcessDefinition.key, ProcessDefinition.version)
    rows = session.execute(known.where(ProcessDefinition.id.in_([each for each in bound.values() if each is not None])))
    versions = {key: (key, version) for key, version in rows}
    calls = ((each.id, each.called_element or "") for each in diagram.elements.values())
    return {element: versions[key] for element, key in calls if key in versions}


# -- how long it takes -------------------------------------------------------------------------------------------------


def _took(session: Session, definition_id: int, period: Period, steps: Iterable[str]) -> dict[str, AnyRow]:
    """Of what was done in the period: how often, and the seconds that half and nine of ten took at most.

    What was done is ranked by how long it took; the one in the middle, and the one at nine tenths (the nearest rank), say it.
    """
    begun = func.coalesce(History.entered, History.ended)
    took = seconds_between(session, begun, History.ended).label("took")
    place = func.row_number().over(partition_by=History.element, order_by=took)
    number = func.count().over(partition_by=History.element)
    each = select(History.element, took, place.label("place"), number.label("number"))
    each = each.where(History.definition_id == definition_id, History.element.in_(list(steps)))
    ranked = each.where(History.how == COMPLETED, *within(period, History.ended)).subquery().c
    median = func.max(case((ranked.place * 2 <= ranked.number + 1, ranked.took)))
    most = func.max(case((ranked.place * 10 <= ranked.number * 9 + 9, ranked.took)))
    counted = select(
        ranked.element, func.max(ranked.number).label("number"), median.label("median"), most.label("most")
    )
    return {row.element: row for row in session.execute(counted.group_by(ranked.element))}


def _dated(session: Session, definition_id: int, period: Period) -> dict[str, AnyRow]:
    """Of the tasks that were done in the period and had a date by the diagram: how many they were, and how many in time."""
    due = DUE_BY_POLICY
    late = and_(due < UserTask.ended, london_day(session, due) < london_day(session, UserTask.ended))
    counted = select(
        UserTask.element, func.count().label("number"), func.sum(case((late, 0), else_=1)).label("on_time")
    )
    done = UserTask.definition_id == definition_id, UserTask.status == COMPLETED, due.is_not(None)
    found = session.execute(counted.where(*done, *within(period, UserTask.ended)).group_by(UserTask.element))
    return {row.element: row for row in found}
