"""Evidence: files of a case and of the tasks in it. They are added, read and, when added by mistake, removed here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import FileRefused
from engine.forms import Component, Kept
from engine.people.authorities import Role
from engine.queries import AttachmentRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms import confidential
from webapp.forms.reasons import reason
from webapp.pages import cases, tasks
from webapp.people.guests import Guest

blueprint = Blueprint("files", __name__)
#: What a file may do as a page: nothing; a PDF is laid out by the browser's own viewer, which a sandbox would keep out.
NOTHING = "sandbox; default-src 'none'"
SHOWS_PDF = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
)
#: What files belong to that are for all who see the case.
NO_ANSWER = "none"
#: Routes that files are sent to.
TAKES = ("files.of_case", "files.of_task")


def allow_more() -> None:
    """Let what is sent with files be larger than what is sent elsewhere."""
    if request.endpoint in TAKES:
        request.max_content_length = current_app.config["FILES_AT_ONCE"]


@dataclass(frozen=True)
class _Place:
    """Where files are added: a case, or a task in it; ``school`` is the URN of its school. ``asked`` are the questions of the
    task that files may belong to, and ``chosen`` the key of the one that these do: they are kept as its answer is."""

    instance: int
    task: int | None
    title: str
    about: str
    school: str | None
    back: str
    address: str
    asked: Sequence[Component] = ()
    chosen: str = ""

    @property
    def question(self) -> Component | None:
        """The question that the files belong to; where none was named, the first that is kept to certain roles."""
        if self.chosen == NO_ANSWER:
            return None
        named = next((each for each in self.asked if each.key == self.chosen), None)
        return named or next((each for each in self.asked if each.kept), None)

    @property
    def picked(self) -> Component | None:
        """The question that asks for files, where they answer one."""
        return self.question if self.question is not None and self.question.kind == "filepicker" else None

    @property
    def kept(self) -> Kept:
        """As what the files are kept."""
        kept = self.question.kept if self.question else ()
        return Kept.together(kept) if kept else Kept(frozenset())

    def types(self, all_types: Collection[str]) -> list[str]:
        """The endings of the files that are taken here."""
        wanted = self.picked.accept if self.picked else ()
        return [each for each in all_types if each in wanted] if wanted else list(all_types)


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
    detail = tasks.mine(task_id)
    row, asked = detail.row, confidential.questions_of_files(detail)
    back = url_for("tasks.task", task_id=task_id)
    about, chosen = row.school_name or row.business_key, request.values.get("belongs", "")
    return _files(_Place(row.instance_id, task_id, row.name, about, row.school_urn, back, request.path, asked, chosen))


def _files(place: _Place) -> Response | tuple[str, int] | str:
    if request.method != "POST":
        return _page(place)
    sent = [each for each in request.files.getlist("files") if each.filename]
    most = current_app.config["MOST_FILES"]
    if len(sent) > most:
        return _page(place, [f"Select {most} files or fewer at once"]), 400
    if problems := list(_unfit(place, sent)):
        return _page(place, problems), 400
    return _taken(place, sent)


def _unfit(place: _Place, sent: list[FileStorage]) -> Iterator[str]:
    """What keeps files from being taken here before they are looked at."""
    if not sent:
        yield "Select a file"
    if place.picked is None:
        return
    there = sum(each.question == place.picked.key for each in _there(place))
    if not place.picked.multiple and there + len(sent) > 1:
        yield f"“{place.picked.label}” takes one file{': remove the other one first' if there else ''}"
    taken = place.types(the_engine().attachments.limits.types)
    for each in sent:
        if (each.filename or "").rpartition(".")[2].lower() not in taken:
            yield f"{each.filename} cannot be taken: “{place.picked.label}” takes files of these types: {', '.join(taken)}"


def _taken(place: _Place, sent: list[FileStorage]) -> Response | tuple[str, int]:
    """Add what was sent; each file that cannot be taken is named, beside those that were."""
    kept = _kept(place)
    if kept is None:
        return _page(place, ["Select roles that may read the answer that the files belong to, or no roles"]), 400
    problems = list(filter(None, (_add(place, each, kept) for each in sent)))
    added = len(sent) - len(problems)
    if added:
        flash(f"{added} {'file is' if added == 1 else 'files are'} added.")
    if problems:
        return _page(place, problems), 422
    return redirect(f"{place.back}#{place.picked.key}" if place.picked else place.address)


def _kept(place: _Place) -> Kept | None:
    """To whom what was sent is kept: to the roles that were chosen, among those of the answer that it belongs to; None where one
    of them is no role, or none of them may read that."""
    chosen, belongs = frozenset(request.form.getlist("roles")), place.kept
    if not chosen <= {role.id for role in _roles()}:
        return None
    if not (chosen and belongs.roles):
        return Kept(chosen) if chosen else belongs
    return Kept(chosen & belongs.roles) if chosen & belongs.roles else None


def _add(place: _Place, sent: FileStorage, kept: Kept) -> str:
    """Add a file; what is wrong with it, if anything is."""
    name = sent.filename or ""
    try:
        the_engine().attachments.add(
            place.instance,
            name,
            sent.stream,
            current_user.scope,
            place.task,
            kept.roles,
            kept.until,
            place.question.key if place.question else "",
        )
    except FileRefused as refused:
        return str(refused)
    return ""


def _page(place: _Place, problems: list[str] | None = None) -> str:
    limits = the_engine().attachments.limits
    db.session().rollback()  # this request's reads began before files were added
    found = _there(place)
    return render_template(
        "files/files.html",
        place=place,
        problems=problems or [],
        files=found,
        types=place.types(limits.types),
        megabytes=limits.size // 1_000_000,
        roles=_roles(),
        no_answer=NO_ANSWER,
        removable={each.id for each in found if _may_remove(each)},
    )


def _there(place: _Place) -> list[AttachmentRow]:
    """The files that were added here."""
    return [each for each in confidential.files(place.instance) if place.task in (None, each.task_id)]


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
    row = confidential.file(file_id)
    if row.is_pdf:
        content = the_engine().attachments.open(row.id, by=current_user.scope)
        answer: Response = send_file(content, mimetype=row.media_type, max_age=0)
        may = SHOWS_PDF
    else:
        small = the_engine().attachments.preview(row.id, by=current_user.scope)
        answer, may = Response(small.content, mimetype=small.media_type), NOTHING
    answer.headers["Content-Disposition"], answer.headers["Cache-Control"] = "inline", "no-store"
    answer.headers["Content-Security-Policy"], answer.headers["X-Content-Type-Options"] = may, "nosniff"
    return answer


@blueprint.get("/files/<int:file_id>")
def download(file_id: int) -> Response:
    """A file's content, to be saved: no browser shows it as a page of ours."""
    row = confidential.file(file_id)
    content = the_engine().attachments.open(row.id, by=current_user.scope)
    answer = send_file(content, mimetype=row.media_type, as_attachment=True, download_name=row.name, max_age=0)
    answer.headers["Content-Security-Policy"] = NOTHING
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    answer.content_length = row.size
    return answer


@blueprint.route("/files/<int:file_id>/remove", methods=["GET", "POST"])
def remove(file_id: int) -> Response | tuple[str, int] | str:
    """Remove a file that should not have been added: who, when and why stays."""
    row = confidential.file(file_id)
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
