"""Rehearsing a process in the browser: a year's diary, or step by step on the diagram; saved as a test case.

The whole state of a rehearsal is what people did in it, as JSON in the page's form: nothing of it is kept here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Answer

from engine.errors import DeploymentRefused, PathwaysError, RehearsalUnreadable
from engine.lint import Finding
from engine.rehearsal import (
    Beginning,
    Chooser,
    Line,
    Move,
    Prepared,
    Recording,
    Scene,
    Setting,
    Troupe,
    beginnings,
    diary,
    play,
    read,
    scene,
    start_form,
)
from engine.rehearsal.recording import LARGEST
from engine.rehearsal.words import said
from engine.steps import PHASES, TYPES
from webapp.current import now, the_engine
from webapp.dates import ZONE, day
from webapp.forms.fields import FormView
from webapp.forms.submission import Asked
from webapp.found import in_words
from webapp.pages import clauses
from webapp.pages.rehearsed import Subject, subjects

blueprint = Blueprint("rehearsals", __name__)
#: Names of our own fields: with a hyphen, which no key of a form may have.
JSON, DO, WHAT = "rehearse-json", "rehearse-do", "rehearse-what"
PACES = {"next school day": "On the next school day", "last day": "On the day on which it is due"}


@blueprint.get("/processes/<key>/rehearse")
def setup(key: str) -> str:
    """What to rehearse: which version, when, for what school, how fast people are; and what was saved."""
    return _setup(key)


def _setup(key: str, problem: str = "") -> str:
    rows = subjects(key)
    row = _chosen(rows)
    ways, against = _ways(row)
    return render_template(
        "rehearsals/setup.html",
        latest=rows[0],
        versions=[(each.id, each.listed) for each in rows],
        chosen=row,
        against=against,
        days=[(each.isoformat(), day(each)) for each in _first_days()],
        phases=PHASES,
        types=TYPES,
        paces=PACES,
        beginnings=list(enumerate(map(_worded, ways))),
        saved=the_engine().rehearsals.saved(key, current_user.scope),
        problem=problem,
    )


def _ways(row: Subject) -> tuple[list[Beginning], list[Finding]]:
    """How a case of it can begin; or what stands against playing it, which drafts may have."""
    try:
        return beginnings(row.prepared(_first_days()[0]), row.key, _first_days()[0]), []
    except DeploymentRefused as refused:
        return [], [each for each in in_words(refused.findings) if each.severity == "error"]


@blueprint.errorhandler(DeploymentRefused)
def refused(_error: DeploymentRefused) -> tuple[str, int]:
    """A draft that cannot be played: the first page again, which says why."""
    return _setup(str((request.view_args or {})["key"])), 422


def _worded(beginning: Beginning) -> str:
    if beginning.kind == "person":
        return "A person starts it"
    return f"The message “{beginning.message}” arrives" if beginning.kind == "message" else "Its timer starts it"


def _chosen(rows: list[Subject]) -> Subject:
    """What is rehearsed: the newest version unless another, or a draft, was chosen."""
    return next((row for row in rows if row.id == request.values.get("version")), rows[0])


def _first_days() -> list[datetime]:
    """The days from which one may rehearse: today, and the first of each of the next twelve months, at nine o'clock."""
    today = datetime.combine(now().astimezone(ZONE).date(), time(9), ZONE)
    months = [divmod(today.month + ahead, 12) for ahead in range(12)]
    return [today, *(today.replace(year=today.year + years, month=month + 1, day=1) for years, month in months)]


@dataclass(frozen=True)
class _Rehearsed:
    """What a request rehearses: the version or draft, its stage, and what has been done so far."""

    row: Subject
    prepared: Prepared
    recording: Recording
    begun: bool


def _rehearsed(key: str) -> _Rehearsed:
    """From the page's JSON, or as it was just set up. Raises RehearsalUnreadable, DefinitionNotFound, DeploymentRefused."""
    row = _chosen(subjects(key))
    given = request.form.get(JSON, "")
    recording = read(given) if given else _fresh(key)
    if recording.process != key:
        raise BadRequest
    prepared = row.prepared(recording.begins)
    if not given:
        ways = beginnings(prepared, key, recording.begins)
        number = request.form.get("beginning", "0")
        way = ways[int(number)] if number.isdecimal() and int(number) < len(ways) else next(iter(ways), None)
        recording = way.of(recording) if way else recording
    return _Rehearsed(row, prepared, recording, bool(given) and "rehearse-begun" in request.form)


def _fresh(key: str) -> Recording:
    days = {each.isoformat(): each for each in _first_days()}
    begins = days.get(request.form.get("begins", ""), _first_days()[0])
    phase, kind = request.form.get("phase", ""), request.form.get("type", "")
    school = {"phase": phase, "type": kind} if phase in PHASES and kind in TYPES else None
    return Recording(key, begins, school)


