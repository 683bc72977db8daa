"""Work that changes hands: who has which tasks, moving them, and handing over one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import NotTheirTask, SecondHalf, TaskNotFound, TaskNotYours
from engine.people.directory import Member
from engine.queries import TaskRow
from webapp.current import now, the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.pages import tasks
from webapp.pages.numbers import page_asked
from webapp.people.names import anybody, meet, person

blueprint = Blueprint("hands", __name__)
#: How many tasks are moved at once, at most.
MOST = 200
REFUSED = (NotTheirTask, SecondHalf, TaskNotYours)


@dataclass(frozen=True)
class Answered:
    """What was entered in one of the forms, and by field what is wrong with it."""

    given: Mapping[str, str]
    problems: Mapping[str, str]


@blueprint.get("/tasks/claimed")
def index() -> str:
    """Who has which tasks; first those who cannot do theirs any more."""
    who = request.args.get("who", "")
    session = db.session()
    claimers = queries.claimers(session)
    meet(claimers)
    return render_template(
        "hands/index.html",
        page=page_asked(lambda number: queries.claimed(session, who, page=number)),
        who=who,
        people=sorted(((name, person(name)) for name in claimers), key=lambda each: each[1]),
        stranded=the_engine().tasks.stranded(current_user.authority),
        today=now(),
    )


@blueprint.route("/tasks/move", methods=["GET", "POST"])
def move() -> Response | tuple[str, int] | str:
    """Free tasks, or give them to somebody, with a reason."""
    rows, ended = _chosen()
    if not rows:
        return _nothing_to_move(ended)
    able = the_engine().tasks.able([row.id for row in rows], current_user.scope)
    if request.method != "POST":
        return _move_page(rows, ended, able, Answered({}, {}))
    given = request.form
    why, problems = _wrong_move(given, rows, able)
    if not problems:
        to = given["to"] if given["what"] == "give" else None
        try:
            moved = the_engine().tasks.move([row.id for row in rows], to, why, current_user.scope)
        except REFUSED as refused:
            problems = {"what": refused.told(anybody)}
        else:
            flash(_said(len(moved.done), len(moved.ended) + len(ended), to))
            return redirect(url_for("hands.index"))
    return _move_page(rows, ended, able, Answered(given, problems)), 400


def _nothing_to_move(ended: list[TaskRow]) -> Response:
    done = f"{_names(ended)} done before: there is nothing left to move." if ended else ""
    flash(done or "Choose the tasks that are to be moved first.", "problem")
    return redirect(url_for("hands.index"))


def _names(ended: list[TaskRow]) -> str:
    return " and ".join(f"“{each.name}”" for each in ended) + (" was" if len(ended) == 1 else " were")


def _wrong_move(given: Mapping[str, str], rows: list[TaskRow], able: list[Member]) -> tuple[str, dict[str, str]]:
    """The reason that was entered, and by field what is wrong."""
    problems = _wrong_person(given.get("to", ""), able) if given.get("what") == "give" else {}
    if given.get("what") not in ("give", "free"):
        problems = {"what": "Select what is to happen"}
    if given.get("what") == "free" and not _is_claimed(rows):
        problems = {"what": "Nobody has claimed it: select who is to do it"}
    why, wrong = reason(given.get("reason", ""), "Enter why they are moved", "Why they are moved")
    return why, problems | ({"reason": wrong} if wrong else {})


def _is_claimed(rows: list[TaskRow]) -> bool:
    """Whether there is a task that somebody has, so that it could go back to everyone."""
    return any(row.assignee for row in rows)


def _chosen() -> tuple[list[TaskRow], list[TaskRow]]:
    """The tasks that were chosen, those that are open and the others: by their ids, or all that somebody has claimed; of one's
    own authority."""
    session, asked = db.session(), request.values
    if asked.get("of"):
        stranded = {each.username: each.tasks for each in the_engine().tasks.stranded(current_user.authority)}
        ids = list(stranded.get(asked["of"], ()))
    else:
        ids = asked.getlist("task", type=int)
    found = queries.tasks_by_id(session, ids[:MOST]) if ids else []
    if len(found) < len(set(ids[:MOST])):
        raise TaskNotFound(task="that was chosen")
    is_open = [row for row in found if row.status == "open"]
    return is_open, [row for row in found if row.status != "open"]


def _move_page(rows: list[TaskRow], ended: list[TaskRow], able: list[Member], answered: Answered) -> str:
    return render_template(
        "hands/move.html",
        rows=rows,
        ended=_names(ended) if ended else "",
        claimed=_is_claimed(rows),
        able=options(able),
        answered=answered,
        today=now(),
    )


def _wrong_person(to: str, able: list[Member]) -> dict[str, str]:
    return {} if to in {each.username for each in able} else {"to": "Select who is to do it"}


def options(able: list[Member], *without: str) -> list[dict[str, Any]]:
    """People as a select offers them, with their roles, and two of one name and the same roles with their addresses."""
    said = {each.username: _with_roles(each) for each in able if each.username not in without}
    often = Counter(said.values())
    addresses = {each.username: each.email or each.username for each in able}
    return [
        {"value": username, "text": f"{text}, {addresses[username]}" if often[text] > 1 else text}
        for username, text in said.items()
    ]


def _with_roles(member: Member) -> str:
    known = current_user.home.roles if current_user.home else {}
    return ", ".join([member.name, *sorted(known[role].name for role in member.roles if role in known)])


def _said(done: int, ended: int, to: str | None) -> str:
    what = f"{done} {'task' if done == 1 else 'tasks'}"
    moved = f"{what} {'is' if done == 1 else 'are'} with {person(to)} now." if to else f"{what} can be claimed again."
    return f"{moved} {ended} had been done before." if ended else moved


@blueprint.route("/tasks/<int:task_id>/hand-over", methods=["GET", "POST"])
def hand_over(task_id: int) -> Response | tuple[str, int] | str:
    """Give a task of my own to somebody else who may do it, for good or for a time."""
    detail = tasks.mine(task_id)
    tasks.refuse_ended(detail)
    able = the_engine().tasks.able([task_id], current_user.scope)
    answered = Answered(request.form, {})
    if request.method == "POST":
        given = request.form
        why, wrong = reason(given.get("reason", ""), "Enter why somebody else does it", "Why somebody else does it")
        problems = _wrong_person(given.get("to", ""), able) | ({"reason": wrong} if wrong else {})
        if given.get("how") not in ("for-good", "delegate"):
            problems = {"how": "Select whether it comes back to you"} | problems
        if not problems:
            delegate = given["how"] == "delegate"
            try:
                the_engine().tasks.hand_over(task_id, given["to"], why, current_user.scope, delegate=delegate)
            except REFUSED as refused:
                problems = {"to": refused.told(anybody)}
            else:
                flash(f"“{detail.row.name}”{tasks.about(detail.row)} is with {person(given['to'])} now.")
                return redirect(url_for("tasks.inbox"))
        answered = Answered(given, problems)
    others = options(able, current_user.username)
    page = render_template("hands/hand_over.html", detail=detail, able=others, answered=answered, today=now())
    return (page, 400) if answered.problems else page
