"""Trends: how long things took and what was done in time, in one span of time after another, as in terms.

The database adds up, in one statement a question, however many spans and groups there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from engine.queries.common import DUE_BY_POLICY, AnySelect, Elements, latest_version, of_school, versions_of
from engine.queries.moments import late_by_policy, middles, seconds_between
from engine.schools import advisers
from engine.store.tables import COMPLETED, History, ProcessInstance, School, UserTask

#: What a trend may be told apart by: nothing, the phase of the schools, or their link adviser.
BY = ("", "phase", "adviser")
#: Kinds of elements at which time passes.
_STEPS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent", "callActivity"})


@dataclass(frozen=True)
class Span:
    """A span of time by its name: from ``since`` until before ``until``."""

    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class TookRow:
    """Of what ended in a span (by its place), in a group: how often, the median of the seconds that it took, and the seconds that
    nine of ten took at most."""

    group: str
    span: int
    number: int
    median: float
    most: float


@dataclass(frozen=True)
class InTimeRow:
    """Of the tasks that were done in a span and had a date, in a group: how many, and how many of them in time."""

    group: str
    span: int
    dated: int
    in_time: int


def trend_steps(session: Session, process: str) -> dict[str, str]:
    """The steps at which a process's cases take their time, in the order of the latest version: their names by their ids."""
    latest = latest_version(session, process)
    if latest is None:
        return {}
    return {info.id: info.name for info in Elements(session, [latest]).all(latest) if info.kind in _STEPS}


def steps_took(session: Session, process: str, spans: Sequence[Span]) -> list[TookRow]:
    """How long each step of a process took, by the step's id."""
    begun = func.coalesce(History.entered, History.ended)
    chosen = select(
        History.element.label("group"),
        _span(History.ended, spans).label("span"),
        seconds_between(session, begun, History.ended).label("took"),
    ).where(
        History.definition_id.in_(versions_of(session, process)),
        History.element.in_(trend_steps(session, process)),
        History.how == COMPLETED,
        _within(History.ended, spans),
    )
    return _rows(session, chosen)


def cases_took(session: Session, process: str, step: str, spans: Sequence[Span], by: str = "") -> list[TookRow]:
    """How long the cases of a process took from their beginning until a step was done for the first time; until they were
    completed where ``step`` is empty. ``by`` is one of :data:`BY`."""
    done: Any = ProcessInstance.ended
    chosen = select(ProcessInstance.id).select_from(ProcessInstance).join(School, of_school(), isouter=True)
    if step:
        first = (
            select(History.instance_id, func.min(History.ended).label("at"))
            .where(
                History.definition_id.in_(versions_of(session, process)),
                History.element == step,
                History.how == COMPLETED,
            )
            .group_by(History.instance_id)
            .subquery()
        )
        done = first.c.at
        chosen = chosen.join(first, first.c.instance_id == ProcessInstance.id)
    else:
        chosen = chosen.where(ProcessInstance.process == process, ProcessInstance.status == COMPLETED)
    took = chosen.with_only_columns(
        _group(session, by).label("group"),
        _span(done, spans).label("span"),
        seconds_between(session, ProcessInstance.started, done).label("took"),
    )
    return _rows(session, took.where(_within(done, spans)))


def done_in_time_by(session: Session, process: str, spans: Sequence[Span], by: str = "") -> list[InTimeRow]:
    """Of the tasks that were done, how many in time; of all processes where ``process`` is empty."""
    group, span = _group(session, by).label("group"), _span(UserTask.ended, spans).label("span")
    chosen = (
        select(
            group,
            span,
            func.count().label("dated"),
            func.sum(case((late_by_policy(session), 0), else_=1)).label("in_time"),
        )
        .join(School, of_school(UserTask), isouter=True)
        .where(UserTask.status == COMPLETED, DUE_BY_POLICY.is_not(None), _within(UserTask.ended, spans))
        .group_by(group, span)
    )
    if process:
        chosen = chosen.where(UserTask.definition_id.in_(versions_of(session, process)))
    rows = session.execute(chosen.order_by(group, span))
    return [InTimeRow(row.group, row.span, int(row.dated), int(row.in_time)) for row in rows]


def _rows(session: Session, took: AnySelect) -> list[TookRow]:
    found = middles(session, took, ["group", "span"])
    return [TookRow(row.group, row.span, int(row.number), float(row.median), float(row.most)) for row in found]


def _group(session: Session, by: str) -> Any:
    if by == "adviser":
        return func.coalesce(advisers.of_row(session), "")
    return func.coalesce(School.phase, "") if by == "phase" else literal("")


def _span(moment: Any, spans: Sequence[Span]) -> Any:
    return case(*((and_(moment >= each.since, moment < each.until), at) for at, each in enumerate(spans)), else_=-1)


def _within(moment: Any, spans: Sequence[Span]) -> Any:
    return or_(*(and_(moment >= each.since, moment < each.until) for each in spans))
