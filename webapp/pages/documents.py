"""Forms and decision tables, changed in the browser as diagrams are: a draft, a check, a comparison, a deployment.

A form is shown beside its editor as officers will see it, by the same code that shows it to them.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.configuration.places import form_title
from engine.diagram import read_xml, to_utf8
from engine.errors import DeploymentRefused, DocumentOvertaken, FormUnreadable, NothingNew, ParseFailed, PathwaysError
from engine.lint.bundle import decision_ids
from engine.queries import DocumentRow, DrawingRow
from engine.services.drawings import Drawn
from engine.services.plans import HandedIn
from webapp.current import now, the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.forms.submission import Asked
from webapp.found import in_words
from webapp.people.names import anybody

blueprint = Blueprint("documents", __name__)
FORM, TABLE = "form", "table"
#: What a document of each kind begins with.
EMPTY_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"
  xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="%(key)s-definitions" name="%(name)s"
  namespace="http://pathways.example.org/dmn">
  <decision id="%(key)s" name="%(name)s">
    <decisionTable id="%(key)s-table" hitPolicy="FIRST">
      <input id="%(key)s-input" label="Phase of the school">
        <inputExpression id="%(key)s-expression" typeRef="string"><text>school.phase</text></inputExpression></input>
      <output id="%(key)s-output" label="Result" name="result" typeRef="string" />
      <rule id="%(key)s-rule"><inputEntry id="%(key)s-any"><text>-</text></inputEntry>
        <outputEntry id="%(key)s-then"><text>"to be decided"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram id="%(key)s-diagram"><dmndi:DMNShape id="%(key)s-shape" dmnElementRef="%(key)s">
    <dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>
"""


@blueprint.get("/documents")
def index() -> str:
    """The forms and tables of my authority, and what is begun anew."""
    rows = queries.documents(db.session())
    return render_template(
        "documents/index.html",
        kinds={
            "Forms": [(title_of(each), each) for each in rows if each.kind == FORM],
            "Tables": [(title_of(each), each) for each in rows if each.kind == TABLE],
        },
        begun=[each for each in queries.new_drawings(db.session()) if each.kind in (FORM, TABLE)],
    )


def title_of(row: DocumentRow) -> str:
    """What people call a form or a table: the form's title, or the step that asks it; the names of a table's decisions."""
    try:
        return _title_of_table(row) if row.kind == TABLE else _title_of_form(row)
    except (ParseFailed, ValueError):
        return row.key


def _title_of_table(row: DocumentRow) -> str:
    decisions = read_xml(row.content, row.file).iter("{*}decision")
    return ", ".join(each.get("name") or each.get("id") or "" for each in decisions) or row.key


def _title_of_form(row: DocumentRow) -> str:
    said = json.loads(row.content)
    steps = [step for _, step in row.asked if step != "its start"]
    return steps[0] if steps and not said.get("title") else form_title(said, row.key)


@blueprint.get("/documents/form/<path:key>")
def form(key: str) -> str | Answer:
    """The editor, with the newest version of a form; or with my draft of it."""
    return _opened(queries.document(db.session(), FORM, key))


@blueprint.get("/documents/table/<key>")
def table(key: str) -> str | Answer:
    """The editor, with the newest version of a file of decision tables; or with my draft of it."""
    return _opened(queries.document(db.session(), TABLE, key))


@dataclass(frozen=True)
class Edited:
    """What an editor has open: what it is, the version that it takes the place of, and the newest with who uses it."""

    kind: str
    key: str
    version: int
    latest: int
    used: tuple[str, ...] = ()
    draft: DrawingRow | None = None


def _opened(row: DocumentRow) -> str | Answer:
    mine = None if "fresh" in request.args else the_engine().drawings.newest(row.key, current_user.scope, row.kind)
    if mine is not None:
        return redirect(url_for("drawings.edit", drawing_id=mine.id))
    return _editor(Edited(row.kind, row.key, row.version, row.version, row.used), row.content)


def _editor(edited: Edited, content: bytes) -> str:
    return render_template(
        f"documents/{edited.kind}.html",
        edited=edited,
        source=to_utf8(content, edited.key).decode() if edited.kind == TABLE else content.decode(),
        approver=the_engine().plans.approver(current_user.authority),
    )


def opened_draft(draft: DrawingRow, content: bytes) -> str:
    """The editor with a draft of a form or table."""
    row = next((each for each in _of(draft.kind) if draft.process in each.keys), None)
    latest, used = (row.version, row.used) if row else (0, ())
    return _editor(Edited(draft.kind, draft.process, draft.base_version or 0, latest, used, draft), content)


def _of(kind: str) -> list[DocumentRow]:
    """The deployed documents of a kind."""
    return [each for each in queries.documents(db.session()) if each.kind == kind]


@blueprint.post("/documents/new")
def new() -> Answer:
    """Begin a form or table that is not there yet."""
    name, kind = request.form.get("name", "").strip()[:100], request.form.get("kind", FORM)
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    key = f"{current_user.authority}/{slug}" if kind == FORM else slug
    if problem := _problem(kind, slug, key):
        flash(problem, "problem")
        return redirect(url_for("documents.index"))
    of = Drawn(kind, key, f"forms/{key}.form" if kind == FORM else f"{slug}.dmn", base_version=0)
    made = the_engine().drawings.begin_new(of, _empty(kind, slug, name), current_user.scope, name)
    return redirect(url_for("drawings.edit", drawing_id=made.id))


