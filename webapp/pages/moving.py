"""A case goes on elsewhere than its diagram would have it: a step is skipped, or gone back to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user

from engine import Relocate, Stand, queries
from webapp.current import the_engine
from webapp.db import db
from webapp.pages import interventions
from webapp.pages.interventions import Asked, Page, Words

blueprint = Blueprint("moving", __name__)
#: What people call the kinds of elements among which they choose.
KINDS = {
    "userTask": "Task",
    "receiveTask": "Waits for a message",
    "intermediateCatchEvent": "Waits",
    "callActivity": "Calls another process",
    "subProcess": "A part of the process",
    "transaction": "A part of the process",
    "exclusiveGateway": "Decides which way it goes",
    "inclusiveGateway": "Decides which ways it goes",
    "parallelGateway": "Goes several ways",
    "eventBasedGateway": "Waits for the first of several",
    "endEvent": "Ends",
}


@blueprint.get("/cases/<int:instance_id>/move")
def index(instance_id: int) -> Page:
    """Choose what is to be left, where a case stands in several places."""
    case, found = queries.instance(db.session(), instance_id), _standing(instance_id)
    chosen = request.args.get("token", found[0].token if len(found) == 1 else "")
    if any(each.token == chosen for each in found):
        return redirect(url_for("moving.move", instance_id=instance_id, token=chosen))
    problem = "Select the step that is to be left" if "chosen" in request.args else ""
    page = render_template("interventions/places.html", case=case, found=found, problem=problem)
    return (page, 400) if problem else page


def _standing(instance_id: int) -> list[Stand]:
    return the_engine().interventions.standing(instance_id, current_user.scope)


@blueprint.route("/cases/<int:instance_id>/move/<token>", methods=["GET", "POST"])
def move(instance_id: int, token: str) -> Page:
    """Let a case go on at another step than where it stands."""
    case, found = queries.instance(db.session(), instance_id), _standing(instance_id)
    stand = next((each for each in found if each.token == token), None)
    if stand is None:
        abort(404)
    words = Words(
        f"Skip or go back: {stand.name}",
        "Let the case go on there",
        "The case goes on at another step now.",
        lambda _: _where(stand),
    )

    def first(problems: Mapping[str, str]) -> str:
        more = {"stand": stand, "kinds": KINDS, "several": len(found) > 1}
        return interventions.ask("interventions/move.html", case, words, problems, request.form, **more)

    return interventions.intervene(case, words, lambda: _read(stand), first)


def _where(stand: Stand) -> list[str]:
    to = request.form.get("to", "")
    return [f"The case goes on at “{each.name}”." for each in stand.targets if each.element == to]


def _read(stand: Stand) -> Asked:
    why, problems = interventions.why("Enter why the case goes on elsewhere", "Why the case goes on elsewhere")
    to = request.form.get("to", "")
    if to not in {each.element for each in stand.targets}:
        problems = {"to": "Select the step at which the case goes on"} | problems
    return Asked(Relocate(stand.token, to, request.form.get("alone") == "1"), why, problems)
