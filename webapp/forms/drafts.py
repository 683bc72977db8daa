"""What somebody typed and has not handed in: saved as they type, when they ask for it, and whenever what they sent is refused.

A draft is of a form's address, and holds what the browser sent. Any form whose address is in :data:`KEEPS` has one: its
buttons send ``draft``, which is ``save`` (and come back later), ``files`` and ``later`` (save, and add files, or choose a day to
come back), ``typing`` (the script), ``open`` (what came through a new sign-in), or ``discard``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from flask import current_app, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import queries
from engine.queries import DraftRow
from webapp.current import the_engine
from webapp.db import db

#: The routes to which forms are sent that keep what was typed.
KEEPS = frozenset(
    {
        "tasks.complete",
        "behalf.record",
        "start.begin",
        "batches.begin",
        "events.report",
        "events.report_in_case",
        "corrections.add",
        "corrections.replace",
        "comments.of_case",
        "comments.of_task",
        "reports.write",
    }
)
#: The routes of buttons in such a form that do something else with it, one step below its own address.
ON_THE_WAY = {"tasks.claim": "tasks.complete", "tasks.release": "tasks.complete"}
#: What a form sends beside its answers.
BESIDE = frozenset({"csrf_token", "draft", "then", "last", "run", "writer", "titled", "checked", "version"})
#: A script that saves what is being typed, and reads a sentence rather than a page.
TYPING = "typing"
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Place:
    """A form that keeps what is typed into it: its address, and the task that it is of."""

    address: str
    task: int | None


def place_of(address: str) -> Place | None:
    """The form that is sent to an address of this site; None for what keeps nothing."""
    path = address.partition("?")[0]
    try:
        endpoint, arguments = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return None
    if endpoint in ON_THE_WAY:
        endpoint, path = ON_THE_WAY[endpoint], path.rpartition("/")[0]
    return Place(path, arguments.get("task_id")) if endpoint in KEEPS else None


def here() -> Place | None:
    """The form that this request sent."""
    return place_of(request.path) if request.method == "POST" else None


def sent() -> Fields:
    """The answers that this request brought, as its browser sent them. Nothing when it brought too much to be read."""
    try:
        return _answers(request.form.items(multi=True))
    except RequestEntityTooLarge:
        return []


def _answers(given: Iterable[tuple[str, str]]) -> Fields:
    return [(name, text) for name, text in given if name not in BESIDE and "password" not in name]


def is_typing() -> bool:
    """Whether a script asks, which saves what is being typed."""
    return request.method == "POST" and request.form.get("draft") == TYPING


def find(address: str) -> DraftRow | None:
    """What this person has saved of the form at an address."""
    return queries.draft(db.session(), current_user.scope, address)


def version(kept: DraftRow | None) -> str:
    """Tells one state of a draft from another; empty where there is none."""
    return blake2s(json.dumps(kept.fields).encode(), digest_size=8).hexdigest() if kept else ""


def is_elsewhere(kept: DraftRow | None) -> bool:
    """Whether the draft has been saved since the page that was sent was made, in another window or on another machine."""
    made_of = request.form.get("version")
    return made_of is not None and kept is not None and made_of != version(kept)


def keep(place: Place, fields: Fields, title: str) -> DraftRow:
    """Save what this person typed."""
    saved = the_engine().drafts.save(place.address, fields, current_user.scope, place.task, title)
    return DraftRow(place.address, place.task, title, tuple(fields), saved)


def writer() -> str:
    """Tells one person's form from another's, without naming them: what a page that is open says of whose it is."""
    return writer_of(current_user.authority, current_user.username)


def writer_of(authority: str, username: str) -> str:
    """The same of anybody."""
    return blake2s(f"{authority} {username}".encode(), digest_size=8).hexdigest()


def is_own() -> bool:
    """Whether the page that was sent was opened by whoever is signed in now; true where nobody is."""
    return not current_user.is_authenticated or request.form.get("writer") == writer()


def wrapped() -> str:
    """What this request brought, to be carried through a sign-in in a field of its page."""
    whose = {name: request.form.get(name, "") for name in ("writer", "titled")}
    return json.dumps({"fields": sent(), **whose})


def unpacked(carried: str) -> dict[str, Any]:
    """The fields of a form that sends what is carried on, as names and texts; nothing where it is not ours."""
    try:
        said = json.loads(carried)
        fields = [(str(name), str(text)) for name, text in said["fields"]]
        return {"fields": fields, "writer": str(said["writer"]), "titled": str(said["titled"])}
    except (ValueError, TypeError, KeyError):
        return {}


def texts(carried: str) -> list[str]:
    """The texts of more than one word in what is carried, for the eyes of whoever typed them."""
    try:
        return [text for _, text in json.loads(carried)["fields"] if len(text.split()) > 1] if carried else []
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def unwrap(address: str, given: str) -> bool:
    """Save for the person who has just signed in what was carried; false when it is another's, or nothing."""
    place = place_of(address)
    try:
        carried = json.loads(given)
        fields = _answers((str(name), str(text)) for name, text in carried["fields"])
        theirs, title = carried["writer"] in ("", writer()), str(carried["titled"])
    except (ValueError, TypeError, KeyError):
        return False
    if place is None or not theirs:
        return False
    keep(place, fields, title)
    return True
