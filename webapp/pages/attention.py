"""A task's priority, for managers, and the day until which it rests, for whoever may do it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import RestRefused
from webapp.current import the_engine
from webapp.dates import ZONE, day, parts, typed_day
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages import tasks
from webapp.pages.day import LEVELS

blueprint = Blueprint("attention", __name__)
#: What the button sends that takes a task up again.
NOW = "now"


@blueprint.route("/tasks/<int:task_id>/later", methods=["GET", "POST"])
def later(task_id: int) -> Response | tuple[str, int] | str:
    """Let a task rest until a day, or take it up again."""
    detail = tasks.mine(task_id)
    tasks.refuse_ended(detail)
    row = detail.row
    rests = row.follow_up.astimezone(ZONE).date() if row.follow_up else None
    if request.method != "POST":
        return render_template("tasks/later.html", detail=detail, given=parts("until", rests), problem="")
    until = None if NOW in request.form else typed_day(request.form, "until")
    problem = _rested(task_id, until)
    if problem:
        return render_template("tasks/later.html", detail=detail, given=request.form, problem=problem), 400
    what = f"rests until {day(until)}" if until else "is among your tasks again"
    flash(f"“{row.name}”{tasks.about(row)} {what}.")
    return redirect(url_for("tasks.inbox"))


def _rested(task_id: int, until: date | None) -> str:
    """Let a task rest until a day, or take it up again; what stands against it."""
    if until is None and NOW not in request.form:
        return "Enter a day, such as 12 1 2027"
    try:
        the_engine().tasks.rest(task_id, until, current_user.scope)
    except RestRefused as refused:
        return str(refused)
    return ""


@blueprint.route("/tasks/<int:task_id>/priority", methods=["GET", "POST"])
def priority(task_id: int) -> Response | tuple[str, int] | str:
    """Give a task another priority, with a reason."""
    detail = queries.task(db.session(), task_id)
    tasks.refuse_ended(detail)
    problems: dict[str, str] = {}
    if request.method == "POST":
        level = request.form.get("level", "")
        why, wrong = reason(
            request.form.get("reason", ""), "Enter why the priority changes", "Why the priority changes"
        )
        problems = {} if level in LEVELS else {"level": "Select a priority"}
        problems |= {"reason": wrong} if wrong else {}
        if not problems:
            the_engine().tasks.prioritise(task_id, level, why, current_user.scope)
            flash(f"The priority of “{detail.row.name}”{tasks.about(detail.row)} is {level} now.")
            return redirect(url_for("cases.case", instance_id=detail.row.instance_id))
    page = render_template("tasks/priority.html", detail=detail, given=request.form, problems=problems, levels=LEVELS)
    return (page, 400) if problems else page
