"""The register of schools: the list, and one school with its categories and its cases."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine import queries
from engine.queries import InstanceFilters
from webapp.current import now
from webapp.db import db
from webapp.pages.cases import STATUSES

blueprint = Blueprint("schools", __name__)


@blueprint.get("/schools")
def index() -> str:
    """The schools of my authority."""
    search = request.args.get("search", "").strip()
    return render_template("schools/index.html", schools=queries.schools(db.session(), search), search=search)


@blueprint.get("/schools/<urn>")
def school(urn: str) -> str:
    """One school: what the register says, the categories that it was put in, and its cases."""
    session = db.session()
    return render_template(
        "schools/school.html",
        school=queries.school(session, urn),
        categories=queries.categories(session, urn),
        cases=queries.instances(session, InstanceFilters(school=urn)),
        statuses=STATUSES,
        now=now(),
    )
