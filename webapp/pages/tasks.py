"""The inbox, and one task: its guidance, its form, claiming and completing it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookies
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import TaskNotOpen, TaskNotYours, TimerImpossible
from engine.forms import load_form
from engine.people.permissions import is_given
from engine.queries import EarlierAnswers, InboxFilters, KeptAnswer, TaskDetail, TaskRow
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.forms import confidential
from webapp.forms.answers import Answer, answers
from webapp.forms.fields import FormView
from webapp.forms.submission import Asked
from webapp.pages import calendar, clauses
from webapp.people import names
from webapp.people.guests import Guest

blueprint = Blueprint("tasks", __name__)
SHOWN = ("all", "mine", "unclaimed")
#: How many tasks of a list a browser remembers as done, so that its cookie stays small.
MOST_REMEMBERED = 100


@blueprint.get("/tasks")
def inbox() -> str:
    """What waits for me: overdue first, with what my roles have been told."""
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    filters = InboxFilters(
        mine=show == "mine",
        unclaimed=show == "unclaimed",
        school=request.args.get("school", ""),
        text=request.args.get("search", "").strip(),
        process=request.args.get("process", ""),
    )
    session = db.session()
    page = queries.inbox(session, current_user.scope, filters, page=request.args.get("page", 1, int))
    told = queries.notifications(session, current_user.scope)
    return render_template(
        "tasks/inbox.html",
        page=page,
        show=show,
        told=told,
        counts=queries.counts(session, current_user.scope),
        filters=filters,
        nowhere=current_user.scope.confined == frozenset(),
        processes=[row for row in queries.definitions(session) if row.startable],
        ends=calendar.running_out(current_user.authority) if current_user.may("manage") else None,
    )


@blueprint.get("/tasks/<int:task_id>")
def task(task_id: int) -> str:
    """One task: why it is asked, what is known, and its form."""
    detail = _mine(task_id)
    return _page(detail, _asked(detail).view() if detail.row.status == "open" else None)


@blueprint.post("/tasks/<int:task_id>")
def complete(task_id: int) -> Response | tuple[str, int]:
    """Take the answers. What is wrong is said on the page, with all that was posted; otherwise the case goes on."""
    detail = _mine(task_id)
    refuse_ended(detail)
    asked = _asked(detail)
    submission = asked.submitted()
    if submission.values is None:
        return _page(detail, submission.view), submission.status
    try:
        the_engine().tasks.complete(task_id, submission.values, by=current_user.scope)
    except TimerImpossible as wrong:
        return _page(detail, asked.refused(submission.values, wrong)), 422
    if isinstance(current_user._get_current_object(), Guest):
        return redirect(url_for("links.done"))
    _remember(detail.row)
    flash(f"You completed “{detail.row.name}”{about(detail.row)}. {what_is_next(detail.row.instance_id)}")
    following = request.form.get("then", type=int)
    return redirect(url_for("tasks.task", task_id=following) if following else url_for("tasks.inbox"))


@blueprint.post("/tasks/<int:task_id>/claim")
def claim(task_id: int) -> str:
    """Take a task for myself. What was typed so far stays."""
    the_engine().tasks.claim(task_id, by=current_user.scope)
    flash("The task is yours.")
    return _again(task_id)


@blueprint.post("/tasks/<int:task_id>/release")
def release(task_id: int) -> str:
    """Give a task back to its roles. What was typed so far stays on the page."""
    the_engine().tasks.unclaim(task_id, by=current_user.scope)
    flash("The task is back with everyone whose role it is for.")
    return _again(task_id)


def _again(task_id: int) -> str:
    """The page of an open task with what was posted, which nothing judges yet."""
    db.session().rollback()  # this request's reads began before the task changed hands
    detail = _mine(task_id)
    return _page(detail, _asked(detail).again())


def _mine(task_id: int) -> TaskDetail:
    """The task, when it is for this person's roles, or they have done it. Raises TaskNotFound, TaskNotYours."""
    detail = queries.task(db.session(), task_id)
    scope = current_user.scope
    row = detail.row
    given = is_given(scope, row.assignee, row.roles, row.school_urn)
    if given or scope.holds(row.roles, at=row.school_urn) or scope.username == detail.ended_by:
        return detail
    raise TaskNotYours(whom=" or ".join(detail.row.roles))


def refuse_ended(detail: TaskDetail) -> None:
    """Raises TaskNotOpen when the task has ended."""
    if detail.row.status != "open":
        at = detail.ended
        by = detail.ended_by or "Pathways"
        raise TaskNotOpen(
            task=detail.row.id, how=detail.row.status, by=by, at=f"{at:%-d %B %Y}" if at else "an unknown day"
        )


def _asked(detail: TaskDetail) -> Asked:
    return asked_of(detail, url_for("tasks.complete", task_id=detail.row.id))


