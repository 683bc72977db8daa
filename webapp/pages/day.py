"""My day: the first page after sign-in. What is late, due this week and to come; what others are asked; what I did."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.calendar.lateness import late_before
from engine.queries import InboxFilters, TaskRow
from engine.queries.common import COUNT_LIMIT
from engine.queries.day import MOST_NEWS
from engine.queries.notices import LATE, TASK
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.evidence import readers
from webapp.evidence.entries import entries, named
from webapp.pages import calendar, plans
from webapp.pages.awaiting import awaiting
from webapp.pages.numbers import page_asked
from webapp.pages.tasks import blueprint
from webapp.people import accounts, names
from webapp.words import titled

SHOWN = ("all", "mine", "unclaimed")
#: Whose schools' tasks, for whoever looks after their own first.
SCHOOLS = {"own": "My schools", "all": "All schools"}
#: What a list is narrowed to by date, in the words of the page.
WHEN = {"late": "Late", "week": "Due this week", "later": "To come"}
ORDERS = ("first", "last", "school", "priority")
#: What a list is narrowed to by priority, in the words of the page.
LEVELS = {"high": "High", "normal": "Normal", "low": "Low"}
#: How many resting tasks the page shows.
RESTING = 50
#: How many notices stand beneath the inbox.
NEWEST = 3


@dataclass(frozen=True)
class Group:
    """The tasks of a page that are late, due this week, or to come."""

    key: str
    title: str
    rows: Sequence[TaskRow]


@dataclass(frozen=True)
class Bounds:
    """Midnights in London: what is due before ``today`` is late, before ``week`` due this week (its seven days from today)."""

    today: datetime
    week: datetime

    @classmethod
    def at(cls, moment: datetime) -> Bounds:
        """Those of a moment."""
        return cls(late_before(moment), late_before(moment + timedelta(days=7)))

    def when(self, due: datetime | None) -> str:
        """Which of :data:`WHEN` a due date is of; what has none is to come."""
        if due is None or due >= self.week:
            return "later"
        return "late" if due < self.today else "week"

    def narrowed(self, filters: InboxFilters, when: str) -> InboxFilters:
        """The filters, for what is due then alone."""
        since = {"week": self.today, "later": self.week}.get(when)
        until = {"late": self.today, "week": self.week}.get(when)
        return replace(filters, due_from=since, due_before=until)

    def counted(self, due: Sequence[datetime]) -> dict[str, str]:
        """How many tasks each holds, of all due dates in order, up to the limit of counting."""
        late, soon = bisect_left(due, self.today), bisect_left(due, self.week)
        numbers = {"late": late, "week": soon - late, "later": len(due) - soon}
        ends = {"late": late, "week": soon, "later": len(due)}
        return {when: _number(number, ends[when] == len(due) > COUNT_LIMIT) for when, number in numbers.items()}


def _number(number: int, stopped: bool) -> str:
    """A count; with "or more" where counting stopped in it."""
    return f"{max(number - 1, 0)} or more" if stopped else str(number)


def asked() -> tuple[InboxFilters, Mapping[str, str]]:
    """What this request narrows the list to, and the choices as they stand in its address."""
    given = {name: request.args.get(name, "").strip() for name in ("search", "process", "role", "school", "level")}
    given["level"] = given["level"] if given["level"] in LEVELS else ""
    show, when, order = (request.args.get(name, "") for name in ("show", "when", "order"))
    chosen = {
        **given,
        "show": show if show in SHOWN else "all",
        "when": when if when in WHEN else "",
        "order": order if order in ORDERS else "first",
        "schools": _schools(),
    }
    text = given["search"]
    filters = InboxFilters(
        mine=chosen["show"] == "mine",
        unclaimed=chosen["show"] == "unclaimed",
        school=given["school"],
        text=text,
        people=tuple(accounts.usernames_like(text, current_user.authority)) if text else (),
        process=given["process"],
        role=given["role"],
        last_first=chosen["order"] == "last",
        by_school=chosen["order"] == "school",
        first=looking_first() if chosen["schools"] == "own" else frozenset(),
        by_priority=chosen["order"] == "priority",
        level=chosen["level"],
        at=now(),
    )
    return Bounds.at(now()).narrowed(filters, chosen["when"]), chosen


def looking_first() -> frozenset[str]:
    """The person's roles that look after their own schools first; none for whoever is no school's link adviser."""
    return (
        frozenset(role.id for role in current_user.held if role.per_school)
        if current_user.scope.advises
        else frozenset()
    )


def _schools() -> str:
    """Whose schools' tasks are shown: their own first, for whoever has some; empty where there is no such choice."""
    wanted = request.args.get("schools", "")
    return (wanted if wanted in SCHOOLS else "own") if looking_first() else ""


