"""Sample mode: invented people, schools and diagrams, and a clock that can be moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Engine, Scope, queries
from engine.calendar import rhythms, timers
from engine.cli.deploy import undone
from engine.clock import OffsetClock
from engine.configuration import FILES
from engine.errors import ClockUnmovable, RealDatabase
from engine.lint.bundle import holds
from webapp.current import now, the_engine
from webapp.dates import ZONE, day
from webapp.db import db
from webapp.people import accounts
from webapp.sample.year import resources

blueprint = Blueprint("sample", __name__)
STEPS = {"day": "1 day", "week": "1 week", "month": "1 month", "half-term": "1 half-term"}
#: Jobs that moving the clock may run before the page answers; the scheduler does the rest.
MOST_JOBS = 200
#: Mails that are looked through for those of one authority, and those that its page shows.
MOST_READ, MOST_SHOWN = 500, 50


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


@dataclass(frozen=True)
class Letter:
    """A mail that would have gone out: its file, whom it is to, when it was written, what it says and what comes with it."""

    file: str
    to: str
    subject: str
    at: str
    text: str
    attached: tuple[str, ...]


@blueprint.get("/sample/mail")
def mail() -> str:
    """The mails that people of my authority would have got, the newest first: in sample mode they are files."""
    folder = the_engine().config.mail_folder
    files = sorted(folder.glob("*.eml"), reverse=True)[:MOST_READ] if folder else []
    read = ((file, message_from_bytes(file.read_bytes(), policy=policy.default)) for file in files)
    mine = [
        _letter(file.name, said)
        for file, said in read
        if said["X-Pathways-Authority"] == current_user.authority and isinstance(said, EmailMessage)
    ]
    return render_template("sample/mail.html", letters=mine[:MOST_SHOWN], folder="var/mail")


def _letter(file: str, said: EmailMessage) -> Letter:
    body = said.get_body(("plain",))
    attached = tuple(each.get_filename() or "a file" for each in said.iter_attachments())
    return Letter(file, said["To"], said["Subject"], said["Date"], body.get_content() if body else "", attached)


def _target(by: str) -> datetime | None:
    """The morning to move to; None when it is not understood."""
    today, calendar = now().astimezone(ZONE).date(), the_engine().calendars.of(current_user.authority)
    if by == "half-term":
        return timers.parse(STEPS[by]).next(now(), calendar).at + timedelta(minutes=1)
    if by not in STEPS:
        return None
    chosen = rhythms.add_months(today, 1) if by == "month" else today + timedelta(days=1 if by == "day" else 7)
    return timers.fires_on(chosen, calendar) + timedelta(minutes=1)


def take() -> None:
    """Take a database for the sample. Raises RealDatabase where real people use it, and then nothing is put into it."""
    engine = the_engine()
    with engine.reading() as session:
        if not engine.installation.holds_sample() and accounts.any_real(session):
            raise RealDatabase()
    engine.installation.mark_sample()


def seed(root: Path, replace: bool = False) -> list[str]:
    """Put the samples in: people, schools, diagrams. Safe to repeat. What it did, a line each. Raises RealDatabase.

    What was changed in the browser stays, and what the files say otherwise is told, unless they are to ``replace`` it.
    """
    take()
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
        said += _diagrams(engine, root, authority, replace)
        said += _documents(engine, authority, replace)
    return said


def _diagrams(engine: Engine, root: Path, authority: str, replace: bool) -> list[str]:
    """Deploy an authority's diagrams, but for those that were changed in the browser; what was done, a line each."""
    by = Scope(authority, frozenset(), "sample")
    files, said = resources(root, authority), []
    if files.items() <= engine.deployments.files(by).items():  # a second start has nothing to check
        return [f"{authority}: nothing new to deploy"]
    kept = [] if replace else list(undone(engine, authority, files))
    if kept:
        changed = {row.key for row in engine.deployments.changed_in_browser(files, authority)}
        files = {name: each for name, each in files.items() if not any(holds(each, name, key) for key in changed)}
        said = [*kept, f"{authority}: kept as it was changed in the browser; --replace puts the files over it"]
    if files:
        deployed = engine.deployments.deploy(files, by=by, note="Sample diagrams")
        said.append(f"{authority}: {len(deployed.processes)} processes deployed")
    return said


def _documents(engine: Engine, authority: str, replace: bool) -> list[str]:
    """Deploy what the files of the configuration say anew, but for what was changed in the browser; what was done, a line each.
    While nothing of a document was deployed, its file counts as it stands."""
    files = {FILES[kind]: content for kind, content in engine.configuration.renewed(authority).items() if content}
    kept = [] if replace else list(undone(engine, authority, files))
    if kept:
        return [*kept, f"{authority}: kept as it was changed in the browser; --replace puts the files over it"]
    if files:
        engine.deployments.deploy(files, by=Scope(authority, frozenset(), "sample"), note="As the file says")
    return []
