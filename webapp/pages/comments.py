"""Comments of officers on a case, or on a task of it: read, and added with whom they mention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Said, queries
from engine.errors import CommentRefused
from engine.people.authorities import OFFICER
from engine.queries.comments import LONGEST
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.fields import FormView
from webapp.forms.submission import Asked
from webapp.pages import tasks
from webapp.pages.hands import options

blueprint = Blueprint("comments", __name__)
_TEXT: dict[str, Any] = {
    "type": "textarea",
    "key": "text",
    "label": "Your comment",
    "description": "To tell somebody, write @ and their name, or choose them below",
    "validate": {"required": True, "maxLength": LONGEST},
    "properties": {"error": "Enter your comment", "name": "your comment"},
}
_TELL: dict[str, Any] = {"type": "select", "key": "tell", "label": "Tell somebody of it"}


@dataclass(frozen=True)
class _Place:
    """What is commented on: a case, or a task in it."""

    case: int
    task: int | None
    title: str
    about: str
    back: str


@blueprint.route("/cases/<int:instance_id>/comments", methods=["GET", "POST"])
def of_case(instance_id: int) -> Response | tuple[str, int] | str:
    """The comments on a case and its tasks, and a form for one more on the case as a whole."""
    row = queries.instance(db.session(), instance_id)
    back = url_for("cases.case", instance_id=instance_id)
    return _comments(_Place(row.id, None, row.process_name, row.school_name or row.business_key, back))


@blueprint.route("/tasks/<int:task_id>/comments", methods=["GET", "POST"])
def of_task(task_id: int) -> Response | tuple[str, int] | str:
    """The same from a task: what is added there is on that task."""
    row = tasks.mine(task_id).row
    back = url_for("tasks.task", task_id=task_id)
    return _comments(_Place(row.instance_id, row.id, row.name, row.school_name or row.business_key, back))


def _comments(place: _Place) -> Response | tuple[str, int] | str:
    asked = _asked()
    if request.method != "POST":
        return _page(place, asked.opened())
    submission = asked.submitted()
    if submission.values is None:
        return submission.instead or (_page(place, submission.view), submission.status)
    said = submission.values
    try:
        with asked.keeping():
            tell = (said["tell"],) if said.get("tell") else ()
            the_engine().comments.add(Said(place.case, said["text"], place.task, tell), current_user.scope)
    except CommentRefused as refused:
        return _page(place, asked.view(said, {"text": [str(refused)]})), 400
    flash("Your comment is added.")
    return redirect(place.back)


def _asked() -> Asked:
    home = current_user.home
    officers = {role.id for role in home.roles.values() if role.kind == OFFICER} if home else set()
    members = [each for each in the_engine().people.members(current_user.authority) if each.roles & officers]
    values = [{"value": each["value"], "label": each["text"]} for each in options(members, current_user.username)]
    tell = [{**_TELL, "values": values}] if values else []
    return Asked.of_questions(
        {"id": "comment", "type": "default", "components": [_TEXT, *tell]}, request.path, None, None
    )


def _page(place: _Place, view: FormView | None) -> str:
    return render_template(
        "comments/comments.html", place=place, view=view, comments=queries.comments(db.session(), place.case)
    )
