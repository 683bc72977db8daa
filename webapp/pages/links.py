"""One task by a link in an e-mail, for somebody outside the authority who has no account.

An officer makes the link for a role of kind contact and sends it from their own mail program. Whoever opens it sees that one
task and nothing else, until it is done or the link has expired. What they answer is recorded under their e-mail address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from engine import Scope, queries
from engine.people.authorities import Authority
from webapp.db import db

blueprint = Blueprint("links", __name__)
#: How long a link can be opened, in days.
DAYS = 30
ADDRESS = re.compile(r"[^@\s<>\"]{1,100}@[^@\s<>\"]{1,100}\.[^@\s<>\"]{2,}")
PREFIX = "link:"


@dataclass(frozen=True)
class Guest:
    """Whoever has opened a link: may do one task in one role."""

    token: str
    task: int
    authority: str
    role: str
    username: str

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def name(self) -> str:
        """What the pages call this person."""
        return self.username

    def get_id(self) -> str:
        """The id that the session cookie carries."""
        return PREFIX + self.token

    @property
    def scope(self) -> Scope:
        """What this person may see and do."""
        return Scope(self.authority, frozenset({self.role}), self.username)

    @property
    def home(self) -> Authority | None:
        """The authority, as configured."""
        authorities: dict[str, Authority] = current_app.extensions["authorities"]
        return authorities.get(self.authority)

    def may(self, capability: str) -> bool:
        """Nothing beside the task."""
        return False


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="one task by e-mail")


def guest(token: str) -> Guest | None:
    """Whoever may use this link; None when it has expired or was tampered with."""
    try:
        said: dict[str, Any] = _signer().loads(token, max_age=DAYS * 86400)
    except BadData:
        return None
    return Guest(token, said["task"], said["authority"], said["role"], said["email"])


def allowed(person: Guest, endpoint: str, arguments: dict[str, Any]) -> bool:
    """Whether a guest may come to a route: their task's, and the way out."""
    if endpoint in ("tasks.task", "tasks.complete"):
        return bool(arguments.get("task_id") == person.task)
    return endpoint in ("links.done", "auth.sign_out")


@blueprint.route("/tasks/<int:task_id>/link", methods=["GET", "POST"])
def make(task_id: int) -> tuple[str, int] | str:
    """Make a link for somebody outside the authority."""
    detail = queries.task(db.session(), task_id)
    home = current_user.home
    roles = [
        home.roles[each]
        for each in detail.row.roles
        if home and each in home.roles and home.roles[each].kind == "contact"
    ]
    if detail.row.status != "open" or not roles:
        abort(404)
    email, problem, link = request.form.get("email", "").strip().lower(), "", ""
    role = request.form.get("role", roles[0].id)
    if request.method == "POST":
        if not ADDRESS.fullmatch(email):
            problem = "Enter an email address in the correct format, like name@example.org"
        elif role not in {each.id for each in roles}:
            abort(400)
        else:
            said = {"task": task_id, "authority": current_user.authority, "role": role, "email": email}
            link = url_for("links.follow", token=_signer().dumps(said), _external=True)
    mail = f"mailto:{quote(email)}?subject={quote(detail.row.name)}&body={quote(link)}" if link else ""
    page = render_template(
        "links/make.html",
        detail=detail,
        roles=roles,
        role=role,
        email=email,
        problem=problem,
        link=link,
        mail=mail,
        days=DAYS,
    )
    return (page, 400) if problem else page


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
