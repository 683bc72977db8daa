"""Starting a case: which process, for which school, and what its start form asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import NotAStarter, NotForSchools, TimerImpossible
from engine.queries import DefinitionRow, SchoolRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.fields import FormView
from webapp.forms.submission import Asked

blueprint = Blueprint("start", __name__, url_prefix="/start")
#: Stands in an address where a URN would, for a case that is about no school in particular.
WHOLE = "authority"


@blueprint.get("")
def processes() -> str:
    """The processes that my roles may start."""
    session = db.session()
    retired = queries.retired(session)
    mine = [row for row in queries.definitions(session) if _may_start(row) and row.key not in retired]
    return render_template("start/processes.html", processes=mine)


@blueprint.get("/<key>")
def schools(key: str) -> Response | tuple[str, int] | str:
    """Choose the school."""
    definition = startable(key)
    search = request.args.get("search", "").strip()
    needs_school, meant = the_engine().cases.admission(key, current_user.scope)
    found, others = _sorted_out(search, meant)
    chosen = request.args.get("urn")
    if chosen:
        return redirect(url_for("start.form", key=key, urn=chosen))
    problem = "Select a school" if chosen is not None or "chosen" in request.args else ""
    page = render_template(
        "start/schools.html",
        definition=definition,
        schools=found,
        others=others if search else [],
        search=search,
        problem=problem,
        whole="" if needs_school else WHOLE,
        many=is_for_many(key),
    )
    return (page, 400) if problem else page


def _sorted_out(search: str, meant: set[str]) -> tuple[list[SchoolRow], list[SchoolRow]]:
    """The schools that a search finds: those for which a case may begin, and the others."""
    listed = queries.schools(db.session(), search)
    return [row for row in listed if row.urn in meant], [row for row in listed if row.urn not in meant]


@blueprint.get("/<key>/<urn>")
def form(key: str, urn: str) -> str:
    """The start form, where a case may begin: what stands against it is said before anything is typed."""
    definition, school = startable(key), _school(urn)
    the_engine().cases.check_admission(key, school.urn if school else None, by=current_user.scope)
    asked = _asked(definition, school)
    return _page(definition, school, asked, asked.opened())


@blueprint.post("/<key>/<urn>")
def begin(key: str, urn: str) -> Response | tuple[str, int]:
    """Start the case with what was entered."""
    definition, school = startable(key), _school(urn)
    asked = _asked(definition, school)
    submission = asked.submitted()
    if submission.values is None:
        return submission.instead or (_page(definition, school, asked, submission.view), submission.status)
    about = school.urn if school else None
    try:
        with asked.keeping():
            case = the_engine().cases.start(key, variables=submission.values, by=current_user.scope, school=about)
    except TimerImpossible as wrong:
        return _page(definition, school, asked, asked.refused(submission.values, wrong)), 422
    flash(f"You started case {case}: {definition.name}{', ' + school.name if school else ''}.")
    return redirect(url_for("cases.case", instance_id=case))


def _may_start(row: DefinitionRow) -> bool:
    """Whether this person may start it; a process that names no starters is one that others call."""
    return row.startable and bool(row.starter_groups) and current_user.scope.holds_anywhere(row.starter_groups)


def is_for_many(key: str) -> bool:
    """Whether a process can be started for many schools at once."""
    try:
        the_engine().batches.schools_for(key, current_user.scope)
    except (NotForSchools, NotAStarter):
        return False
    return True


def startable(key: str) -> DefinitionRow:
    """The latest version of a process that this person may start. Raises DefinitionNotFound, NotAStarter."""
    definition = queries.latest_definition(db.session(), key)
    if not _may_start(definition):
        raise NotAStarter(process=definition.name, whom=" or ".join(definition.starter_groups) or "no one")
    return definition


def _school(urn: str) -> SchoolRow | None:
    """The school, or None for a case that is about no school in particular."""
    return None if urn == WHOLE else queries.school(db.session(), urn)


def _seen(school: SchoolRow | None) -> dict[str, Any]:
    """The variable ``school`` as the case will have it, for the start form's conditions."""
    return {} if school is None else {"school": dict(school.variable)}


def _asked(definition: DefinitionRow, school: SchoolRow | None) -> Asked:
    action = url_for("start.begin", key=definition.key, urn=school.urn if school else WHOLE)
    return Asked.of(
        queries.start_form(db.session(), definition.id), _seen(school), action, school=school.urn if school else None
    )


def _page(definition: DefinitionRow, school: SchoolRow | None, asked: Asked, view: FormView | None) -> str:
    return render_template("start/form.html", definition=definition, school=school, view=view, action=asked.action)
