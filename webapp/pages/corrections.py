"""Corrections by whoever answered a task: other answers in the place of theirs, while nothing has followed from them; afterwards
a note of correction, beside the answer that stays as it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as with_
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import AnswerCounts, NotTheAuthor
from engine.forms import load_form
from engine.queries import TaskDetail
from webapp.current import the_engine
from webapp.db import db
from webapp.forms import confidential
from webapp.forms.reasons import reason
from webapp.forms.submission import Asked
from webapp.pages import tasks

blueprint = Blueprint("corrections", __name__)
_QUESTIONS: dict[str, Any] = {
    "id": "correction",
    "type": "default",
    "components": [
        {
            "type": "textarea",
            "key": "text",
            "label": "What was wrong, and what should it say?",
            "validate": {"required": True, "maxLength": 4000},
            "properties": {"error": "Enter what was wrong, and what it should say", "name": "the correction"},
        },
        {
            "type": "textarea",
            "key": "reason",
            "label": "Why is it corrected now?",
            "description": "For example, how the mistake was noticed",
            "validate": {"required": True, "maxLength": 2000},
            "properties": {"error": "Enter why it is corrected now", "name": "the reason"},
        },
    ],
}


@blueprint.get("/tasks/<int:task_id>/correction")
def form(task_id: int) -> str:
    """Ask what should have been said, beside what was."""
    detail = _own(task_id)
    return _page(detail, _asked(detail))


@blueprint.post("/tasks/<int:task_id>/correction")
def add(task_id: int) -> Response | tuple[str, int]:
    """Put the note beside the answer."""
    detail = _own(task_id)
    asked = _asked(detail)
    submission = asked.submitted()
    if submission.values is None:
        return submission.instead or (_page(detail, asked, submission.view), submission.status)
    with asked.keeping():
        the_engine().tasks.correct(task_id, submission.values["text"], submission.values["reason"], current_user.scope)
    flash("Your note of correction stands beside the answer.")
    return redirect(url_for("tasks.task", task_id=task_id))


@blueprint.get("/tasks/<int:task_id>/answers")
def answers(task_id: int) -> str:
    """The questions once more, with what was answered, to be changed."""
    detail = _replaceable(task_id)
    asked = _questions(detail)
    return _answers_page(detail, asked, asked.opened() if asked.saved else asked.view(_typed(detail)))


@blueprint.post("/tasks/<int:task_id>/answers")
def replace(task_id: int) -> Response | tuple[str, int]:
    """Put what was changed in the place of the answers."""
    detail = _replaceable(task_id)
    asked = _questions(detail)
    why, wrong = reason(request.form.get("why", ""), "Enter why they are changed", "Why they are changed")
    submission = asked.submitted()
    if submission.values is None or wrong:
        status = 400 if submission.values is not None else submission.status
        return submission.instead or (_answers_page(detail, asked, submission.view, why, wrong), status)
    with asked.keeping():
        the_engine().tasks.replace(task_id, submission.values, why, current_user.scope)
    flash("Your answers are corrected. What they were stands below them.")
    return redirect(url_for("tasks.task", task_id=task_id))


def _replaceable(task_id: int) -> TaskDetail:
    """A task whose answers this person may replace still. Raises AnswerCounts, and as :func:`_own`."""
    detail = _own(task_id)
    if not the_engine().tasks.is_replaceable(task_id, current_user.scope):
        raise AnswerCounts(task=detail.row.name, reason="the case has moved on")
    return detail


def _questions(detail: TaskDetail) -> Asked:
    action, case = url_for("corrections.replace", task_id=detail.row.id), detail.row.instance_id
    known = queries.variables(db.session(), case)
    made = Asked.of(detail.form, known, action, confidential.unseen(case), school=detail.row.school_urn, case=case)
    return with_(made, told=confidential.told(case), files=confidential.files_by_question(detail))


def _typed(detail: TaskDetail) -> Mapping[str, Any]:
    return load_form(detail.form).typed(detail.values or {}) if detail.form else {}


def _answers_page(detail: TaskDetail, asked: Asked, view: Any, why: str = "", wrong: str = "") -> str:
    conditions = tasks.conditions(detail, view)
    return render_template(
        "tasks/answers.html", detail=detail, view=view, why=why, wrong=wrong, conditions=conditions, action=asked.action
    )


def _own(task_id: int) -> TaskDetail:
    """A task that this person has completed. Raises NotTheAuthor, and as :func:`webapp.pages.tasks.mine`."""
    detail = tasks.mine(task_id)
    if detail.row.status != "completed" or detail.ended_by != current_user.username:
        raise NotTheAuthor(task=detail.row.name)
    return detail


def _asked(detail: TaskDetail) -> Asked:
    row = detail.row
    return Asked.of_questions(_QUESTIONS, url_for("corrections.add", task_id=row.id), row.school_urn, row.instance_id)


def _page(detail: TaskDetail, asked: Asked, view: Any = None) -> str:
    view = view or asked.opened()
    return render_template("tasks/correction.html", detail=detail, view=view, given=tasks.given(detail))
