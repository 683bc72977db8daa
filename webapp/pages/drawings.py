"""Drafts of diagrams: opened in the modeller, saved as they are drawn, named, looked back at, discarded and had back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.compare import Section
from engine.errors import DrawingUnusable, FormUnreadable, ParseFailed
from engine.queries import DefinitionRow, DrawingRow
from engine.services.drawings import Saved
from webapp.current import now, the_engine
from webapp.db import db
from webapp.pages import documents, new_processes
from webapp.pages.comparisons import Side, grouped
from webapp.people.names import person

blueprint = Blueprint("drawings", __name__)
#: How long after a save by somebody else people are told that they are in the same draft.
MEANWHILE = timedelta(minutes=15)


@blueprint.post("/api/drafts")
def begin() -> tuple[Response, int] | Response:
    """Begin a draft with the first stroke."""
    given = _given("base")
    file = secure_filename(str(given.get("file") or "")) or "drawing.bpmn"
    name = str(given.get("name") or "")
    return _said(
        lambda: the_engine().drawings.begin(given["base"], given["xml"].encode(), current_user.scope, name, file)
    )


@blueprint.post("/api/drafts/<int:drawing_id>")
def save(drawing_id: int) -> tuple[Response, int] | Response:
    """Save a draft as it is drawn."""
    queries.drawing(db.session(), drawing_id)  # raises DrawingNotFound, whatever was sent
    given = _given("number")
    scope = current_user.scope
    return _said(lambda: the_engine().drawings.save(drawing_id, given["xml"].encode(), given["number"], scope))


def _said(command: Any) -> tuple[Response, int] | Response:
    try:
        saved: Saved = command()
    except DrawingUnusable as error:
        return jsonify(message=str(error)), 422
    except UnicodeEncodeError:
        return jsonify(message=str(DrawingUnusable(reason="it holds half of a character"))), 422
    told = {
        "id": saved.id,
        "number": saved.number,
        "name": saved.name,
        "address": url_for("drawings.save", drawing_id=saved.id),
    }
    if saved.beside:
        told["beside"] = person(saved.beside)
    return jsonify(told)


def _given(number: str) -> dict[str, Any]:
    """What the modeller sends: the diagram, and a number."""
    given = request.get_json()
    if not isinstance(given, dict) or not isinstance(given.get("xml"), str) or not isinstance(given.get(number), int):
        raise BadRequest
    return given


@blueprint.get("/drafts/<int:drawing_id>.bpmn")
def xml(drawing_id: int) -> Response:
    """The diagram of a draft; as it was after an earlier save, when one is named."""
    _, content = queries.drawing(db.session(), drawing_id)
    return Response(content, mimetype="application/xml")


@blueprint.get("/drafts/<int:drawing_id>/edit")
def edit(drawing_id: int) -> str | Answer:
    """The modeller, with this draft open; of one that is deployed or discarded its page, which says so."""
    session = db.session()
    row, content = queries.drawing(session, drawing_id)
    if row.ended is not None:
        was = f"deployed as version {row.deployed_as}" if row.deployed_as else "discarded"
        flash(
            f"The draft “{row.name}” was {was}, so it is not open any more. To go on with it, have it back.", "problem"
        )
        return redirect(url_for("drawings.draft", drawing_id=drawing_id))
    if row.kind != queries.DIAGRAM:
        return documents.opened_draft(row, content)
    if row.based_on is None:
        return new_processes.editor(row)
    base = queries.definition(session, row.based_on)
    latest = queries.latest_definition(session, row.process)
    others = row.saved_by != current_user.username and now() - row.saved < MEANWHILE
    approver = the_engine().plans.approver(current_user.authority)
    return render_template(
        "definitions/edit.html",
        definition=base,
        latest=latest,
        file=row.file,
        draft=row,
        others=others,
        approver=approver,
    )


@blueprint.get("/drafts/<int:drawing_id>")
def draft(drawing_id: int) -> str:
    """A draft: its history, and what is different from the newest version."""
    session = db.session()
    row, content = queries.drawing(session, drawing_id)
    latest = _newest(row)
    problem, groups, sides = "", [], []
    try:
        found = the_engine().comparisons.files({row.file: content}, current_user.scope)
        groups = [(section, grouped(section)) for section in found.sections if section.changes]
        sides = _sides(latest, row, next(iter(found.of("diagram")), Section("diagram", "", ()))) if latest else []
    except (ParseFailed, FormUnreadable) as error:
        problem = str(error)
    return render_template(
        "drawings/draft.html",
        row=row,
        latest=latest,
        base=_base(row),
        titled=latest.name if latest else row.process,
        saves=queries.drawing_saves(session, drawing_id),
        groups=groups,
        sides=sides,
        problem=problem,
    )


def _newest(row: DrawingRow) -> DefinitionRow | None:
    """The newest version of the process that a draft is of; None for a form or table, and for what is new."""
    found = (each for each in queries.definitions(db.session()) if each.key == row.process)
    return next(found, None) if row.kind == queries.DIAGRAM else None


def _base(row: DrawingRow) -> int:
    """The number of the version that a draft was drawn on; 0 for what is new."""
    return queries.definition(db.session(), row.based_on).version if row.based_on else row.base_version or 0


def _sides(latest: DefinitionRow, row: DrawingRow, drawn: Section) -> list[tuple[Side, dict[str, list[str]]]]:
    """The newest version and the draft, each with its marks."""
    deployed = Side(f"Version {latest.version}", url_for("definitions.xml", definition_id=latest.id))
    return [
        (deployed, drawn.marks("old")),
        (Side(row.name, url_for("drawings.xml", drawing_id=row.id)), drawn.marks("new")),
    ]


@blueprint.post("/drafts/<int:drawing_id>/name")
def rename(drawing_id: int) -> Answer:
    """Give a draft another name."""
    try:
        the_engine().drawings.rename(drawing_id, request.form.get("name", ""), current_user.scope)
        flash("The draft has its new name.")
    except DrawingUnusable as error:
        flash(str(error), "problem")
    return redirect(url_for("drawings.draft", drawing_id=drawing_id))


@blueprint.post("/drafts/<int:drawing_id>/discard")
def discard(drawing_id: int) -> Answer:
    """Discard a draft; it can be had back."""
    the_engine().drawings.end(drawing_id, current_user.scope)
    row, _ = queries.drawing(db.session(), drawing_id)
    if request.is_json:
        return jsonify(restore=url_for("drawings.restore", drawing_id=drawing_id))
    flash(f"The draft “{row.name}” is discarded. It can be had back below.")
    return redirect(url_for("drawings.draft", drawing_id=drawing_id))


@blueprint.post("/drafts/<int:drawing_id>/restore")
def restore(drawing_id: int) -> Answer:
    """Have a draft back, or an earlier save of it."""
    number = request.form.get("number", "")
    the_engine().drawings.restore(
        drawing_id, current_user.scope, int(number) if number.isdecimal() and len(number) < 9 else None
    )
    if request.is_json:
        return jsonify(address=url_for("drawings.edit", drawing_id=drawing_id))
    flash("The draft is back." if not number else "The draft is as it was then. What came after stays in its history.")
    return redirect(url_for("drawings.draft", drawing_id=drawing_id))
