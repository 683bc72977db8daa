"""Lists of tasks and of cases that people have narrowed: kept by a name, shared with a role, and forgotten again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.errors import ListNameTaken
from engine.services.lists import CASES, LONGEST, TASKS
from webapp.current import the_engine

blueprint = Blueprint("lists", __name__)
#: What of an address narrows the list of tasks.
KEPT = ("search", "when", "show", "process", "role", "school", "schools", "order", "level")
#: And of that of cases, beside its columns.
KEPT_OF_CASES = (
    "search",
    "status",
    "process",
    "school",
    "stage",
    "version",
    "at",
    "due",
    "since",
    "until",
    "troubled",
    "sort",
)


#: Where each kind of list is looked at, and what it is called there.
PAGES = {TASKS: ("tasks.inbox", "list"), CASES: ("case_list.index", "view")}


@blueprint.post("/tasks/lists")
def save() -> Response:
    """Keep what the list is narrowed to by a name."""
    return _saved(TASKS, {name: text for name in KEPT if (text := request.form.get(name, "").strip()[:200])})


@blueprint.post("/cases/views")
def save_view() -> Response:
    """Keep what the list of cases is narrowed to, its order and its columns, by a name."""
    query: dict[str, Any] = {name: text for name in KEPT_OF_CASES if (text := request.form.get(name, "").strip()[:200])}
    if columns := [each[:20] for each in request.form.getlist("column")[:20]]:
        query["column"] = columns
    return _saved(CASES, query)


def _saved(place: str, query: dict[str, Any]) -> Response:
    page, what = PAGES[place]
    name, role = " ".join(request.form.get("name", "").split()), request.form.get("shared", "")
    if not name or len(name) > LONGEST:
        flash(f"Enter a name for the {what}, of at most {LONGEST} characters. Nothing was saved.", "problem")
        return redirect(url_for(page, name=name[:LONGEST], **query))
    try:
        the_engine().lists.save(name, query, role, current_user.scope, place, replace=bool(request.form.get("replace")))
    except ListNameTaken:
        flash(
            f"You have a {what} called “{name}” already. Choose another name, or say that this one takes its place.",
            "problem",
        )
        return redirect(url_for(page, name=name, taken="1", **query))
    flash(f"Your {what} “{name}” is saved.")
    return redirect(url_for(page, **query))


@blueprint.post("/tasks/lists/<int:list_id>/remove")
def remove(list_id: int) -> Response:
    """Forget a list of one's own. What it showed is still looked at, under its name, so that a slip is mended by saving it."""
    gone = the_engine().lists.remove(list_id, by=current_user.scope)
    page, what = PAGES[gone.place]
    flash(f"The {what} “{gone.name}” is removed. What it showed is below, unchanged: save it again to have it back.")
    return redirect(url_for(page, name=gone.name, **gone.query))
