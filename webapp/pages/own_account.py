"""One's own account: the roles, the password, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from webapp.current import the_engine, wall
from webapp.people import keeping, passwords, sessions
from webapp.people.accounts import ANYBODY
from webapp.people.sign_in import TOO_MANY
from webapp.people.signing_in import TooManyTries

blueprint = Blueprint("own", __name__, url_prefix="/account")


@blueprint.route("", methods=["GET", "POST"])
def account() -> Response | tuple[str, int] | str:
    """Look at one's account, or change its password."""
    if request.method != "POST":
        return _page({})
    if current_user.is_invented:
        abort(403)
    current, new = request.form.get("current", ""), request.form.get("password", "")
    problem = passwords.problem(new, current_user.name, current_user.username) if new else "Enter a new password"
    problems = {"current": "" if current else "Enter your present password", "password": problem}
    if any(problems.values()):
        return _page({name: text for name, text in problems.items() if text}), 400
    try:
        token = keeping.change_password(current_user._get_current_object(), current, new)
    except TooManyTries:
        return _page({"current": TOO_MANY}), 429
    if token is None:
        return _page({"current": "Your present password is another one"}), 400
    _go_on(token)
    flash("Your password is changed, and you are signed out everywhere else.")
    return redirect(url_for("own.account"))


def _go_on(token: str) -> None:
    """Stay signed in with a session that is new, since all others have ended."""
    mine = current_user._get_current_object()
    session.clear()
    mine.token = token
    login_user(mine)


@blueprint.post("/sign-out-everywhere")
def everywhere() -> Response:
    """End all of one's sessions, this one too."""
    keeping.sign_out_everywhere(current_user._get_current_object())
    logout_user()
    session.clear()
    flash("You are signed out everywhere.")
    return redirect(url_for("auth.sign_in"))


def _page(problems: dict[str, str]) -> str:
    mine = current_user._get_current_object()
    # Whoever is confined to their schools sees no row of a session otherwise, not even their own.
    with the_engine().transactions.reading(ANYBODY) as every:
        browsers = sessions.number(every, mine.id, wall())
    return render_template(
        "accounts/own.html",
        account=mine,
        granted=mine.granted,
        problems=problems,
        browsers=browsers,
        has_password=mine.password_hash != passwords.NONE,
        invented=mine.is_invented,
        lasts=f"{int(sessions.LASTS.total_seconds() // 3600)} hours",
        shortest=passwords.SHORTEST,
    )