@blueprint.post("/processes/<key>/rehearse/year")
def year(key: str) -> str | tuple[str, int]:
    """A year on made-up answers, and its diary."""
    this = _rehearsed(key)
    pace = request.form.get("pace", "")
    ends = this.recording.begins + timedelta(days=365)
    setting = Setting(this.recording, ends, "last day" if pace == "last day" else "next school day")
    try:
        troupe = Troupe(this.prepared, setting, Chooser())
        played = troupe.live()
    except PathwaysError as error:
        return _setup(key, f"The rehearsal cannot begin: {error}"), 422
    lines = list(_told(diary(played)))
    recording = played.recording
    played.stage.close()
    return render_template(
        "rehearsals/year.html",
        row=this.row,
        latest=this.row,
        recording=recording,
        handed=_handed(this),
        lines=lines,
        stopped=played.given_up,
    )


def _handed(this: _Rehearsed) -> Mapping[str, Any]:
    """With what a case begins that nobody is asked for: what a caller would hand it."""
    said = this.recording
    asked = said.message or said.waits or start_form(this.prepared, said)[0]
    return {} if asked else said.values


@dataclass(frozen=True)
class Told:
    """A line of a diary as a page shows it."""

    line: Line
    text: str
    clauses: list[clauses.Clause]


def _told(lines: list[Line] | tuple[Line, ...]) -> Iterator[Told]:
    for line in lines:
        yield Told(line, said(line), clauses.named(line.clauses))


@blueprint.post("/processes/<key>/rehearse/steps")
def steps(key: str) -> str | tuple[str, int]:
    """Step by step: what was just done, and how it stands then."""
    this = _rehearsed(key)
    if not this.begun:
        return _begin(this)
    do = request.form.get(DO, "")
    recording, seen = _changed(this, do), None
    if recording is None:
        seen = _scene(this)
        return _answer(this, seen, do)
    return _show(replace(this, recording=recording))


def _begin(this: _Rehearsed) -> str | tuple[str, int]:
    """Ask what the start form asks; begin once it is answered."""
    content, seen = (
        (None, {}) if this.recording.message or this.recording.waits else start_form(this.prepared, this.recording)
    )
    asked = Asked.of(content, seen, "")
    asked = replace(asked, acting=frozenset(), at=this.recording.begins)
    if content and request.form.get(DO) != "begin":
        return _start_page(this, asked.view())
    submission = asked.submitted()
    if submission.values is None:
        return _start_page(this, submission.view), submission.status
    begun = replace(
        this, recording=replace(this.recording, values={**this.recording.values, **submission.values}), begun=True
    )
    try:
        return _show(begun)
    except PathwaysError as error:
        return _setup(this.row.key, f"The rehearsal cannot begin: {error}"), 422


def _start_page(this: _Rehearsed, view: FormView | None) -> str:
    return render_template("rehearsals/start.html", row=this.row, latest=this.row, recording=this.recording, view=view)


def _changed(this: _Rehearsed, do: str) -> Recording | None:
    """The recording after time has passed or a move was taken back; None for what needs answers."""
    moves, recording = this.recording.moves, this.recording
    if do == "wait":
        due = _scene(this).next_due
        return recording if due is None else replace(recording, until=due)
    if do == "week":
        return replace(recording, until=_scene(this).at + timedelta(weeks=1))
    if do == "undo":
        return replace(recording, moves=moves[:-1], until=moves[-1].at if moves else None)
    return None if do in ("complete", "report", "choose") else recording


def _scene(this: _Rehearsed) -> Scene:
    played = play(this.prepared, this.recording)
    found = scene(played)
    played.stage.close()
    return found


def _asked(seen: Scene, do: str, what: str) -> Asked | None:
    """The form of a task (by its element) or of a happening (by its message); None where there is none such."""
    if do == "report":
        happening = next((each for each in seen.happenings if each.message == what), None)
        found = None if happening is None else Asked.of(happening.form, seen.variables[0] if seen.variables else {}, "")
        return None if found is None else replace(found, acting=frozenset(), at=seen.at)
    task = next((each for each in seen.tasks if each.row.element == what), None)
    if task is None:
        return None
    asked = Asked.of(task.form, task.variables, "", corrects=task.info.corrects)
    return replace(asked, acting=frozenset(task.row.roles), at=seen.at)


