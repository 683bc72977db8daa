"""What the modeller's panel offers: what the authority has, and the day that a timer would be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from engine import queries
from engine.calendar import timers
from engine.calendar.rhythms import said
from engine.diagram import read_xml
from engine.errors import FormUnreadable, TimerNotUnderstood
from engine.forms import load_form
from engine.lint import properties
from engine.lint.names import sources
from engine.queries import DocumentRow
from engine.queries.common import Elements
from webapp.current import now, the_engine
from webapp.db import db
from webapp.pages import clauses, documents
from webapp.people.names import contacts

blueprint = Blueprint("choices", __name__)
#: What a case knows of its school.
SCHOOL = tuple(name for name, _ in sources.school().entries or ())
#: The kinds of timer that the panel asks for: an event's, and a due date.
ASKED: Mapping[str, timers.Kind] = {**timers.KINDS, "due": "due"}


@blueprint.get("/processes/choices")
def index() -> Response:
    """Everything that a diagram may refer to, by kind, as pairs of value and label."""
    rows = queries.documents(db.session())
    forms = [each for each in rows if each.kind == documents.FORM]
    return jsonify(
        forms=_told_apart([*((each.key, documents.title_of(each)) for each in forms), *_begun(documents.FORM)]),
        decisions=_told_apart(
            [*_decisions(each for each in rows if each.kind == documents.TABLE), *_begun(documents.TABLE)]
        ),
        messages=_messages(),
        processes=_named((row.key, row.name) for row in queries.definitions(db.session())),
        roles=_named((role.id, role.name) for role in current_user.home.roles.values()),
        outside=sorted(contacts()),
        clauses=_clauses(),
        reports=_named((name, name) for name in _reports()),
        variables=[
            _context("school", SCHOOL),
            _context("settings", sorted(current_user.home.settings)),
            *_answers(forms),
        ],
        notes=_notes(),
    )


@blueprint.post("/api/timer")
def timer() -> Response:
    """The day that a timer would be, if it began now; or why it is not understood."""
    given = request.get_json()
    kind = ASKED.get(str(given.get("kind"))) if isinstance(given, dict) else None
    if kind is None or not isinstance(given.get("text"), str):
        raise BadRequest
    try:
        due = timers.parse(given["text"], kind).next(now(), the_engine().calendars.of(current_user.authority))
    except TimerNotUnderstood as error:
        return jsonify(wrong=str(error))
    day = due.last_day or due.at.astimezone(timers.ZONE).date()
    estimated = ", by an estimate: the school calendar does not go that far" if due.estimated else ""
    return jsonify(says=f"If it began today: {said(day)}{estimated}.")


def _begun(kind: str) -> Iterator[tuple[str, str]]:
    """The drafts of forms or tables that are not deployed yet, each once: a drawing that names one can be rehearsed."""
    found = {each.process: each.name for each in queries.new_drawings(db.session()) if each.kind == kind}
    yield from ((key, f"{name} (a draft)") for key, name in found.items())


def _pair(value: str, label: str) -> dict[str, str]:
    return {"value": value, "label": label}


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [_pair(value, label) for value, label in sorted(pairs, key=lambda pair: pair[1].casefold())]


def _told_apart(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Of two by one name, the key is said too."""
    pairs = list(pairs)
    times = Counter(label for _, label in pairs)
    return _named((value, label if times[label] == 1 else f"{label} ({value})") for value, label in pairs)


def _decisions(rows: Iterable[DocumentRow]) -> Iterator[tuple[str, str]]:
    for row in rows:
        named = {each.get("id"): each.get("name") for each in read_xml(row.content, row.file).iter("{*}decision")}
        yield from ((key, named.get(key) or key) for key in row.keys)


def _messages() -> list[dict[str, str]]:
    """What people report to the processes that there are."""
    session = db.session()
    ids = [row.id for row in queries.definitions(session)]
    elements = Elements(session, ids)
    told = (each for ident in ids for each in elements.all(ident) if each.event)
    return _named(
        {str(each.event["message"]): f"{each.name} ({each.event['message']})" for each in told if each.event}.items()
    )


def _clauses() -> list[dict[str, str]]:
    """In the register's order."""
    found = clauses.of_authority(current_user.authority).values()
    return [_pair(each.id, f"{each.id}: {each.says}") for together in found for each in together]


def _notes() -> dict[str, str]:
    """What each property does, as the reference says it."""
    known = (properties.OF_PROCESSES, properties.PROPERTIES)
    return {name: each.note for table in known for name, each in table.items()}


def _reports() -> Iterable[str]:
    mine = f"{current_user.authority}/"
    return [name for name in the_engine().config.reports or () if name.startswith(mine)]


def _context(name: str, entries: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "entries": [{"name": each} for each in entries]}


def _answers(forms: Iterable[DocumentRow]) -> list[dict[str, str]]:
    """The answers of all forms by their keys, which expressions name: whose they are is said beside them."""
    found: dict[str, set[str]] = {}
    for row in forms:
        try:
            keys = load_form(json.loads(row.content)).keys
        except (FormUnreadable, ValueError):
            continue
        for key in keys:
            found.setdefault(key, set()).add(documents.title_of(row))
    return [{"name": key, "info": ", ".join(sorted(titles))} for key, titles in sorted(found.items())]
