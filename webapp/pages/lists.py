"""Lists of tasks that people have narrowed: kept by a name, shared with a role, and forgotten again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.services.lists import LONGEST
from webapp.current import the_engine

blueprint = Blueprint("lists", __name__)
#: What of an address narrows the list of tasks.
KEPT = ("search", "when", "show", "process", "role", "school", "schools", "order", "level")


@blueprint.post("/tasks/lists")
def save() -> Response:
    """Keep what the list is narrowed to by a name."""
    query: dict[str, Any] = {name: text for name in KEPT if (text := request.form.get(name, "").strip()[:200])}
    name, role = " ".join(request.form.get("name", "").split()), request.form.get("shared", "")
    if not name or len(name) > LONGEST:
        flash(f"Enter a name for the list, of at most {LONGEST} characters. Nothing was saved.", "problem")
        return redirect(url_for("tasks.inbox", name=name[:LONGEST], **query))
    the_engine().lists.save(name, query, role, by=current_user.scope)
    flash(f"Your list “{name}” is saved.")
    return redirect(url_for("tasks.inbox", **query))


@blueprint.post("/tasks/lists/<int:list_id>/remove")
def remove(list_id: int) -> Response:
    """Forget a list of one's own."""
    the_engine().lists.remove(list_id, by=current_user.scope)
    flash("The list is removed. The tasks in it are as they were.")
    return redirect(url_for("tasks.inbox"))
