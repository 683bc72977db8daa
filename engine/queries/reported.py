"""What was reported of schools, as far as a person may know it: a report is read with the cases that it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.conflicts import barred_from
from engine.queries.events import ReportedEventRow, reported_row
from engine.schools.successions import predecessors
from engine.store.tables import ProcessInstance, ReportedEvent
from engine.store.tenancy import scope_of


def reported_events(session: Session, urn: str, limit: int = 50) -> list[ReportedEventRow]:
    """What was reported of a school, the newest first; and of the schools that it took over from (:func:`in_sight`)."""
    urns = [urn, *predecessors(session, urn)]
    chosen = select(ReportedEvent).where(ReportedEvent.urn.in_(urns)).order_by(ReportedEvent.id.desc()).limit(limit)
    return in_sight(session, map(reported_row, session.scalars(chosen)))


def reports_to(session: Session, cases: Mapping[int, str | None]) -> list[ReportedEventRow]:
    """What was reported to these cases (the URN of each one's school, None for none) or began them, the oldest first."""
    urns = {urn for urn in cases.values() if urn}
    schools = [*urns, *(old for urn in sorted(urns) for old in predecessors(session, urn))]
    of_them = ReportedEvent.urn.in_(schools)
    of_none = ReportedEvent.urn.is_(None)
    chosen = select(ReportedEvent).where(of_them | of_none if None in cases.values() else of_them)
    rows = map(reported_row, session.scalars(chosen.order_by(ReportedEvent.id)))
    return in_sight(session, (each for each in rows if not cases.keys().isdisjoint(each.reached)))


def in_sight(session: Session, reports: Iterable[ReportedEventRow]) -> list[ReportedEventRow]:
    """Reports without those that came to a case from which the person is barred. What was typed into one that came to cases is
    for whoever sees one of them, or typed it; others are told that it happened."""
    reports = list(reports)
    ids = {case for each in reports for case in each.reached}
    if not ids:
        return reports
    seen = set(session.scalars(select(ProcessInstance.id).where(ProcessInstance.id.in_(ids))))
    barred = barred_from(session, scope_of(session))
    return [_shown(session, each, seen) for each in reports if barred.isdisjoint(each.reached)]


def _shown(session: Session, report: ReportedEventRow, seen: set[int]) -> ReportedEventRow:
    mine = tuple(case for case in report.reached if case in seen)
    if mine or not report.reached or report.by == scope_of(session).username:
        return replace(report, reached=mine) if report.reached else report
    return replace(report, reached=(), values={}, form_id=None, elsewhere=True)
