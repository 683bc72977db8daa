"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import LoginManager, login_user, logout_user
from werkzeug.wrappers import Response

from webapp.current import now
from webapp.people import accounts, guests

blueprint = Blueprint("auth", __name__)
login = LoginManager()


@login.user_loader  # type: ignore[untyped-decorator]
def person(ident: str) -> accounts.Account | guests.Guest | None:
    """Whoever a session cookie names: an account, or somebody who opened a link to one task."""
    return guests.by_id(ident) or accounts.by_id(ident)


WRONG = "The email address or password is wrong, or the account is locked after too many tries. Check both, or wait 15 minutes."


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | tuple[str, int] | str:
    """Ask for a username and password; in sample mode, show whose there are."""
    if request.method != "POST":
        return _page({}, "")
    username, password = request.form.get("username", ""), request.form.get("password", "")
    problems = {
        name: text
        for name, given, text in (
            ("username", username.strip(), "Enter your email address"),
            ("password", password, "Enter your password"),
        )
        if not given
    }
    account = None if problems else accounts.sign_in(username, password, now())
    if account is None:
        return _page(problems or {"username": WRONG}, username), 400
    session.clear()
    login_user(account)
    return redirect(_safe(request.args.get("next", "")) or url_for("tasks.inbox"))


def _page(problems: dict[str, str], username: str) -> str:
    sample = current_app.config["SAMPLE"]
    authorities = current_app.extensions["authorities"].values() if sample else []
    return render_template(
        "auth/sign_in.html",
        problems=problems,
        username=username,
        authorities=authorities,
        password=current_app.config["SAMPLE_PASSWORD"] if sample else "",
    )


def _safe(address: str) -> str:
    """Only an address of this site: a link in a mail must not lead elsewhere after signing in, nor write a header."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if ours and address.isprintable() else ""


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))
