"""A trouble of a case: what was evaluated and seen, and a value to correct, so that trying again can help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import PathwaysError
from engine.forms import Component, as_text, load_form
from engine.queries import IncidentDetail, Origin
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.answers import display
from webapp.forms.confidential import kept_in, unseen_in
from webapp.forms.reasons import reason
from webapp.people import witness

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")
HIDDEN = "Kept to certain roles: you may not read it."


@dataclass(frozen=True)
class Seen:
    """A value that was seen: its question where a form asks it, in words, and whether this person may correct it."""

    name: str
    label: str
    text: str
    origin: Origin | None
    options: tuple[tuple[str, str], ...]
    raw: str
    correctable: bool


@blueprint.get("/<int:incident_id>")
def incident(incident_id: int) -> str:
    """What went wrong, the values that it saw, and how to mend it."""
    detail = queries.incident_detail(db.session(), incident_id)
    return _page(detail, {}, {})


@blueprint.post("/<int:incident_id>/correct")
def correct(incident_id: int) -> Response | tuple[str, int]:
    """Put another value in the place of one that was seen, with a reason that stands in the case's story for ever."""
    detail = queries.incident_detail(db.session(), incident_id)
    known = {each.name: each for each in _seen(detail) if each.correctable}
    given, problems = request.form, dict[str, str]()
    name = given.get("name", "")
    if name not in known:
        problems["name"] = "Select the value that is to be corrected"
    why, wrong = reason(given.get("reason", ""), "Enter why the value is corrected", "Why the value is corrected")
    if wrong:
        problems["reason"] = wrong
    value, wrong = _value(detail, name, given.get(f"value-{name}", "")) if name in known else (None, "")
    if wrong:
        problems[f"value-{name}"] = wrong
    if problems:
        return _page(detail, given, problems), 400
    try:
        the_engine().cases.set_variables(detail.case.id, {name: value}, by=current_user.scope, reason=why)
        flash(f"“{known[name].label}” is corrected. Now try again what went wrong.")
    except PathwaysError as refused:
        flash(f"It was not corrected. {refused}", "problem")
    return redirect(url_for("cases.case", instance_id=detail.case.id))


def _fields(detail: IncidentDetail) -> dict[str, Component]:
    return {each.key: each for content in detail.forms for each in load_form(content).fields}


def _seen(detail: IncidentDetail) -> list[Seen]:
    fields, hidden = _fields(detail), unseen_in(detail.forms, detail.case.school_urn, detail.case.id)
    witness.note((name for name in kept_in(detail.forms) - hidden if name in detail.saw), detail.case.id)
    return [_one(name, detail, fields.get(name), name in hidden) for name in detail.saw]


def _one(name: str, detail: IncidentDetail, field: Component | None, hidden: bool) -> Seen:
    value, given = detail.values.get(name), detail.row.kind in ("job", "stuck") and is_plain(detail, name)
    options = _options(field)
    return Seen(
        name=name,
        label=field.label if field else name.replace("_", " ").capitalize(),
        text=HIDDEN if hidden else _said(value, field, name in detail.values),
        origin=detail.origins.get(name),
        options=options,
        raw="" if hidden or value is None else as_text(value),
        correctable=given and not hidden,
    )


def is_plain(detail: IncidentDetail, name: str) -> bool:
    """Whether a value is plain, so that somebody can type another: not the register's school, a list or a context."""
    return name != "school" and not isinstance(detail.values.get(name), dict | list)


def _said(value: Any, field: Component | None, known: bool) -> str:
    if not known:
        return "Not set"
    shown = display(field, value) if field else {True: "Yes", False: "No", None: "Nothing"}.get(value, as_text(value))
    return shown if isinstance(shown, str) else "; ".join(shown)


def _options(field: Component | None) -> tuple[tuple[str, str], ...]:
    if field is None:
        return ()
    if field.kind == "checkbox":
        return (("true", "Yes"), ("false", "No"))
    return (
        tuple((as_text(each.value), each.label) for each in field.options) if field.kind in ("radio", "select") else ()
    )


def _value(detail: IncidentDetail, name: str, text: str) -> tuple[Any, str]:
    """What was typed as a value of the kind that is there: an option, a number, yes or no, nothing, or a text."""
    field, old, text = _fields(detail).get(name), detail.values.get(name), text.strip()
    options = _options(field)
    if options and text not in dict(options):
        return None, "Select a value"
    if isinstance(old, bool) or (field is not None and field.kind == "checkbox"):
        return {"true": (True, ""), "yes": (True, ""), "false": (False, ""), "no": (False, "")}.get(
            text.lower(), (None, "Enter yes or no")
        )
    if isinstance(old, int | float) or (field is not None and field.kind == "number"):
        return _number(text)
    return (text or None), ""


def _number(text: str) -> tuple[Any, str]:
    try:
        return (float(text) if "." in text else int(text)), ""
    except ValueError:
        return None, "Enter a number"


def _page(detail: IncidentDetail, given: Mapping[str, str], problems: Mapping[str, str]) -> str:
    return render_template(
        "cases/incident.html",
        detail=detail,
        seen=_seen(detail),
        given=given,
        problems=problems,
    )
