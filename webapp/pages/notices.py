"""What I have been told: notices, read and unread; those of late tasks apart, so that they crowd nothing out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.people.permissions import is_given
from engine.queries import NotificationRow
from engine.queries.notices import LATE, OTHER
from webapp.current import the_engine
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
#: What the list may be narrowed to, and how it is called.
VIEWS = {"unread": "Not read", "all": "All", "late": "Late tasks, by kind", "late-all": "Late tasks, one by one"}


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
    session, scope, kind = db.session(), current_user.scope, LATE if show == "late-all" else OTHER
    found = page_asked(lambda number: queries.notices(session, scope, kind, unread=show == "unread", page=number))
    return render_template("notices/index.html", page=found, show=show, views=VIEWS)


@blueprint.get("/notices/<int:notice_id>")
def notice(notice_id: int) -> str:
    """One notice, whole; it is read from now on."""
    row = the_engine().notices.read(notice_id, current_user.scope)
    opens = row.opens and may_see(queries.instance_detail(db.session(), row.instance_id))
    return render_template("notices/notice.html", row=row, case=opens, mine=_is_mine(row))


def _is_mine(row: NotificationRow) -> bool:
    """Whether the task that a notice is about is open to the person."""
    found = queries.tasks_by_id(db.session(), [row.task_id]) if row.task_id is not None else []
    if not found:
        return False
    scope, [task] = current_user.scope, found
    given = is_given(scope, task.assignee, task.roles, task.school_urn)
    return given or bool(scope.holds(task.roles, at=task.school_urn))


@blueprint.post("/notices/read")
def read_all() -> Response:
    """Mark all as read: those of late tasks, or all others."""
    late = request.form.get("show", "").startswith("late")
    the_engine().notices.read_all(LATE if late else OTHER, current_user.scope)
    flash("All are marked as read.")
    return redirect(url_for("notices.index", show="late" if late else "unread"))
