"""All cases of one version of a process together: where they are now, how long its steps take, which ways its gateways go.

Neither statements nor time grow with cases or their history: their figures are kept (engine/queries/figures.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_before
from engine.diagram import Diagram, read
from engine.queries.chronology import Period
from engine.queries.common import ElementInfo, Elements
from engine.queries.definitions import definition_xml
from engine.queries.figures import (
    BEGAN,
    DATED,
    ENDED,
    HERE,
    IN_TIME,
    LIVE,
    ON,
    STEPS,
    WAY,
    Figures,
    figures,
)
from engine.queries.standing import callers
from engine.queries.ways import GatewayRow, gateways
from engine.store.tables import OPEN, ProcessDefinition, ProcessInstance, UserTask


@dataclass(frozen=True)
class StepRow:
    """A step: how many cases are ``here`` now, in how many of them it is ``late``, or something of what it calls; of what ended
    in the period, how much was ``done``, the ``median`` of the seconds that it took, in whole days, hours or minutes, and what
    nine of ten took at most (``most``); and of what had a date by the diagram (``dated``), how much was done by the end of that
    day (``on_time``). ``called`` is the process that it calls, by its key and version, whose steps have a page of their own."""

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
    uncounted: int


def process_statistics(session: Session, definition_id: int, period: Period, now: datetime) -> Statistics:
    """All cases of a version of a process, over whole days. Raises DefinitionNotFound."""
    diagram = read(definition_xml(session, definition_id), "diagram.bpmn")
    elements = Elements(session, [definition_id]).all(definition_id)
    found = figures(session, definition_id, period, now)
    called = _called(session, definition_id, diagram)
    late = _late(session, definition_id, now) | _late_inside(session, definition_id, now, diagram)
    live = found.of(LIVE)
    return Statistics(
        live=live,
        began=found.of(BEGAN),
        ended=found.of(ENDED),
        inside=max(found.of(ON) - live, 0),
        called=bool(callers(session, definition_id)),
        steps=tuple(
            _step(info, found, late.get(info.id, 0), called.get(info.id)) for info in elements if info.kind in STEPS
        ),
        gateways=tuple(gateways(diagram, elements, lambda flow: found.of(WAY, flow))),
        uncounted=found.uncounted,
    )


def _step(info: ElementInfo, found: Figures, late: int, called: tuple[str, int] | None) -> StepRow:
    took = found.lengths(info.id)
    done = sum(number for _, number in took)
    return StepRow(
        element=info.id,
        name=info.name,
        kind=info.kind,
        here=found.of(HERE, info.id),
        late=late,
        done=done,
        median=(_at(took, (done + 1) // 2) + _at(took, done // 2 + 1)) / 2 if done else None,
        most=_at(took, (done * 9 + 9) // 10) if done else None,
        dated=found.of(DATED, info.id),
        on_time=found.of(IN_TIME, info.id),
        called=called,
    )


def _at(took: Sequence[tuple[int, int]], place: int) -> float:
    """What is at a place, counted from one, in a list of lengths that says how often each was met."""
    return next(
        length for (length, _), end in zip(took, accumulate(each[1] for each in took), strict=True) if end >= place
    )


def _late(session: Session, definition_id: int, now: datetime) -> dict[str, int]:
    """In how many cases a task of an element is late."""
    late = select(UserTask.element, func.count(UserTask.instance_id.distinct()))
    late = late.where(UserTask.definition_id == definition_id, UserTask.status == OPEN)
    late = late.where(UserTask.due_order < late_before(now)).group_by(UserTask.element)
    return {element: number for element, number in session.execute(late)}


def _late_inside(session: Session, definition_id: int, now: datetime, diagram: Diagram) -> dict[str, int]:
    """In how many cases something is late of what a call activity calls, at any depth."""
    calls = {each.id: each.called_element for each in diagram.elements.values() if each.called_element}
    if not calls:
        return {}
    rows = session.execute(select(ProcessDefinition.id, ProcessDefinition.called))
    bound = {row.id: row.called or {} for row in rows}
    within = {element: _inside(bound, bound[definition_id].get(key)) for element, key in calls.items()}
    late = _late_cases(session, definition_id, now, set[int]().union(*within.values()))
    return {element: len(_standing(late, element, inside)) for element, inside in within.items()}


def _inside(bound: Mapping[int, Mapping[str, int | None]], target: int | None) -> set[int]:
    """A version that is called, and those that it may call, at any depth; none where nothing is bound."""
    return set() if target is None else {target, *filter(None, bound.get(target, {}).values())}


def _standing(late: Mapping[int, tuple[set[int], set[str]]], element: str, inside: set[int]) -> list[int]:
    return [case for case, (where, at) in late.items() if element in at and not where.isdisjoint(inside)]


def _late_cases(
    session: Session, definition_id: int, now: datetime, inside: set[int]
) -> dict[int, tuple[set[int], set[str]]]:
    """The live cases on the diagram of a version in which a task of one of these other versions is late: by their ids, the
    versions of these tasks, and the elements of the diagram at which the cases are."""
    running = [definition_id, *callers(session, definition_id)]
    late = UserTask.status == OPEN, UserTask.due_order < late_before(now), UserTask.definition_id.in_(inside)
    chosen = select(UserTask.instance_id, UserTask.definition_id, ProcessInstance.active)
    chosen = chosen.join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    found: dict[int, tuple[set[int], set[str]]] = {}
    for row in session.execute(chosen.where(*late, ProcessInstance.definition_id.in_(running))):
        known = found.setdefault(row.instance_id, (set(), {at[1] for at in row.active if at[0] == definition_id}))
        known[0].add(row.definition_id)
    return found


def _called(session: Session, definition_id: int, diagram: Diagram) -> dict[str, tuple[str, int]]:
    """The key and version of what each call activity calls, as it was bound when the version was deployed."""
    bound = session.scalar(select(ProcessDefinition.called).where(ProcessDefinition.id == definition_id)) or {}
    known = select(ProcessDefinition.key, ProcessDefinition.version)
    rows = session.execute(known.where(ProcessDefinition.id.in_([each for each in bound.values() if each is not None])))
    versions = {key: (key, version) for key, version in rows}
    calls = ((each.id, each.called_element or "") for each in diagram.elements.values())
    return {element: versions[key] for element, key in calls if key in versions}