def asked_of(detail: TaskDetail, action: str) -> Asked:
    """The form of a task as it is put to this person; ``action`` is the address that it is sent to."""
    unseen = confidential.unseen(detail.row.instance_id)
    return Asked.of(detail.form, detail.variables, action, unseen, detail.info.corrects, detail.row.school_urn)


def _page(detail: TaskDetail, view: FormView | None) -> str:
    return render_template(
        "tasks/task.html",
        detail=detail,
        view=view,
        given=_given(detail),
        ended={} if detail.row.status == "open" else queries.end_of_task(db.session(), detail.row),
        earlier=earlier(detail),
        clauses=clauses.named(detail.info.clauses),
        today=now(),
        kept=_kept(detail),
        roles=names.role_names(detail.row.roles),
        case=queries.instance(db.session(), detail.row.instance_id),
        conditions=conditions(detail, view),
        beside=_beside(detail),
    )


@dataclass(frozen=True)
class Beside:
    """The same task of other schools, to be worked through as a list: ``at`` is the place of this one, from 1.

    What this person has done of it today keeps its place.
    """

    tasks: tuple[TaskRow, ...]
    at: int

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(each.status != "open" for each in self.tasks)

    @property
    def before(self) -> TaskRow | None:
        """The open task before this one."""
        return (
            next((each for each in self.tasks[self.at - 2 :: -1] if each.status == "open"), None)
            if self.at > 1
            else None
        )

    @property
    def after(self) -> TaskRow | None:
        """The open task after this one."""
        return next((each for each in self.tasks[self.at :] if each.status == "open"), None)


def _beside(detail: TaskDetail) -> Beside | None:
    """The list that an open task stands in, for an officer; None when it is the only one of its kind."""
    if detail.row.status != "open" or not current_user.may("officer"):
        return None
    mine = queries.alike(db.session(), current_user.scope, detail.row)
    done = queries.tasks_by_id(db.session(), _worked(detail.row))
    tasks = tuple(sorted([*mine, *done], key=lambda each: (each.school_name, each.id)))
    at = next((place for place, each in enumerate(tasks, 1) if each.id == detail.row.id), 0)
    return Beside(tasks, at) if at and len(tasks) > 1 else None


def _worked(row: TaskRow) -> list[int]:
    """The tasks of the same list that were done in this browser today."""
    kept = cookies.get("list", {})
    return list(kept.get("done", [])) if kept.get("of") == _list(row) else []


def _remember(row: TaskRow) -> None:
    """Keep in the browser's cookie that this task of a list is done."""
    cookies["list"] = {"of": _list(row), "done": [*_worked(row), row.id][-MOST_REMEMBERED:]}


def _list(row: TaskRow) -> str:
    return f"{row.process}/{row.element}/{now().astimezone(ZONE).date()}"


def conditions(detail: TaskDetail, view: FormView | None) -> str:
    """What the page's script needs to know of the case, as JSON."""
    return confidential.readable(detail, view.conditions if view else ())


def _given(detail: TaskDetail) -> list[Answer]:
    """What was answered, as far as this person may read it."""
    if detail.values is None or detail.form is None:
        return []
    by = detail.ended_by or ""
    return answers(load_form(detail.form), detail.values, _roles(detail), by, current_user.username)


def earlier(detail: TaskDetail) -> list[tuple[EarlierAnswers, list[Answer]]]:
    """What was last said to the questions of an open task, as far as this person may read it; and for an officer, what
    those outside the authority said in the case, so that whoever decides has their reasons beside the decision."""
    if detail.row.status != "open" or detail.form is None:
        return []
    keys = load_form(detail.form).keys
    found = queries.earlier_answers(db.session(), detail, keys, current_user.scope)
    if current_user.may("officer"):
        known = {each.task.id for each in found}
        outside = queries.consulted(db.session(), detail, names.contacts())
        found += [each for each in outside if each.task.id not in known]
    return [(each, said) for each in found if (said := _said(each, _roles(detail)))]


def _said(before: EarlierAnswers, roles: frozenset[str]) -> list[Answer]:
    return answers(load_form(before.form), before.values, roles, before.by, current_user.username)


def _roles(detail: TaskDetail) -> frozenset[str]:
    """The roles that this person has for the task's school."""
    roles: frozenset[str] = current_user.scope.roles_at(detail.row.school_urn)
    return roles


def _kept(detail: TaskDetail) -> KeptAnswer | None:
    row = detail.row
    return queries.kept_answer(db.session(), row.instance_id, row.token) if row.status == "open" else None


def about(row: TaskRow) -> str:
    """For which school a task is, as words to go on with."""
    return f" for {row.school_name}" if row.school_name else ""


def what_is_next(instance_id: int) -> str:
    """What happens now, in a sentence."""
    session = db.session()
    session.rollback()  # this request's reads began before the step: look again at what it left
    waiting = queries.open_tasks(session, instance_id)
    if waiting:
        return f"Next in this case: {', '.join(dict.fromkeys(each.name for each in waiting))}."
    live = queries.instance(session, instance_id).status == "active"
    return "The case now waits for its next date." if live else "The case has ended."
