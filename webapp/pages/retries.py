"""Troubles by their cause, and trying many of one cause again in the background."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason

blueprint = Blueprint("retries", __name__)


@blueprint.get("/troubles")
def index() -> str:
    """What went wrong, by cause."""
    return render_template("retries/index.html", causes=queries.causes(db.session()))


@blueprint.route("/troubles/<int:incident_id>", methods=["GET", "POST"])
def choose(incident_id: int) -> Response | tuple[str, int] | str:
    """The cases that have a trouble of one cause, and trying those that are chosen again."""
    row, cases = queries.cause(db.session(), incident_id)
    known = {each.incident for each in cases if not each.suspended}
    chosen = known & set(request.form.getlist("incident", type=int)) if request.method == "POST" else known
    problems: dict[str, str] = {}
    if request.method == "POST":
        why, wrong = reason(
            request.form.get("reason", ""), "Enter why they are tried again", "Why they are tried again"
        )
        problems = {} if chosen else {"incident": "Select the cases that are to be tried again"}
        problems |= {"reason": wrong} if wrong else {}
        if not problems:
            made = the_engine().jobs.retry_many(chosen, why, current_user.scope)
            return redirect(url_for("retries.progress", retries_id=made))
    page = render_template(
        "retries/choose.html", row=row, cases=cases, chosen=chosen, given=request.form, problems=problems
    )
    return (page, 400) if problems else page


@blueprint.get("/troubles/retries/<int:retries_id>")
def progress(retries_id: int) -> str:
    """How far they are. The page comes anew every other second until all is done, without JavaScript too."""
    return render_template("retries/progress.html", row=queries.retries(db.session(), retries_id))
