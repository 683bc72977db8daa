"""The register brought up to date in the browser: upload, look at what it would do, confirm; and what each import did."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import AuthorityNumberMissing, RegisterUnreadable
from webapp.current import the_engine
from webapp.db import db

blueprint = Blueprint("imports", __name__)
#: Which file each field is for.
FILES = {"schools": "File of schools", "links": "File of links between schools"}
#: What the register calls its columns.
COLUMNS = {
    "name": "name",
    "phase": "phase",
    "type": "type",
    "status": "status",
    "closed": "closed",
    "maintained": "maintained by the authority",
    "trust": "trust",
    "diocese": "diocese",
    "head": "headteacher",
    "governance": "governance",
    "link_adviser": "link adviser",
    "category": "category",
    "email": "email address",
    "urn": "URN",
}


def allow_more() -> None:
    """Let the files of the register be larger than what is sent elsewhere: they have all of England in them."""
    if request.endpoint == "imports.upload":
        request.max_content_length = current_app.config["REGISTER_LIMIT"]


@blueprint.get("/schools/imports")
def index() -> str:
    """What each import did."""
    return render_template("imports/index.html", imports=queries.imports(db.session()))


@blueprint.route("/schools/import", methods=["GET", "POST"])
def upload() -> Response | tuple[str, int] | str:
    """Files of the register, to be looked at before anything is changed."""
    if request.method != "POST":
        return _form({})
    sent = {field: request.files[field] for field in FILES if field in request.files and request.files[field].filename}
    if not sent:
        return _form({"schools": "Select a file of schools, a file of links, or both"}), 400
    files = {f"{FILES[field]}: {file.filename}"[:200]: file.read() for field, file in sent.items()}
    try:
        looked = the_engine().schools.look(files, current_user.scope)
    except (RegisterUnreadable, AuthorityNumberMissing) as error:
        return _form({next(iter(sent)): str(error)}), 400
    return redirect(url_for("imports.report", import_id=looked))


def _form(problems: dict[str, str]) -> str:
    return render_template(
        "imports/upload.html",
        files=FILES,
        problems=problems,
        limit=current_app.config["REGISTER_LIMIT"] // 1_000_000,
    )


@blueprint.get("/schools/imports/<int:import_id>")
def report(import_id: int) -> str:
    """What an import did; or would do, when it waits to be confirmed."""
    row = queries.register_import(db.session(), import_id)
    changes = any(row.report[what] for what in ("added", "changed", "closed", "waiting"))
    return render_template("imports/report.html", row=row, report=row.report, changes=changes, columns=COLUMNS)


@blueprint.post("/schools/imports/<int:import_id>")
def confirm(import_id: int) -> Response:
    """Take the files that were looked at."""
    the_engine().schools.confirm_import(import_id, current_user.scope)
    flash("The register is up to date with the files.")
    return redirect(url_for("imports.report", import_id=import_id))
