"""A deployment that waits for an approval or for a date: what it would change; approved, refused, called off."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.compare import Section
from engine.diagram import to_utf8
from engine.errors import ParseFailed, PathwaysError
from engine.queries import PlanRow
from webapp.current import the_engine
from webapp.dates import day
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages.comparisons import Side, grouped
from webapp.people.names import anybody

blueprint = Blueprint("plans", __name__)


def waiting() -> list[PlanRow]:
    """What waits for this person: for their approval; or for whoever owns processes, since it could not be deployed."""
    owns = current_user.may("own-processes")
    rows = queries.plans(db.session()) if current_user.scope.confined is None else []
    return [row for row in rows if _may_approve(row) or (owns and row.status == "failed")]


@blueprint.get("/planned/<int:plan_id>")
def plan(plan_id: int) -> str:
    """What waits, since when and for what, and what is different in it."""
    session = db.session()
    row = queries.plan(session, plan_id)
    files = queries.plan_files(session, plan_id)
    groups, sides, problem = _different(row, files)
    return render_template(
        "plans/plan.html",
        row=row,
        files=sorted(files),
        groups=groups,
        sides=sides,
        problem=problem,
        may_approve=_may_approve(row),
        own=row.by == current_user.username,
    )


def _may_approve(row: PlanRow) -> bool:
    """Whether it waits for the approval of a role that the person holds, and somebody else handed it in."""
    scope = current_user.scope
    return row.status == "asked" and scope.holds([row.approval], at=None, case=None) and row.by != scope.username


def _different(row: PlanRow, files: dict[str, bytes]) -> tuple[list[object], list[object], str]:
    """What is different from the newest version of the process, where there is one."""
    try:
        found = the_engine().comparisons.files(files, current_user.scope)
    except ParseFailed as error:
        return [], [], str(error)
    groups: list[object] = [(section, grouped(section)) for section in found.sections if section.changes]
    return groups, _sides(row, files, next(iter(found.of("diagram")), Section("diagram", "", ()))), ""


def _sides(row: PlanRow, files: dict[str, bytes], drawn: Section) -> list[object]:
    """The newest version of a process and what was handed in, each with its marks; none where there is no diagram."""
    diagram = next((name for name in files if name.endswith((".bpmn", ".xml"))), None)
    latest = next((each for each in queries.definitions(db.session()) if each.key == row.process), None)
    if diagram is None:
        return []
    handed = Side("What was handed in", xml=to_utf8(files[diagram], diagram).decode())
    if latest is None:
        return [(handed, drawn.marks("new"))]
    deployed = Side(f"Version {latest.version}", url_for("definitions.xml", definition_id=latest.id))
    return [(deployed, drawn.marks("old")), (handed, drawn.marks("new"))]


@blueprint.post("/planned/<int:plan_id>/approve")
def approve(plan_id: int) -> Answer:
    """Approve what somebody else handed in."""
    row = queries.plan(db.session(), plan_id)
    done = _done(lambda: the_engine().plans.approve(plan_id, current_user.scope))
    if done:
        later = row.takes_effect and not queries.plan(db.session(), plan_id).ended
        when = f"it takes effect on {day(row.takes_effect)}" if later else "it is deployed, and new cases run on it"
        flash(f"You approved “{row.title}”: {when}.")
    return _back(row)


@blueprint.post("/planned/<int:plan_id>/refuse")
def refuse(plan_id: int) -> Answer:
    """Refuse it, with a reason."""
    row = queries.plan(db.session(), plan_id)
    why, wrong = reason(request.form.get("why", ""), "Enter why you refuse it", "Why you refuse it")
    if wrong:
        flash(f"{wrong}.", "problem")
    elif _done(lambda: the_engine().plans.refuse(plan_id, why, current_user.scope)):
        flash(f"You refused “{row.title}”. Nothing was deployed.")
    return _back(row)


@blueprint.post("/planned/<int:plan_id>/call-off")
def call_off(plan_id: int) -> Answer:
    """Let nothing come of it."""
    row = queries.plan(db.session(), plan_id)
    why, wrong = reason(request.form.get("off", ""), "", "Why it is called off")
    if wrong:
        flash(f"{wrong}.", "problem")
    elif _done(lambda: the_engine().plans.call_off(plan_id, why, current_user.scope)):
        flash(f"“{row.title}” is called off. Nothing was deployed.")
    return _back(row)


@blueprint.post("/planned/<int:plan_id>/renew")
def renew(plan_id: int) -> Answer:
    """Let it take the place of the newest version all the same."""
    row = queries.plan(db.session(), plan_id)
    if _done(lambda: the_engine().plans.renew(plan_id, current_user.scope)):
        flash(f"“{row.title}” takes the place of the newest version now.")
    return _back(row)


def _done(command: Callable[[], object]) -> bool:
    """Whether it could be done; else the page says why not."""
    try:
        command()
    except PathwaysError as error:
        flash(error.told(anybody), "problem")
        return False
    db.session().expire_all()
    return True


def _back(row: PlanRow) -> Answer:
    return redirect(url_for("plans.plan", plan_id=row.id))
