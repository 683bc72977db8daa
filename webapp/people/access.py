"""Who may come to which route: one row a route, asked before every request. A route without a row stops the app's start."""

from __future__ import annotations

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.store.tenancy import set_scope
from webapp.db import db
from webapp.people.guests import Guest, allowed

#: Anybody; somebody signed in; an officer of the authority; or a capability that a role gives.
PUBLIC, SIGNED_IN, OFFICER, START, MANAGE, OWN = "public", "signed in", "officer", "start", "manage", "own-processes"
ADMINISTER = "administer"
#: For those who keep the register of schools: managers and administrators.
REGISTER = "register"
#: Only where sample mode is on, for anybody signed in.
SAMPLE = "sample"

ROUTES = {
    "static": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.sign_out": SIGNED_IN,
    "home.home": SIGNED_IN,
    "home.health": PUBLIC,
    "metrics.metrics": PUBLIC,
    "tasks.inbox": SIGNED_IN,
    "tasks.task": SIGNED_IN,
    "tasks.complete": SIGNED_IN,
    "tasks.claim": SIGNED_IN,
    "tasks.release": SIGNED_IN,
    "behalf.form": OFFICER,
    "behalf.record": OFFICER,
    "behalf.silence": OFFICER,
    "behalf.unanswered": OFFICER,
    "links.form": OFFICER,
    "links.make": OFFICER,
    "links.follow": PUBLIC,
    "links.done": SIGNED_IN,
    "start.processes": START,
    "start.schools": START,
    "start.form": START,
    "start.begin": START,
    "batches.many": START,
    "batches.begin": START,
    "batches.progress": OFFICER,
    "batches.index": OFFICER,
    "events.schools": OFFICER,
    "events.of_school": OFFICER,
    "events.report": OFFICER,
    "events.report_in_case": OFFICER,
    "schools.index": OFFICER,
    "schools.school": OFFICER,
    "people.index": ADMINISTER,
    "people.add": ADMINISTER,
    "people.change": ADMINISTER,
    "people.move": ADMINISTER,
    "people.lacking": ADMINISTER,
    "imports.index": REGISTER,
    "imports.upload": REGISTER,
    "imports.report": REGISTER,
    "imports.confirm": REGISTER,
    "successions.index": MANAGE,
    "successions.succession": MANAGE,
    "coverage.index": OFFICER,
    "calendar.due": MANAGE,
    "calendar.confirm": MANAGE,
    "calendar.terms": OFFICER,
    "cases.index": OFFICER,
    "cases.case": SIGNED_IN,
    "cases.cancel": MANAGE,
    "cases.retry": MANAGE,
    "messages.message": MANAGE,
    "definitions.index": OFFICER,
    "definitions.versions": OFFICER,
    "definitions.xml": SIGNED_IN,
    "definitions.edit": OWN,
    "definitions.check": OWN,
    "definitions.deploy": OWN,
    "sample.clock": SAMPLE,
}


def guard(app: Flask) -> None:
    """Ask the table before every request. Raises RuntimeError when a route has no row."""
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(ROUTES))
    if missing:
        raise RuntimeError(f"add a row to webapp.people.access.ROUTES for: {', '.join(missing)}")
    app.before_request(_check)


def _check() -> Response | None:
    needed = ROUTES.get(request.endpoint or "", SIGNED_IN)
    if needed == PUBLIC or request.endpoint is None:
        return None
    if not current_user.is_authenticated:
        return _sent_to_sign_in()
    set_scope(db.session(), current_user.scope)
    if isinstance(person := current_user._get_current_object(), Guest):
        return None if allowed(person, request.endpoint, request.view_args or {}) else abort(403)
    # A page of sample mode does not exist outside it.
    return None if _may(needed) else abort(404 if needed == SAMPLE else 403)


def _sent_to_sign_in() -> Response:
    """A page is come back to after signing in; what was sent is lost, and says so."""
    if request.method != "GET":
        abort(401)
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def _may(needed: str) -> bool:
    if needed == SIGNED_IN:
        return True
    if needed == SAMPLE:
        return bool(current_app.config["SAMPLE"])
    if needed == REGISTER:
        return bool(current_user.may(MANAGE) or current_user.may("administer"))
    return bool(current_user.may(needed))
