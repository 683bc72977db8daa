"""One task: its guidance, its form, claiming and completing it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookies
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import CaseSuspended, PathwaysError, TaskClaimed, TaskNotOpen, TaskNotYours, TimerImpossible
from engine.forms import load_form
from engine.queries import (
    AttachmentRow,
    CorrectionRow,
    EarlierAnswers,
    InboxFilters,
    KeptAnswer,
    OtherHalf,
    TaskDetail,
    TaskRow,
)
from webapp import errors
from webapp.current import now, the_engine
from webapp.dates import ZONE
from webapp.db import db
from webapp.forms import confidential, drafts
from webapp.forms.answers import Answer, answers, reads_all
from webapp.forms.fields import FormView
from webapp.forms.submission import Asked, Submission
from webapp.pages import background, checking, clauses
from webapp.people import names
from webapp.people.guests import Guest

blueprint = Blueprint("tasks", __name__)
#: How many tasks of a list a browser remembers as done, so that its cookie stays small.
MOST_REMEMBERED = 100


@blueprint.get("/tasks/<int:task_id>")
def task(task_id: int) -> str:
    """One task: why it is asked, what is known, and its form."""
    detail = mine(task_id)
    return _page(detail, _asked(detail), opened=detail.row.status == "open")


@blueprint.post("/tasks/<int:task_id>")
def complete(task_id: int) -> Response | tuple[str, int]:
    """Take the answers. What is wrong is said on the page, with all that was posted; otherwise the case goes on."""
    detail = mine(task_id)
    asked = _asked(detail)
    if detail.row.status != "open" and request.form.get("draft") != "discard":
        return _too_late(detail, asked, _ended(detail))
    submission = asked.submitted()
    if submission.values is None:
        _refuse_suspended(detail, submission)
        return submission.instead or (_page(detail, asked, submission.view), submission.status)
    row, me = detail.row, current_user.username
    with asked.refused_is_kept():
        _refuse_suspended(detail, submission)
        queries.refuse_second_half(db.session(), row.instance_id, detail.definition_id, detail.info, me)
    if _is_free(row) and (found := checking.following(detail, submission.values)):
        return checking.page(detail, asked, submission.values, found), 200
    try:
        with asked.keeping():
            the_engine().tasks.complete(task_id, submission.values, by=current_user.scope)
    except TimerImpossible as wrong:
        return _page(detail, asked, asked.refused(submission.values, wrong)), 422
    except (TaskNotOpen, TaskClaimed) as late:
        return _too_late(detail, asked, late)
    return _completed(detail)


def _refuse_suspended(detail: TaskDetail, submission: Submission) -> None:
    """Raises CaseSuspended before anybody mends answers that could not be handed in now; what was typed is kept."""
    if detail.row.suspended and (submission.values is not None or submission.status != 200):
        raise CaseSuspended(instance=detail.row.instance_id)


def _completed(detail: TaskDetail) -> Response:
    """Say what comes next, and go on to the next of the list where that was asked."""
    if isinstance(current_user._get_current_object(), Guest):
        return redirect(url_for("links.done"))
    _remember(detail.row)
    done = escape(f"You completed “{detail.row.name}”{about(detail.row)}. ")
    flash(done + what_is_next(detail.row.instance_id))
    following = _following(detail.row)
    return redirect(url_for("tasks.task", task_id=following) if following else url_for("tasks.inbox"))


def _following(row: TaskRow) -> int | None:
    """The task to go on with, where that was asked: one that the page named, or the next of mine, in the case or else at all."""
    if request.form.get("then") != "next":
        return request.form.get("then", type=int)
    waiting = (each for each in queries.open_tasks(db.session(), row.instance_id) if _is_for_me(each))
    found = next(waiting, None) or _first_of_mine()
    return found.id if found else None


def _first_of_mine() -> TaskRow | None:
    found = queries.inbox(db.session(), current_user.scope, InboxFilters(at=now()), per_page=1)
    return next(iter(found.items), None)


def _is_for_me(row: TaskRow) -> bool:
    """Whether an open task stands among this person's own, and nobody else has claimed it."""
    scope = current_user.scope
    if row.assignee:
        return bool(scope.is_given(row.assignee, row.roles, at=row.school_urn, case=row.instance_id))
    return bool(scope.holds(row.roles, at=row.school_urn, case=row.instance_id))


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
    flash("The task is back with whoever had it before.")
    return _again(task_id)


