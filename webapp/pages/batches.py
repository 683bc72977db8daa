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

blueprint = Blueprint("batches", __name__)


@blueprint.route("/start/<key>/many", methods=["GET", "POST"])
def many(key: str) -> Response | tuple[str, int] | str:
    """Tick the schools, answer the start form once, and start a case for each."""
    definition, scope = startable(key), current_user.scope
    content = queries.start_form(db.session(), definition.id)
    asked = load_form(content) if content else None
    fitting, busy = the_engine().batches.schools_for(key, scope)
    chosen, problem, errors = request.form.getlist("urn"), "", None
    posted: Mapping[str, Any] | None = None
    if request.method == "POST":
        problem = "" if chosen else "Select at least one school"
        try:
            values = asked.read(request.form, {}, timed_feel(), scope.roles) if asked else {}
        except FormInvalid as wrong:
            errors, posted = wrong.errors, wrong.raw
        else:
            posted = values
        if not problem and errors is None:
            run_id = request.form.get("run", "")[:64] or None  # the same form sent twice is one batch
            started = the_engine().batches.start(key, values, by=scope, urns=chosen, run_id=run_id)
            flash(
                f"{definition.name} is being started for {len(chosen)} {'school' if len(chosen) == 1 else 'schools'}."
            )
            return redirect(url_for("batches.progress", batch_id=started))
    action = url_for("batches.many", key=key)
    view = (
        form_view(asked, {}, timed_feel(), scope.roles, posted=posted, errors=errors, action=action) if asked else None
    )
    page = render_template(
        "batches/many.html",
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
