"""Who may come to which route: one row a route, asked before every request. A route without a row stops the app's start."""

from __future__ import annotations

from flask import Flask, abort, current_app, make_response, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.store.tenancy import set_scope
from engine.store.today import set_clock
from webapp.current import the_engine
from webapp.db import db
from webapp.forms import drafts
from webapp.people import sign_in, witness
from webapp.people.guests import PREFIX, Guest, allowed, ended, guest

#: Anybody; somebody signed in; an officer of the authority; or a capability that a role gives.
PUBLIC, SIGNED_IN, OFFICER, START, MANAGE, OWN = "public", "signed in", "officer", "start", "manage", "own-processes"
ADMINISTER = "administer"
#: For whoever looks after information governance.
AUDIT = "audit"
#: For whoever decides what is deleted and held, and finds what is kept of a person.
RECORDS = "records"
#: For those who keep the register of schools: managers and administrators.
REGISTER = "register"
#: For those who own the processes, and those who manage their cases.
MOVE = "move"
#: For those who own the processes, and those who keep people, roles and settings.
CONFIGURE = "configure"
#: Only where sample mode is on, for anybody signed in.
SAMPLE = "sample"

ROUTES = {
    "auth.sign_in": PUBLIC,
    "auth.sign_out": SIGNED_IN,
    "auth.code": PUBLIC,
    "auth.forgotten": PUBLIC,
    "auth.new_password": PUBLIC,
    "oidc.begin": PUBLIC,
    "oidc.done": PUBLIC,
    "oidc.leave": PUBLIC,
    "session.state": PUBLIC,
    "session.extend": SIGNED_IN,
    "session.again": PUBLIC,
    "own.account": SIGNED_IN,
    "own.everywhere": SIGNED_IN,
    "feed.index": SIGNED_IN,
    "feed.begin": SIGNED_IN,
    "feed.end": SIGNED_IN,
    "feed.calendar": PUBLIC,
    "factor.index": SIGNED_IN,
    "factor.set_up": SIGNED_IN,
    "factor.renew": SIGNED_IN,
    "factor.remove": SIGNED_IN,
    "audit.index": AUDIT,
    "audit.entry": AUDIT,
    "audit.listed": AUDIT,
    "audit.sign_ins": ADMINISTER,
    "accounts.index": ADMINISTER,
    "accounts.add": ADMINISTER,
    "accounts.account": ADMINISTER,
    "accounts.role": ADMINISTER,
    "accounts.withdraw": ADMINISTER,
    "accounts.close": ADMINISTER,
    "accounts.reopen": ADMINISTER,
    "accounts.out": ADMINISTER,
    "accounts.without_codes": ADMINISTER,
    "accounts.link": ADMINISTER,
    "home.home": SIGNED_IN,
    "home.health": PUBLIC,
    "accessibility.statement": PUBLIC,
    "metrics.metrics": PUBLIC,
    "tasks.inbox": SIGNED_IN,
    "tasks.done": SIGNED_IN,
    "tasks.waiting": OFFICER,
    "lists.save": SIGNED_IN,
    "lists.remove": SIGNED_IN,
    "lists.save_view": OFFICER,
    "tasks.since": OFFICER,
    "tasks.remind": OFFICER,
    "tasks.task": SIGNED_IN,
    "tasks.complete": SIGNED_IN,
    "tasks.claim": SIGNED_IN,
    "tasks.release": SIGNED_IN,
    "tasks.changed_hands": SIGNED_IN,
    "attention.later": SIGNED_IN,
    "attention.priority": MANAGE,
    "notices.index": SIGNED_IN,
    "notices.notice": SIGNED_IN,
    "notices.meeting": SIGNED_IN,
    "notices.read_all": SIGNED_IN,
    "notices.how": SIGNED_IN,
    "hands.index": MANAGE,
    "hands.move": MANAGE,
    "hands.hand_over": SIGNED_IN,
    "covers.index": MANAGE,
    "covers.end": MANAGE,
    "files.of_case": SIGNED_IN,
    "files.of_task": SIGNED_IN,
    "files.download": SIGNED_IN,
    "files.preview": SIGNED_IN,
    "files.remove": SIGNED_IN,
    "comments.of_case": OFFICER,
    "comments.of_task": OFFICER,
    "corrections.answers": SIGNED_IN,
    "corrections.replace": SIGNED_IN,
    "corrections.form": SIGNED_IN,
    "corrections.add": SIGNED_IN,
    "behalf.form": OFFICER,
    "behalf.record": OFFICER,
    "behalf.silence": OFFICER,
    "behalf.unanswered": OFFICER,
    "links.form": OFFICER,
    "links.make": OFFICER,
    "links.end": OFFICER,
    "links.follow": PUBLIC,
    "links.done": PUBLIC,
    "start.processes": START,
    "start.schools": START,
    "start.form": START,
    "start.begin": START,
    "archive.index": OFFICER,
    "retention.index": RECORDS,
    "retention.approve": RECORDS,
    "retention.one": RECORDS,
    "holds.index": RECORDS,
    "holds.lift": RECORDS,
    "subject.index": RECORDS,
    "subject.export": RECORDS,
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
    "schools.address": ADMINISTER,
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
    "coverage.one": OFFICER,
    "proof.index": MANAGE,
    "proof.policy": MANAGE,
    "proof.one": MANAGE,
    "proof.policy_file": MANAGE,
    "proof.clause_file": MANAGE,
    "reports.index": OFFICER,
    "reports.begin": OFFICER,
    "reports.make": OFFICER,
    "reports.of_task": OFFICER,
    "reports.make_of_task": OFFICER,
    "reports.report": OFFICER,
    "reports.write": OFFICER,
    "reports.anew": OFFICER,
    "reports.approval": OFFICER,
    "reports.approve": OFFICER,
    "reports.file": OFFICER,
    "calendar.due": MANAGE,
    "calendar.confirm": MANAGE,
    "calendar.terms": OFFICER,
    "overview.index": MANAGE,
    "statistics.process": MANAGE,
    "trends.index": MANAGE,
    "board.index": OFFICER,
    "case_list.index": OFFICER,
    "case_list.listed": OFFICER,
    "cases.case": SIGNED_IN,
    "cases.cancel": MANAGE,
    "cases.retry": MANAGE,
    "cases.dismiss": MANAGE,
    "conflicts.index": MANAGE,
    "conflicts.lift": MANAGE,
    "interventions.redate": MANAGE,
    "interventions.suspend": MANAGE,
    "moving.index": MANAGE,
    "moving.move": MANAGE,
    "sending.index": MANAGE,
    "sending.send": MANAGE,
    "interventions.resume": MANAGE,
    "retries.index": MANAGE,
    "retries.choose": MANAGE,
    "retries.progress": MANAGE,
    "incidents.incident": MANAGE,
    "incidents.correct": MANAGE,
    "chronology.case_story": SIGNED_IN,
    "chronology.case_printed": SIGNED_IN,
    "chronology.case_hand_over": MANAGE,
    "chronology.school_story": OFFICER,
    "chronology.school_printed": OFFICER,
    "chronology.school_hand_over": MANAGE,
    "messages.message": MANAGE,
    "definitions.index": OFFICER,
    "definitions.versions": OFFICER,
    "definitions.back": OWN,
    "definitions.retire": OWN,
    "definitions.take_up": OWN,
    "definitions.xml": SIGNED_IN,
    "definitions.edit": OWN,
    "choices.index": OWN,
    "choices.timer": OWN,
    "definitions.check": OWN,
    "definitions.deploy": OWN,
    "documents.index": OWN,
    "documents.form": OWN,
    "documents.table": OWN,
    "documents.new": OWN,
    "documents.begin": OWN,
    "documents.check": OWN,
    "documents.deploy": OWN,
    "documents.preview": OWN,
    "configuration.index": CONFIGURE,
    "configuration.save": CONFIGURE,
    "configuration.versions": CONFIGURE,
    "configuration.back": CONFIGURE,
    "roles.index": CONFIGURE,
    "roles.change": CONFIGURE,
    "roles.remove": CONFIGURE,
    "register.index": CONFIGURE,
    "register.change": CONFIGURE,
    "register.remove": CONFIGURE,
    "register.document": CONFIGURE,
    "school_calendar.index": CONFIGURE,
    "school_calendar.change": CONFIGURE,
    "school_calendar.upload": CONFIGURE,
    "archives.export": OWN,
    "archives.upload": OWN,
    "archives.look": OWN,
    "values.index": CONFIGURE,
    "values.change": CONFIGURE,
    "values.remove": CONFIGURE,
    "new_processes.index": OWN,
    "new_processes.begin": OWN,
    "plans.plan": OFFICER,
    "plans.approve": OFFICER,
    "plans.refuse": OFFICER,
    "plans.call_off": OWN,
    "plans.renew": OWN,
    "drawings.begin": OWN,
    "drawings.save": OWN,
    "drawings.xml": OWN,
    "drawings.edit": OWN,
    "drawings.draft": OWN,
    "drawings.rename": OWN,
    "drawings.discard": OWN,
    "drawings.restore": OWN,
    "rehearsals.setup": OWN,
    "replays.version": OWN,
    "replays.file": OWN,
    "rehearsals.year": OWN,
    "rehearsals.steps": OWN,
    "rehearsals.save": OWN,
    "rehearsals.download": OWN,
    "rehearsals.coverage": OWN,
    "rehearsals.upload": OWN,
    "rehearsals.remove": OWN,
    "migrations.plan": MOVE,
    "migrations.move": MOVE,
    "migrations.progress": MOVE,
    "migrations.undo": MOVE,
    "migrations.undo_case": MOVE,
    "comparisons.versions": OFFICER,
    "comparisons.file": OFFICER,
    "sample.clock": SAMPLE,
    "sample.mail": SAMPLE,
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
    set_clock(db.session(), the_engine().clock)
    witness.known(current_user._get_current_object())
    if isinstance(person := current_user._get_current_object(), Guest):
        return None if allowed(person, request.endpoint, request.view_args or {}) else abort(403)
    # A page of sample mode does not exist outside it.
    return None if _may(needed) else abort(404 if needed == SAMPLE else 403)


def _sent_to_sign_in() -> Response:
    """A page is come back to after signing in; what was typed into a form that keeps it goes through the sign-in.

    Whoever came by a link, which has ended since, has no account to sign in with: they are told so, with what they typed.
    """
    if session.get("_user_id", "").startswith(PREFIX):
        typed = drafts.texts(drafts.wrapped()) if request.method == "POST" and drafts.here() else []
        visitor = guest(session["_user_id"].removeprefix(PREFIX))
        return make_response(ended(visitor.link if visitor else 0, typed), 410)
    if request.method not in ("GET", "HEAD"):
        if (place := drafts.here()) and not drafts.is_typing():
            return make_response(sign_in.go_on(place.address, drafts.wrapped()))
        abort(401)
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def _may(needed: str) -> bool:
    if needed == SIGNED_IN:
        return True
    if needed == SAMPLE:
        return bool(current_app.config["SAMPLE"])
    if needed == REGISTER:
        return bool(current_user.may(MANAGE) or current_user.may("administer"))
    if needed == CONFIGURE:
        return bool(current_user.may(OWN) or current_user.may(ADMINISTER))
    if needed == MOVE:
        return may_move()
    return bool(current_user.may(needed))


def may_move() -> bool:
    """Whether who is signed in may move running cases to another version."""
    return bool(current_user.may(MANAGE) or current_user.may(OWN))