def _problem(kind: str, slug: str, key: str) -> str:
    """What is wrong with the name of a new document, as a sentence; nothing when it will do."""
    if not (slug and slug[0].isalpha() and kind in (FORM, TABLE)):
        return "Enter a name that begins with a letter."
    if any(key in each.keys for each in _of(kind)):
        return f"There is one by the name {key} already: change that, or choose another name."
    if any(each.process == key for each in queries.new_drawings(db.session())):
        return f"One by the name {key} is begun already: go on with its draft, or choose another name."
    return ""


def _empty(kind: str, slug: str, name: str) -> bytes:
    if kind == TABLE:
        escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        return (EMPTY_TABLE % {"key": slug, "name": escaped}).encode()
    empty = {"type": "default", "id": slug, "title": name, "schemaVersion": 18, "components": []}
    return json.dumps(empty, indent=2).encode()


@blueprint.post("/api/documents")
def begin() -> tuple[Response, int] | Response:
    """Begin a draft of a form or table with the first stroke."""
    given, content = _given()
    row = queries.document(db.session(), given["kind"], given["key"])
    of = Drawn(row.kind, row.key, row.file, base_version=row.version)
    try:
        saved = the_engine().drawings.begin_new(of, content, current_user.scope)
    except PathwaysError as error:
        return jsonify(message=str(error)), 422
    return jsonify(id=saved.id, number=saved.number, name=saved.name)


def _given() -> tuple[dict[str, Any], bytes]:
    """What an editor sends: kind, key, and the document as text."""
    given = request.get_json()
    if not isinstance(given, dict) or not all(isinstance(given.get(each), str) for each in ("xml", "kind", "key")):
        raise BadRequest
    if given["kind"] not in (FORM, TABLE) or not re.fullmatch(r"[\w-]+(/[\w-]+)?", given["key"]):
        raise BadRequest
    try:
        return given, given["xml"].encode()
    except UnicodeEncodeError:
        raise BadRequest from None


def _files(given: dict[str, Any], content: bytes) -> dict[str, bytes]:
    """The document under the name by which it is deployed."""
    if given["kind"] == FORM:
        return {f"forms/{given['key']}.form": content}
    known = next((each.file for each in _of(TABLE) if given["key"] in each.keys), None)
    return {known or f"{given['key']}.dmn": content}


@blueprint.post("/api/documents/check")
def check() -> Response:
    """What the engine finds in a form or table, and in what uses it."""
    given, content = _given()
    findings = the_engine().deployments.check(_files(given, content), authority=current_user.authority)
    return jsonify(findings=[asdict(finding) for finding in in_words(findings)])


@blueprint.post("/api/documents/preview")
def preview() -> tuple[str, int] | str:
    """A form as officers will see it, with nothing known of a case."""
    _, content = _given()
    try:
        asked = Asked.of(content, {}, "")
        view = Asked(asked.form, {}, "", acting=frozenset(), at=now()).view()
    except (FormUnreadable, PathwaysError) as error:
        return render_template("documents/preview.html", problem=str(error), view=None), 422
    return render_template("documents/preview.html", problem="", view=view)


@blueprint.post("/api/documents/deploy")
def deploy() -> tuple[Response, int] | Response:
    """Deploy a form or table with a note, at once or from a day; or say why not."""
    given, content = _given()
    note, problem = reason(str(given.get("note") or ""), "Enter a note that says what you changed and why", "The note")
    if problem:
        return jsonify(message=f"{problem}."), 400
    try:
        return _handed_in(given, content, note)
    except DeploymentRefused as refused:
        return jsonify(message=str(refused), findings=[asdict(finding) for finding in in_words(refused.findings)]), 422
    except DocumentOvertaken as old:
        return jsonify(message=old.told(anybody), version=old.details["version"]), 409
    except (ParseFailed, NothingNew) as error:
        return jsonify(message=str(error)), 422


def _handed_in(given: dict[str, Any], content: bytes, note: str) -> tuple[Response, int] | Response:
    files, drawing = _files(given, content), given.get("draft")
    draft = queries.drawing(db.session(), drawing)[0].id if isinstance(drawing, int) else None
    handed = HandedIn(files, note, takes_effect=_day(given), drawing=draft, versions=_versions(given, files))
    done = the_engine().plans.hand_in(handed, current_user.scope)
    if isinstance(done, int):
        return jsonify(address=url_for("plans.plan", plan_id=done))
    if not done.forms and not done.decisions:
        raise NothingNew()
    others = sorted(row.name for row in queries.definitions(db.session()) if row.key in done.processes)
    said = f" New cases of {', '.join(f'“{name}”' for name in others)} meet it." if others else ""
    flash(f"“{given['key']}” is deployed.{said} Running cases keep what they had.")
    return jsonify(address=url_for("documents.index"))


def _versions(given: dict[str, Any], files: dict[str, bytes]) -> dict[str, int]:
    """The version that each form or decision takes the place of: that on which it was drawn; 0 for what is new."""
    version = given.get("version")
    if not isinstance(version, int):
        return {}
    name, content = next(iter(files.items()))
    keys = [given["key"]] if given["kind"] == FORM else decision_ids(content, name)
    known = {key for each in _of(given["kind"]) for key in each.keys}
    return {key: version if key in known else 0 for key in keys}


def _day(given: dict[str, Any]) -> date | None:
    try:
        return date.fromisoformat(given["from"]) if given.get("from") else None
    except (TypeError, ValueError):
        raise BadRequest from None
