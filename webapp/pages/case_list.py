"""The list of cases: live ones, and finished ones apart; searched, narrowed, sorted, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine import queries
from engine.queries import InstanceFilters, InstanceRow, Page, Spot
from engine.services.lists import CASES
from webapp.current import now
from webapp.db import db
from webapp.exports import Cell, Sheet, exported
from webapp.pages.cases import STATUSES
from webapp.pages.lists import KEPT_OF_CASES
from webapp.pages.numbers import page_asked
from webapp.people.accounts import usernames_like
from webapp.people.names import meet, person, role_names, roles_in_words
from webapp.periods import Days
from webapp.words import about

blueprint = Blueprint("case_list", __name__)
#: Whether a list is of live or of finished cases, or of all.
STATES = {"active": "Live", "finished": "Finished", "all": "All"}
SORTS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "next": "What falls due next",
    "school": "School",
}
#: The columns that a person may choose, beside the case; and those that show until one does.
COLUMNS = {
    "school": "School",
    "process": "Process",
    "stage": "Where it stands",
    "since": "Since",
    "owner": "Waits for",
    "next": "Next date",
    "started": "Started",
    "starter": "Started by",
    "version": "Version",
    "ended": "Ended",
}
USUAL = ("school", "process", "stage", "owner", "next", "started")
USUAL_FINISHED = ("school", "process", "started", "ended")
#: Rows of a file at most, and how many are read at a time.
MOST, AT_ONCE = 20_000, 1_000
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: how the list is narrowed, sorted, and which columns it has."""

    filters: InstanceFilters
    state: str
    days: Days
    due: str
    sort: str
    columns: tuple[str, ...]

    @classmethod
    def here(cls) -> Asked:
        """As the request says."""
        asked = request.args
        days, sort = Days.asked(asked), asked.get("sort", "newest")
        filters = _filters(asked, days)
        usual = USUAL_FINISHED if filters.status in ("finished", "completed", "cancelled") else USUAL
        chosen = tuple(each for each in COLUMNS if each in asked.getlist("column"))
        state, due = _state(asked), asked.get("due", "")
        return cls(filters, state, days, due, sort if sort in SORTS else "newest", chosen or usual)

    def page(self, number: int, per_page: int) -> Page[InstanceRow]:
        """A page of the list."""
        return queries.instances(db.session(), self.filters, number, per_page, sort=self.sort, now=now())


def _state(asked: MultiDict[str, str]) -> str:
    """Live cases, unless the address says otherwise; a case that has ended may have a problem still."""
    return asked.get("status", "all" if asked.get("troubled") == "1" else "active")


def _filters(asked: MultiDict[str, str], days: Days) -> InstanceFilters:
    text, status = asked.get("search", "").strip(), _state(asked)
    known = status in ("active", "finished", *STATUSES)
    return InstanceFilters(
        school=asked.get("school", ""),
        process=asked.get("process", ""),
        status="" if status == "all" else status if known else "active",
        text=text,
        troubled=asked.get("troubled") == "1",
        version=asked.get("version", None, int),
        stage=asked.get("stage", ""),
        spot=Spot.read(asked.get("at", "")),
        late_at=now() if asked.get("due") == "late" else None,
        due_before=now() + WEEK if asked.get("due") == "week" else None,
        began_from=days.period.since,
        began_before=days.period.until,
        people=tuple(usernames_like(text, current_user.authority)) if text else (),
    )


@blueprint.get("/cases")
def index() -> tuple[str, int]:
    """The cases of my authority."""
    session, asked = db.session(), Asked.here()
    manages = current_user.may("manage")
    shown = render_template(
        "cases/index.html",
        page=page_asked(lambda number: asked.page(number, queries.PER_PAGE)),
        asked=asked,
        filters=asked.filters,
        states=STATES,
        sorts=SORTS,
        columns=COLUMNS,
        statuses=STATUSES,
        views=queries.lists(session, current_user.scope, CASES),
        kept=KEPT_OF_CASES,
        roles=_own_roles(),
        processes=[row for row in queries.definitions(session) if row.startable],
        versions=queries.versions(session, asked.filters.process) if asked.filters.process else [],
        stages=queries.stages(session, asked.filters.process) if asked.filters.process else [],
        spot_said=queries.spot_said(session, asked.filters.spot) if asked.filters.spot else "",
        schools=queries.schools(session),
        troubles=queries.incidents(session, caseless=True) if manages else [],
        lost=queries.undelivered(session) if manages else [],
        now=now(),
    )
    return shown, 400 if asked.days.problem else 200


def _own_roles() -> list[tuple[str, str]]:
    """The roles with which a view may be shared, and what they are called."""
    mine = sorted(current_user.scope.roles)
    return list(zip(mine, role_names(mine), strict=True))


@blueprint.get("/cases/export.<ending>")
def listed(ending: str) -> Response:
    """The same list as a file, with the columns that were chosen."""
    asked = Asked.here()
    wanted = ("case", *asked.columns, "troubles")
    names = {"case": "Case", "troubles": "Problems", **COLUMNS}
    rows = ([_CELLS[name](row) for name in wanted] for row in _every(asked))
    return exported(Sheet("cases", "Cases", [names[each] for each in wanted], rows), ending)


def _every(asked: Asked) -> Iterator[InstanceRow]:
    for number in range(1, MOST // AT_ONCE + 1):
        page = asked.page(number, AT_ONCE)
        meet(who for row in page.items for who in (*row.assignees, row.started_by))
        yield from page.items
        if not page.more:
            return


def owner(row: InstanceRow) -> str:
    """Whom a case waits for: whoever has claimed its tasks, else the roles that are asked."""
    if row.assignees:
        return ", ".join(person(each) for each in row.assignees)
    return roles_in_words(row.roles)


_CELLS: Mapping[str, Callable[[InstanceRow], Cell]] = {
    "case": lambda row: row.id,
    "school": about,
    "process": lambda row: row.process_name,
    "stage": lambda row: "; ".join(row.at) if row.status == "active" else STATUSES[row.status],
    "since": lambda row: row.since,
    "owner": owner,
    "next": lambda row: row.next_due,
    "started": lambda row: row.started,
    "starter": lambda row: person(row.started_by) if row.started_by else "",
    "version": lambda row: row.version,
    "ended": lambda row: row.ended,
    "troubles": lambda row: row.incidents or None,
}


@blueprint.app_template_filter("owner")
def owner_of(row: InstanceRow) -> str:
    """Whom a case of a list waits for, in words."""
    return owner(row)
