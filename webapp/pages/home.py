"""The way in, and the navigation that every page shows."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import text
from werkzeug.wrappers import Response

from webapp.db import db
from webapp.people.access import ROUTES, _may

blueprint = Blueprint("home", __name__)
PLACES = (
    ("Overview", "overview.index", "overview."),
    ("Tasks", "tasks.inbox", "tasks."),
    ("Start a case", "start.processes", "start."),
    ("Cases", "case_list.index", ("case_list.", "cases.", "board.", "chronology.case")),
    ("Schools", "schools.index", ("schools.", "imports.", "successions.")),
    ("People", "people.index", "people."),
    ("Accounts", "accounts.index", ("accounts.", "audit.sign_ins")),
    ("Audit trail", "audit.index", ("audit.index", "audit.entry")),
    ("Records", "retention.index", ("retention.", "holds.", "archive.", "subject.")),
    ("Calendar", "calendar.due", "calendar."),
    ("Reports", "reports.index", "reports."),
    ("Proof of policy", "proof.index", "proof."),
    ("Processes", "definitions.index", "definitions."),
)


@blueprint.get("/")
def home() -> Response:
    """Where work is: the overview for those who manage cases, else the inbox."""
    return redirect(url_for("overview.index" if current_user.may("manage") else "tasks.inbox"))


@blueprint.get("/health")
def health() -> Response:
    """For a monitor: whether the application reaches its database."""
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


def navigation() -> list[dict[str, object]]:
    """The places that this person may go to, for the service navigation."""
    here = request.endpoint or ""
    return [
        {"text": name, "href": url_for(endpoint), "active": here.startswith(prefix)}
        for name, endpoint, prefix in PLACES
        if current_user.is_authenticated and _may(ROUTES[endpoint])
    ]
