"""Who covers for whom between two days, set by those who manage cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import CoverRefused
from engine.people.directory import Wanted
from engine.people.register import day_of
from engine.people.retention import last_day
from webapp.current import now, the_engine
from webapp.dates import day, typed_day
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages.hands import Answered, options
from webapp.people.names import person

blueprint = Blueprint("covers", __name__)
PEOPLE = {"absent": "Select who is away", "covering": "Select who covers"}
DAYS = {"since": "Enter the first day", "until": "Enter the last day"}


@blueprint.route("/cover", methods=["GET", "POST"])
def index() -> Response | tuple[str, int] | str:
    """Who covers for whom, and a form for one more."""
    if request.method != "POST":
        return _page(Answered({}, {}))
    given = request.form
    wanted, problems = _read(given)
    if wanted is not None:
        try:
            the_engine().people.cover(wanted, current_user.scope)
        except CoverRefused as refused:
            problems = {"absent": str(refused)}
        else:
            said = f"{person(wanted.covering)} covers for {person(wanted.absent)}"
            flash(f"{said} from {day(wanted.since)} to {day(wanted.until)}.")
            return redirect(url_for("covers.index"))
    return _page(Answered(given, problems)), 400


def _read(given: Mapping[str, str]) -> tuple[Wanted | None, dict[str, str]]:
    """The cover that was entered, or by field what is wrong."""
    why, wrong = reason(given.get("reason", ""), "Enter why somebody covers", "Why somebody covers")
    since, until = (typed_day(given, name) for name in DAYS)
    problems = {name: text for name, text in PEOPLE.items() if not given.get(name)}
    problems |= {name: text for (name, text), each in zip(DAYS.items(), (since, until), strict=True) if each is None}
    problems |= _too_far(until)
    problems |= {"reason": wrong} if wrong else {}
    if problems or since is None or until is None:
        return None, problems
    return Wanted(given["absent"], given["covering"], since, until, why), {}


def _too_far(until: date | None) -> dict[str, str]:
    last = last_day(day_of(now()))
    return {"until": f"The last day must not be later than {day(last)}"} if until and until > last else {}


def _page(answered: Answered) -> str:
    rows = queries.covers(db.session(), day_of(now()))
    people = options(the_engine().people.members(current_user.authority))
    return render_template("covers/index.html", rows=rows, people=people, answered=answered, today=day_of(now()))


@blueprint.post("/cover/<int:cover_id>/end")
def end(cover_id: int) -> Response:
    """End a cover with yesterday."""
    the_engine().people.end_cover(cover_id, current_user.scope)
    flash("The cover has ended.")
    return redirect(url_for("covers.index"))
