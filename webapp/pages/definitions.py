"""Processes and their versions; the modeller, its checks, and deploying from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import PurePosixPath

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as Answer

from engine import Deployed, queries
from engine.errors import DeploymentRefused, DrawnOnOldVersion, NothingNew
from engine.people import register
from engine.queries import DefinitionRow, DrawingRow
from engine.services.plans import HandedIn
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.found import in_words
from webapp.people.access import may_move
from webapp.people.names import anybody

blueprint = Blueprint("definitions", __name__)


@blueprint.get("/processes")
def index() -> str:
    """The processes of my authority."""
    return render_template(
        "definitions/index.html",
        processes=queries.definitions(db.session()),
        plans=queries.plans(db.session()),
        begun=_begun() if current_user.may("own-processes") else [],
        retired=queries.retired(db.session()),
    )


def _begun() -> list[DrawingRow]:
    """The drafts of processes that are not deployed yet."""
    return [each for each in queries.new_drawings(db.session()) if each.kind == queries.DIAGRAM]


@blueprint.get("/processes/<key>")
def versions(key: str) -> str:
    """One process: its diagram and its versions."""
    session = db.session()
    latest = queries.latest_definition(session, key)
    readers = queries.readers(session, latest.id)
    return render_template(
        "definitions/versions.html",
        latest=latest,
        named=readers.named,
        readers=_in_words(readers.roles),
        overseers=_in_words(register.overseers(current_user.home)),
        versions=queries.versions(session, key),
        drafts=queries.drawings(session, key) if current_user.may("own-processes") else [],
        running={row.version: row.cases for row in queries.on_versions(session, key)},
        moves=queries.migrations(session, key) if may_move() else [],
        may_move=may_move(),
        retired=queries.retired(session).get(key),
        plans=queries.plans(session, key),
        approvals=queries.approvals(session, key),
        approver=the_engine().plans.approver(current_user.authority),
    )


def _in_words(roles: Iterable[str]) -> list[str]:
    """Roles by their names; the role "" is everybody's."""
    home = current_user.home
    named = (home.roles[role].name if home and role in home.roles else role for role in roles)
    return sorted(name or "Every officer of the authority" for name in named)


@blueprint.post("/processes/<key>/retire")
def retire(key: str) -> Answer:
    """Let no new case of a process begin, with a reason."""
    name = queries.latest_definition(db.session(), key).name
    why, wrong = reason(request.form.get("retire-why", ""), "Enter why the process is retired", "Why it is retired")
    if wrong:
        flash(f"{wrong}.", "problem")
    else:
        the_engine().deployments.retire(key, why, current_user.scope)
        flash(f"{name} is retired: no new case begins, and cases that run go on.")
    return redirect(url_for("definitions.versions", key=key))


@blueprint.post("/processes/<key>/take-up")
def take_up(key: str) -> Answer:
    """Take a retirement back."""
    name = queries.latest_definition(db.session(), key).name
    the_engine().deployments.take_up(key, current_user.scope)
    flash(f"{name} is in use again: new cases begin.")
    return redirect(url_for("definitions.versions", key=key))


@blueprint.post("/processes/<key>/back")
def back(key: str) -> Answer:
    """Deploy the version before the latest again, as a new version; or say why not."""
    session = db.session()
    shown = queries.latest_definition(session, key)
    before = next((row for row in queries.versions(session, key) if row.version < shown.version), None)
    why, wrong = reason(request.form.get("why", ""), "", "Why you go back")
    if wrong or before is None:
        flash(f"{wrong or 'There is no version before this one'}.", "problem")
        return redirect(url_for("definitions.versions", key=key))
    return _gone_back(before, request.form.get("latest", shown.id, int), why)


def _gone_back(to: DefinitionRow, latest: int, why: str) -> Answer:
    """Go back to a version; or say what stands against it."""
    same = f"Nothing was deployed: version {to.version} says the same as the newest version."
    problem, done = "", None
    try:
        done = the_engine().plans.back(to.id, latest, current_user.scope, why)
    except DrawnOnOldVersion as old:
        problem = f"Nothing was deployed: version {old.details['version']} was deployed after this page was opened."
    except NothingNew:
        problem = same
    except DeploymentRefused as refused:
        problem = str(refused)
    if isinstance(done, int):
        return redirect(url_for("plans.plan", plan_id=done))
    if done is not None:
        _say_others(done)
        problem = "" if done.processes else same
    if problem:
        flash(problem, "problem")
    return redirect(url_for("definitions.versions", key=to.key, deployed=None if problem else 1))


