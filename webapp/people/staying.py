"""Staying signed in: a page says when its session ends, extends it in place, and lets whoever was signed out go on there.

A script asks these addresses (webapp/assets/app/staying.js). Without it a form that comes too late leads to the sign-in page,
with what was typed (webapp/people/sign_in.py).
"""

from __future__ import annotations

from flask import Blueprint, jsonify, request, session
from flask_login import current_user, login_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from webapp.current import the_engine, wall
from webapp.forms import drafts
from webapp.people import browsers, sessions, sign_in, signing_in
from webapp.people.accounts import ANYBODY, Account
from webapp.people.signing_in import Attempt, CodeNeeded, TooManyTries

blueprint = Blueprint("session", __name__)
WITH_CODE = (
    "Your account asks for a code too. Open Pathways in another window, sign in there, and come back to this page"
)
ANOTHER = "This page was opened by somebody else. Sign in as whoever opened it, or load the page again"


def lasts() -> int:
    """For how many more seconds this person is signed in here; 0 for whoever is not, and for guests, who cannot sign in again."""
    person = current_user._get_current_object()
    if not isinstance(person, Account) or person.ends is None:
        return 0
    return max(0, int((person.ends - wall()).total_seconds()))


@blueprint.get("/session")
def state() -> Response:
    """How long the session lasts, and what a form needs to be sent in it."""
    return _answer()


@blueprint.post("/session/extend")
def extend() -> Response:
    """Let the session last as long again as when it began."""
    person = current_user._get_current_object()
    if isinstance(person, Account):
        with the_engine().transactions.writing(ANYBODY, wakes=False) as database:
            person.ends = sessions.extend(database, person.token, wall())
    return _answer()


@blueprint.post("/session/sign-in")
def again() -> Response | tuple[Response, int]:
    """Sign in on the page that is open, as whoever opened it; the answer is for its script."""
    username, password = request.form.get("username", ""), request.form.get("password", "")
    if not username.strip() or not password:
        return _wrong("Enter your email address and password", 400)
    attempt = Attempt(username, password, request.remote_addr or "", browsers.known_for(username))
    try:
        account = signing_in.sign_in(attempt)
    except TooManyTries:
        return _wrong(sign_in.TOO_MANY, 429)
    except CodeNeeded:
        return _wrong(WITH_CODE, 400)
    if account is None:
        return _wrong(sign_in.WRONG, 400)
    if request.form.get("writer") != drafts.writer_of(account.authority, account.username):
        signing_in.sign_out(account)
        return _wrong(ANOTHER, 400)
    return _let_in(account)


def _let_in(account: Account) -> Response:
    session.clear()
    login_user(account)
    account.ends = wall() + sessions.LASTS
    answer = _answer()
    browsers.remember(answer, account.username)
    return answer


def _wrong(text: str, status: int) -> tuple[Response, int]:
    return jsonify(message=text), status


def _answer() -> Response:
    signed_in = bool(current_user.is_authenticated)
    return jsonify(signed_in=signed_in, lasts=lasts(), csrf=generate_csrf())