@blueprint.get("/tasks/<int:task_id>/claim")
@blueprint.get("/tasks/<int:task_id>/release")
def changed_hands(task_id: int) -> Response:
    """To the page of a task, for whoever opens anew the address at which they claimed it or gave it back."""
    return redirect(url_for("tasks.task", task_id=mine(task_id).row.id))


def _again(task_id: int) -> str:
    """The page of an open task with what was posted, which nothing judges yet."""
    db.session().rollback()  # this request's reads began before the task changed hands
    detail = mine(task_id)
    asked = _asked(detail)
    asked.keep()
    return _page(detail, asked, asked.again())


def _too_late(detail: TaskDetail, asked: Asked, why: PathwaysError) -> Response | tuple[str, int]:
    """Somebody else has ended or claimed the task meanwhile: their answer beside mine, which is kept to be copied."""
    if detail.ended_by != current_user.username or not drafts.is_typing():  # the script may come after one's own click
        asked.keep()
    if drafts.is_typing():
        return errors.page(409, why.told(names.anybody))
    db.session().rollback()  # this request's reads began before the task changed hands
    detail = mine(detail.row.id)
    return _page(detail, _asked(detail), problem=why.told(names.anybody)), 409


def mine(task_id: int) -> TaskDetail:
    """The task, when it is for this person's roles, or they have done it. Raises TaskNotFound, TaskNotYours."""
    detail = queries.task(db.session(), task_id)
    scope = current_user.scope
    row = detail.row
    given = bool(scope.is_given(row.assignee, row.roles, at=row.school_urn, case=row.instance_id))
    if given or scope.holds(row.roles, at=row.school_urn, case=row.instance_id) or scope.username == detail.ended_by:
        return detail
    raise TaskNotYours(whom=" or ".join(detail.row.roles))


def refuse_ended(detail: TaskDetail) -> None:
    """Raises TaskNotOpen when the task has ended."""
    if detail.row.status != "open":
        raise _ended(detail)


def _ended(detail: TaskDetail) -> TaskNotOpen:
    """What whoever comes too late to a task is told."""
    day = f"{detail.ended:%-d %B %Y}" if detail.ended else "an unknown day"
    return TaskNotOpen(task=detail.row.id, how=detail.row.status, by=detail.ended_by or "Pathways", at=day)


def _asked(detail: TaskDetail) -> Asked:
    return asked_of(detail, url_for("tasks.complete", task_id=detail.row.id))


def asked_of(detail: TaskDetail, action: str) -> Asked:
    """The form of a task as it is put to this person; ``action`` is the address that it is sent to."""
    unseen = confidential.unseen(detail.row.instance_id)
    made = Asked.of(
        detail.form,
        detail.variables,
        action,
        unseen,
        detail.info.corrects,
        detail.row.school_urn,
        detail.row.instance_id,
    )
    return replace(made, told=confidential.told(detail.row.instance_id), files=confidential.files_by_question(detail))


def _page(
    detail: TaskDetail, asked: Asked, view: FormView | None = None, *, opened: bool = False, problem: str = ""
) -> str:
    """The page of a task; ``opened`` puts the questions as they are first put, ``problem`` says why they are not."""
    view = asked.opened() if opened else view
    before = earlier(detail)
    return render_template(
        "tasks/task.html",
        detail=detail,
        view=view,
        problem=problem,
        mine=[] if _is_free(detail.row) else asked.typed,
        address=asked.action,
        given=given(detail),
        corrections=corrections_of(detail),
        files=files_of(detail),
        ended={} if detail.row.status == "open" else queries.end_of_task(db.session(), detail.row),
        earlier=before,
        background=None if problem else background.of_task(detail, {each.task.id for each, _ in before}),
        clauses=clauses.named(detail.info.clauses),
        today=now(),
        kept=_kept(detail),
        barred=barred(detail),
        roles=names.role_names(detail.row.roles),
        case=queries.instance(db.session(), detail.row.instance_id),
        conditions=conditions(detail, view),
        left_out=not current_user.scope.confidential and confidential.kept_to(detail, detail.row.roles),
        beside=_beside(detail),
        comments=queries.comments(db.session(), detail.row.instance_id),
        replaceable=_is_replaceable(detail),
        before=lambda note: said_before(detail, note),
    )


