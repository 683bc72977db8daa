"""Starting a process for many schools at once, and how far that is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Meant, queries
from engine.queries import DefinitionRow
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.fields import FormView
from webapp.forms.submission import Asked
from webapp.pages.start import startable

blueprint = Blueprint("batches", __name__)


@blueprint.get("/start/<key>/many")
def many(key: str) -> str:
    """Tick the schools, and answer the start form once for all of them. ``all`` in the address ticks every free one, and
    where it is "open" those with an open case, too."""
    definition = startable(key)
    asked, schools = _asked(definition), _schools(key)
    if "all" in request.args:
        schools = replace(schools, ticked=schools.all if request.args["all"] == "open" else schools.free)
    elif asked.saved:
        schools = replace(schools, ticked=[urn for name, urn in asked.saved.fields if name == "urn"])
    return _page(definition, asked, asked.opened(), schools)


@blueprint.post("/start/<key>/many")
def begin(key: str) -> Response | tuple[str, int]:
    """Start a case for each school that is ticked."""
    definition = startable(key)
    asked, schools = _asked(definition), _schools(key, ticked=request.form.getlist("urn"))
    submission = asked.submitted()
    if submission.instead:
        return submission.instead
    problem = "" if schools.ticked or submission.edited else "Select at least one school"
    if submission.values is None or problem:
        return _page(definition, asked, submission.view, schools, problem), 400 if problem else submission.status
    with asked.keeping():
        return _started(definition, submission.values, schools.ticked)


def _started(definition: DefinitionRow, values: dict[str, Any], urns: Sequence[str]) -> Response:
    run_id = request.form.get("run", "")[:64] or None  # the same form sent twice is one batch
    begun = the_engine().batches.start(definition.key, values, by=current_user.scope, urns=urns, run_id=run_id)
    flash(f"{definition.name} is being started for {len(urns)} {'school' if len(urns) == 1 else 'schools'}.")
    return redirect(url_for("batches.progress", batch_id=begun))


@dataclass(frozen=True)
class _Schools:
    """The schools of the page, and which of them are ``ticked``."""

    meant: Meant
    ticked: Sequence[str] = ()

    @property
    def free(self) -> list[str]:
        """Those without an open case."""
        return [urn for urn in self.meant.urns if urn not in self.meant.busy]

    @property
    def all(self) -> Sequence[str]:
        """Those that can be ticked."""
        return self.free if self.meant.while_open == "skip" else self.meant.urns

    @property
    def note(self) -> str:
        """What is said of a school that has an open case."""
        return _WHILE_OPEN[self.meant.while_open]


#: What becomes of a school's open case when another begins, by the process's ``whileOpen``.
_WHILE_OPEN = {
    "skip": "has an open case",
    "begin": "has an open case, which goes on beside the new one",
    "end": "has an open case, which would end",
}


def _schools(key: str, ticked: Sequence[str] = ()) -> _Schools:
    """Nothing is ticked at first, since one click begins the cases. Raises NotForSchools."""
    return _Schools(the_engine().batches.schools_for(key, current_user.scope), ticked)


def _asked(definition: DefinitionRow) -> Asked:
    return Asked.of(queries.start_form(db.session(), definition.id), {}, url_for("batches.begin", key=definition.key))


def _page(definition: DefinitionRow, asked: Asked, view: FormView | None, schools: _Schools, problem: str = "") -> str:
    return render_template(
        "batches/many.html",
        definition=definition,
        view=view,
        action=asked.action,
        problem=problem,
        chosen=schools,
        schools=[row for row in queries.schools(db.session()) if row.urn in schools.meant.urns],
        run=secrets.token_hex(16),
    )


@blueprint.get("/batches/<int:batch_id>")
def progress(batch_id: int) -> str:
    """How far it is. The page comes anew every other second until it is done, without JavaScript too."""
    session = db.session()
    return render_template(
        "batches/progress.html",
        row=queries.batch(session, batch_id),
        skipped=queries.skipped(session, batch_id),
        failed=queries.failed(session, batch_id),
        manages=current_user.may("manage"),
    )


@blueprint.get("/batches")
def index() -> str:
    """What was started for many schools lately, by people and by timers."""
    return render_template("batches/index.html", batches=queries.batches(db.session()))