@blueprint.get("/tasks")
def inbox() -> str:
    """What waits for me: late, due this week, to come."""
    session, scope, bounds = db.session(), current_user.scope, Bounds.at(now())
    filters, chosen = asked()
    page = page_asked(lambda number: queries.inbox(session, scope, filters, page=number))
    saved = queries.drafts(session, scope)
    return render_template(
        "tasks/inbox.html",
        page=page,
        groups=_grouped(page.items, bounds, chosen["order"]),
        counts=bounds.counted(queries.due_dates(session, scope, InboxFilters(first=filters.first, at=filters.at))),
        resting=queries.inbox(session, scope, replace(filters, resting=True), per_page=RESTING),
        levels=LEVELS,
        chosen=chosen,
        narrowed=_is_narrowed(chosen),
        when=WHEN,
        schools=SCHOOLS if chosen["schools"] else {},
        lists=queries.lists(session, scope),
        drafted={each.task_id for each in saved},
        drafts=[each for each in saved if each.task_id is None],
        told=queries.notices(session, scope, unread=True, per_page=NEWEST),
        late=queries.unread(session, scope, LATE),
        new=queries.unread(session, scope, TASK),
        nowhere=scope.confined == frozenset(),
        administrators=_administrators() if scope.confined == frozenset() else [],
        covers=sorted(set(scope.covers.values())),
        roles=list(zip(sorted(scope.roles), names.role_names(sorted(scope.roles)), strict=True)),
        processes=queries.processes_with_tasks(session),
        plans=plans.waiting(),
        awaits=awaiting(),
        manages=current_user.may("manage"),
        ends=calendar.running_out(current_user.authority) if current_user.may("manage") else None,
    )


def _administrators() -> list[str]:
    """Who gives roles in the person's authority, by name and, where it is known, e-mail address."""
    home = current_user.home
    members = the_engine().people.members(current_user.authority) if home else []
    found = [each for each in members if home and home.may(each.roles, "administer")]
    return [f"{each.name} ({each.email})" if each.email else each.name for each in found]


def _is_narrowed(chosen: Mapping[str, str]) -> bool:
    return chosen["show"] != "all" or any(
        chosen[each] for each in ("search", "process", "role", "school", "when", "level")
    )


def _grouped(rows: Sequence[TaskRow], bounds: Bounds, order: str) -> list[Group]:
    if order in ("school", "priority"):
        return [Group(order, f"By {order}", rows)] if rows else []
    keys = list(WHEN) if order == "first" else list(reversed(WHEN))
    groups = (Group(key, WHEN[key], [row for row in rows if bounds.when(row.due) == key]) for key in keys)
    return [each for each in groups if each.rows]


@blueprint.get("/tasks/done")
def done() -> str:
    """What I did, the last first."""
    page = page_asked(lambda number: queries.done_by(db.session(), current_user.scope, number))
    return render_template("tasks/done.html", page=page)


@blueprint.get("/tasks/waiting")
def waiting() -> str:
    """What others are asked in the cases that I work on: whom, since when, and when they were last reminded."""
    session, rows = db.session(), queries.waiting_for_others(db.session(), current_user.scope)
    told = queries.reminded(session, {row.instance_id for row in rows})
    today = Bounds.at(now()).today
    waits = {row.id for row in rows if row.id in told and told[row.id][0] >= today}
    return render_template("tasks/waiting.html", rows=rows, told=told, waits=waits)


@blueprint.post("/tasks/<int:task_id>/remind")
def remind(task_id: int) -> Response:
    """Remind those whom a task waits for."""
    row = the_engine().tasks.remind(task_id, by=current_user.scope)
    whom = names.person(row.assignee) if row.assignee else names.roles_in_words(row.roles) or "everyone"
    flash(f"{whom} {'is' if row.assignee or len(row.roles) == 1 else 'are'} reminded of “{row.name}”.")
    return redirect(url_for("tasks.waiting"))


@blueprint.get("/tasks/since")
def since() -> str:
    """What others did in the cases that I work on since the last working day began, and what went wrong."""
    session, began = db.session(), _last_working_day()
    cases, events = queries.news(session, current_user.scope, began)
    told = entries(session, cases, named(events), readers.myself(), now())
    return render_template(
        "tasks/since.html", entries=told, since=began, titles={each.id: titled(each) for each in cases}, most=MOST_NEWS
    )


def _last_working_day() -> datetime:
    """The midnight with which the working day before today began, in London."""
    calendar = the_engine().calendars.of(current_user.authority)
    day = now().astimezone(ZONE).date() - timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(0), ZONE)
