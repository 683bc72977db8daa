"""The register of schools: the list, and one school with its categories and its cases."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_login import current_user

from engine import queries
from engine.forms import load_form
from engine.queries import InstanceFilters, ReportedEventRow
from webapp.current import now
from webapp.db import db
from webapp.forms.answers import Answer, answers
from webapp.pages.cases import STATUSES

blueprint = Blueprint("schools", __name__)


@dataclass(frozen=True)
class Reported:
    """An event on the school's record, and what of its answers this person may read."""

    row: ReportedEventRow
    given: list[Answer]


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
        reported=[Reported(row, _given(row, urn)) for row in queries.reported_events(session, urn)],
        school=queries.school(session, urn),
        categories=queries.categories(session, urn),
        successions=queries.successions(session, urn, "confirmed"),
        cases=queries.instances(session, InstanceFilters(school=urn)),
        statuses=STATUSES,
        now=now(),
    )


def _given(row: ReportedEventRow, urn: str) -> list[Answer]:
    content = queries.form(db.session(), row.form_id)
    if content is None:
        return []
    return answers(load_form(content), row.values, current_user.scope.reads_at(urn), row.by, current_user.username)
