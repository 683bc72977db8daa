"""Signing in and out, and a new password for whoever has forgotten theirs."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from engine.people.authorities import Authority
from webapp.current import wall
from webapp.forms import drafts
from webapp.people import accounts, browsers, guests, keeping, passwords, signing_in, witness
from webapp.people.signing_in import Attempt, CodeNeeded, TooManyTries
from webapp.security import address_of

blueprint = Blueprint("auth", __name__)
login = LoginManager()
#: One answer to all that is wrong, so that nobody learns which names there are.
WRONG = "The email address or password is wrong. Check both"
WRONG_CODE = "The code is wrong, or was used before. Enter the newest that your app shows"
#: Where a session keeps whose password was right and when, and for how many seconds.
HALFWAY, CODE_LASTS = "halfway", 600
TOO_MANY = "There were too many tries. Wait 15 minutes and try again"


@login.user_loader  # type: ignore[untyped-decorator]
def person(ident: str) -> accounts.Account | guests.Guest | None:
    """Whoever a session cookie names: an account, or somebody who opened a link to one task."""
    return guests.by_id(ident) or accounts.by_token(ident)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | tuple[str, int] | str:
    """Ask for a username and password; in sample mode, show whose there are."""
    if request.method != "POST":
        return _page({}, "")
    username = request.form.get("username", "")
    if problems := _missing():
        return _page(problems, username), 400
    attempt = Attempt(username, request.form["password"], request.remote_addr or "", browsers.known_for(username))
    try:
        account = signing_in.sign_in(attempt)
    except TooManyTries:
        return _page({"username": TOO_MANY}, username), 429
    except CodeNeeded as needed:
        session[HALFWAY] = [needed.account_id, wall().timestamp()]
        return _code_page("")
    return _let_in(account) if account else (_page({"username": WRONG}, username), 400)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def code() -> Response | tuple[str, int] | str:
    """Ask whoever has entered a right password for a code of their app."""
    account_id, at = session.get(HALFWAY, (0, 0.0))
    if wall().timestamp() - at > CODE_LASTS:
        session.pop(HALFWAY, None)
        flash("Enter your password again.", "problem")
        return redirect(url_for("auth.sign_in", next=request.args.get("next") or None))
    if request.method != "POST":
        return _code_page("")
    given = request.form.get("code", "")
    try:
        account = signing_in.with_code(account_id, given) if given.strip() else None
    except TooManyTries:
        return _code_page(TOO_MANY), 429
    return _let_in(account) if account else (_code_page(WRONG_CODE if given.strip() else "Enter the code"), 400)


def _code_page(problem: str) -> str:
    following = url_for("auth.code", next=request.args.get("next") or None)
    carried = request.form.get("carried", "")
    return render_template("auth/code.html", problem=problem, address=following, carried=carried)


def _missing() -> dict[str, str]:
    """What is not filled in."""
    needed = {"username": "Enter your email address", "password": "Enter your password"}
    return {name: text for name, text in needed.items() if not request.form.get(name, "").strip()}


def _let_in(account: accounts.Account) -> Response:
    """Sign somebody in here, and lead them to where they wanted to go."""
    session.clear()
    login_user(account)
    following = safe(request.args.get("next", ""))
    if (carried := request.form.get("carried")) and not drafts.unwrap(following, carried):
        flash("What was typed on that page was somebody else’s, so it was not kept for you.")
    answer = redirect(following or url_for("home.home"))
    browsers.remember(answer, account.username)
    return answer


def go_on(address: str, carried: str) -> tuple[str, int]:
    """Ask whoever sent a form without being signed in any more to sign in, and to go on with what they typed.

    Whoever has signed in meanwhile, in another window, only says that they want to.
    """
    if current_user.is_authenticated:
        return render_template("auth/go_on.html", address=address, carried=json.loads(carried)), 400
    return _page({}, "", address, carried), 401


def _page(problems: dict[str, str], username: str, address: str = "", carried: str = "") -> str:
    carried = carried or request.form.get("carried", "")
    sample = current_app.config["SAMPLE"]
    authorities = current_app.extensions["authorities"].values() if sample else []
    following = address or request.args.get("next", "")
    return render_template(
        "auth/sign_in.html",
        by_task=following.startswith("/tasks/"),
        problems=problems,
        username=username,
        carried=carried,
        typed=drafts.texts(carried),
        sends=drafts.unpacked(carried) if carried and drafts.place_of(following) else {},
        address=url_for("auth.sign_in", next=following or None),
        authorities=authorities,
        password=current_app.config["SAMPLE_PASSWORD"] if sample else "",
        offered=_offered(),
        left=request.args.get("left", ""),
        following=following or None,
    )


def _offered() -> list[Authority]:
    """The authorities whose people may sign in with accounts of another provider."""
    clients, homes = current_app.extensions["oidc"], current_app.extensions["authorities"]
    return [home for home in homes.values() if home.sign_in and clients.create_client(home.id)]


def safe(address: str) -> str:
    """Only an address of this site, else nothing: a link must not lead elsewhere after signing in, nor write a header."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if ours and address.isprintable() else ""


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and on the server. Whoever another provider has signed in may sign out there, too."""
    via = session.get("oidc-via", "")
    leaving = current_user._get_current_object()
    if isinstance(leaving, accounts.Account):
        signing_in.sign_out(leaving)
    logout_user()
    session.clear()
    answer = redirect(url_for("auth.sign_in", left=via or None))
    if isinstance(leaving, guests.Guest):
        guests.forget(answer, leaving)
    return answer


@blueprint.route("/sign-in/forgotten", methods=["GET", "POST"])
def forgotten() -> tuple[str, int] | str:
    """Send a link for a new password to whoever has an account; the page says the same whether there is one."""
    username = request.form.get("username", "").strip()
    if request.method != "POST" or not keeping.can_mail():
        return render_template("auth/forgotten.html", can_mail=keeping.can_mail())
    if not username:
        return render_template("auth/forgotten.html", can_mail=True, problem="Enter your email address"), 400
    try:
        keeping.ask_for_link(username, link_address, request.remote_addr or "")
    except TooManyTries:
        return render_template("auth/forgotten.html", can_mail=True, problem=TOO_MANY, username=username), 429
    return render_template("auth/forgotten.html", can_mail=True, sent=True)


def link_address(token: str) -> str:
    """Where a link for a new password leads."""
    return address_of("auth.new_password", token=token)


@blueprint.route("/new-password/<token>", methods=["GET", "POST"])
def new_password(token: str) -> Response | tuple[str, int] | str:
    """Choose a password by a link that was sent. To open it changes nothing, since mail programs do."""
    account = keeping.whose(token)
    if account is None:
        return render_template("auth/link_used.html"), 410
    if request.method != "POST":
        return render_template("auth/new_password.html", account=account, shortest=passwords.SHORTEST)
    password = request.form.get("password", "")
    problem = passwords.problem(password, account.name, account.username) if password else "Enter a password"
    if problem:
        page = render_template("auth/new_password.html", account=account, shortest=passwords.SHORTEST, problem=problem)
        return page, 400
    witness.known(account)  # whoever has the link is taken for its owner
    if not keeping.use_link(token, password):
        return render_template("auth/link_used.html"), 410
    session.clear()
    flash("Your password is changed. Sign in with it.")
    return redirect(url_for("auth.sign_in"))
