"""What is due for deletion by the retention schedule: decided case by case; and the proof of what was deleted."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import CaseHeld, DisposalNotFound, OwnProposal
from engine.people.register import day_of
from engine.people.retention import NOTHING_SAID, Retention, Rule, in_words, last_day
from engine.queries.retention import DisposalRow, disposal, disposals, holds_on
from webapp.current import now, the_engine
from webapp.dates import day, parts, typed_day
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages.hands import Answered
from webapp.pages.numbers import page_asked

blueprint = Blueprint("retention", __name__)
Page = Response | tuple[str, int] | str
#: What the list can be of.
STATES = {"waiting": "Due for deletion", "kept": "Kept back", "approved": "Approved", "deleted": "Deleted"}
#: For how long a case is kept back unless another day is entered.
A_YEAR = timedelta(days=365)


@blueprint.get("/records")
def index() -> str:
    """The list, and the schedule by which it is made."""
    return _list()


def _list(problem: str = "") -> str:
    session, asked = db.session(), request.args.get("status", "waiting")
    state, process = asked if asked in STATES else "waiting", request.args.get("process", "")
    return render_template(
        "retention/index.html",
        page=page_asked(lambda number: disposals(session, state, number, process)),
        state=state,
        states=STATES,
        process=process,
        processes=queries.definitions(session),
        schedule=_schedule(),
        own=_kept().usual.own,
        problem=problem,
    )


def _kept() -> Retention:
    home = current_user.home
    return home.retention if home else NOTHING_SAID


def _schedule() -> list[tuple[str, str, str, str]]:
    """The lines of the schedule, in words: of what, when archived, how long kept, and why."""
    names = {row.key: row.name for row in queries.definitions(db.session())}
    lines = [("Every other process" if _kept().processes else "Every process", _kept().usual)]
    lines = [(names.get(key, key), rule) for key, rule in _kept().processes.items()] + lines
    return [(name, _archived(rule), rule.kept, rule.why) for name, rule in lines]


def _archived(rule: Rule) -> str:
    return f"{in_words(rule.archive)} after the end" if rule.archive else "on the day after the end"


@blueprint.post("/records/approve")
def approve() -> Page:
    """Approve the deletion of the cases that are ticked: first what that means is shown, then it is done."""
    ticked = [int(each) for each in request.form.getlist("disposal") if each.isascii() and each.isdigit()]
    if not ticked:
        return _list("Select the cases that are to be deleted"), 400
    rows = [disposal(db.session(), each) for each in ticked]
    held = next((row.instance_id for row in rows if row.held), None)
    if held is not None:
        return _sure(rows, f"Case {held} is under a legal hold"), 400
    return _approved(ticked) if request.form.get("sure") == "1" else _sure(rows)


def _sure(rows: list[DisposalRow], problem: str = "") -> str:
    answered = Answered({}, {"disposal": problem} if problem else {})
    return render_template("retention/sure.html", rows=rows, answered=answered)


def _approved(ticked: list[int]) -> Page:
    try:
        done = the_engine().retention.approve(ticked, current_user.scope)
    except (CaseHeld, OwnProposal, DisposalNotFound) as refused:
        return _list(str(refused)), 409
    flash(f"{done} {'case is' if done == 1 else 'cases are'} being deleted.")
    return redirect(url_for("retention.index"))


@blueprint.route("/records/<int:disposal_id>", methods=["GET", "POST"])
def one(disposal_id: int) -> Page:
    """One case of the list: what it holds, and keeping it back; or, once it is deleted, the certificate of that."""
    row = disposal(db.session(), disposal_id)
    if request.method != "POST":
        return _one(row, Answered(parts("again", _today() + A_YEAR), {}))
    why, wrong = reason(request.form.get("reason", ""), "Enter why the case is kept", "Why the case is kept")
    again = typed_day(request.form, "again")
    problems = {**_problems(again), **({"reason": wrong} if wrong else {})}
    if problems or again is None:
        return _one(row, Answered(request.form, problems)), 400
    the_engine().retention.keep_back(disposal_id, why, again, current_user.scope)
    flash(f"Case {row.instance_id} is kept.")
    return redirect(url_for("retention.index"))


def _problems(again: date | None) -> dict[str, str]:
    if again is None:
        return {"again": "Enter the day on which it is asked again, such as 27 3 2035"}
    last = last_day(_today())
    reach = _today() < again <= last
    return (
        {}
        if reach
        else {"again": f"The day on which it is asked again must be in the future, and not later than {day(last)}"}
    )


def _one(row: DisposalRow, answered: Answered) -> str:
    there = row.deleted is None
    return render_template(
        "retention/one.html",
        row=row,
        case=queries.instance(db.session(), row.instance_id) if there else None,
        holds=holds_on(db.session(), row.instance_id) if there else [],
        answered=answered,
        states={**STATES, "failed": "It could not be deleted", "erasing": "Deleted"},
    )


def _today() -> date:
    return day_of(now())
