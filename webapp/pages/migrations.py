"""Moving running cases to another version of their process: the plan, the choices, doing it, how far it is, undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine import MigrationPlan, Move, queries
from engine.errors import MigrationMovedOn, NothingToMove, VersionNotFound
from engine.queries import DefinitionRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages import cases
from webapp.pages.numbers import page_asked

blueprint = Blueprint("migrations", __name__)
#: What stands before the key of a place in the name of its question.
MAP = "map:"
#: Cases that a plan lists; of more, the rest is counted.
MOST = 500


@dataclass(frozen=True)
class _Asked:
    """What was asked for: to which version, how, which cases (None: all), and why."""

    target: DefinitionRow
    move: Move
    cases: list[int] | None
    reason: str
    given: Mapping[str, str]


@blueprint.get("/processes/<key>/move")
def plan(key: str) -> str:
    """What moving the running cases of a process to a version (the latest, unless the address names one) comes to."""
    asked = _read(key, request.args)
    return _page(asked, {})


@blueprint.post("/processes/<key>/move")
def move(key: str) -> Response | tuple[str, int] | str:
    """Look at the plan with what was chosen; then at what will happen, in words; then do it."""
    asked, action = _read(key, request.form), request.form.get("action", "")
    if action not in ("continue", "move"):
        return _page(asked, {})
    why, wrong = reason(asked.reason, "Enter why the cases are moved", "Why the cases are moved")
    problems = {"reason": wrong} if wrong else {}
    if asked.cases == []:
        problems["which"] = "Select at least one case"
    if problems:
        return _page(asked, problems), 400
    if action == "continue":
        return _confirm(asked, why)
    try:
        number = the_engine().migrations.begin(asked.target.id, why, current_user.scope, asked.move, asked.cases)
    except NothingToMove:
        return _page(asked, {}), 400
    return redirect(url_for("migrations.progress", migration_id=number))


def _read(key: str, given: MultiDict[str, str]) -> _Asked:
    """What a form or an address says. Raises DefinitionNotFound, VersionNotFound."""
    target = _target(key, given.get("to", ""))
    chosen = {name.removeprefix(MAP): value for name, value in given.items() if name.startswith(MAP) and value}
    how = Move(chosen, given.get("timers") == "new", given.get("due") == "new", bool(given.get("retries")))
    one = given.get("case", "")
    ticked = [int(each) for each in given.getlist("cases") if each.isdecimal()]
    only = [int(one)] if one.isdecimal() and not ticked else ticked
    cases = only if one or given.get("which") == "ticked" else None
    return _Asked(target, how, cases, given.get("reason", ""), given)


def _target(key: str, wanted: str) -> DefinitionRow:
    session = db.session()
    latest = queries.latest_definition(session, key)
    if not wanted or wanted == str(latest.version):
        return latest
    found = next((row for row in queries.versions(session, key) if str(row.version) == wanted), None)
    if found is None:
        raise VersionNotFound(process=latest.name, version=wanted)
    return found


def _planned(asked: _Asked) -> MigrationPlan:
    return the_engine().migrations.plan(asked.target.id, current_user.scope, asked.move.mapping)


def _page(asked: _Asked, problems: Mapping[str, str]) -> str:
    seen = _planned(asked)
    cases = seen.cases if not request.args.get("case") else [row for row in seen.cases if row.id in (asked.cases or [])]
    return render_template(
        "migrations/plan.html",
        **_shown(asked, seen),
        cases=cases[:MOST],
        more=len(cases) - MOST,
        versions=queries.versions(db.session(), asked.target.key),
        problems=problems,
    )


def _confirm(asked: _Asked, why: str) -> str | tuple[str, int]:
    seen = _planned(asked)
    wanted = [case for case in seen.cases if asked.cases is None or case.id in asked.cases]
    movable = [case for case in wanted if case.id in set(seen.movable)]
    if not movable:
        problem = "None of these cases can be moved: choose where they go on, or select others"
        return _page(asked, {"which": problem} if seen.cases else {}), 400
    return render_template(
        "migrations/confirm.html", **_shown(asked, seen), movable=movable, staying=len(wanted) - len(movable), why=why
    )


def _shown(asked: _Asked, seen: MigrationPlan) -> dict[str, Any]:
    return {"asked": asked, "target": asked.target, "plan": seen, "given": asked.given, "map": MAP}


@blueprint.get("/moves/<int:migration_id>")
def progress(migration_id: int) -> str:
    """How far a move is, and what became of each case. The page comes anew every other second until it is done."""
    session = db.session()
    return render_template(
        "migrations/progress.html",
        row=queries.migration(session, migration_id),
        cases=page_asked(lambda number: queries.migrated(session, migration_id, number)),
        problem=request.args.get("problem", ""),
    )


@blueprint.post("/moves/<int:migration_id>/undo")
def undo(migration_id: int) -> Response:
    """Have the moves of all cases taken back that have not moved on since."""
    why, wrong = reason(request.form.get("reason", ""), "Enter why the move is undone", "Why the move is undone")
    if not wrong:
        the_engine().migrations.undo(migration_id, why, current_user.scope)
        flash("The move is being taken back. Cases that have moved on since stay where they are.")
    return redirect(url_for("migrations.progress", migration_id=migration_id, problem=wrong or None))


@blueprint.post("/cases/<int:instance_id>/moved/undo")
def undo_case(instance_id: int) -> Response | tuple[str, int]:
    """Take the last move of one case back."""
    why, wrong = reason(request.form.get("undo-reason", ""), "Enter why the move is undone", "Why the move is undone")
    queries.instance(db.session(), instance_id)  # whoever may not see the case finds none
    found = queries.last_migration(db.session(), instance_id)
    if found is None:
        flash("There is no move of this case to undo.", "problem")
    elif wrong:
        return cases.page(instance_id, cases.Refused("undo-reason", why, wrong)), 400
    else:
        try:
            the_engine().migrations.undo_case(found.id, why, current_user.scope)
            flash(f"The move is undone: the case is on version {found.version} again.")
        except MigrationMovedOn as moved:
            flash(str(moved), "problem")
    return redirect(url_for("cases.case", instance_id=instance_id))
