"""What the database works out of moments: how long apart they are, and on which days in London."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, extract, func
from sqlalchemy.orm import Session

from engine.calendar.timers import ZONE


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


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
