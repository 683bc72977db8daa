"""Codes of an authenticator app: set up, taken away, and recovery codes made anew, by whoever has the account."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from webapp.people import codes, passwords, second_factor
from webapp.people.accounts import Account
from webapp.people.sign_in import TOO_MANY
from webapp.people.signing_in import TooManyTries

blueprint = Blueprint("factor", __name__, url_prefix="/account/codes")
#: Where a session keeps the secret that was proposed.
PROPOSED = "second-factor"
WRONG = "Your present password is another one"


@blueprint.get("")
def index() -> str:
    """What there is, and what can be done about it."""
    return _page(_mine(), {})


@blueprint.post("/set-up")
def set_up() -> Response | tuple[str, int] | str:
    """Take an app's first code, and ask for its codes from now on."""
    mine, secret = _mine(), session.get(PROPOSED, "")
    password, code = request.form.get("current", ""), request.form.get("code", "")
    problems = {"current": "" if password else "Enter your present password", "code": "" if code else "Enter the code"}
    if any(problems.values()) or not secret:
        return _page(mine, {name: text for name, text in problems.items() if text}), 400
    try:
        done = second_factor.set_up(mine, password, secret, code)
    except TooManyTries:
        return _page(mine, {"current": TOO_MANY}), 429
    if done is None:
        return _page(
            mine, {"code": "The password or the code is wrong. A code lasts half a minute: enter the newest"}
        ), 400
    token, made = done
    session.clear()
    mine.token = token
    login_user(mine)
    return _codes(made)


@blueprint.post("/renew")
def renew() -> Response | tuple[str, int] | str:
    """Make other recovery codes."""
    try:
        made = second_factor.renew(_mine(), request.form.get("current", ""))
    except TooManyTries:
        return _page(_mine(), {"current": TOO_MANY}), 429
    return (_page(_mine(), {"current": WRONG}), 400) if made is None else _codes(made)


@blueprint.post("/remove")
def remove() -> Response | tuple[str, int]:
    """Ask for no codes any more."""
    try:
        done = second_factor.remove(_mine(), request.form.get("current", ""))
    except TooManyTries:
        return _page(_mine(), {"current": TOO_MANY}), 429
    if not done:
        return _page(_mine(), {"current": WRONG}), 400
    flash("You are not asked for codes any more.")
    return redirect(url_for("own.account"))


def _mine() -> Account:
    """The account of whoever asks: one that has a password here, and is not invented."""
    mine = current_user._get_current_object()
    if not isinstance(mine, Account) or mine.password_hash == passwords.NONE or mine.is_invented:
        abort(403)
    return mine


def _page(mine: Account, problems: dict[str, str]) -> str:
    proposed = None
    if mine.totp is None:
        proposed = codes.propose(mine, session.get(PROPOSED, ""))
        session[PROPOSED] = proposed.secret
    return render_template("accounts/second_factor.html", account=mine, proposed=proposed, problems=problems)


def _codes(made: list[str]) -> str:
    return render_template("accounts/recovery_codes.html", codes=made)
