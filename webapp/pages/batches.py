"""Starting a process for many schools at once, and how far that is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import queries
from engine.errors import FormInvalid
from engine.forms import load_form
from webapp.current import the_engine
from webapp.db import db
from webapp.forms.confidential import timed_feel
from webapp.forms.fields import form_view
from webapp.pages.start import startable

blueprint = Blueprint("rounds", __name__)


@blueprint.route("/start/<key>/many", methods=["GET", "POST"])
def many(key: str) -> Response | tuple[str, int] | str:
    """Tick the schools, answer the start form once, and start a case for each."""
    definition, scope = startable(key), current_user.scope
    content = queries.start_form(db.session(), definition.id)
    asked = load_form(content) if content else None
    fitting, busy = the_engine().schools_for(key, scope)
    chosen, problem, errors = request.form.getlist("urn"), "", None
    typed: Mapping[str, Any] | None = None
    if request.method == "POST":
        problem = "" if chosen else "Select at least one school"
        try:
            values = asked.read(request.form, {}, timed_feel(), scope.roles) if asked else {}
        except FormInvalid as wrong:
            errors, typed = wrong.errors, wrong.raw
        else:
            typed = values
        if not problem and errors is None:
            run_id = request.form.get("run", "")[:64] or None  # the same form sent twice is one round
            started = the_engine().start_for_schools(key, values, by=scope, urns=chosen, run_id=run_id)
            flash(
                f"{definition.name} is being started for {len(chosen)} {'school' if len(chosen) == 1 else 'schools'}."
            )
            return redirect(url_for("rounds.progress", round_id=started))
    action = url_for("rounds.many", key=key)
    view = form_view(asked, {}, timed_feel(), scope.roles, typed=typed, errors=errors, action=action) if asked else None
    page = render_template(
        "rounds/many.html",
        definition=definition,
        view=view,
        action=action,
        problem=problem,
        fitting=set(fitting),
        schools=queries.schools(db.session()),
        busy=busy,
        chosen=chosen,
        run=secrets.token_hex(16),
    )
    return (page, 400) if problem or errors else page


@blueprint.get("/rounds/<int:round_id>")
def progress(round_id: int) -> str:
    """How far it is. The page comes anew every other second until it is done, without JavaScript too."""
    session = db.session()
    return render_template(
        "rounds/progress.html",
        row=queries.round_of(session, round_id),
        skipped=queries.skipped(session, round_id),
        failed=queries.failed(session, round_id),
        manages=current_user.may("manage"),
    )


@blueprint.get("/rounds")
def index() -> str:
    """What was started for many schools lately, by people and by timers."""
    return render_template("rounds/index.html", rounds=queries.rounds(db.session()))
