"""What I have been told: notices, read and unread; those of late and of new tasks apart, so that they crowd nothing
out."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.jobs import meetings
from engine.jobs.meetings import Invitation
from engine.queries import NotificationRow
from engine.queries.notices import LATE, OTHER, TASK
from webapp.current import now, the_engine
from webapp.db import db
from webapp.pages.cases import may_see
from webapp.pages.numbers import page_asked

blueprint = Blueprint("notices", __name__)
#: How somebody may be told by mail, and how it is called.
WAYS = {
    "once": ("At once", "A mail when a task is new, falls due or is late, and when there is a notice"),
    "daily": ("Once a day", "One mail on the morning of each working day, when there is something new"),
    "weekly": ("Once a week", "One mail on the first working day of each week, when there is something new"),
}
#: What was told in one step was told at once.
AT_ONCE = timedelta(seconds=1)
#: What the list may be narrowed to, and how it is called.
VIEWS = {
    "unread": "Not read",
    "all": "All",
    "tasks": "New or due soon, not read",
    "tasks-all": "New or due soon, all",
    "late": "Late tasks, by kind",
    "late-all": "Late tasks, one by one",
}
#: The kind of notices that a view shows.
KINDS = {"tasks": TASK, "tasks-all": TASK, "late": LATE, "late-all": LATE}


@blueprint.route("/told", methods=["GET", "POST"])
def how() -> Response | tuple[str, int] | str:
    """How I am told by mail: at once, daily or weekly."""
    engine, chosen = the_engine(), request.form.get("how", "")
    if request.method == "POST" and chosen in WAYS:
        engine.notices.choose(chosen, current_user.scope)
        flash("You are told as you have chosen.")
        return redirect(url_for("notices.how"))
    page = render_template(
        "notices/how.html",
        how=engine.notices.how(current_user.scope),
        ways=WAYS,
        problem="Select how often you are told" if request.method == "POST" else "",
        mails=engine.config.mails,
        address=engine.notices.address(current_user.scope),
    )
    return (page, 400) if request.method == "POST" else page


@blueprint.get("/notices")
def index() -> str:
    """All that I have been told, page by page."""
    show = request.args.get("show", "unread")
    show = show if show in VIEWS else "unread"
    if show == "late":
        kinds = queries.late_kinds(db.session(), current_user.scope)
        return render_template("notices/late.html", kinds=kinds, show=show, views=VIEWS)
    session, scope, kind = db.session(), current_user.scope, KINDS.get(show, OTHER)
    new = show in ("unread", "tasks")
    found = page_asked(lambda number: queries.notices(session, scope, kind, unread=new, page=number))
    return render_template("notices/index.html", page=found, show=show, views=VIEWS, new=new)


@blueprint.get("/notices/<int:notice_id>")
def notice(notice_id: int) -> str:
    """One notice, whole; it is read from now on."""
    row = the_engine().notices.read(notice_id, current_user.scope)
    case = row.instance_id if row.opens else None
    opens = case is not None and may_see(queries.instance_detail(db.session(), case))
    return render_template(
        "notices/notice.html", row=row, case=opens, mine=_is_mine(row), told=_told(row), now=_now(row)
    )


@blueprint.get("/notices/<int:notice_id>/meeting.ics")
def meeting(notice_id: int) -> Response:
    """The meeting to which a notice invites, as it was told of last, for a calendar program."""
    found = queries.notice(db.session(), current_user.scope, notice_id)
    invitation = _now(found[0]) if found else None
    if invitation is None:
        abort(404)
    answer = Response(meetings.calendar(invitation, now()), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return answer


def _told(row: NotificationRow) -> Invitation | None:
    """The meeting as this notice told of it."""
    return Invitation.of(dict(row.meeting)) if row.meeting else None


def _now(row: NotificationRow) -> Invitation | None:
    """The meeting as the person was told of it last."""
    told = _told(row)
    if told is None:
        return None
    later = queries.meetings(db.session(), current_user.scope, row.created - AT_ONCE)
    [newest] = meetings.newest([told, *(each for each in map(_told, later) if each and each.uid == told.uid)])
    return newest


def _is_mine(row: NotificationRow) -> bool:
    """Whether the task that a notice is about is open to the person."""
    found = queries.tasks_by_id(db.session(), [row.task_id]) if row.task_id is not None else []
    if not found:
        return False
    scope, [task] = current_user.scope, found
    given = bool(scope.is_given(task.assignee, task.roles, at=task.school_urn, case=task.instance_id))
    return given or bool(scope.holds(task.roles, at=task.school_urn, case=task.instance_id))


@blueprint.post("/notices/read")
def read_all() -> Response:
    """Mark all as read: those of late tasks, those of new ones, or all others."""
    kind = KINDS.get(request.form.get("show", ""), OTHER)
    the_engine().notices.read_all(kind, current_user.scope)
    flash("All are marked as read.")
    return redirect(url_for("notices.index", show={LATE: "late", TASK: "tasks"}.get(kind, "unread")))
