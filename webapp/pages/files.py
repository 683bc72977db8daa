"""Evidence: files of a case and of the tasks in it. They are added, read and, when added by mistake, removed here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import FileRefused
from engine.people.authorities import Role
from engine.queries import AttachmentRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages import cases, tasks
from webapp.people import witness
from webapp.people.guests import Guest

blueprint = Blueprint("files", __name__)
#: What a file may do as a page: nothing; a PDF is laid out by the browser's own viewer, which a sandbox would keep out.
NOTHING = "sandbox; default-src 'none'"
SHOWS_PDF = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
)
#: Routes that files are sent to.
TAKES = ("files.of_case", "files.of_task")


def allow_more() -> None:
    """Let what is sent with files be larger than what is sent elsewhere."""
    if request.endpoint in TAKES:
        request.max_content_length = current_app.config["FILES_AT_ONCE"]


@dataclass(frozen=True)
class _Place:
    """Where files are added: a case, or a task in it; ``school`` is the URN of its school."""

    instance: int
    task: int | None
    title: str
    about: str
    school: str | None
    back: str
    address: str


@blueprint.route("/cases/<int:instance_id>/files", methods=["GET", "POST"])
def of_case(instance_id: int) -> Response | tuple[str, int] | str:
    """The files of a case, and a form to add more."""
    detail = queries.instance_detail(db.session(), instance_id)
    if not cases.may_see(detail):
        abort(404)
    row, back = detail.row, url_for("cases.case", instance_id=instance_id)
    about = row.school_name or row.business_key
    return _files(_Place(instance_id, None, row.process_name, about, row.school_urn, back, request.path))


@blueprint.route("/tasks/<int:task_id>/files", methods=["GET", "POST"])
def of_task(task_id: int) -> Response | tuple[str, int] | str:
    """The same for a task: what is added there is its evidence, and that of its case."""
    row = tasks.mine(task_id).row
    back = url_for("tasks.task", task_id=task_id)
    about = row.school_name or row.business_key
    return _files(_Place(row.instance_id, task_id, row.name, about, row.school_urn, back, request.path))


def _files(place: _Place) -> Response | tuple[str, int] | str:
    if request.method != "POST":
        return _page(place)
    sent = [each for each in request.files.getlist("files") if each.filename]
    return _taken(place, sent) if sent else (_page(place, ["Select a file"]), 400)


def _taken(place: _Place, sent: list[FileStorage]) -> Response | tuple[str, int]:
    """Add what was sent; each file that cannot be taken is named, beside those that were."""
    known = {role.id for role in _roles()}
    kept = [role for role in request.form.getlist("roles") if role in known]
    problems = list(filter(None, (_add(place, each, kept) for each in sent)))
    added = len(sent) - len(problems)
    if added:
        flash(f"{added} {'file is' if added == 1 else 'files are'} added.")
    if problems:
        return _page(place, problems), 422
    return redirect(place.address)


def _add(place: _Place, sent: FileStorage, roles: list[str]) -> str:
    """Add a file; what is wrong with it, if anything is."""
    name = sent.filename or ""
    try:
        the_engine().attachments.add(
            place.instance, name, sent.stream, by=current_user.scope, task=place.task, roles=roles
        )
    except FileRefused as refused:
        return str(refused)
    return ""


def _page(place: _Place, problems: list[str] | None = None) -> str:
    limits = the_engine().attachments.limits
    db.session().rollback()  # this request's reads began before files were added
    found = seen(place.instance)
    return render_template(
        "files/files.html",
        place=place,
        problems=problems or [],
        files=[each for each in found if place.task in (None, each.task_id)],
        types=limits.types,
        megabytes=limits.size // 1_000_000,
        roles=_roles(),
        removable={each.id for each in found if _may_remove(each)},
    )


def seen(instance_id: int) -> list[AttachmentRow]:
    """The files of a case that this person may read."""
    return queries.attachments(db.session(), instance_id, current_user.scope, current_user.may("officer"))


def _roles() -> list[Role]:
    """The roles to whom a file may be kept; none for somebody who came by a link."""
    home = current_user.home
    if home is None or isinstance(current_user._get_current_object(), Guest):
        return []
    return sorted(home.roles.values(), key=lambda role: role.name)


def _may_remove(row: AttachmentRow) -> bool:
    """Whoever added it, and managers; whoever came by a link, to the files of that task alone."""
    person = current_user._get_current_object()
    elsewhere = isinstance(person, Guest) and row.task_id != person.task
    return row.removed is None and not elsewhere and (row.by == current_user.username or current_user.may("manage"))


@blueprint.get("/files/<int:file_id>/preview")
def preview(file_id: int) -> Response:
    """A small picture of a picture; a PDF as the browser shows it. No other kind is shown, and neither runs a script of ours."""
    row = queries.attachment(db.session(), file_id, current_user.scope, current_user.may("officer"))
    if row.is_pdf:
        content = the_engine().attachments.open(row.id, by=current_user.scope)
        answer: Response = send_file(content, mimetype=row.media_type, max_age=0)
        may = SHOWS_PDF
    else:
        small = the_engine().attachments.preview(row.id, by=current_user.scope)
        answer, may = Response(small.content, mimetype=small.media_type), NOTHING
    _tell_of_view(row)
    answer.headers["Content-Disposition"], answer.headers["Cache-Control"] = "inline", "no-store"
    answer.headers["Content-Security-Policy"], answer.headers["X-Content-Type-Options"] = may, "nosniff"
    return answer


@blueprint.get("/files/<int:file_id>")
def download(file_id: int) -> Response:
    """A file's content, to be saved: no browser shows it as a page of ours."""
    row = queries.attachment(db.session(), file_id, current_user.scope, current_user.may("officer"))
    content = the_engine().attachments.open(row.id, by=current_user.scope)
    _tell_of_view(row)
    answer = send_file(content, mimetype=row.media_type, as_attachment=True, download_name=row.name, max_age=0)
    answer.headers["Content-Security-Policy"] = NOTHING
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    answer.content_length = row.size
    return answer


def _tell_of_view(row: AttachmentRow) -> None:
    if row.roles and row.by != current_user.username:
        witness.note([row.name], row.instance_id, task_id=row.task_id)


@blueprint.route("/files/<int:file_id>/remove", methods=["GET", "POST"])
def remove(file_id: int) -> Response | tuple[str, int] | str:
    """Remove a file that should not have been added: who, when and why stays."""
    row = queries.attachment(db.session(), file_id, current_user.scope, current_user.may("officer"))
    if not _may_remove(row):
        abort(403)
    if request.method != "POST":
        return _remove_page(row)
    why, problem = reason(request.form.get("reason", ""), "Enter why the file is removed", "Why the file is removed")
    if problem:
        return _remove_page(row, problem, why), 400
    the_engine().attachments.remove(row.id, why, by=current_user.scope)
    flash(f"{row.name} is removed.")
    return redirect(_place_of(row))


def _remove_page(row: AttachmentRow, problem: str = "", why: str = "") -> str:
    return render_template("files/remove.html", file=row, problem=problem, reason=why, back=_place_of(row))


def _place_of(row: AttachmentRow) -> str:
    """The list that a file stands in: its task's for whoever came by a link, else the case's."""
    if isinstance(current_user._get_current_object(), Guest):
        return url_for("files.of_task", task_id=row.task_id)
    return url_for("files.of_case", instance_id=row.instance_id)
