"""What the database works out of moments: how long apart they are, and on which days in London."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, extract, func, select
from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE
from engine.queries.common import DUE_BY_POLICY, AnyRow, AnySelect
from engine.store.tables import UserTask


def seconds_between(session: Session, begin: Any, end: Any) -> Any:
    """The seconds from one moment to another."""
    if _is_postgresql(session):
        return extract("epoch", end - begin)
    return (func.julianday(end) - func.julianday(begin)) * 86_400


def london_day(session: Session, moment: Any) -> Any:
    """The day on which a moment falls in London; days compare as dates do.

    SQLite knows no time zones, so it is told the rule of the Summer Time Order 2002: an hour ahead from 1am UTC on the last
    Sunday in March until 1am UTC on the last Sunday in October.
    """
    if _is_postgresql(session):
        return func.date(func.timezone(ZONE.key, moment))
    moment = func.substr(
        moment, 1, len("2026-09-14 08:00:00")
    )  # or it rounds the last half millisecond of a day up to the next
    at = func.datetime(moment)
    begins, ends = (
        func.datetime(func.strftime(f"%Y-{month}-25 01:00:00", moment), "weekday 0") for month in ("03", "10")
    )
    return case((and_(at >= begins, at < ends), func.date(moment, "+1 hour")), else_=func.date(moment))


def late_by_policy(session: Session) -> Any:
    """Whether a task was done after the day on which it was due by its diagram."""
    later = london_day(session, DUE_BY_POLICY) < london_day(session, UserTask.ended)
    return and_(UserTask.ended > DUE_BY_POLICY, later)  # the first spares the days of most


def middles(session: Session, took: AnySelect, keys: Sequence[str]) -> Sequence[AnyRow]:
    """Of what took so many seconds (column ``took``), by the columns ``keys`` and in their order: how often (``number``), the
    ``median`` (of an even number the mean of the two in the middle) and the nearest rank at nine tenths (``most``)."""
    each = took.subquery().c
    by = [each[key] for key in keys]
    place = func.row_number().over(partition_by=by, order_by=each.took).label("place")
    number = func.count().over(partition_by=by).label("number")
    ranked = select(*by, each.took, place, number).subquery().c
    middle = and_(ranked.place * 2 >= ranked.number, ranked.place * 2 <= ranked.number + 2)
    groups = [ranked[key] for key in keys]
    counted = select(
        *groups,
        func.max(ranked.number).label("number"),
        func.avg(case((middle, ranked.took))).label("median"),
        func.max(case((ranked.place * 10 <= ranked.number * 9 + 9, ranked.took))).label("most"),
    )
    return session.execute(counted.group_by(*groups).order_by(*groups)).all()


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
