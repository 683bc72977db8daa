"""The register of schools: the list, and one school with its categories and its cases."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.people.files import WrongCell
from engine.queries import InstanceFilters
from webapp.current import now, the_engine
from webapp.db import db
from webapp.pages.cases import STATUSES
from webapp.pages.reported import reported

blueprint = Blueprint("schools", __name__)


@blueprint.get("/schools")
def index() -> str:
    """The schools of my authority."""
    search = request.args.get("search", "").strip()
    return render_template(
        "schools/index.html",
        schools=queries.schools(db.session(), search),
        search=search,
        manages=current_user.may("manage"),
        imports=current_user.may("manage") or current_user.may("administer"),
        waiting=queries.successions(db.session(), status="waiting") if current_user.may("manage") else [],
    )


@blueprint.get("/schools/<urn>")
def school(urn: str) -> str:
    """One school: what the register says, the categories that it was put in, and its cases."""
    session = db.session()
    return render_template(
        "schools/school.html",
        reported=[reported(row, urn) for row in queries.reported_events(session, urn)],
        school=queries.school(session, urn),
        categories=queries.categories(session, urn),
        successions=queries.successions(session, urn, "confirmed"),
        cases=queries.instances(session, InstanceFilters(school=urn)),
        statuses=STATUSES,
        now=now(),
    )


@blueprint.route("/schools/<urn>/address", methods=["GET", "POST"])
def address(urn: str) -> Response | tuple[str, int] | str:
    """The school's own e-mail address, to which formal letters go: changed, or taken away."""
    row, problem = queries.school(db.session(), urn), ""
    if request.method == "POST":
        try:
            the_engine().schools.readdress(urn, request.form.get("email", ""), current_user.scope)
        except WrongCell as wrong:
            problem = str(wrong)
        else:
            flash("The address is changed.")
            officer = current_user.may("officer")
            return redirect(url_for("schools.school", urn=urn) if officer else url_for("schools.address", urn=urn))
    email = request.form.get("email", row.email)
    page = render_template("schools/address.html", school=row, email=email, problem=problem)
    return (page, 400) if problem else page
