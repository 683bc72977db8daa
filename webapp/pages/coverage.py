"""What the policies ask for, document by document: which element of which diagram carries it, and the stories that show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask_login import current_user

from engine import queries
from engine.queries import CoverageRow, DrawnRow
from webapp.db import db
from webapp.pages import clauses, told
from webapp.pages.told import Story

blueprint = Blueprint("coverage", __name__)


@dataclass(frozen=True)
class Shown:
    """A story of a clause, with the names of the elements through which it carries it."""

    story: Story
    through: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """A story's way through one process, on the diagram as it is deployed now."""

    diagram: DrawnRow
    went: tuple[str, ...]
    carrying: tuple[str, ...]
    gone: int
    """How many elements it went through that the diagram has no more."""


@blueprint.get("/coverage")
def index() -> str:
    """Every clause of my authority's documents, with what carries it and the stories that go through that."""
    carried = queries.coverage(db.session())
    documents = clauses.of_authority(current_user.authority)
    shown = {each.id: _shown(each.id, carried.get(each.id, ())) for rows in documents.values() for each in rows}
    counts = {title: sum(bool(shown[clause.id]) for clause in rows) for title, rows in documents.items()}
    return render_template("coverage/index.html", documents=documents, carried=carried, shown=shown, counts=counts)


def _shown(clause: str, carried: Iterable[CoverageRow]) -> list[Shown]:
    """The stories of a clause that go through what carries it by the diagrams as they are deployed."""
    rows = tuple(carried)
    every = [Shown(story, tuple(row.name for row in rows if _through(story, row))) for story in told.of_clause(clause)]
    return [each for each in every if each.through]


def _through(story: Story, row: CoverageRow) -> bool:
    """Whether a story went through an element, or anywhere through a process that carries a clause as a whole."""
    return row.element in (row.process, *story.went.get(row.process, ())) and row.process in story.went


@blueprint.get("/coverage/<clause>/<story>")
def one(clause: str, story: str) -> str:
    """A story of a clause on the diagrams, with the elements marked that it went through."""
    found = next((each for each in clauses.named([clause]) if each.authority == current_user.authority), None)
    tells = next((each for each in told.of_clause(clause) if each.id == story), None)
    if found is None or tells is None:
        abort(404)
    carried = queries.coverage(db.session()).get(clause, ())
    ways = [_way(each, tells, carried) for each in queries.drawn(db.session(), tells.went)]
    ways.sort(key=lambda way: not way.carrying)
    return render_template("coverage/story.html", clause=found, story=tells, ways=ways)


def _way(diagram: DrawnRow, story: Story, carried: Iterable[CoverageRow]) -> Way:
    every = story.went[diagram.key]
    carrying = {row.element for row in carried if row.process == diagram.key}
    went = tuple(each for each in every if each in diagram.elements)
    return Way(diagram, went, tuple(each for each in went if each in carrying), len(every) - len(went))
