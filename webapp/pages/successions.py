"""Schools that follow others: what the new one would take over, and a manager's decision."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine import queries
from engine.schools import takeovers
from engine.schools.takeovers import Clash, Decision, Plan
from webapp.current import the_engine
from webapp.db import db

blueprint = Blueprint("successions", __name__)
STATUSES = {
    "waiting": "Waits for a decision",
    "confirmed": "Confirmed",
    "refused": "Refused",
    "passed": "Another school took over",
}
#: What is chosen where all cases of a process go on beside one another.
ALL = "all"


@blueprint.get("/schools/successions")
def index() -> str:
    """Schools that follow others, those that wait for a decision first."""
    rows = queries.successions(db.session())
    waiting = [row for row in rows if row.status == "waiting"]
    decided = [row for row in rows if row.status != "waiting"]
    return render_template("successions/index.html", waiting=waiting, decided=decided, statuses=STATUSES)


@blueprint.route("/schools/successions/<int:succession_id>", methods=["GET", "POST"])
def succession(succession_id: int) -> Response | tuple[str, int] | str:
    """What a school would take over, or took over, and the decision."""
    schools, scope, form = the_engine().schools, current_user.scope, request.form
    if request.method != "POST":
        return _page(succession_id, schools.succession(succession_id, scope))
    if form.get("action") == "refuse":
        return _refuse(succession_id, form.get("reason", "").strip())
    if form.get("action") == "reopen":
        schools.reopen_succession(succession_id, scope)
        return redirect(url_for("successions.succession", succession_id=succession_id))
    seen = schools.succession(succession_id, scope)
    decision = decided(seen, form)
    problems = takeovers.unclear(seen, takeovers.completed(seen, decision)) if seen.waits else {}
    if problems:
        return _page(succession_id, seen, problems), 400
    moved = schools.confirm_succession(succession_id, decision, scope)
    flash(f"Confirmed. {moved} live {'case goes' if moved == 1 else 'cases go'} on under the new URN.")
    return redirect(url_for("successions.succession", succession_id=succession_id))


def _refuse(succession_id: int, reason: str) -> Response | tuple[str, int]:
    schools, scope = the_engine().schools, current_user.scope
    if not reason:
        seen = schools.succession(succession_id, scope)
        return _page(succession_id, seen, {"reason": "Enter why nothing is taken over"}), 400
    schools.refuse_succession(succession_id, reason, scope)
    flash("Refused. Nothing was moved.")
    return redirect(url_for("successions.succession", succession_id=succession_id))


def decided(seen: Plan, form: MultiDict[str, str]) -> Decision:
    """What was chosen on the page."""
    successors = {each.school.urn: form[name] for each in seen.leaving if (name := f"to-{each.school.urn}") in form}
    goes_on = {
        (each.new, each.process): _case(form[question(each)]) for each in seen.clashes() if question(each) in form
    }
    categories = {side.urn: form[name] for side in seen.coming if (name := f"category-{side.urn}") in form}
    return Decision(form.get("seen", ""), successors, goes_on, categories)


def question(clash: Clash) -> str:
    """The name of the question which case goes on."""
    return f"case-{clash.new}-{clash.process}"


def _case(chosen: str) -> int | None:
    """The case that was chosen to go on alone; none where all do, and none that there is where it cannot be read."""
    if chosen == ALL:
        return None
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0


def _page(succession_id: int, seen: Plan, problems: dict[str, str] | None = None) -> str:
    problems = problems or {}
    rows = {row.id: row for row in queries.successions(db.session())}
    return render_template(
        "successions/succession.html",
        row=rows[succession_id],
        rows=[rows[pair.id] for pair in seen.pairs],
        seen=seen,
        title=title(seen),
        question=question,
        given=request.form,
        problems=problems,
        statuses=STATUSES,
        all_go_on=ALL,
        roles=current_user.home.roles if current_user.home else {},
    )


def title(seen: Plan) -> str:
    """What the pair, or those that hang together, come to."""
    olds = " and ".join(each.school.name for each in seen.leaving)
    if any(len(each.to) > 1 for each in seen.leaving):
        return f"Which school takes over from {olds}?"
    return f"{seen.coming[0].name} follows {olds}"
