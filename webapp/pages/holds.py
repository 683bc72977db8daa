"""Legal holds: on a case, on all cases of a school, or on all that name a person, until somebody lifts them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Held, queries
from engine.errors import HoldNames, InstanceNotFound, SchoolNotFound
from engine.people.register import day_of
from engine.people.retention import last_day
from engine.queries.retention import cases_held, hold, holds
from webapp.current import now, the_engine
from webapp.dates import day, typed, typed_day
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages.hands import Answered

blueprint = Blueprint("holds", __name__)
Page = Response | tuple[str, int] | str
#: What a hold may be on: one of these fields is filled in.
ON = ("case", "school", "person")
ONE = "Enter a case, a school or a person: one of the three"


@blueprint.route("/records/holds", methods=["GET", "POST"])
def index() -> Page:
    """The holds that bind, those that were lifted, and a form for one more."""
    if request.method != "POST":
        case = request.args.get("case", "")
        return _page(Answered({"case": case} if case else {}, {}))
    given = request.form
    held, problems = _read(given)
    if held is not None:
        if given.get("checked") != "1":
            return render_template("retention/hold.html", given=given, held=held, number=_number(held))
        try:
            the_engine().retention.hold(held, current_user.scope)
        except (InstanceNotFound, SchoolNotFound, HoldNames) as refused:
            problems = {next(each for each in ON if given.get(each, "").strip()): str(refused)}
        else:
            flash("The legal hold is set.")
            return redirect(url_for("holds.index"))
    return _page(Answered(given, problems)), 400


def _number(held: Held) -> int:
    """On how many cases the hold would rest now."""
    return 1 if held.case else cases_held(db.session(), held.school, held.person)


def _read(given: Mapping[str, str]) -> tuple[Held | None, dict[str, str]]:
    """The hold that was entered, or by field what is wrong."""
    on = [each for each in ON if given.get(each, "").strip()]
    what = given[on[0]].strip() if len(on) == 1 else ""
    why, wrong = reason(given.get("reason", ""), "Enter why it is held", "Why it is held")
    until = typed_day(given, "until")
    problems = _of_what(on[0], what) if what else {"case": ONE}
    problems |= {"reason": wrong} if wrong else {}
    if typed(given, "until"):
        problems |= _of_day(until)
    if problems:
        return None, problems
    on_what = {"case": int(what)} if on == ["case"] else {on[0]: what}
    return Held(why, until=until, **on_what), {}


def _of_day(until: date | None) -> dict[str, str]:
    """What is wrong with the day on which it is looked at again."""
    if until is None:
        return {"until": "Enter a day, such as 27 3 2035, or none"}
    today = day_of(now())
    last = last_day(today)
    return {} if today < until <= last else {"until": f"The day must be in the future, and not later than {day(last)}"}


def _of_what(on: str, what: str) -> dict[str, str]:
    is_number = what.isascii() and what.isdigit() and len(what) < 19
    if on == "case" and not is_number:
        return {"case": "Enter the number of the case, such as 12"}
    return {on: "A name must be 200 characters or less"} if on == "person" and len(what) > 200 else {}


def _page(answered: Answered) -> str:
    session = db.session()
    return render_template(
        "retention/holds.html",
        rows=holds(session),
        lifted=holds(session, lifted=True),
        schools=queries.schools(session),
        answered=answered,
        today=day_of(now()),
    )


@blueprint.route("/records/holds/<int:hold_id>/lift", methods=["GET", "POST"])
def lift(hold_id: int) -> Page:
    """Lift a hold, with a reason."""
    row = hold(db.session(), hold_id)
    if request.method != "POST":
        return render_template("retention/lift.html", row=row, answered=Answered({}, {}))
    why, wrong = reason(request.form.get("reason", ""), "Enter why the hold is lifted", "Why the hold is lifted")
    if wrong:
        return render_template("retention/lift.html", row=row, answered=Answered(request.form, {"reason": wrong})), 400
    the_engine().retention.lift(hold_id, why, current_user.scope)
    flash("The legal hold is lifted.")
    return redirect(url_for("holds.index"))