def _answer(this: _Rehearsed, seen: Scene, do: str) -> str | tuple[str, int]:
    """Take an answer to a task or a happening; show the page again where it is wrong, or was only chosen."""
    what = request.form.get(WHAT, "")
    kind = "report" if what in {each.message for each in seen.happenings} and do != "complete" else "complete"
    asked = _asked(seen, kind, what)
    if asked is None or (do == "choose" and asked.form is not None):
        return _page(this, seen, kind, what, asked.view() if asked else None)
    submission = asked.submitted()
    if submission.values is None:
        return _page(this, seen, kind, what, submission.view), submission.status
    move = Move(seen.at, "report" if kind == "report" else "complete", what, submission.values)
    after = replace(this, recording=replace(this.recording.then(move), until=seen.at))
    return _show(after, "What was answered cannot be taken: ")


def _show(this: _Rehearsed, said_first: str = "") -> str:
    seen = _scene(this)
    if seen.refused:  # the last move could not be made: it is taken back, and the page says why
        kept = replace(this, recording=replace(this.recording, moves=this.recording.moves[:-1]))
        return _page(kept, _scene(kept), "", "", None, f"{said_first}{seen.refused[-1].reason}")
    return _page(this, seen, "", "", None)


def _page(this: _Rehearsed, seen: Scene, kind: str, what: str, view: FormView | None, problem: str = "") -> str:
    first = next((task for task in seen.tasks), None)
    if not kind and first is not None:
        kind, what = "complete", first.row.element
        asked = _asked(seen, kind, what)
        view = asked.view() if asked else None
    once = {task.row.element: task for task in reversed(seen.tasks)}
    return render_template(
        "rehearsals/steps.html",
        row=this.row,
        latest=this.row,
        recording=this.recording,
        handed=_handed(this),
        seen=seen,
        tasks=list(reversed(once.values())),
        kind=kind,
        what=what,
        view=view,
        lines=list(_told(seen.diary)),
        problem=problem,
    )


@blueprint.post("/processes/<key>/rehearse/save")
def save(key: str) -> Answer | tuple[str, int]:
    """Save a rehearsal as a test case, with what comes of it now as what is expected."""
    this = _rehearsed(key)
    name = request.form.get("rehearse-name", "").strip()[:200]
    if not name:
        return _setup(key, "Enter a name for the rehearsal that you want to save"), 400
    return _kept(replace(this, recording=replace(this.recording, name=name, expected=None)))


def _kept(this: _Rehearsed) -> Answer | tuple[str, int]:
    """Keep a rehearsal that has a name; or say why not. What it expects already must come of it."""
    until = this.recording.until or this.recording.begins + timedelta(days=365)
    try:
        named = replace(this.recording, until=until)
        wrong = the_engine().rehearsals.save(this.prepared, named, current_user.scope)
    except PathwaysError as error:
        wrong = str(error)
    if wrong:
        return _setup(this.row.key, f"The rehearsal was not saved: {wrong}"), 422
    flash(f"The rehearsal “{named.name}” is saved. Each version that is deployed from now on has to go as it does.")
    return redirect(url_for("rehearsals.setup", key=this.row.key))


@blueprint.get("/processes/<key>/rehearse/coverage")
def coverage(key: str) -> str:
    """Every saved rehearsal, played on a version: which still go as they were saved, and what they go through together."""
    rows = subjects(key)
    row = _chosen(rows)
    return render_template(
        "rehearsals/coverage.html",
        latest=rows[0],
        row=row,
        versions=[(each.id, each.listed) for each in rows],
        found=row.coverage(),
    )


@blueprint.post("/processes/<key>/rehearse/upload")
def upload(key: str) -> Answer | tuple[str, int]:
    """Keep a rehearsal from its file, where it goes on the newest version as the file expects."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _setup(key, "Select the .json file of a rehearsal"), 400
    try:
        recording = read(sent.read(LARGEST + 1))
    except RehearsalUnreadable as error:
        return _setup(key, str(error)), 422
    if recording.process != key:
        return _setup(key, f"The rehearsal is one of the process {recording.process}"), 422
    recording = replace(recording, name=recording.name or sent.filename.removesuffix(".json")[:200])
    row = subjects(key)[0]
    return _kept(_Rehearsed(row, row.prepared(recording.begins), recording, True))


@blueprint.post("/processes/<key>/rehearse/download")
def download(key: str) -> Response:
    """The rehearsal as its JSON file."""
    answer = Response(_rehearsed(key).recording.as_json(), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{key}.rehearsal.json")
    return answer


@blueprint.post("/processes/<key>/rehearse/<int:rehearsal_id>/remove")
def remove(key: str, rehearsal_id: int) -> Answer:
    """Keep a saved rehearsal no longer."""
    the_engine().rehearsals.remove(rehearsal_id, current_user.scope)
    flash("The rehearsal is removed. No deployment has to go as it did.")
    return redirect(url_for("rehearsals.setup", key=key))
