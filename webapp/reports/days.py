"""Which days a report is about, unless whoever makes it says others."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from engine import Engine, queries
from engine.calendar.rhythms import add_months
from webapp.dates import ZONE
from webapp.periods import Days
from webapp.reports.template import EVERY, Template

#: A term's report that is asked for within this time of its beginning is about the term before.
JUST_BEGUN = timedelta(weeks=4)


def day_in_london(moment: datetime) -> date:
    """The day on which a moment falls."""
    return moment.astimezone(ZONE).date()


def usual(template: Template, session: Session, engine: Engine, until: date, school: str) -> Days:
    """From the day after the last report, or from as long before as the template says; ``school`` is the URN of the school that
    it is about, if it is about one."""
    last = queries.last_reported(session, template.name, school if template.school else "")
    if last is not None and last < until:
        return Days(last + timedelta(days=1), until)
    if template.every == "term":
        return Days(_term_before(engine, template.authority, until), until)
    return Days(add_months(until, -EVERY[template.every]) + timedelta(days=1), until)


def _term_before(engine: Engine, authority: str, until: date) -> date:
    """The first day of the term that a report of this day is about."""
    terms = engine.calendars.of(authority).terms(until)
    began = [each.halves[0].first for each in terms if each.halves[0].first <= until - JUST_BEGUN]
    return max(began) if began else add_months(until, -EVERY["term"])
