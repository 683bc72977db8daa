"""Processes and their versions; the modeller, its checks, and deploying from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.utils import secure_filename

from engine import queries
from engine.errors import DeploymentRefused, DrawnOnOldVersion
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.people.names import anybody

blueprint = Blueprint("definitions", __name__)


@blueprint.get("/processes")
def index() -> str:
    """The processes of my authority."""
    return render_template("definitions/index.html", processes=queries.definitions(db.session()))


@blueprint.get("/processes/<key>")
def versions(key: str) -> str:
    """One process: its diagram and its versions."""
    session = db.session()
    return render_template(
        "definitions/versions.html",
        latest=queries.latest_definition(session, key),
        versions=queries.versions(session, key),
    )


@blueprint.get("/definitions/<int:definition_id>.bpmn")
def xml(definition_id: int) -> Response:
    """The diagram as it was deployed, in UTF-8."""
    session = db.session()
    row = queries.definition(session, definition_id)
    answer = Response(queries.definition_xml(session, definition_id), mimetype="application/xml")
    if "download" in request.args:
        answer.headers.set("Content-Disposition", "attachment", filename=PurePosixPath(row.file).name)
    return answer


@blueprint.get("/definitions/<int:definition_id>/edit")
def edit(definition_id: int) -> str:
    """The modeller, with this version open."""
    session = db.session()
    row = queries.definition(session, definition_id)
    latest = queries.latest_definition(session, row.key)
    return render_template("definitions/edit.html", definition=row, latest=latest, file=PurePosixPath(row.file).name)


@blueprint.post("/api/check")
def check() -> Response:
    """What the engine finds in a drawing."""
    resources, _, _ = _drawing()
    findings = the_engine().deployments.check(resources, authority=current_user.authority)
    return jsonify(findings=[asdict(finding) for finding in findings])


@blueprint.post("/api/deploy")
def deploy() -> tuple[Response, int] | Response:
    """Deploy a drawing as a new version, with a note; or say why not."""
    resources, given, base = _drawing()
    note, problem = reason(given, "Enter a note that says what you changed and why", "The note")
    if problem:
        return jsonify(message=f"{problem}."), 400
    try:
        deployed = the_engine().deployments.deploy(resources, by=current_user.scope, note=note, based_on=base)
    except DrawnOnOldVersion as old:
        newest = queries.latest_definition(db.session(), queries.definition(db.session(), base or 0).key)
        return jsonify(message=old.told(anybody), base=newest.id, version=newest.version), 409
    except DeploymentRefused as refused:
        return jsonify(message=str(refused), findings=[asdict(finding) for finding in refused.findings]), 422
    if not deployed.processes:
        return jsonify(message="Nothing was deployed: this is the same as the deployed version."), 422
    key = next(iter(deployed.processes))
    return jsonify(address=url_for("definitions.versions", key=key, deployed=1))


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