def _is_free(row: TaskRow) -> bool:
    """Whether this person may answer: the task is open, and nobody else has claimed it."""
    return row.status == "open" and row.assignee in (None, current_user.username)


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


def given(detail: TaskDetail) -> list[Answer]:
    """What was answered, as far as this person may read it."""
    if detail.values is None or detail.form is None:
        return []
    by = detail.ended_by or ""
    form = confidential.form_in(detail.form, detail.row.instance_id)
    return answers(form, detail.values, _roles(detail), by, current_user.username)


def said_before(detail: TaskDetail, note: CorrectionRow) -> list[Answer]:
    """What answers were before others took their place, as far as this person may read it."""
    return given(replace(detail, values=note.was))


def _is_replaceable(detail: TaskDetail) -> bool:
    """Whether this person may put other answers in the place of theirs still."""
    if detail.row.status != "completed" or detail.ended_by != current_user.username or detail.form is None:
        return False
    is_guest = isinstance(current_user._get_current_object(), Guest)
    return not is_guest and the_engine().tasks.is_replaceable(detail.row.id, current_user.scope)


def files_of(detail: TaskDetail) -> list[AttachmentRow]:
    """The files that were added to the task, as far as this person may read them."""
    return [each for each in confidential.files(detail.row.instance_id) if each.task_id == detail.row.id]


def corrections_of(detail: TaskDetail) -> list[CorrectionRow]:
    """The notes of correction beside the answers, for whoever may read all that they may correct."""
    if detail.row.status != "completed":
        return []
    notes = queries.corrections(db.session(), [detail.row.id]).get(detail.row.id, [])
    form = confidential.form_in(detail.form, detail.row.instance_id) if detail.form else None
    by = detail.ended_by or ""
    return notes if reads_all(form, detail.values or {}, _roles(detail), by, current_user.username) else []


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
    return [(each, said) for each in found if (said := _said(each, detail))]


def _said(before: EarlierAnswers, detail: TaskDetail) -> list[Answer]:
    form = confidential.form_in(before.form, detail.row.instance_id)
    return answers(form, before.values, _roles(detail), before.by, current_user.username)


def _roles(detail: TaskDetail) -> frozenset[str]:
    """The roles that this person has for the task's school."""
    roles: frozenset[str] = current_user.scope.reads_at(detail.row.school_urn, detail.row.instance_id)
    return roles


def _kept(detail: TaskDetail) -> KeptAnswer | None:
    row = detail.row
    return queries.kept_answer(db.session(), row.instance_id, row.token) if row.status == "open" else None


def barred(detail: TaskDetail) -> OtherHalf | None:
    """The task by which this person may not do this one, since two persons must agree."""
    row, scope = detail.row, current_user.scope
    if row.status != "open":
        return None
    return queries.other_half(db.session(), row.instance_id, detail.definition_id, detail.info, scope.username)


def about(row: TaskRow) -> str:
    """For which school a task is, as words to go on with."""
    return f" for {row.school_name}" if row.school_name else ""


def what_is_next(instance_id: int) -> Markup:
    """What happens now, in a sentence; what is this person's to do is a link."""
    session = db.session()
    session.rollback()  # this request's reads began before the step: look again at what it left
    waiting = queries.open_tasks(session, instance_id)
    if waiting:
        named = {each.name: each for each in reversed(waiting)}
        said = Markup(", ").join(_linked(named[name]) for name in dict.fromkeys(each.name for each in waiting))
        return Markup("Next in this case: {}.").format(said)
    live = queries.instance(session, instance_id).status == "active"
    return escape("The case now waits for its next date." if live else "The case has ended.")


def _linked(row: TaskRow) -> Markup:
    if not _is_for_me(row) or isinstance(current_user._get_current_object(), Guest):
        return escape(row.name)
    address = url_for("tasks.task", task_id=row.id)
    return Markup('<a class="govuk-notification-banner__link" href="{}">{}</a>').format(address, row.name)
