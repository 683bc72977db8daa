"""A message that found nobody: what it said, which cases were near it, and what a manager does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.forms import Component, as_text, in_words, load_form, mentions
from engine.queries import MessageDetail, NearCase
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.answers import display
from webapp.forms.confidential import kept_in, unseen_in
from webapp.forms.reasons import reason
from webapp.people import witness

blueprint = Blueprint("messages", __name__)
CONFIDENTIAL = "Confidential: your roles may not read it"
#: What was done with a message, in words.
DONE = {"resent": "Sent again", "redirected": "Sent to a case", "rested": "Let rest"}


@dataclass(frozen=True)
class Said:
    """A part of what a message said, to read."""

    label: str
    text: str | list[str]


@blueprint.route("/messages/<int:message_id>", methods=["GET", "POST"])
def message(message_id: int) -> Response | tuple[str, int] | str:
    """One message that found nobody, and what becomes of it."""
    detail = queries.message(db.session(), message_id)
    if request.method != "POST":
        return _page(detail)
    action = request.form.get("action", "")
    why, wrong = reason(request.form.get("reason", ""), "Enter why", "Why")
    problems = {} if action in _choices(detail) else {"action": "Select what becomes of the message"}
    if wrong:
        problems["reason"] = wrong
    if problems:
        return _page(detail, action, why, problems), 400
    flash(_do(detail, action, why))
    return redirect(url_for("case_list.index"))


def _do(detail: MessageDetail, action: str, why: str) -> str:
    """Do what was chosen; what to say of it."""
    messages, scope, name = the_engine().messages, current_user.scope, detail.row.name
    if action == "rest":
        messages.rest(detail.row.id, scope, why)
        return f"The message “{name}” rests."
    if action == "resend":
        messages.resend(detail.row.id, scope, why)
        return f"The message “{name}” is being sent again."
    messages.deliver(detail.row.id, case := int(action), scope, why)
    return f"The message “{name}” is being sent to case {case}."


def _choices(detail: MessageDetail) -> dict[str, str]:
    """What may become of a message: the value and the words of each choice."""
    cases = {str(each.instance_id): f"Deliver it to case {each.instance_id}: {about(each)}" for each in waiting(detail)}
    return (
        {"resend": "Send it again, to whoever waits for it now"} | cases | {"rest": "Let it rest: nobody is to get it"}
    )


def waiting(detail: MessageDetail) -> list[NearCase]:
    """The cases to which it can be delivered."""
    return [each for each in detail.near if each.waits]


def about(case: NearCase) -> str:
    """What a case is about, in a line."""
    return f"{case.school_name or case.business_key}, {case.process_name}"


def _page(detail: MessageDetail, action: str = "", why: str = "", problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "messages/message.html",
        detail=detail,
        said=_said(detail),
        keys=[as_text(each) for each in detail.row.keys.values()],
        choices=[{"value": value, "text": text} for value, text in _choices(detail).items()],
        action=action,
        reason=why,
        problems=dict(problems or {}),
        done=DONE,
    )


def _said(detail: MessageDetail) -> list[Said]:
    """What a message said, in words; what a form keeps to certain roles only for these."""
    hidden = unseen_in(detail.forms, None, None, told_by=detail.row.source_id)
    witness.note((name for name in kept_in(detail.forms) - hidden if name in detail.row.payload), detail.row.source_id)
    fields = {each.key: each for form in detail.forms for each in load_form(form).fields}
    return [
        Said(
            fields[name].label if name in fields else name.replace("_", " ").capitalize(),
            CONFIDENTIAL if _is_hidden(name, detail.expressions, hidden) else _in_words(value, fields.get(name)),
        )
        for name, value in detail.row.payload.items()
    ]


def _is_hidden(name: str, expressions: Mapping[str, str], hidden: set[str]) -> bool:
    """Whether a part of a message is confidential, or made of what is."""
    return name in hidden or mentions(expressions.get(name, ""), hidden)


def _in_words(value: Any, component: Component | None) -> str | list[str]:
    if component is not None:
        return display(component, value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return [str(_in_words(each, None)) for each in value]
    if isinstance(value, dict):
        return [f"{name}: {_in_words(each, None)}" for name, each in value.items()]
    return _day(as_text(value)) if value not in (None, "") else "Not given"


def _day(text: str) -> str:
    try:
        return in_words(date.fromisoformat(text))
    except ValueError:
        return text
