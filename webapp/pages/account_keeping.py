"""The accounts of an authority, for an administrator: who can sign in, in which roles, from when until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from sqlalchemy import Select, Text, cast, or_, select
from werkzeug.wrappers import Response

from engine.people.authorities import Role
from engine.people.files import WrongCell
from engine.people.files import day as parsed
from engine.people.register import day_of
from engine.queries.common import PER_PAGE, Page, count, page_of
from engine.store.sought import mentions
from webapp.current import now, wall
from webapp.dates import parts, typed
from webapp.db import db
from webapp.pages.numbers import page_asked
from webapp.people import keeping, sessions
from webapp.people.accounts import Account, Granted
from webapp.people.keeping import Link
from webapp.people.sign_in import link_address

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")
#: Where a session keeps the link that was made on the page before.
MADE = "link-made"
#: What the list may be narrowed to, and how it is called.
SHOWN = {"": "Who can sign in", "unused": "Never signed in", "closed": "Closed or ended", "all": "All accounts"}


@blueprint.get("")
def index() -> str:
    """Who has an account."""
    show, role = request.args.get("show", ""), request.args.get("role", "")
    search = request.args.get("search", "").strip()
    chosen = select(Account)
    if search:
        chosen = chosen.where(or_(mentions(Account.name, search), Account.username.icontains(search, autoescape=True)))
    if role in _roles():
        chosen = chosen.where(cast(Account.grants, Text).contains(f'"{role}"', autoescape=True))
    out = Account.closed | (Account.until < _today())
    let_in = ~Account.closed & or_(Account.until.is_(None), Account.until >= _today())
    narrowed = {"": let_in, "unused": let_in & Account.seen.is_(None), "closed": out}
    if show != "all":
        chosen = chosen.where(narrowed.get(show, let_in))
    return render_template(
        "accounts/index.html",
        page=page_asked(lambda number: _listed(chosen, number)),
        roles=_roles(),
        role=role,
        show=show,
        shown=SHOWN,
        search=search,
        day=_today(),
    )


def _listed(chosen: Select[Account], number: int) -> Page[Account]:
    ordered = chosen.order_by(Account.name, Account.id).limit(PER_PAGE + 1).offset((number - 1) * PER_PAGE)
    total = count(db.session(), chosen.with_only_columns(Account.id))
    return page_of(db.session.scalars(ordered).all(), number, PER_PAGE, total)


@blueprint.route("/add", methods=["GET", "POST"])
def add() -> Response | tuple[str, int] | str:
    """Give somebody an account."""
    if request.method != "POST":
        given = {name: request.args.get(name, "") for name in ("name", "email")}
        return render_template("accounts/add.html", given=given)
    try:
        added = keeping.invite(request.form.get("name", ""), request.form.get("email", ""), current_user.scope)
    except WrongCell as wrong:
        page = render_template("accounts/add.html", given=request.form, problem=str(wrong), wrong=wrong.column)
        return page, 400
    flash("They have an account. Give them their roles, then make a link for their password.")
    return redirect(url_for("accounts.account", account_id=added))


@blueprint.route("/<int:account_id>", methods=["GET", "POST"])
def account(account_id: int) -> Response | tuple[str, int] | str:
    """One account; and the last day on which it can be used."""
    found = _found(account_id)
    if request.method != "POST":
        return _page(found, parts("until", found.until), link=_made(account_id))
    try:
        last = _day(request.form, "until")
    except WrongCell as wrong:
        return _page(found, request.form, str(wrong)), 400
    keeping.end_on(account_id, last, current_user.scope)
    flash("The last day is saved.")
    return redirect(url_for("accounts.account", account_id=account_id))


@blueprint.route("/<int:account_id>/role", methods=["GET", "POST"])
def role(account_id: int) -> Response | tuple[str, int] | str:
    """Give somebody a role, or other days for one that they have."""
    found = _found(account_id)
    wanted = request.values.get("role", "")
    held = next((each for each in found.granted if each.role == wanted), None)
    given: Mapping[str, str] = request.form
    if request.method != "POST":
        given = {**parts("since", held.since), **parts("until", held.until)} if held else {}
        return _role_page(found, held, given)
    try:
        keeping.grant(account_id, _granted(request.form), current_user.scope)
    except WrongCell as wrong:
        return _role_page(found, held, given, wrong), 400
    flash("The role is saved.")
    return redirect(url_for("accounts.account", account_id=account_id))


@blueprint.post("/<int:account_id>/role/withdraw")
def withdraw(account_id: int) -> Response:
    """Take a role away."""
    keeping.withdraw(account_id, request.form.get("role", ""), current_user.scope)
    return _done(account_id, "The role is taken away.")


@blueprint.post("/<int:account_id>/close")
def close(account_id: int) -> Response:
    """Let somebody in no more."""
    keeping.close(account_id, current_user.scope)
    return _done(account_id, "The account is closed, and they are signed out.")


@blueprint.post("/<int:account_id>/open")
def reopen(account_id: int) -> Response:
    """Let somebody in again."""
    keeping.reopen(account_id, current_user.scope)
    return _done(account_id, "The account is open again.")


@blueprint.post("/<int:account_id>/sign-out")
def out(account_id: int) -> Response:
    """Sign somebody out everywhere."""
    keeping.sign_out(account_id, current_user.scope)
    return _done(account_id, "They are signed out everywhere.")


@blueprint.post("/<int:account_id>/codes")
def without_codes(account_id: int) -> Response:
    """Let somebody in without codes of an app."""
    keeping.take_codes_away(account_id, current_user.scope)
    return _done(account_id, "They are let in without codes. They can set an app up anew.")


@blueprint.post("/<int:account_id>/link")
def link(account_id: int) -> Response:
    """Make a link for a new password, and show it once: to load its page again makes no other."""
    made = keeping.link(account_id, link_address, current_user.scope)
    session[MADE] = [account_id, *astuple(made)]
    return redirect(url_for("accounts.account", account_id=account_id))


def _made(account_id: int) -> Link | None:
    """The link that was made on the page before, once."""
    kept = session.pop(MADE, None)
    return Link(*kept[1:]) if kept and kept[0] == account_id else None


def _done(account_id: int, said: str) -> Response:
    flash(said)
    return redirect(url_for("accounts.account", account_id=account_id))


def _found(account_id: int) -> Account:
    """An account of the administrator's own authority. Raises AccountNotFound."""
    found = db.session.scalar(select(Account).where(Account.id == account_id))
    if found is None:
        raise keeping.AccountNotFound(account=account_id)
    return found


