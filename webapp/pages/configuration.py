"""What an authority says beside its diagrams: an overview, the check of a change before it counts, the versions of each document.

Each kind of document has its own page to change it (``webapp/pages/values.py``), which ends here: what is different, what it
touches and what stands against it is shown, and only then is a change confirmed, with a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Answer

from engine import queries
from engine.configuration import TITLES, key_of
from engine.configuration.places import Place
from engine.errors import DeploymentRefused, DocumentOvertaken, NothingNew, PathwaysError
from engine.lint import Finding
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.reasons import reason
from webapp.found import in_words
from webapp.pages.comparisons import grouped
from webapp.people.names import anybody

blueprint = Blueprint("configuration", __name__)
#: The page on which a kind of document is looked at and changed.
PAGES = {
    "settings": "values.index",
    "roles": "roles.index",
    "calendar": "school_calendar.index",
    "clauses": "register.index",
}


@blueprint.get("/configuration")
def index() -> str:
    """The documents as they count now, and what waits to take their place."""
    service, by = the_engine().configuration, current_user.scope
    return render_template(
        "configuration/index.html",
        documents=[(service.standing(kind, by), TITLES[kind], url_for(PAGES[kind])) for kind in PAGES],
        plans=[row for row in queries.plans(db.session()) if row.based_on is None],
    )


@dataclass(frozen=True)
class Touched:
    """What a change touches: a heading, and a line each."""

    title: str
    lines: tuple[str, ...]


def lines_of(places: Iterable[Place]) -> Iterator[str]:
    """Places by process, table or form, a line each, with how many cases of the process are open."""
    running = the_engine().configuration.open_cases(current_user.scope)
    found: dict[tuple[str, str, str], list[str]] = {}
    for place in places:
        found.setdefault((place.kind, place.key, place.title), []).append(place.name or "the process itself")
    for (kind, key, title), names in found.items():
        cases = running.get(key, 0)
        said = f" ({cases} open {'case' if cases == 1 else 'cases'})" if kind == "process" else ""
        yield f"{_KINDS[kind]}{title}{said}: {', '.join(dict.fromkeys(names))}"


_KINDS = {"process": "", "table": "Decision table ", "form": "Form "}


@dataclass(frozen=True)
class Proposed:
    """A document that somebody wants to count: ``version`` is the one that it was made of, ``back`` the address of the form."""

    kind: str
    content: bytes
    version: int
    back: str
    touched: Touched


def check(proposed: Proposed, problems: dict[str, str] | None = None) -> str | tuple[str, int]:
    """The page on which a change is confirmed: what is different, what it touches, and what stands against it."""
    service, by = the_engine().configuration, current_user.scope
    now = service.standing(proposed.kind, by)
    found = service.compare(proposed.kind, now.content, proposed.content)
    findings = service.findings(proposed.kind, proposed.content, by)
    page = render_template(
        "configuration/check.html",
        proposed=proposed,
        title=TITLES[proposed.kind],
        text=proposed.content.decode(),
        same=found.same,
        overtaken=now if now.version != proposed.version else None,
        groups=[(section, grouped(section)) for section in found.sections if section.changes],
        refused=told(each for each in findings if each.severity == "error"),
        warnings=told(each for each in findings if each.severity != "error"),
        approver=the_engine().plans.approver(current_user.authority),
        problems=problems or {},
        given=request.form,
    )
    return (page, 400) if problems else page


def told(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """What is found, as a process owner reads it: where, and what."""
    names = {row.file.rpartition("/")[2]: row.name for row in queries.definitions(db.session())}
    told = []
    for each in in_words(findings):
        where = names.get(each.file.rpartition("/")[2], each.file.rpartition("/")[2])
        element = f", “{each.name}”" if each.name else ""
        told.append((f"{where}{element}", f"{each.message} {each.remedy}".strip()))
    return list(dict.fromkeys(told))


@blueprint.post("/configuration/<kind>/save")
def save(kind: str) -> str | tuple[str, int] | Answer:
    """Let a checked document count, with a note: at once, from a day, or once it is approved."""
    _known(kind)
    proposed = _proposed(kind)
    note, missing = reason(request.form.get("note", ""), "Enter what you changed, and why", "What you changed")
    day, wrong = day_given()
    if missing or wrong:
        return check(proposed, {name: said for name, said in (("note", missing), ("from", wrong)) if said})
    try:
        service = the_engine().configuration
        done = service.hand_in(kind, proposed.content, proposed.version, note, current_user.scope, day)
    except (DocumentOvertaken, DeploymentRefused):
        return check(proposed, {"overtaken": "What stands against it is said below"})
    except PathwaysError as error:
        return check(proposed, {"from": error.told(anybody).rstrip(".")})
    if isinstance(done, int):
        return redirect(url_for("plans.plan", plan_id=done))
    flash(
        f"{TITLES[kind]}: version {done.config[key_of(kind)]} counts from now on." if done.config else str(NothingNew())
    )
    return redirect(url_for(PAGES[kind]))


def _proposed(kind: str) -> Proposed:
    """What the check of a change sends. Raises BadRequest."""
    version, back = request.form.get("version", type=int), request.form.get("back", "")
    try:
        content = request.form["content"].replace("\r\n", "\n").encode()
    except UnicodeEncodeError:
        raise BadRequest from None
    if version is None or not back.startswith("/configuration/"):
        raise BadRequest
    lines, titles = tuple(request.form.getlist("touched"))[:500], request.form.getlist("touches")
    return Proposed(kind, content, version, back, Touched(titles[0] if titles else "What it touches", lines))


def day_given() -> tuple[date | None, str]:
    """From which day it counts; None for at once. And what is wrong with it."""
    given = request.form.get("from", "").strip()
    try:
        return (date.fromisoformat(given) if given else None), ""
    except ValueError:
        return None, "Enter a day, such as 2026-09-01, or leave it empty"


@blueprint.get("/configuration/<kind>/versions")
def versions(kind: str) -> str:
    """Every version: who, when and why; and what is different between two of them."""
    _known(kind)
    service, by = the_engine().configuration, current_user.scope
    rows = service.versions(kind, by)
    new = _chosen("new", rows[0].version if rows else 0)
    old = _chosen("old", max(1, new - 1))
    groups: list[object] = []
    if len(rows) > 1:
        before, after = (service.version(kind, each, by) for each in (old, new))
        found = service.compare(kind, before.content, after.content)
        groups = [(section, grouped(section)) for section in found.sections if section.changes]
    return render_template(
        "configuration/versions.html",
        kind=kind,
        title=TITLES[kind],
        page=url_for(PAGES[kind]),
        rows=rows,
        old=old,
        new=new,
        groups=groups,
    )


def _chosen(name: str, unless: int) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else unless


@blueprint.post("/configuration/<kind>/back")
def back(kind: str) -> Answer:
    """Let an earlier version count again, as a new one."""
    _known(kind)
    number, latest = request.form.get("number", 0, int), request.form.get("latest", 0, int)
    why, wrong = reason(request.form.get("why", ""), "", "Why you go back")
    problem, done = wrong and f"{wrong}.", None
    if not problem:
        try:
            done = the_engine().configuration.back(kind, number, latest, why, current_user.scope)
        except PathwaysError as error:
            problem = error.told(anybody)
    if isinstance(done, int):
        return redirect(url_for("plans.plan", plan_id=done))
    if problem or done is None or not done.config:
        flash(problem or str(NothingNew()), "problem")
    else:
        flash(f"{TITLES[kind]}: what version {number} said counts again, as version {done.config[key_of(kind)]}.")
    return redirect(url_for("configuration.versions", kind=kind))


def _known(kind: str) -> None:
    if kind not in PAGES:
        abort(404)
