"""One task by a link in an e-mail, for somebody outside the authority who has no account.

An officer makes the link for a role of kind contact and sends it from their own mail program. Whoever opens it sees that one
task and nothing else, until it is done or the link has expired. What they answer is recorded under their e-mail address.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from engine import queries
from engine.people.authorities import Role
from engine.queries import TaskDetail
from webapp.db import db
from webapp.people import accounts
from webapp.people.guests import DAYS, Guest, Invitation, guest

blueprint = Blueprint("links", __name__)
WRONG_ADDRESS = "Enter an email address in the correct format, like name@example.org"
#: Of the characters of ASCII without space, as mail servers take them everywhere.
_PART = r"[!#-;=?A-~]"
ADDRESS = re.compile(rf"{_PART}{{1,100}}@{_PART}{{1,100}}\.{_PART}{{2,100}}")
HAS_ACCOUNT = "Whoever has this email address has an account, and signs in. Enter the address of somebody without one"


@blueprint.get("/tasks/<int:task_id>/link")
def form(task_id: int) -> str:
    """Ask for whom the link is."""
    detail, roles = _sendable(task_id)
    return _page(detail, roles, role=roles[0].id)


@blueprint.post("/tasks/<int:task_id>/link")
def make(task_id: int) -> tuple[str, int] | str:
    """Make a link for somebody outside the authority."""
    detail, roles = _sendable(task_id)
    email, role = request.form.get("email", "").strip().lower(), request.form.get("role", roles[0].id)
    if role not in {each.id for each in roles}:
        abort(400)
    if not ADDRESS.fullmatch(email):
        return _page(detail, roles, role, email, problem=WRONG_ADDRESS), 400
    if accounts.find(email):
        return _page(detail, roles, role, email, problem=HAS_ACCOUNT), 400
    token = Invitation(task_id, current_user.authority, role, email).token()
    return _page(detail, roles, role, email, link=url_for("links.follow", token=token, _external=True))


def _sendable(task_id: int) -> tuple[TaskDetail, list[Role]]:
    """An open task, and the roles outside the authority that may do it; not found when there are none."""
    detail = queries.task(db.session(), task_id)
    known = current_user.home.roles if current_user.home else {}
    roles = [known[each] for each in detail.row.roles if each in known and known[each].kind == "contact"]
    if detail.row.status != "open" or not roles:
        abort(404)
    return detail, roles


def _page(detail: TaskDetail, roles: list[Role], role: str, email: str = "", problem: str = "", link: str = "") -> str:
    return render_template(
        "links/make.html",
        detail=detail,
        roles=roles,
        role=role,
        email=email,
        problem=problem,
        link=link,
        mail=f"mailto:{quote(email)}?subject={quote(detail.row.name)}&body={quote(link)}",
        days=DAYS,
    )


@blueprint.get("/link/<token>")
def follow(token: str) -> Response | tuple[str, int]:
    """Open a link: the one task, without a password."""
    person = guest(token)
    if person is None:
        return render_template("links/expired.html", days=DAYS), 410
    session.clear()
    login_user(person)
    return redirect(url_for("tasks.task", task_id=person.task))


@blueprint.get("/link/done")
def done() -> str:
    """The task is done: say so, and let the person go."""
    if isinstance(current_user._get_current_object(), Guest):
        logout_user()
        session.clear()
    return render_template("links/done.html")
