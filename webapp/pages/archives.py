"""All of an authority as one zip: exported; and imported, looked at as a whole before it counts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import PurePosixPath

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.configuration import TITLES
from engine.configuration.places import form_title
from engine.diagram import read_xml
from engine.errors import ParseFailed, PathwaysError
from engine.services.archives import CHANGED, NEW, SAME, Entry
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages.comparisons import grouped
from webapp.pages.configuration import day_given, told
from webapp.people.names import anybody

blueprint = Blueprint("archives", __name__)
KINDS = {"diagram": "Process", "table": "Decision table", "form": "Form", **TITLES}


@blueprint.get("/configuration/export")
def export() -> Response:
    """Everything that is deployed, as a zip."""
    answer = Response(the_engine().archives.export(current_user.scope), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"pathways-{current_user.authority}.zip")
    return answer


@blueprint.route("/configuration/import", methods=["GET", "POST"])
def upload() -> str | tuple[str, int] | Answer:
    """A zip to be looked at."""
    if request.method != "POST":
        return render_template("configuration/import.html", problem="")
    sent = request.files.get("file")
    content = sent.read() if sent is not None and sent.filename else b""
    if not content:
        return render_template("configuration/import.html", problem="Select a zip file"), 400
    try:
        kept = the_engine().archives.propose(content, current_user.scope)
    except PathwaysError as error:
        return render_template("configuration/import.html", problem=str(error)), 400
    return redirect(url_for("archives.look", plan_id=kept))


@blueprint.route("/configuration/import/<int:plan_id>", methods=["GET", "POST"])
def look(plan_id: int) -> str | tuple[str, int] | Answer:
    """What an import would change and what stands against it; and its confirmation, with a note."""
    row = queries.plan(db.session(), plan_id)
    if row.status != "looked" or row.ended or row.by != current_user.username:
        flash("This import is over: begin it anew.", "problem")
        return redirect(url_for("archives.upload"))
    if request.method != "POST":
        return _page(plan_id, {})
    note, missing = reason(request.form.get("note", ""), "Enter what you import, and why", "What you import")
    day, wrong = day_given()
    problems = {name: said for name, said in (("note", missing), ("from", wrong)) if said}
    if problems:
        return _page(plan_id, problems), 400
    return _confirmed(plan_id, note, day)


def _confirmed(plan_id: int, note: str, day: date | None) -> str | tuple[str, int] | Answer:
    try:
        done = the_engine().archives.confirm(plan_id, note, current_user.scope, day)
    except PathwaysError as error:
        return _page(plan_id, {"note": error.told(anybody).rstrip(".")}), 400
    if isinstance(done, int):
        return redirect(url_for("plans.plan", plan_id=done))
    count = len(done.processes) + len(done.forms) + len(done.decisions) + len(done.config)
    flash(f"The import is deployed: {count} new {'version' if count == 1 else 'versions'}.")
    return redirect(url_for("configuration.index"))


def _page(plan_id: int, problems: dict[str, str]) -> str:
    files = queries.plan_files(db.session(), plan_id)
    engine, by = the_engine(), current_user.scope
    entries = engine.archives.entries(files, by)
    fresh = {each.file: files[each.file] for each in entries if each.state != SAME}
    findings = engine.deployments.check(fresh, by.authority, rehearses=False)
    refused = told(each for each in findings if each.severity == "error")
    found = engine.comparisons.files(fresh, by)
    return render_template(
        "configuration/imported.html",
        plan_id=plan_id,
        entries=_listed(entries, files),
        refused=refused,
        groups=[(section, grouped(section)) for section in found.sections if section.changes],
        approver=engine.plans.approver(by.authority),
        problems=problems,
        given=request.form,
    )


def _listed(entries: tuple[Entry, ...], files: dict[str, bytes]) -> dict[str, list[tuple[str, str]]]:
    """The files by what becomes of them: what each is, and what people call it."""
    titles = {NEW: "New", CHANGED: "Changed", SAME: "The same, and left out"}
    found: dict[str, list[tuple[str, str]]] = {}
    for each in entries:
        found.setdefault(titles[each.state], []).append((KINDS[each.kind], _called(each, files[each.file])))
    return found


def _called(entry: Entry, content: bytes) -> str:
    """The name of a process or of decisions, as the file has it; of a form its title; of a document nothing."""
    if entry.kind in TITLES:
        return ""
    try:
        if entry.kind == "form":
            return form_title(json.loads(content), entry.file.removeprefix("forms/").removesuffix(".form"))
        wanted = "{*}process" if entry.kind == "diagram" else "{*}decision"
        names = (each.get("name") or each.get("id") or "" for each in read_xml(content, entry.file).iter(wanted))
        return ", ".join(names) or PurePosixPath(entry.file).stem
    except (ParseFailed, ValueError):
        return PurePosixPath(entry.file).stem
