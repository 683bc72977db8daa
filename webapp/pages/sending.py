"""A message is sent to a case by hand: one of those that it waits for, with what it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import current_user

from engine import Brought, Listened, Send, queries
from engine.queries import InstanceRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms import confidential
from webapp.forms.submission import Asked
from webapp.pages import interventions
from webapp.pages.interventions import Page, Words

blueprint = Blueprint("sending", __name__)


@blueprint.get("/cases/<int:instance_id>/messages")
def index(instance_id: int) -> str:
    """What the case waits for: to be reported as it happens, or sent by hand."""
    case = queries.instance(db.session(), instance_id)
    return render_template("interventions/messages.html", case=case, heard=_heard(instance_id), titled=_titled)


def _heard(instance_id: int) -> list[Listened]:
    return the_engine().interventions.listened(instance_id, current_user.scope)


@blueprint.route("/cases/<int:instance_id>/messages/<token>/<message>", methods=["GET", "POST"])
def send(instance_id: int, token: str, message: str) -> Page:
    """Send one message or signal to a case, with what it brings."""
    case = queries.instance(db.session(), instance_id)
    heard = next((each for each in _heard(instance_id) if (each.token, each.message) == (token, message)), None)
    if heard is None:
        abort(404)
    asked = _asked(heard, case)
    words = Words(f"Send a message: {_titled(heard)}", "Send the message", "The message reached the case.")
    return _sent(case, heard, asked, words)


def _sent(case: InstanceRow, heard: Listened, asked: Asked, words: Words) -> Page:
    submission = asked.submitted() if request.method == "POST" else None
    if submission is not None and submission.instead:
        return submission.instead

    def read() -> interventions.Asked:
        why, problems = interventions.why("Enter why the message is sent", "Why the message is sent")
        if submission is None or submission.values is None:
            return interventions.Asked(None, why, problems)
        return interventions.Asked(Send(heard.token, heard.message, _brought(heard, submission.values)), why, problems)

    def first(problems: Mapping[str, str]) -> str:
        again = interventions.AGAIN in request.form
        view = asked.opened() if submission is None else asked.again() if again else submission.view
        return interventions.ask("interventions/send.html", case, words, problems, request.form, heard=heard, view=view)

    return interventions.intervene(case, words, read, first)


def _titled(heard: Listened) -> str:
    """What people call it: a message's own name is for machines, and so is the id of an element without a name."""
    return heard.element_name if heard.element_name != heard.element else "What its diagram waits for"


def _asked(heard: Listened, case: InstanceRow) -> Asked:
    school = case.school_urn
    if heard.form:
        known = queries.variables(db.session(), case.id)
        made = Asked.of(heard.form, known, request.path, confidential.unseen(case.id), school=school, case=case.id)
        return replace(made, told=confidential.told(case.id))
    questions = [_question(name, brought) for name, brought in heard.brings.items()]
    form = {"id": "message", "type": "default", "components": questions}
    return Asked.of_questions(form, request.path, school, case.id) if questions else Asked(None, {}, request.path)


def _question(name: str, brought: Brought) -> dict[str, Any]:
    """A question of our own for what a diagram says that a message brings."""
    label = name.replace("_", " ").capitalize()
    asked = {"key": name, "label": label, **_KINDS[brought.kind]}
    if brought.options:
        asked["values"] = [{"value": each, "label": each[:1].upper() + each[1:]} for each in brought.options]
    if brought.kind == "date":
        asked["dateLabel"] = label
    return asked if brought.kind == "boolean" else {**asked, "validate": {"required": True}}


_KINDS: Mapping[str, dict[str, Any]] = {
    "options": {"type": "radio"},
    "date": {"type": "datetime", "subtype": "date"},
    "number": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "list": {"type": "textarea", "description": "One on each line"},
    "text": {"type": "textarea"},
}


def _brought(heard: Listened, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the message brings: of a list, each line."""
    lists = {name for name, brought in heard.brings.items() if brought.kind == "list"}
    return {name: str(value).split("\n") if name in lists else value for name, value in values.items()}
