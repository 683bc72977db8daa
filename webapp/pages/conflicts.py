"""Conflicts of interest in a case: who is barred from it, why, since when; barring somebody, and letting them in again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import BarNamesNobody, BarRefused
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages.hands import Answered, options
from webapp.people.names import person

blueprint = Blueprint("conflicts", __name__)
Page = Response | tuple[str, int] | str


@blueprint.route("/cases/<int:instance_id>/conflicts", methods=["GET", "POST"])
def index(instance_id: int) -> Page:
    """Who is and was barred, and a form for one more."""
    if request.method != "POST":
        return _page(instance_id, Answered({}, {}))
    given = request.form
    why, wrong = reason(given.get("reason", ""), "Enter what the conflict of interest is", "What the conflict is")
    problems: dict[str, str] = {} if given.get("whom") else {"whom": "Select who is barred"}
    problems |= {"reason": wrong} if wrong else {}
    if not problems:
        problems = _barred(instance_id, given["whom"], why)
    if problems:
        return _page(instance_id, Answered(given, problems)), 400
    flash(f"{person(given['whom'])} is barred from case {instance_id}.")
    here = given["whom"] != current_user.username  # whoever bars themselves has nothing more to see here
    return redirect(url_for("conflicts.index", instance_id=instance_id) if here else url_for("case_list.index"))


def _barred(instance_id: int, whom: str, why: str) -> dict[str, str]:
    """Bar somebody; by field what stands against it."""
    try:
        the_engine().conflicts.bar(instance_id, whom, why, current_user.scope)
    except (BarNamesNobody, BarRefused) as refused:
        return {"whom": str(refused)}
    return {}


def _page(instance_id: int, answered: Answered) -> str:
    session = db.session()
    return render_template(
        "conflicts/index.html",
        case=queries.instance(session, instance_id),
        rows=queries.bars(session, instance_id),
        people=options(the_engine().conflicts.those(instance_id, current_user.scope)),
        answered=answered,
    )


@blueprint.post("/conflicts/<int:bar_id>/lift")
def lift(bar_id: int) -> Response:
    """Let somebody see the case again, with a reason."""
    why, wrong = reason(request.form.get("reason", ""), "Enter why they may see the case again", "The reason")
    instance_id = queries.case_of_bar(db.session(), bar_id)
    if wrong:
        flash(f"{wrong}. Nothing was changed.", "problem")
    else:
        the_engine().conflicts.lift(bar_id, why, current_user.scope)
        flash("They may see the case again.")
    return redirect(url_for("conflicts.index", instance_id=instance_id))
