"""The register of people of schools, for an administrator: find, add, change, move, end; and what is missing in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import queries
from engine.people import advisers
from engine.people.authorities import CONTACT, Role
from engine.people.files import WrongCell
from engine.people.register import day_of
from engine.queries import HoldingRow, LackingRow, PeopleFilters
from webapp.current import now, the_engine
from webapp.dates import parts, typed
from webapp.db import db
from webapp.pages.numbers import page_asked
from webapp.people.accounts import Account

blueprint = Blueprint("people", __name__, url_prefix="/people")
#: Of these, each school should have one.
EACH_SCHOOL = ("headteacher", "chair-of-governors")
#: What the list may be narrowed to, and how it is called.
SHOWN = {
    "": "Everybody who holds a role now or later",
    "no-account": "Without an account",
    "no-address": "Without an e-mail address",
    "all": "Everybody, also who has left",
}
#: The fields of the form that are no column of the register's files: the school, diocese or trust is one choice.
PLACE = "place"
MISSING = {
    "name": "Enter their name",
    "email": "Enter their email address",
    "role": "Select a role",
    PLACE: "Select a school, a diocese or a trust",
    "from": "Enter the first day",
}
_KINDS = {"school": "Schools", "diocese": "Dioceses", "trust": "Trusts"}


@dataclass(frozen=True)
class Choices:
    """A group of the schools, dioceses or trusts for which a role may be held: each value and its text."""

    name: str
    options: tuple[tuple[str, str], ...]


@blueprint.get("")
def index() -> str:
    """Who holds which role for which school."""
    show, search = request.args.get("show", ""), request.args.get("search", "").strip()
    show = show if show in SHOWN else ""
    accounts = select(Account.username).where(Account.authority == current_user.authority)
    filters = PeopleFilters(
        text=search,
        no_address=show == "no-address",
        unlike=accounts if show == "no-account" else None,
        ended_before=None if show == "all" else today(),
    )
    page = page_asked(lambda number: queries.people(db.session(), filters, page=number))
    known = accounts.where(Account.username.in_([row.username for row in page.items]))
    return render_template(
        "people/index.html",
        page=page,
        show=show,
        shown=SHOWN,
        search=search,
        roles=_roles(),
        accounts=set(db.session.scalars(known)),
        day=today(),
    )


@blueprint.get("/missing")
def lacking() -> str:
    """The schools that have no head or no chair of governors."""
    return render_template("people/lacking.html", rows=missing(), roles=_roles())


def missing() -> list[LackingRow]:
    """The same, by name."""
    wanted = [role for role in EACH_SCHOOL if role in _roles()]
    return queries.lacking(db.session(), wanted, today())


@blueprint.route("/add", methods=["GET", "POST"])
def add() -> Response | tuple[str, int] | str:
    """Put somebody on the register."""
    return _page(
        "Add somebody",
        ("name", "email", "role", PLACE, "except", "from", "until"),
        {PLACE: f"school:{request.args.get('urn', '')}", "role": request.args.get("role", "")},
        lambda cells: the_engine().people.add(cells, current_user.scope),
        "They are on the register.",
    )


@blueprint.route("/<int:holding_id>", methods=["GET", "POST"])
def change(holding_id: int) -> Response | tuple[str, int] | str:
    """Change an entry, or end it by its last day."""
    row = queries.holding(db.session(), holding_id)
    return _page(
        "Change or end",
        ("name", "email", "from", "until"),
        {"name": row.name, "email": row.email, **parts("from", row.since), **parts("until", row.until)},
        lambda cells: the_engine().people.change(holding_id, cells, current_user.scope),
        "The entry is changed.",
        row,
    )


@blueprint.route("/<int:holding_id>/move", methods=["GET", "POST"])
def move(holding_id: int) -> Response | tuple[str, int] | str:
    """Let somebody hold their role for another school from a day on."""
    row = queries.holding(db.session(), holding_id)
    return _page(
        "Move to another school",
        (PLACE, "from"),
        {},
        lambda cells: the_engine().people.move(holding_id, cells, current_user.scope),
        "The move is on the register.",
        row,
    )


def _page(
    title: str,
    fields: tuple[str, ...],
    given: Mapping[str, str],
    act: Callable[[dict[str, str]], Any],
    done: str,
    row: HoldingRow | None = None,
) -> Response | tuple[str, int] | str:
    """A form of the register, or what follows when it was filled in well."""
    field = problem = ""
    if request.method == "POST":
        given = request.form
        try:
            act(_cells(given))
        except WrongCell as wrong:
            field, problem = _wrong(wrong, given)
        else:
            flash(done)
            return redirect(url_for("people.index", search=row.name if row else given.get("name", "")))
    page = render_template(
        "people/form.html",
        title=title,
        fields=fields,
        given=given,
        row=row,
        roles=_roles(),
        places=_places() if PLACE in fields else (),
        problem=problem,
        wrong=field,
    )
    return (page, 400) if problem else page


def _cells(posted: Mapping[str, str]) -> dict[str, str]:
    """What was posted, as a line of a file would say it."""
    kind, _, name = posted.get(PLACE, "").partition(":")
    cells = {each: posted.get(each, "") for each in ("name", "email", "role", "except")}
    cells |= {each: typed(posted, each) for each in ("from", "until")}
    return {**cells, kind: name} if kind in _KINDS else cells


def _wrong(problem: WrongCell, given: Mapping[str, str]) -> tuple[str, str]:
    """The field that a problem is about, and what to say of it."""
    field = PLACE if problem.column in _KINDS else problem.column
    empty = not any(value.strip() for name, value in given.items() if name.partition("-")[0] == field)
    return field, MISSING[field] if empty and field in MISSING else str(problem)


def _places() -> list[Choices]:
    """The schools of the register that have not closed, and the dioceses and trusts that it names."""
    schools = [each for each in queries.schools(db.session()) if not each.closed]
    said = {
        "school": {each.urn: f"{each.name} ({each.urn})" for each in schools},
        "diocese": {each.diocese: each.diocese for each in sorted(schools, key=lambda each: each.diocese)},
        "trust": {each.trust: each.trust for each in sorted(schools, key=lambda each: each.trust)},
    }
    return [_choices(kind, options) for kind, options in said.items()]


def _choices(kind: str, options: Mapping[str, str]) -> Choices:
    return Choices(_KINDS[kind], tuple((f"{kind}:{value}", text) for value, text in options.items() if value))


def _roles() -> dict[str, Role]:
    """The roles that count for schools, and link adviser."""
    home = current_user.home
    own = {role.id: role for role in home.roles.values() if role.kind == CONTACT} if home else {}
    return {**own, advisers.ROLE.id: advisers.ROLE}


def today() -> date:
    """The day that it is."""
    return day_of(now())
