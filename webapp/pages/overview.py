"""The first page of whoever manages cases: what is wrong, late and due, where the cases are, and what changed since yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Blueprint, render_template
from flask_login import current_user

from engine import Unheld, queries
from engine.queries import TaskRow, overview
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.pages import day, plans
from webapp.pages.awaiting import awaiting
from webapp.pages.calendar import KINDS, running_out

blueprint = Blueprint("overview", __name__)
#: Lines of what falls due that the page names.
SHOWN = 10


@dataclass(frozen=True)
class Nobody:
    """Roles that nobody holds, the first of the tasks that wait for them, and how many these are."""

    roles: tuple[str, ...]
    first: TaskRow
    number: int

    @classmethod
    def of(cls, unheld: Unheld) -> Nobody:
        """With the task that is due first."""
        (first,) = queries.tasks_by_id(db.session(), unheld.tasks[:1])
        return cls(unheld.roles, first, len(unheld.tasks))


@blueprint.get("/overview")
def index() -> str:
    """Everything that a manager looks at first."""
    session, moment = db.session(), now()
    week = day.Bounds.at(moment)
    due = queries.falling_due(session, week.today, week.week, limit=queries.COUNT_LIMIT)
    return render_template(
        "overview.html",
        now=moment,
        troubles=overview.troubles(session),
        caseless=queries.incidents(session, caseless=True),
        failing=overview.failing(session),
        lost=queries.undelivered(session),
        stranded=the_engine().tasks.stranded(current_user.authority),
        unheld=[Nobody.of(each) for each in the_engine().tasks.unheld(current_user.authority)],
        moved=queries.moved_dates(session),
        successions=queries.successions(session, status="waiting"),
        ends=running_out(current_user.authority),
        plans=plans.waiting(),
        awaits=awaiting(),
        late=overview.late_tasks(session, moment),
        due=due[:SHOWN],
        due_total=len(due),
        kinds=KINDS,
        where=overview.where_cases_are(session),
        news=overview.news(session, _yesterday(moment)),
        limit=queries.COUNT_LIMIT,
    )


def _yesterday(moment: datetime) -> datetime:
    """The moment with which yesterday began in London."""
    return datetime.combine(moment.astimezone(ZONE).date() - timedelta(days=1), time(), ZONE)
