"""Sample mode: invented people, schools and diagrams, and a clock that can be moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Scope, queries
from engine.calendar import rhythms, timers
from engine.clock import OffsetClock
from engine.errors import ClockUnmovable
from webapp.current import now, the_engine
from webapp.dates import ZONE, day
from webapp.db import db
from webapp.people import accounts
from webapp.sample.year import resources

blueprint = Blueprint("sample", __name__)
STEPS = {"day": "1 day", "week": "1 week", "month": "1 month", "half-term": "1 half-term"}
#: Jobs that moving the clock may run before the page answers; the scheduler does the rest.
MOST_JOBS = 200


@blueprint.post("/sample/clock")
def clock() -> Response:
    """Move the clock of the sample forward, do what falls due by then, and say what that was."""
    target = _target(request.form.get("by", ""))
    if target is None or target <= now():
        flash("The sample clock only moves forward: choose one of its steps.", "problem")
        return redirect(url_for("tasks.inbox"))
    engine = the_engine()
    if not isinstance(engine.clock, OffsetClock):
        raise ClockUnmovable()
    # Counted before, since the scheduler may be quicker than this page to fire them.
    due = len(queries.timers(db.session(), end=target))
    engine.installation.move_clock(target - now())
    engine.jobs.run_due(limit=MOST_JOBS)
    fired = f"{due} {'timer' if due == 1 else 'timers'} fell due and fired." if due else "Nothing fell due."
    flash(f"Today is now {day(now())}. {fired}")
    return redirect(url_for("tasks.inbox"))


def _target(by: str) -> datetime | None:
    """The morning to move to; None when it is not understood."""
    today, calendar = now().astimezone(ZONE).date(), the_engine().calendars.of(current_user.authority)
    if by == "half-term":
        return timers.parse(STEPS[by]).next(now(), calendar).at + timedelta(minutes=1)
    if by not in STEPS:
        return None
    chosen = rhythms.add_months(today, 1) if by == "month" else today + timedelta(days=1 if by == "day" else 7)
    return timers.fires_on(chosen, calendar) + timedelta(minutes=1)


def seed(root: Path) -> list[str]:
    """Put the samples in: people, schools, diagrams. Safe to repeat. What it did, a line each."""
    engine, said = the_engine(), []
    authorities = current_app.extensions["authorities"]
    added = accounts.add_people(authorities.values(), current_app.config["SAMPLE_PASSWORD"])
    said.append(f"{added} people added")
    for authority in authorities:
        register = root / "config" / "schools" / f"{authority}.csv"
        if register.is_file():
            imported = engine.schools.import_file(register.read_bytes(), authority)
            said.append(f"{authority}: {imported.added} schools added, {imported.changed} changed")
        people = root / "config" / "people" / f"{authority}.csv"
        if people.is_file():
            tied = engine.people.import_file(people.read_bytes(), authority)
            said.append(f"{authority}: {len(tied.added)} people of schools added, {len(tied.changed)} changed")
        files = resources(root, authority)
        if files:
            by = Scope(authority, frozenset(), "sample")
            deployed = engine.deployments.deploy(files, by=by, note="Sample diagrams")
            said.append(f"{authority}: {len(deployed.processes)} processes deployed")
    return said
