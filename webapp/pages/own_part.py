"""The page of a case for whoever is no officer: how far it is, and what they did in it, were asked, or were told.

What officers consider among themselves, and who among them did what, is theirs: a headteacher reads of a decision when the
diagram tells them of it.
"""

from __future__ import annotations

from flask import render_template
from flask_login import current_user

from engine import queries
from engine.queries import EventRow, InstanceDetail, InstanceRow
from webapp.current import now
from webapp.db import db
from webapp.evidence import readers
from webapp.evidence.entries import entries, named
from webapp.evidence.readers import Reader


def met(events: list[EventRow], reader: Reader, school: str | None) -> list[EventRow]:
    """The events of a case of a school (its URN) that are for this reader's eyes."""
    return [event for event in events if reader.meets(event, school)]


def has_one(row: InstanceRow) -> bool:
    """Whether whoever looks has a part in a case."""
    session = db.session()
    events = queries.chronology(session, queries.case_rows(session, [row.id]))
    return any(event.kind != "register" for event in met(events, readers.myself(), row.school_urn))


def page(detail: InstanceDetail, statuses: dict[str, str]) -> str:
    """The page, the newest event first."""
    session, row, scope = db.session(), detail.row, current_user.scope
    cases, reader = queries.case_rows(session, [row.id]), readers.myself()
    events = met(named(queries.chronology(session, cases)), reader, row.school_urn)
    mine = [task for task in detail.tasks if scope.holds(task.roles, at=row.school_urn, case=row.id)]
    return render_template(
        "cases/own_part.html",
        row=row,
        mine=mine,
        goes_on=len(mine) < len(detail.tasks) + len(detail.timers) + len(detail.subscriptions),
        entries=list(reversed(entries(session, cases, events, reader, now()))),
        statuses=statuses,
        now=now(),
    )
