"""Trends by term: how long steps and cases took, and what was done in time; as a chart, with the table that says the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from flask import Blueprint, render_template, request
from flask_login import current_user

from engine import queries
from engine.calendar.terms import Term
from engine.queries import InTimeRow, Period, Span, TookRow
from engine.queries.retention import deleted_cases
from webapp import charts
from webapp.current import now, the_engine
from webapp.dates import ZONE, lasting
from webapp.db import db
from webapp.people.names import meet, person
from webapp.periods import Days

blueprint = Blueprint("trends", __name__)
MEASURES = {
    "in-time": "Share of tasks done in time",
    "cases": "Time from a case’s beginning until a step",
    "steps": "Time that each step takes",
}
BY = {"": "Nothing", "phase": "Phase of the school", "adviser": "Link adviser of the school"}
#: Terms that a page shows unless the address says otherwise, and at most.
USUAL, MOST_TERMS = 6, 18
#: Times from which on it is said how long nine of ten took; of fewer that is how long the longest took.
_ENOUGH = 5
#: Days from today until which trends may be asked for: the end of a term that has begun, not another century.
_AHEAD = timedelta(days=366)
_DAY = 86_400
_DAYS = "days (median)"


@dataclass(frozen=True)
class Trend:
    """What a page shows: a line a group, and a cell a term, as text and as the number that is drawn (None: nothing to count)."""

    groups: Mapping[str, str]
    cells: Mapping[tuple[str, int], tuple[str, float]]
    unit: str
    most: float | None = None

    def chart(self, spans: Sequence[Span]) -> str:
        """The picture's address."""
        series = {name: [self._drawn(key, at) for at in range(len(spans))] for key, name in self.groups.items()}
        return charts.lines([each.name for each in spans], series, self.unit, self.most)

    def _drawn(self, group: str, span: int) -> float | None:
        found = self.cells.get((group, span))
        return found[1] if found else None


@blueprint.get("/trends")
def index() -> tuple[str, int]:
    """One measure, term by term."""
    asked, session = request.args, db.session()
    processes = queries.definitions(session)
    process = _one_of(asked.get("process", ""), {row.key for row in processes})
    measure = _one_of(asked.get("measure", ""), MEASURES) or "in-time"
    measure = measure if process else "in-time"
    by = _one_of(asked.get("by", ""), BY) if measure != "steps" else ""
    steps = queries.trend_steps(session, process) if process else {}
    step = _one_of(asked.get("step", ""), steps)
    days = Days.asked(asked, Days()).judged(
        _today() + _AHEAD, "The day until which it goes must be within a year from today"
    )
    spans = [] if days.problem else _terms(days)
    shown = render_template(
        "statistics/trends.html",
        processes=processes,
        process=process,
        measures=MEASURES,
        measure=measure,
        ways=BY,
        by=by,
        steps=steps,
        step=step,
        days=days,
        spans=spans,
        counted=_counted(days, spans),
        deleted=deleted_cases(session, Period(spans[0].since, spans[-1].until), process) if spans else 0,
        trend=_trend(measure, process, step, by, spans),
        most=charts.MOST_LINES,
        chart=charts,
    )
    return shown, 400 if days.problem else 200


def _one_of(asked: str, known: Collection[str]) -> str:
    return asked if asked in known else ""


def _terms(days: Days) -> list[Span]:
    """The terms of these days, the first and the last cut by them; without any, those until now.

    A term goes on until the next begins, so that no day is left out.
    """
    until = days.until or _today()
    known = the_engine().calendars.of(current_user.authority).terms(until + timedelta(days=366))
    spans = [_span(term, following) for term, following in pairwise(known)]
    past = [each for each in spans if each.since.date() <= until]
    wanted = [each for each in past if days.since is None or each.until.date() > days.since]
    return [_cut(each, days) for each in wanted[-(MOST_TERMS if days.since else USUAL) :]]


def _today() -> date:
    return now().astimezone(ZONE).date()


def _cut(span: Span, days: Days) -> Span:
    """As much of a term as lies in these days."""
    first = max(span.since, _midnight(days.since)) if days.since else span.since
    last = min(span.until, _midnight(days.until + timedelta(days=1))) if days.until else span.until
    return replace(span, since=first, until=last)


def _counted(days: Days, spans: Sequence[Span]) -> str:
    """Which days are counted, in words, where some were asked for."""
    if not spans or not days.said:
        return ""
    return Days(spans[0].since.date(), spans[-1].until.date() - timedelta(days=1)).said


def _span(term: Term, following: Term) -> Span:
    return Span(term.name, _midnight(term.halves[0].first), _midnight(following.halves[0].first))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _trend(measure: str, process: str, step: str, by: str, spans: Sequence[Span]) -> Trend:
    session = db.session()
    if not spans:
        return Trend({}, {}, "")
    if measure == "in-time":
        return _in_time(queries.done_in_time_by(session, process, spans, by), by)
    if measure == "cases":
        return _took(queries.cases_took(session, process, step, spans, by), by, _DAYS)
    rows = queries.steps_took(session, process, spans)
    return _took(rows, "", _DAYS, queries.trend_steps(session, process))


def _in_time(rows: Sequence[InTimeRow], by: str) -> Trend:
    cells = {
        (row.group, row.span): (
            f"{row.in_time} of {row.dated} ({100 * row.in_time // row.dated}%)",
            100 * row.in_time / row.dated,
        )
        for row in rows
    }
    return Trend(_named((row.group for row in rows), by), cells, "per cent done in time", 100)


def _took(rows: Sequence[TookRow], by: str, unit: str, steps: Mapping[str, str] | None = None) -> Trend:
    cells = {(row.group, row.span): (_said(row), row.median / _DAY) for row in rows}
    found = {row.group for row in rows}
    groups = {key: name for key, name in steps.items() if key in found} if steps else _named(found, by)
    return Trend(groups, cells, unit)


def _said(row: TookRow) -> str:
    times = f"{row.number} {'time' if row.number == 1 else 'times'}"
    if row.number == 1:
        return f"{lasting(int(row.median))} ({times})"
    most = f", nine of ten within {lasting(int(row.most))}" if row.number >= _ENOUGH else ""
    return f"Median {lasting(int(row.median))}{most} ({times})"


def _named(groups: Iterable[str], by: str) -> dict[str, str]:
    groups = sorted(set(groups))
    if by == "adviser":
        meet(groups)
    none = {"": "All", "phase": "No school", "adviser": "No link adviser"}[by]
    return {each: (person(each) if by == "adviser" else each) if each else none for each in groups}
