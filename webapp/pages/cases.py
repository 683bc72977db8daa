"""Cases: the list, and one case live, with its diagrams, its history and what a manager may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import AnswerKept
from engine.forms import load_form
from engine.queries import HistoryRow, InstanceDetail, InstanceFilters, RecordedRow, SchoolChangeRow
from webapp.current import now, the_engine
from webapp.db import db
from webapp.forms.answers import Answer, answers
from webapp.forms.reasons import reason
from webapp.pages.events import reportable
from webapp.people.names import contacts

blueprint = Blueprint("cases", __name__)
STATUSES = {"active": "Live", "completed": "Completed", "cancelled": "Cancelled"}
#: Lines of the story that are no element's.
WORDS = {
    "started": "The case began",
    "stopped": "The case was cancelled",
    "changed": "Data of the case were changed",
    "retried": "Tried again",
    "resent": "A message that found nobody was sent again",
    "redirected": "A message that found nobody was sent to a case",
    "rested": "A message that found nobody was let rest",
    "moved": "Another school took the case over",
    "noted": "A note was made",
}
#: What a manager can do about an answer with which a case cannot go on.
WHAT_TO_DO = (
    "Have corrected what is named there, then try again; or ask whoever gave the answer to give another, which takes "
    "its place."
)
#: What the register calls the fields that matter to a case.
FIELDS = {
    "type": "type",
    "status": "status",
    "maintained": "maintained by the authority",
    "trust": "trust",
    "diocese": "diocese",
    "head": "headteacher",
}


@dataclass(frozen=True)
class RegisterLine:
    """A line of a case's story that the register brought: when, and what changed, in words."""

    ended: datetime
    what: str
    kind: str = "register"


@blueprint.get("/cases")
def index() -> str:
    """The cases of my authority."""
    session, asked = db.session(), request.args
    filters = InstanceFilters(
        school=asked.get("school", ""),
        process=asked.get("process", ""),
        status=asked.get("status", ""),
        text=asked.get("search", "").strip(),
        troubled=asked.get("troubled") == "1",
    )
    page = queries.instances(session, filters, page=asked.get("page", 1, int))
    return render_template(
        "cases/index.html",
        page=page,
        filters=filters,
        statuses=STATUSES,
        processes=[row for row in queries.definitions(session) if row.startable],
        schools=queries.schools(session),
        troubles=queries.incidents(session, caseless=True) if current_user.may("manage") else [],
        lost=queries.undelivered(session) if current_user.may("manage") else [],
    )


@blueprint.get("/cases/<int:instance_id>")
def case(instance_id: int) -> str:
    """One case, live."""
    detail = queries.instance_detail(db.session(), instance_id)
    if not may_see(detail):
        abort(404)
    shown = request.args.get("diagram", detail.diagrams[0].definition_id, int)
    diagram = next((each for each in detail.diagrams if each.definition_id == shown), detail.diagrams[0])
    before = request.args.get("before", None, int)
    history = queries.timeline(db.session(), instance_id, before=before) if before else detail.history
    return render_template(
        "cases/case.html",
        detail=detail,
        diagram=diagram,
        history=history,
        story=_story(detail, history, first=not before),
        changes=[_in_words(change) for change in detail.school_changes],
        given=_given(history, detail.row.school_urn),
        now=now(),
        manages=current_user.may("manage"),
        statuses=STATUSES,
        words=WORDS,
        mine=_mine(detail),
        others=_others(detail),
        contacts=_contacts(),
        events=reportable(instance=instance_id) if current_user.may("officer") else [],
    )


def _story(detail: InstanceDetail, history: Sequence[HistoryRow], first: bool) -> list[HistoryRow | RegisterLine]:
    """The lines of history, and between them what the register changed in their time, the newest first."""
    last = history[0].ended if history and not first else None
    begins = history[-1].ended if history else detail.row.started
    lines = [line for change in detail.school_changes if (line := _in_words(change)).ended >= begins]
    shown = [line for line in lines if last is None or line.ended <= last]
    return sorted([*history, *shown], key=lambda line: line.ended, reverse=True)


def _in_words(change: SchoolChangeRow) -> RegisterLine:
    said = [f"{FIELDS[name]} from {_word(old)} to {_word(new)}" for name, (old, new) in change.fields.items()]
    return RegisterLine(change.at, "; ".join(said))


def _word(value: object) -> str:
    return {True: "yes", False: "no", "": "none"}.get(value) or str(value)


def may_see(detail: InstanceDetail) -> bool:
    """Officers see their authority's cases; others those in which they have, or had, something to do."""
    scope = current_user.scope
    if current_user.may("officer"):
        return True
    return any(scope.holds(task.roles, at=task.school_urn) for task in detail.tasks) or any(
        row.by == scope.username for row in detail.history
    )


def _contacts() -> set[str]:
    """The roles outside the authority, to whom an officer may send a task by e-mail."""
    return contacts() if current_user.may("officer") else set()


def _mine(detail: InstanceDetail) -> set[int]:
    return {task.id for task in detail.tasks if current_user.scope.holds(task.roles, at=task.school_urn)}


def _others(detail: InstanceDetail) -> set[int]:
    """The tasks of others whose answer this person may record."""
    if not current_user.may("officer"):
        return set()
    scope = current_user.scope
    theirs = {task.id for task in detail.tasks if task.on_behalf and scope.holds(task.on_behalf, at=task.school_urn)}
    return theirs - _mine(detail)


def _given(history: tuple[HistoryRow, ...] | list[HistoryRow], school: str | None) -> dict[int, list[Answer]]:
    """What was answered in each task of these lines, as far as this person may read it."""
    lines = {row.task_id: row.seq for row in history if row.task_id is not None and row.how == "completed"}
    tasks = queries.recorded(db.session(), lines)
    return {lines[task.task_id]: _answers(task, school) for task in tasks if _may_read(task, school)}


def _answers(task: RecordedRow, school: str | None) -> list[Answer]:
    form, roles, viewer = load_form(task.form), current_user.scope.roles_at(school), current_user.username
    return answers(form, task.values, roles, task.by, viewer)


def _may_read(task: RecordedRow, school: str | None) -> bool:
    """Officers read what was recorded in the case; others only in the tasks of their own roles."""
    return bool(current_user.may("officer")) or current_user.scope.holds(task.roles, at=school)


@blueprint.post("/cases/<int:instance_id>/cancel")
def cancel(instance_id: int) -> Response:
    """Stop a case for good, with a reason."""
    why, problem = reason(
        request.form.get("reason", ""), "Enter why the case is cancelled", "Why the case is cancelled"
    )
    if problem:
        flash(f"{problem}. Nothing was changed.", "problem")
    else:
        the_engine().cases.cancel(instance_id, why, by=current_user.scope)
        flash("The case is cancelled.")
    return redirect(url_for("cases.case", instance_id=instance_id))


@blueprint.post("/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> Response:
    """Try again what went wrong."""
    try:
        the_engine().jobs.retry(incident_id, by=current_user.scope)
        flash("It is being tried again.")
    except AnswerKept as kept:
        flash(f"It failed again, and the answer is still kept. What went wrong: {kept.reason}. {WHAT_TO_DO}", "problem")
    return redirect(url_for("cases.index", troubled=1))
