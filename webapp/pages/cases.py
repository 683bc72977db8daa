"""One case live, with its diagrams, its history and what a manager may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import AnswerKept, InstanceNotFound
from engine.queries import (
    CommentRow,
    CorrectionRow,
    HistoryRow,
    IncidentRow,
    InstanceDetail,
    InstanceRow,
    RecordedRow,
    SchoolChangeRow,
)
from engine.queries.retention import disposal_of, holds_on
from webapp.current import now, the_engine
from webapp.db import db
from webapp.evidence.words import ACTS, HANDS, acted, changes
from webapp.forms import confidential
from webapp.forms.answers import Answer, answers, reads_all
from webapp.forms.confidential import form_in
from webapp.forms.reasons import reason
from webapp.pages import own_part
from webapp.pages.events import reportable
from webapp.pages.reported import Reported, reported
from webapp.people.access import may_move
from webapp.people.names import contacts

blueprint = Blueprint("cases", __name__)
STATUSES = {"active": "Live", "completed": "Completed", "cancelled": "Cancelled"}
#: What a manager can do about an answer with which a case cannot go on.
WHAT_TO_DO = (
    "Have corrected what is named there, then try again; or ask whoever gave the answer to give another, which takes "
    "its place."
)


@dataclass(frozen=True)
class RegisterLine:
    """A line of a case's story that the register brought: when, and what changed, in words."""

    ended: datetime
    what: str
    kind: str = "register"


@blueprint.get("/cases/<int:instance_id>")
def case(instance_id: int) -> str | tuple[str, int]:
    """One case, live; of one that was deleted, what is left of it, for those who oversee cases."""
    try:
        return page(instance_id)
    except InstanceNotFound:
        left = disposal_of(db.session(), instance_id)
        if left is None or left.deleted is None:
            raise
        return render_template("retention/gone.html", row=left, records=current_user.may("records")), 410


@dataclass(frozen=True)
class Refused:
    """A reason that was entered in a field of the page and cannot be taken, and what is wrong with it."""

    field: str = ""
    reason: str = ""
    problem: str = ""


def page(instance_id: int, refused: Refused = Refused()) -> str:
    """The page of a case; with a form of it open, where its reason was refused."""
    detail = queries.instance_detail(db.session(), instance_id)
    if not may_see(detail):
        abort(404)
    if not current_user.may("officer"):
        return own_part.page(detail, STATUSES)
    shown = request.args.get("diagram", detail.diagrams[0].definition_id, int)
    diagram = next((each for each in detail.diagrams if each.definition_id == shown), detail.diagrams[0])
    before = request.args.get("before", None, int)
    history = queries.timeline(db.session(), instance_id, before=before) if before else detail.history
    comments = queries.comments(db.session(), instance_id)
    return render_template(
        "cases/case.html",
        detail=detail,
        diagram=diagram,
        history=history,
        story=_story(detail, history, comments, first=not before),
        changes=[_in_words(change) for change in detail.school_changes],
        given=_given(history, detail.row),
        files=confidential.files(instance_id),
        comments=comments,
        corrections=_corrections(history, detail.row),
        now=now(),
        manages=current_user.may("manage"),
        statuses=STATUSES,
        words=ACTS,
        hands=HANDS,
        acted=acted,
        mine=_mine(detail),
        others=_others(detail),
        contacts=contacts(),
        decided=queries.decided(db.session(), instance_id),
        events=reportable(instance=instance_id),
        may_move=may_move(),
        moved=queries.last_migration(db.session(), instance_id) if may_move() else None,
        newest=queries.latest_definition(db.session(), detail.row.process),
        refused=refused,
        holds=holds_on(db.session(), instance_id),
        records=current_user.may("records"),
    )


@dataclass(frozen=True)
class TroubleLine:
    """A line of a case's story that says what went wrong, and whether and by whom it was mended."""

    ended: datetime
    trouble: IncidentRow
    kind: str = "trouble"


@dataclass(frozen=True)
class CommentLine:
    """A line of a case's story that is a comment of an officer."""

    ended: datetime
    comment: CommentRow
    kind: str = "comment"


#: A line of a case's story that stands in another table than its history.
Beside = RegisterLine | TroubleLine | CommentLine | Reported


def _story(
    detail: InstanceDetail, history: Sequence[HistoryRow], comments: Sequence[CommentRow], first: bool
) -> list[HistoryRow | Beside]:
    """The lines of history, and between them those of other tables in their time, the newest first."""
    last = history[0].ended if history and not first else None
    begins = history[-1].ended if history else detail.row.started
    lines = _beside(detail, comments)
    # A report that began a case was made before the case began.
    begins = datetime.min.replace(tzinfo=UTC) if history and history[-1].how == "started" else begins
    shown = [line for line in lines if line.ended >= begins and (last is None or line.ended <= last)]
    return sorted([*history, *shown], key=lambda line: line.ended, reverse=True)


