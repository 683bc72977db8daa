"""School time to look at: what falls due in the weeks to come, and the calendars with their terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.calendar.lateness import late_before
from engine.calendar.rhythms import add_months
from engine.calendar.terms import DAY, WEEK, HalfTerm, SchoolCalendar, monday
from engine.queries import DueRow, SchoolRow
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db

blueprint = Blueprint("calendar", __name__)
#: A calendar that ends sooner than this is said to be running out.
SOON = timedelta(days=270)
#: How far ahead the list looks where no calendar says when the next term ends.
AHEAD = timedelta(days=120)
KINDS = {"timer": "Meeting or review", "task": "Task", "start": "Review of schools begins"}


@dataclass(frozen=True)
class Day:
    """A day of a drawn month, and what falls due on it."""

    day: date
    inside: bool
    kind: str
    rows: tuple[DueRow, ...]


def running_out(authority: str) -> date | None:
    """The last day that the authority's calendar knows, when that is near; None when it is not."""
    last = the_engine().calendars.of(authority).runs_out_on
    return last if last is not None and last - now().astimezone(ZONE).date() < SOON else None


@blueprint.get("/calendar")
def due() -> str:
    """What falls due until the end of the next term, as a list or month by month."""
    asked, today = request.args, now().astimezone(ZONE).date()
    known = the_engine().calendars.of(current_user.authority)
    month = _month(asked.get("month", ""), today)
    view = "month" if asked.get("view") == "month" else "list"
    start, end = _span(view, month, today, known)
    school, process = asked.get("school", ""), asked.get("process", "")
    rows = queries.falling_due(db.session(), _midnight(start), _midnight(end), school=school, process=process)
    late = queries.falling_due(db.session(), None, late_before(now()), school=school, process=process)
    return render_template(
        "calendar/due.html",
        view=view,
        rows=rows,
        late=late,
        kinds=KINDS,
        moved=queries.moved_dates(db.session()),
        start=start,
        end=end - DAY,
        weeks=_weeks(month, known, rows) if view == "month" else (),
        month=month,
        before=add_months(month, -1),
        after=add_months(month, 1),
        chosen={"school": school, "process": process},
        more=len(rows) >= queries.MOST_DUE,
        processes=[row for row in queries.definitions(db.session()) if row.startable or row.key == process],
        schools=queries.schools(db.session()),
        now=now(),
        ends=running_out(current_user.authority),
    )


@blueprint.post("/calendar/moved/<int:moved_id>")
def confirm(moved_id: int) -> Response:
    """A manager confirms a date that moved because of a bank holiday."""
    the_engine().calendars.confirm(moved_id, current_user.scope)
    flash("The new date is confirmed.")
    return redirect(url_for("calendar.due"))


def _month(given: str, today: date) -> date:
    """The first day of the month asked for, such as 2026-11; this month when that cannot be read."""
    try:
        found = date.fromisoformat(f"{given}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year < 2200 else today.replace(day=1)


def _span(view: str, month: date, today: date, known: SchoolCalendar) -> tuple[date, date]:
    """From which day, and until before which."""
    if view == "month":
        first = monday(month)
        return first, first + WEEK * 6
    return today, next_term_ends(today, known) + DAY


def next_term_ends(today: date, known: SchoolCalendar) -> date:
    """The last day of the term after the one that runs now (or that a holiday leads to)."""
    if not known.half_terms:
        return today + AHEAD
    terms = [term for term in known.terms(through=today + timedelta(days=400)) if term.halves[-1].last >= today]
    return terms[1].halves[-1].last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZONE)


def _weeks(month: date, known: SchoolCalendar, rows: list[DueRow]) -> list[list[Day]]:
    """The weeks of a month, Monday first, with what falls due on each day."""
    on: dict[date, list[DueRow]] = {}
    for row in rows:
        on.setdefault(row.due.astimezone(ZONE).date(), []).append(row)
    weeks, first = [], monday(month)
    while first < add_months(month, 1):
        days = (first + DAY * n for n in range(7))
        weeks.append([Day(day, day.month == month.month, kind_of(day, known), tuple(on.get(day, ()))) for day in days])
        first += WEEK
    return weeks


def kind_of(day: date, known: SchoolCalendar) -> str:
    """What a day is, in words: weekend, bank holiday, INSET day, school holiday, or nothing for a school day."""
    if day.weekday() > 4:
        return "weekend"
    if day in known.bank_holidays:
        return "bank holiday"
    if day in known.inset_days:
        return "INSET day"
    if not known.half_terms or any(day in half for half in known.half_terms):
        return ""
    return "school holiday" if known.covers(day) else "not known yet"


@blueprint.get("/calendar/terms")
@blueprint.get("/calendar/terms/<urn>")
def terms(urn: str | None = None) -> str:
    """A school calendar: its years with their terms drawn."""
    schools = _with_a_calendar()
    if urn is not None and urn not in schools:
        abort(404)
    known = the_engine().calendars.of(current_user.authority, urn)
    ends = known.runs_out_on
    return render_template(
        "calendar/terms.html",
        years=_years(known),
        schools=schools.values(),
        urn=urn,
        name=schools[urn].name if urn else "",
        ends=ends,
        soon=ends is not None and ends - now().astimezone(ZONE).date() < SOON,
    )


def _with_a_calendar() -> dict[str, SchoolRow]:
    """The schools of the authority that keep a calendar of their own, by URN."""
    folder = the_engine().calendars.folder
    own = folder.schools() if folder else []
    return {school.urn: school for school in queries.schools(db.session()) if school.urn in own}


@dataclass(frozen=True)
class Year:
    """A school year to be drawn: its half-terms, each with where it lies on a line of 52 weeks, and its INSET days."""

    label: str
    halves: tuple[tuple[HalfTerm, float, float], ...]
    inset: tuple[date, ...]
    school_days: int


def _years(known: SchoolCalendar) -> list[Year]:
    labels = dict.fromkeys(half.school_year for half in known.half_terms)
    return [_year(label, [half for half in known.half_terms if half.school_year == label], known) for label in labels]


def _year(label: str, halves: list[HalfTerm], known: SchoolCalendar) -> Year:
    begins = date(int(label[:4]), 9, 1)
    drawn = tuple((half, _at(half.first - begins), _at(half.last - half.first + DAY)) for half in halves)
    inset = tuple(sorted(day for day in known.inset_days if any(day in half for half in halves)))
    return Year(label, drawn, inset, sum(known.is_school_day(day) for day in _days(halves)))


def _at(length: timedelta) -> float:
    """A length as a share of the year, in hundredths."""
    return round(max(length.days, 0) / 3.66, 2)


def _days(halves: Iterable[HalfTerm]) -> Iterable[date]:
    return (half.first + DAY * n for half in halves for n in range((half.last - half.first).days + 1))