def _granted(posted: Mapping[str, str]) -> Granted:
    """The role and its days. Raises WrongCell."""
    if posted.get("role", "") not in _roles():
        raise WrongCell("role", "Select a role")
    since, until = _day(posted, "since"), _day(posted, "until")
    if since and until and until < since:
        raise WrongCell("until", "The last day must not be before the first")
    return Granted(posted["role"], since, until)


def _day(posted: Mapping[str, str], field: str) -> date | None:
    given = typed(posted, field)
    try:
        return parsed(given, field) if given else None
    except WrongCell:
        raise WrongCell(field, "Enter a day that there is, such as 1 9 2026") from None


def _page(found: Account, given: Mapping[str, str], problem: str = "", link: Link | None = None) -> str:
    return render_template(
        "accounts/account.html",
        account=found,
        own=found.username == current_user.username,
        browsers=sessions.number(db.session(), found.id, wall()),
        given=given,
        problem=problem,
        link=link,
        address=link_address(link.token) if link else "",
        provider=current_user.home.sign_in.name
        if current_user.home and current_user.home.sign_in
        else "another provider",
        day=_today(),
    )


def _role_page(found: Account, held: Granted | None, given: Mapping[str, str], wrong: WrongCell | None = None) -> str:
    title = _roles()[held.role].name if held and held.role in _roles() else "Give a role"
    return render_template(
        "accounts/role.html",
        account=found,
        held=held,
        given=given,
        title=title,
        roles=_roles(),
        problem=str(wrong) if wrong else "",
        wrong=wrong.column if wrong else "",
    )


def _roles() -> dict[str, Role]:
    """The roles of the administrator's authority."""
    return dict(current_user.home.roles) if current_user.home else {}


def _today() -> date:
    return day_of(now())