def _beside(detail: InstanceDetail, comments: Iterable[CommentRow]) -> Iterator[Beside]:
    """What the register changed, what went wrong, what officers said and what was reported."""
    yield from map(_in_words, detail.school_changes)
    yield from (TroubleLine(each.created, each) for each in detail.troubles)
    yield from (CommentLine(each.at, each) for each in comments)
    row = detail.row
    yield from (reported(each, row.school_urn) for each in queries.reports_to(db.session(), {row.id: row.school_urn}))


def _in_words(change: SchoolChangeRow) -> RegisterLine:
    return RegisterLine(change.at, changes(change.fields))


def may_see(detail: InstanceDetail) -> bool:
    """Officers see their authority's cases; others those in which they did something, were asked or were told."""
    return bool(current_user.may("officer")) or own_part.has_one(detail.row)


def _mine(detail: InstanceDetail) -> set[int]:
    return {
        task.id
        for task in detail.tasks
        if current_user.scope.holds(task.roles, at=task.school_urn, case=task.instance_id)
    }


def _others(detail: InstanceDetail) -> set[int]:
    """The tasks of others whose answer this person may record."""
    scope = current_user.scope
    theirs = {
        task.id
        for task in detail.tasks
        if task.on_behalf and scope.holds(task.on_behalf, at=task.school_urn, case=task.instance_id)
    }
    return theirs - _mine(detail)


def _given(history: Sequence[HistoryRow], row: InstanceRow) -> dict[int, list[Answer]]:
    """What was answered in each task of these lines, as far as this person may read it."""
    lines = {row.task_id: row.seq for row in history if row.task_id is not None and row.how == "completed"}
    tasks = queries.recorded(db.session(), lines)
    return {lines[task.task_id]: _answers(task, row) for task in tasks}


def _corrections(history: Sequence[HistoryRow], row: InstanceRow) -> dict[int, list[CorrectionRow]]:
    """The notes of correction beside these answers, by task, as far as this person may read all that they correct."""
    notes = queries.corrections(db.session(), [row.task_id for row in history if row.task_id is not None])
    tasks = queries.recorded(db.session(), notes) if notes else []
    roles, viewer = current_user.scope.reads_at(row.school_urn, row.id), current_user.username
    return {
        task.task_id: notes[task.task_id]
        for task in tasks
        if reads_all(form_in(task.form, row.id), task.values, roles, task.by, viewer)
    }


def _answers(task: RecordedRow, row: InstanceRow) -> list[Answer]:
    roles, viewer = current_user.scope.reads_at(row.school_urn, row.id), current_user.username
    return answers(form_in(task.form, row.id), task.values, roles, task.by, viewer)


@blueprint.post("/cases/<int:instance_id>/cancel")
def cancel(instance_id: int) -> Response | tuple[str, int]:
    """Stop a case for good, with a reason, once it is said what will happen."""
    why, problem = reason(
        request.form.get("reason", ""), "Enter why the case is cancelled", "Why the case is cancelled"
    )
    if problem:
        return page(instance_id, Refused("reason", why, problem)), 400
    if "again" in request.form:
        return page(instance_id, Refused("reason", why)), 200
    if "confirmed" not in request.form:
        detail = queries.instance_detail(db.session(), instance_id)
        return render_template("cases/cancel.html", row=detail.row, detail=detail, why=why), 200
    the_engine().cases.cancel(instance_id, why, by=current_user.scope)
    flash("The case is cancelled.")
    return redirect(url_for("cases.case", instance_id=instance_id))


@blueprint.post("/incidents/<int:incident_id>/rest")
def dismiss(incident_id: int) -> Response:
    """Let a case that could not begin rest."""
    the_engine().jobs.dismiss(incident_id, by=current_user.scope)
    flash("It rests: nothing is begun, and what was entered is forgotten.")
    return redirect(url_for("case_list.index"))


@blueprint.post("/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> Response:
    """Try again what went wrong."""
    try:
        the_engine().jobs.retry(incident_id, by=current_user.scope)
        flash("It is being tried again.")
    except AnswerKept as kept:
        flash(f"It failed again, and the answer is still kept. What went wrong: {kept.reason}. {WHAT_TO_DO}", "problem")
    return redirect(url_for("case_list.index", troubled=1))
