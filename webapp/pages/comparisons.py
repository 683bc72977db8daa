"""Two versions of a process beside each other, or a version and a file: what is different, marked and in words, to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from engine import queries
from engine.compare import Change, Comparison, Section
from engine.diagram import to_utf8
from engine.errors import DefinitionNotFound, ParseFailed
from engine.queries import DefinitionRow
from webapp.current import the_engine
from webapp.dates import day
from webapp.db import db

blueprint = Blueprint("comparisons", __name__)

_GROUPS: tuple[tuple[str, Callable[[Change], bool]], ...] = (
    ("Gone", lambda change: change.how == "removed"),
    ("New", lambda change: change.how == "added"),
    ("Drawn anew under the same name", lambda change: change.how == "replaced"),
    ("Renamed", lambda change: change.how == "renamed"),
    ("Changed in the drawing", lambda change: change.how == "changed" and change.seen),
    ("Changed where the drawing does not show it", lambda change: change.how == "changed" and not change.seen),
)
#: Of a document of the configuration, which has no drawing.
_GROUPS_OF_ENTRIES = (*_GROUPS[:2], ("Changed", lambda change: change.how == "changed"))


@dataclass(frozen=True)
class Side:
    """One of the two diagrams: what it is called, and where it is had from (or its own text)."""

    title: str
    address: str = ""
    xml: str = ""


@blueprint.get("/processes/<key>/compare")
def versions(key: str) -> str:
    """Two versions: the newest and the one before it, unless others are chosen."""
    rows = queries.versions(db.session(), key)
    if not rows:
        raise DefinitionNotFound(key=key)
    new = _chosen("new", rows[0])
    old = _chosen("old", rows[min(1, len(rows) - 1)])
    found = the_engine().comparisons.versions(old.id, new.id, current_user.scope)
    return _page(rows, old, new, found, _side(new))


@blueprint.post("/processes/<key>/compare")
def file(key: str) -> str | tuple[str, int]:
    """A version and a file of the reader's own."""
    rows = queries.versions(db.session(), key)
    if not rows:
        raise DefinitionNotFound(key=key)
    old = _chosen("old", rows[0])
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _refused(rows, old, "Select a .bpmn file")
    name, content = sent.filename[:200], sent.read()
    try:
        found = the_engine().comparisons.drawing(old.id, {name: content}, current_user.scope)
    except ParseFailed as error:
        return _refused(rows, old, str(error))
    return _page(rows, old, None, found, Side(name, xml=to_utf8(content, name).decode()))


def _chosen(name: str, unless: DefinitionRow) -> DefinitionRow:
    """The version that was asked for. Raises DefinitionNotFound."""
    given = request.values.get(name, "")
    return queries.definition(db.session(), int(given)) if given.isdecimal() and len(given) < 19 else unless


def _refused(rows: list[DefinitionRow], old: DefinitionRow, problem: str) -> tuple[str, int]:
    found = Comparison(())
    return _page(rows, old, None, found, None, problem), 400


def _side(row: DefinitionRow) -> Side:
    address = url_for("definitions.xml", definition_id=row.id)
    return Side(f"{row.name}: version {row.version}, deployed {day(row.deployed)}", address)


def _page(
    rows: list[DefinitionRow],
    old: DefinitionRow,
    new: DefinitionRow | None,
    found: Comparison,
    other: Side | None,
    problem: str = "",
) -> str:
    drawn = next(iter(found.of("diagram")), Section("diagram", "", ()))
    others = [row for row in queries.definitions(db.session()) if row.key != rows[0].key]
    return render_template(
        "comparisons/page.html",
        latest=rows[0],
        choices=[(row.id, f"Version {row.version}, {day(row.deployed)}") for row in rows],
        others=[(row.id, row.name) for row in others],
        old=old,
        new=new,
        found=found,
        groups=[(section, grouped(section)) for section in found.sections if section.changes],
        sides=[(_side(old), drawn.marks("old")), (other, drawn.marks("new"))] if other else [],
        problem=problem,
    )


def grouped(section: Section) -> list[tuple[str, list[Change]]]:
    """The differences of a document by what has become of each, leaving out what there is none of."""
    groups = _GROUPS_OF_ENTRIES if section.kind == "settings" else _GROUPS
    found = [(title, [each for each in section.told if fits(each)]) for title, fits in groups]
    return [(title, changes) for title, changes in found if changes]
