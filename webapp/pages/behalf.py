"""Recording an answer for those whose task it is: somebody outside who said it by telephone, or did not answer at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import escape
from werkzeug.wrappers import Response

from engine import OnBehalf, queries
from engine.errors import TimerImpossible
from engine.forms import Form, load_form
from engine.people.behalf import check_may_record
from engine.queries import TaskDetail
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.forms.fields import FormView
from webapp.forms.reasons import reason
from webapp.forms.submission import Asked
from webapp.pages import checking, tasks
from webapp.people import names

blueprint = Blueprint("behalf", __name__)

#: How an answer may have come, as it is stored and read.
WAYS = ("telephone", "e-mail", "letter", "meeting")
#: What is asked of every answer that is recorded for others; the case does not get it as variables.
_SAID: dict[str, Any] = {
    "id": "behalf",
    "type": "default",
    "components": [
        {
            "type": "textfield",
            "key": "behalf_who",
            "label": "Who gave this answer?",
            "description": "Their name, and what they are",
            "validate": {"required": True, "maxLength": 200},
            "properties": {"error": "Enter who gave this answer", "name": "the name"},
        },
        {
            "type": "datetime",
            "subtype": "date",
            "key": "behalf_on",
            "dateLabel": "On which day?",
            "validate": {"required": True, "min": "=date(behalf_since)", "max": "=today()"},
            "properties": {"error": "Enter the day on which they said it", "name": "the day on which they said it"},
        },
        {
            "type": "radio",
            "key": "behalf_how",
            "label": "How?",
            "values": [{"value": each, "label": each.capitalize()} for each in WAYS],
            "validate": {"required": True},
            "properties": {"error": "Select how they said it"},
        },
    ],
}
_OWN = frozenset(each["key"] for each in _SAID["components"])


@blueprint.get("/tasks/<int:task_id>/behalf")
def form(task_id: int) -> str:
    """Ask what was answered, by whom, when and how."""
    detail = _theirs(task_id)
    return _page(detail, _asked(detail).opened())


@blueprint.post("/tasks/<int:task_id>/behalf")
def record(task_id: int) -> Response | tuple[str, int]:
    """Record the answer, or show the page again with all that was entered."""
    detail = _theirs(task_id)
    asked = _asked(detail)
    submission = asked.submitted()
    if submission.values is None:
        return submission.instead or (_page(detail, submission.view), submission.status)
    values = dict(submission.values)
    if found := checking.following(detail, {name: each for name, each in values.items() if name not in _OWN}):
        return checking.page(detail, asked, values, found, recorded=True), 200
    who, day, how = (values.pop(f"behalf_{name}") for name in ("who", "on", "how"))
    try:
        said = OnBehalf(who, date.fromisoformat(day), how)
        with asked.keeping():
            the_engine().tasks.complete_for(task_id, values, said, by=current_user.scope)
    except TimerImpossible as wrong:
        return _page(detail, asked.refused(submission.values, wrong)), 422
    return _done(detail, f"You recorded the answer to “{detail.row.name}”.")


@blueprint.get("/tasks/<int:task_id>/unanswered")
def silence(task_id: int) -> str:
    """Ask what was done to get an answer that did not come by its date."""
    return _silent(_theirs(task_id))


@blueprint.post("/tasks/<int:task_id>/unanswered")
def unanswered(task_id: int) -> Response | tuple[str, int]:
    """Let the case go on without an answer that did not come by its date."""
    detail = _theirs(task_id)
    text, problem = reason(request.form.get("reason", ""), "Enter what was done to get an answer", "What was done")
    if problem:
        return _silent(detail, problem), 400
    the_engine().tasks.go_on_without(task_id, text, by=current_user.scope)
    return _done(detail, f"The case goes on without an answer to “{detail.row.name}”.")


def _silent(detail: TaskDetail, problem: str = "") -> str:
    return render_template(
        "tasks/unanswered.html",
        detail=detail,
        problem=problem,
        reason=request.form.get("reason", ""),
        roles=names.role_names(detail.row.roles),
    )


def _theirs(task_id: int) -> TaskDetail:
    """An open task of others, whose answer this person may record. Raises TaskNotFound, TaskNotOpen, NotOnBehalf."""
    detail = queries.task(db.session(), task_id)
    check_may_record(current_user.scope, detail.info, detail.row.school_urn, detail.row.instance_id)
    tasks.refuse_ended(detail)
    return detail


def _asked(detail: TaskDetail) -> Asked:
    """The task's own questions, behind those of who gave the answer: not before the case had begun."""
    asked = tasks.asked_of(detail, url_for("behalf.record", task_id=detail.row.id))
    own = asked.form.components if asked.form else ()
    begun = queries.instance(db.session(), detail.row.instance_id).started.astimezone(ZONE).date()
    seen = {**asked.variables, "behalf_since": begun.isoformat()}
    return replace(asked, form=Form("behalf", (*load_form(_SAID).components, *own)), variables=seen)


def _page(detail: TaskDetail, view: FormView | None) -> str:
    due = detail.row.due
    return render_template(
        "tasks/behalf.html",
        detail=detail,
        view=view,
        roles=names.role_names(detail.row.roles),
        earlier=tasks.earlier(detail),
        dispensable=bool(detail.info.said("no_answer")),
        late=due is not None and due < now(),
        today=now(),
        conditions=tasks.conditions(detail, view),
    )


def _done(detail: TaskDetail, told: str) -> Response:
    flash(escape(f"{told} ") + tasks.what_is_next(detail.row.instance_id))
    return redirect(url_for("cases.case", instance_id=detail.row.instance_id))
