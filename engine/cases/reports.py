"""What happened in the world and is reported by people: kept on the school's record, and told to the cases that listen.

A report is a message with a person behind it. It is kept before it is delivered, in a transaction of its own, so that a
case whose step fails loses nothing of what was recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import delivery
from engine.cases.stepping import StepBroken, World
from engine.errors import AlreadyReported, NotAReporter
from engine.queries.events import ReportableEvent, newest_report
from engine.schools.register import find
from engine.store.tables import ReportedEvent, School
from engine.store.tenancy import Scope


@dataclass(frozen=True)
class EventReport:
    """Something that happened: the message's name, what the form recorded, and for which school (URN) or one case."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    school: str | None = None
    instance: int | None = None
    seen: int | None = None
    """The id of the last report of the event that the reporter knew of, 0 for none; None asks for no such care."""


def check_may_report(scope: Scope, event: ReportableEvent, school: str | None, case: int | None) -> None:
    """Raises NotAReporter when the event names who may report it and the person is none of them there."""
    if not scope.holds(event.roles, at=school, case=case):
        raise NotAReporter(event=event.title, whom=" or ".join(event.roles))


def keep(session: Session, world: World, scope: Scope, report: EventReport, event: ReportableEvent) -> int:
    """Put a report on the school's record; its id. Raises SchoolNotFound, and AlreadyReported when it was reported
    since its reporter looked."""
    if report.school is not None:
        find(session, scope.authority, report.school)
        held = select(School.urn).where(School.authority == scope.authority, School.urn == report.school)
        session.execute(held.with_for_update())  # of two who report at once, the second sees what the first wrote
    _check_unseen(session, report, event)
    row = ReportedEvent(
        authority=scope.authority,
        urn=report.school,
        message=report.message,
        title=event.title,
        form_id=event.form_id,
        values=dict(report.values),
        reached=[],
        at=world.clock.now(),
        by=scope.username,
    )
    session.add(row)
    session.flush()
    return row.id


def _check_unseen(session: Session, report: EventReport, event: ReportableEvent) -> None:
    last = newest_report(session, report.message, report.school, report.instance)
    if report.seen is not None and last is not None and last.id > report.seen:
        raise AlreadyReported(event=event.title, by=last.by, at=f"{last.at:%-d %B %Y}")


def tell(
    session: Session, world: World, scope: Scope, report: EventReport, report_id: int, stuck: list[int]
) -> list[int]:
    """Deliver a report that was kept: the ids of the cases that it reached or began, none when nothing listens. A case that
    cannot go on with it is added to ``stuck``.

    Raises MessageAmbiguous, and what the step raises.
    """
    keys = {"urn": report.school} if report.school else {}
    try:
        reached = delivery.correlate(
            session,
            world,
            scope.authority,
            report.message,
            keys,
            report.values,
            scope.username,
            target=report.instance,
            school=report.school,
        )
    except StepBroken as broken:
        stuck += [broken.instance_id] if broken.instance_id is not None else []
        raise
    came_to(session, report_id, reached)
    return reached


def came_to(session: Session, report_id: int, cases: Collection[int]) -> None:
    """Note on a report which cases it came to, of which one may stand where it could not go on with it."""
    row = session.get(ReportedEvent, report_id)
    assert row is not None
    row.reached = list(cases)
