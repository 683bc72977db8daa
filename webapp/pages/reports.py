"""Reports that policies ask for: the draft that is made from the cases, what people write on it, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import (
    ReportMovedOn,
    ReportNotFound,
    ReportNotYours,
    ReportOfBarred,
    ReportTemplateWrong,
    TaskNotFound,
    TaskNotYours,
)
from engine.forms import load_form
from engine.queries import ReportRow, SchoolRow, TaskDetail
from engine.services.reports import LONGEST_REPORT, Asked, Drafted
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.forms.fields import FormView
from webapp.forms.markdown import page_to_html
from webapp.forms.submission import Asked as Questions
from webapp.pages import tasks
from webapp.periods import Days
from webapp.reports import files
from webapp.reports.days import day_in_london, usual
from webapp.reports.drawing import drafted
from webapp.reports.template import EVERY, Template, load, of_authority

blueprint = Blueprint("reports", __name__)
_FORM: dict[str, Any] = {
    "id": "report",
    "type": "default",
    "components": [
        {
            "type": "textarea",
            "key": "text",
            "label": "The report",
            "description": "A line that begins with ## is a heading, one with - an item of a list; **two stars** make bold.",
            "validate": {"required": True, "maxLength": LONGEST_REPORT},
            "properties": {"error": "Enter the text of the report", "name": "the text of the report"},
        }
    ],
}
#: What is said where the days of a report are none, and where they have not come yet.
DAYS = "Enter the first and the last day of the report"
#: Where on its page a report is written.
WRITING = "#text"
TOO_LATE = "The last day must be today or in the past: the cases of later days are not known yet"


def _folder() -> Path:
    return Path(current_app.config["ROOT"]) / "config" / "reports"


@blueprint.get("/reports")
def index() -> str:
    """The reports that are asked for, those that were made, and the templates of those that I write."""
    session, scope = db.session(), current_user.scope
    try:
        templates, problem = of_authority(_folder(), current_user.authority), ""
    except ReportTemplateWrong as wrong:
        templates, problem = [], str(wrong)
    wanted = [row for row in queries.wanted_reports(session) if scope.oversees or _is_mine(row)]
    return render_template(
        "reports/index.html",
        wanted=wanted,
        mine={row.task_id for row in wanted if _is_mine(row)},
        reports=queries.reports(session, scope),
        templates=[each for each in templates if scope.holds_anywhere(each.writers)],
        every=EVERY,
        problem=problem,
        now=now(),
    )


def _is_mine(row: queries.WantedRow) -> bool:
    return bool(current_user.scope.holds(row.roles, at=row.school_urn, case=row.instance_id))


@blueprint.get("/reports/begin")
def begin() -> tuple[str, int]:
    """Which days a report is about that no task asks for."""
    template = _mine(request.args.get("template", ""))
    school = request.args.get("school", "")
    return _beginning(template, usual(template, db.session(), the_engine(), _today(), school), school)


@blueprint.post("/reports/begin")
def make() -> Response | tuple[str, int]:
    """Make the draft of a report that no task asks for."""
    template = _mine(request.form.get("template", ""))
    urn = request.form.get("school", "") if template.school else ""
    days = _asked_days()
    if problem := _problem(days, template, urn):
        return _beginning(template, days, urn, problem)
    school = queries.school(db.session(), urn) if urn else None
    return _made(template, Asked(template.name, template.writers, template.readers, None, urn or None), days, school)


def _template(name: str) -> Template:
    """A template of my authority. Raises ReportTemplateWrong."""
    template = load(_folder(), name)
    return template if template.authority == current_user.authority else abort(404)


def _mine(name: str) -> Template:
    """A template of my authority that I write, for some school. Raises ReportTemplateWrong, ReportNotYours."""
    template = _template(name)
    if not current_user.scope.holds_anywhere(template.writers):
        raise ReportNotYours(whom=" or ".join(template.writers))
    return template


@blueprint.get("/tasks/<int:task_id>/report")
def of_task(task_id: int) -> Response | tuple[str, int]:
    """The report that a task asks for; where there is none yet, or another one is wanted, which days it is to be about."""
    detail, template = _asking(task_id)
    if (before := _made_before(task_id, bool(request.args.get("another")))) is not None:
        _refuse_barred(before)
        return redirect(url_for("reports.report", report_id=before))
    urn = detail.row.school_urn or "" if template.school else ""
    return _beginning(template, _days_of_task(template, detail, urn), urn, task=detail)


@blueprint.post("/tasks/<int:task_id>/report")
def make_of_task(task_id: int) -> Response | tuple[str, int]:
    """Make the draft of the report that a task asks for."""
    detail, template = _asking(task_id)
    urn = detail.row.school_urn or "" if template.school else ""
    days = _asked_days()
    if problem := _problem(days, template, urn):
        return _beginning(template, days, urn, problem, task=detail)
    if (before := _made_before(task_id, bool(request.form.get("another")))) is not None:
        return redirect(url_for("reports.report", report_id=before))
    school = queries.school(db.session(), urn) if urn else None
    roles = detail.row.roles or template.writers
    return _made(template, Asked(template.name, tuple(roles), template.readers, task_id, urn or None), days, school)


def _days_of_task(template: Template, detail: TaskDetail, urn: str) -> Days:
    """The days of the report that was made for a task, where another one is wanted; otherwise the usual ones."""
    made = queries.report_of_task(db.session(), detail.row.id)
    if made is None:
        return usual(template, db.session(), the_engine(), day_in_london(detail.row.created), urn)
    before = queries.report(db.session(), made, current_user.scope)
    return Days(before.since, before.until)


def _made_before(task_id: int, another: bool) -> int | None:
    """The report that was made for a task; None too where another one is wanted in the stead of one that is approved."""
    made = queries.report_of_task(db.session(), task_id)
    if made is not None and another:
        return None if queries.report(db.session(), made, current_user.scope).approved else made
    return made


def _refuse_barred(report_id: int) -> None:
    """Raises ReportOfBarred: the task is mine, so nothing else hides its report, which may have been drafted by itself."""
    try:
        queries.report(db.session(), report_id, current_user.scope)
    except ReportNotFound:
        raise ReportOfBarred() from None


def _asking(task_id: int) -> tuple[TaskDetail, Template]:
    """A task of mine and the template that it names. Raises TaskNotFound, TaskNotYours, ReportTemplateWrong."""
    detail = tasks.mine(task_id)
    name = str(detail.info.said("report") or "")
    return detail, _template(name) if name else abort(404)


def _beginning(
    template: Template, days: Days, school: str, problem: str = "", task: TaskDetail | None = None
) -> tuple[str, int]:
    page = render_template(
        "reports/begin.html",
        template=template,
        days=days,
        school=school,
        schools=queries.schools(db.session()) if template.school and task is None else [],
        problem=problem,
        at=days.field if days.problem else "school" if problem != DAYS else "since",
        detail=task,
        another=request.values.get("another", ""),
    )
    return page, 400 if problem else 200


def _made(template: Template, asked: Asked, days: Days, school: SchoolRow | None) -> Response:
    draft = drafted(template, db.session(), days, now(), school)
    ident = the_engine().reports.make(asked, draft, by=current_user.scope)
    flash("The draft is made. Read it, and write what the figures cannot say.")
    return redirect(url_for("reports.report", report_id=ident))


# -- which days -------------------------------------------------------------------------------------------------------


def _today() -> date:
    return now().astimezone(ZONE).date()


def _asked_days() -> Days:
    """The days that the form says, with what is wrong with them."""
    return Days.asked(request.form).judged(_today(), TOO_LATE)


def _problem(days: Days, template: Template, school: str) -> str:
    if days.problem:
        return days.problem
    if days.since is None or days.until is None:
        return DAYS
    return "Choose the school that the report is about" if template.school and not school else ""


# -- one report -------------------------------------------------------------------------------------------------------


@blueprint.get("/reports/<int:report_id>")
def report(report_id: int) -> tuple[str, int]:
    """A report, to read and to write on."""
    return _page(queries.report(db.session(), report_id, current_user.scope))


def _page(
    row: ReportRow,
    view: FormView | None = None,
    problem: str = "",
    days: Days | None = None,
    unwritten: Sequence[str] = (),
    beside: bool = False,
) -> tuple[str, int]:
    asked = _asked_text(row)
    view = view or asked.opened()
    beside = beside or _is_beside(row, asked)
    page = render_template(
        "reports/report.html",
        row=row,
        shown=page_to_html(row.text),
        view=view,
        beside=beside,
        writes=_writes(row),
        days=days or Days(row.since, row.until),
        problem=problem,
        unwritten=[{"text": each, "href": WRITING} for each in unwritten],
        taken=files.taken(row),
        later=_later(row),
        task=_task(row),
    )
    if beside:
        return page, 409
    return page, 400 if problem or unwritten or (view and view.errors) else 200


def _later(row: ReportRow) -> int | None:
    """The report that was made for the same task in the stead of this one."""
    last = queries.report_of_task(db.session(), row.task_id) if row.task_id else None
    return last if last != row.id else None


def _asked_text(row: ReportRow) -> Questions:
    """The form on which a report is written: it begins with its text, and keeps what is typed."""
    action = url_for("reports.write", report_id=row.id)
    return Questions(load_form(_FORM), {"text": row.text}, action, corrects=True, school=row.school_urn)


def _is_beside(row: ReportRow, asked: Questions) -> bool:
    """Whether this person has written something, and not saved it, on a state of the report that is not the last any more."""
    typed = dict(asked.saved.fields) if asked.saved else {}
    return _writes(row) and typed.get("number", str(row.number)) != str(row.number)


def _task(row: ReportRow) -> TaskDetail | None:
    """The task that asks for it, where it is for me."""
    try:
        return tasks.mine(row.task_id or 0)
    except (TaskNotFound, TaskNotYours):  # a report has readers who see nothing of its task
        return None


@blueprint.post("/reports/<int:report_id>")
def write(report_id: int) -> Response | tuple[str, int]:
    """Keep what I have written, and go on to the approval where that was asked; where somebody has saved meanwhile, or I have in
    another window, show what they saved and what I wrote, and save neither in the stead of the other."""
    row = queries.report(db.session(), report_id, current_user.scope)
    asked = _asked_text(row)
    submission = asked.submitted()
    if submission.values is None:
        return submission.instead or _page(row, submission.view)
    try:
        with asked.keeping():
            _written(row, str(submission.values["text"]), request.form.get("number", 0, int))
    except ReportMovedOn:
        moved_on = queries.report(db.session(), report_id, current_user.scope)
        return _page(moved_on, asked.again(), beside=True)
    flash("What you wrote is saved.")
    where = "reports.approval" if request.form.get("do") == "approve" else "reports.report"
    return redirect(url_for(where, report_id=report_id))


def _written(row: ReportRow, text: str, number: int) -> None:
    if text.replace("\r\n", "\n").strip() != row.text or row.number != number:
        the_engine().reports.write(row.id, text, number, by=current_user.scope)


@blueprint.get("/reports/<int:report_id>/approve")
def approval(report_id: int) -> Response | tuple[str, int]:
    """Ask whether the report is to be approved, which cannot be taken back; refused while something in it is unwritten."""
    row = queries.report(db.session(), report_id, current_user.scope)
    if not _writes(row):
        return redirect(url_for("reports.report", report_id=report_id))
    template = _template(row.template)
    if unwritten := template.unwritten(row.text):
        return _page(row, unwritten=unwritten)
    return render_template("reports/approve.html", row=row, template=template, long=_is_long(row, template)), 200


@blueprint.post("/reports/<int:report_id>/approve")
def approve(report_id: int) -> Response | tuple[str, int]:
    """Approve the report, as it was looked at."""
    row = queries.report(db.session(), report_id, current_user.scope)
    if row.approved is None and (unwritten := _template(row.template).unwritten(row.text)):
        return _page(row, unwritten=unwritten)
    the_engine().reports.approve(report_id, request.form.get("number", 0, int), by=current_user.scope)
    flash("The report is approved and kept as it is. Its readers find it among their reports.")
    return redirect(url_for("reports.report", report_id=report_id))


def _writes(row: ReportRow) -> bool:
    return row.approved is None and queries.writes_report(row, current_user.scope)


def _is_long(row: ReportRow, template: Template) -> bool:
    """Whether a report is about half as many days again as its template says, or more."""
    return (row.until - row.since).days > 31 * EVERY[template.every] * 1.5


@blueprint.post("/reports/<int:report_id>/anew")
def anew(report_id: int) -> Response | tuple[str, int]:
    """Make the draft once more, about other days or with the figures of today; said before it is done."""
    row = queries.report(db.session(), report_id, current_user.scope)
    template, days = _template(row.template), _asked_days()
    if problem := _problem(days, template, row.school_urn or ""):
        return _page(row, problem=problem, days=days)
    if "confirmed" not in request.form and _writes(row):
        return render_template("reports/anew.html", row=row, days=days, number=request.form.get("number", "")), 200
    school = queries.school(db.session(), row.school_urn) if row.school_urn else None
    draft: Drafted = drafted(template, db.session(), days, now(), school)
    the_engine().reports.draw_anew(report_id, draft, request.form.get("number", 0, int), by=current_user.scope)
    flash("The draft is made anew.")
    return redirect(url_for("reports.report", report_id=report_id))


@blueprint.get("/reports/<int:report_id>/report.<ending>")
def file(report_id: int, ending: str) -> Response:
    """The report as a file: docx or pdf."""
    row = queries.report(db.session(), report_id, current_user.scope)
    home = current_user.home
    base = the_engine().config.base_address or request.url_root.rstrip("/")
    made = files.document(row, home.name if home else "", base)
    if ending == "docx":
        content, kind = files.word(made, row.saved), files.WORD
    elif ending == "pdf":
        content, kind = files.pdf(made), files.PDF
    else:
        abort(404)
    name = "-".join(filter(None, (row.template.split("/")[-1], _slug(row), f"{row.until.isoformat()}.{ending}")))
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _slug(row: ReportRow) -> str:
    """The school of a report about one, as part of a file's name in ASCII."""
    if not row.school_urn:
        return ""
    return secure_filename(queries.school(db.session(), row.school_urn).name).lower().replace("_", "-")
