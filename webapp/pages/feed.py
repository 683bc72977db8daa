"""A person's private calendar feed (iCalendar, RFC 5545): the dates of their tasks, what their cases wait for,
and the meetings to which they are invited.

A calendar program asks for it without signing in, so its address has a key that nobody can guess. It tells what a mail may tell:
a task's name, its school and its date, and nothing that anybody answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from icalendar import Calendar, Event
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import queries
from engine.jobs import meetings
from engine.jobs.meetings import Invitation
from engine.queries import DueRow, TaskRow
from engine.store.tenancy import Scope, set_scope
from engine.store.today import set_clock
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.people import accounts, keeping
from webapp.security import address_of

blueprint = Blueprint("feed", __name__)
#: How many tasks it has at most, and how far ahead it looks; invitations of as long ago.
MOST, AHEAD = 500, timedelta(days=400)
#: How often a calendar program should ask anew.
FRESH = timedelta(hours=1)


@blueprint.get("/account/calendar")
def index() -> str:
    """Whether there is a feed, and what can be done about it."""
    return render_template("accounts/feed.html", there=current_user.feed is not None, address="")


@blueprint.post("/account/calendar")
def begin() -> str:
    """Make the feed's address, which takes the place of any other. It is shown this once."""
    key = keeping.begin_feed(current_user._get_current_object())
    return render_template("accounts/feed.html", there=True, address=address_of("feed.calendar", key=key))


@blueprint.post("/account/calendar/end")
def end() -> Response:
    """Let the address give nothing any more."""
    keeping.end_feed(current_user._get_current_object())
    flash("The calendar's address is ended.")
    return redirect(url_for("feed.index"))


@blueprint.get("/feed/<key>.ics")
def calendar(key: str) -> Response:
    """The feed, for whoever has its address."""
    mine = accounts.by_feed(key)
    if mine is None:
        abort(404)
    session = db.session()
    set_scope(session, mine.scope)
    set_clock(session, the_engine().clock)
    tasks = queries.inbox(session, mine.scope, per_page=MOST).items
    dates = queries.dates_ahead(session, mine.scope, tasks, now() + AHEAD)
    made = _calendar([*_of_tasks(tasks), *_of_dates(dates), *_of_meetings(session, mine.scope)])
    return Response(made.to_ical(), mimetype="text/calendar")


def _calendar(events: list[Event]) -> Calendar:
    made = Calendar()
    made.add("prodid", "-//Pathways//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Pathways")
    made.add("refresh-interval", FRESH, parameters={"VALUE": "DURATION"})
    for each in events:
        made.add_component(each)
    return made


def _of_tasks(rows: Iterable[TaskRow]) -> Iterator[Event]:
    for row in rows:
        if row.due is not None:
            about = f"task-{row.id}", row.name, row.school_name, address_of("tasks.task", task_id=row.id)
            yield _event(*about, row.due)


def _of_dates(rows: Iterable[DueRow]) -> Iterator[Event]:
    for row in rows:
        about = f"date-{row.id}", row.name, row.school_name, address_of("cases.case", instance_id=row.instance_id)
        yield _event(*about, row.due)


def _of_meetings(session: Session, scope: Scope) -> Iterator[Event]:
    """The meetings to which the person was invited, each as it was told of last."""
    told = [row.meeting for row in queries.meetings(session, scope, now() - AHEAD)]
    for each in meetings.newest(Invitation.of(dict(meeting)) for meeting in told if meeting):
        yield meetings.event(each, now())


def _event(uid: str, name: str, school: str, address: str, due: datetime) -> Event:
    """A day of the calendar: what falls due on it blocks no time."""
    made, day = Event(), due.astimezone(ZONE).date()
    made.add("uid", f"{uid}@pathways")
    made.add("dtstamp", now())
    made.add("summary", ", ".join(filter(None, (name, school))))
    made.add("dtstart", day)
    made.add("dtend", _after(day))
    made.add("url", address)
    made.add("description", address)
    made.add("transp", "TRANSPARENT")
    return made


def _after(day: date) -> date:
    return day + timedelta(days=1)