@blueprint.get("/definitions/<int:definition_id>.bpmn")
def xml(definition_id: int) -> Response:
    """The diagram as it was deployed, in UTF-8."""
    session = db.session()
    row = queries.definition(session, definition_id)
    answer = Response(queries.definition_xml(session, definition_id), mimetype="application/xml")
    # Never opened in place: somebody else's markup must not run as a page of ours.
    answer.headers.set("Content-Disposition", "attachment", filename=PurePosixPath(row.file).name)
    return answer


@blueprint.get("/definitions/<int:definition_id>/edit")
def edit(definition_id: int) -> str | Answer:
    """The modeller, with this version open; or with the draft of its process that I saved last, unless a fresh one is asked
    for."""
    session = db.session()
    row = queries.definition(session, definition_id)
    latest = queries.latest_definition(session, row.key)
    mine = None if "fresh" in request.args else the_engine().drawings.newest(row.key, current_user.scope)
    if mine is not None:
        return redirect(url_for("drawings.edit", drawing_id=mine.id))
    file = PurePosixPath(row.file).name
    approver = the_engine().plans.approver(current_user.authority)
    return render_template(
        "definitions/edit.html",
        definition=row,
        latest=latest,
        file=file,
        draft=None,
        others=False,
        approver=approver,
    )


@blueprint.post("/api/check")
def check() -> Response:
    """What the engine finds in a drawing."""
    resources, _, _ = _drawing()
    rehearses = not request.get_json().get("drawn")
    findings = the_engine().deployments.check(resources, current_user.authority, rehearses=rehearses)
    return jsonify(findings=[asdict(finding) for finding in in_words(findings)])


@blueprint.post("/api/deploy")
def deploy() -> tuple[Response, int] | Response:
    """Deploy a drawing as a new version, with a note, at once or from a day; or say why not."""
    resources, given, base = _drawing()
    note, problem = reason(given, "Enter a note that says what you changed and why", "The note")
    if problem:
        return jsonify(message=f"{problem}."), 400
    try:
        handed = HandedIn(resources, note, base, _day(), _draft())
        done = the_engine().plans.hand_in(handed, current_user.scope)
    except DrawnOnOldVersion as old:
        newest = queries.latest_definition(db.session(), queries.definition(db.session(), base or 0).key)
        return jsonify(message=old.told(anybody), base=newest.id, version=newest.version), 409
    except DeploymentRefused as refused:
        return jsonify(message=str(refused), findings=[asdict(finding) for finding in in_words(refused.findings)]), 422
    return _deployed(done)


def _deployed(done: Deployed | int) -> tuple[Response, int] | Response:
    """Where the modeller goes on to."""
    if isinstance(done, int):
        return jsonify(address=url_for("plans.plan", plan_id=done))
    if not done.processes:
        return jsonify(message=str(NothingNew())), 422
    key = next((key for key in done.own if key in done.processes), next(iter(done.processes)))
    _say_others(done)
    return jsonify(address=url_for("definitions.versions", key=key, deployed=1))


def _day() -> date | None:
    """From which day the drawing is to take effect; None for at once."""
    given = request.get_json().get("from")
    try:
        return date.fromisoformat(given) if given else None
    except (TypeError, ValueError):
        raise BadRequest from None


def _draft() -> int | None:
    """The draft that is deployed, where it is one."""
    given = request.get_json().get("draft")
    return queries.drawing(db.session(), given)[0].id if isinstance(given, int) else None


def _say_others(deployed: Deployed) -> None:
    """Name the processes that have a new version since they refer to what was deployed."""
    others = deployed.processes.keys() - deployed.own
    names = sorted(row.name for row in queries.definitions(db.session()) if row.key in others)
    if names:
        flash(f"These refer to it, and so have a new version too: {', '.join(f'“{name}”' for name in names)}.")


def _drawing() -> tuple[dict[str, bytes], str, int | None]:
    """The file, the note, and the version that the drawing was made from."""
    try:
        given = request.get_json()
        content = given["xml"].encode()
    except (RecursionError, TypeError, KeyError, AttributeError, UnicodeEncodeError):
        raise BadRequest from None
    file = secure_filename(str(given.get("file") or "")) or "drawing.bpmn"
    base = given.get("base")
    return {file: content}, str(given.get("note") or ""), base if isinstance(base, int) else None
