"""All cases of a process on one diagram: where they are, how long its steps take, and which ways its gateways go."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, render_template, request, url_for

from engine import queries
from engine.calendar.timers import ZONE
from engine.diagram.picture import Marks, picture
from engine.errors import DefinitionNotFound
from engine.queries import DefinitionRow, Spot, Statistics, StepRow
from engine.queries.retention import deleted_cases
from webapp.current import now
from webapp.dates import lasting
from webapp.db import db
from webapp.periods import Days, school_year

blueprint = Blueprint("statistics", __name__)
#: Of the most that are at one step, the shares from which each denser hatching is drawn.
LEVELS = (0.25, 0.5, 0.75)


@blueprint.get("/processes/<key>/statistics")
def process(key: str) -> tuple[str, int]:
    """All cases of one version of a process, over a period."""
    session, moment = db.session(), now()
    every = queries.versions(session, key)
    row = _chosen(every, key)
    days = Days.asked(request.args, school_year(moment.astimezone(ZONE).date()))
    found = queries.process_statistics(session, row.id, days.period, moment)
    shown = render_template(
        "statistics/process.html",
        row=row,
        versions=every,
        days=days,
        found=found,
        deleted=deleted_cases(session, days.period, key),
        picture=_picture(row, found),
        place=lambda step: _place(row, step),
    )
    return shown, 400 if days.problem else 200


def _chosen(every: list[DefinitionRow], key: str) -> DefinitionRow:
    """The version that the address asks for, or the latest. Raises DefinitionNotFound."""
    asked = request.args.get("version", "")
    found = next((each for each in every if (str(each.version) == asked if asked else each.latest)), None)
    if found is None:
        raise DefinitionNotFound(key=key)
    return found


def _picture(row: DefinitionRow, found: Statistics) -> str:
    here = {step.element: step for step in found.steps if step.here}
    most = max((step.here for step in here.values()), default=0)
    marks = Marks(
        badges={element: str(step.here) for element, step in here.items()},
        heat={element: 1 + sum(step.here > most * each for each in LEVELS) for element, step in here.items()},
        links={element: (_place(row, step), _link_text(step)) for element, step in here.items()},
        notes=dict(_notes(found)),
    )
    xml = queries.definition_xml(db.session(), row.id)
    return picture(xml, "diagram.bpmn", f"Diagram of {row.name}, version {row.version}, with its cases", marks)


def _link_text(step: StepRow) -> str:
    return f"{step.name}: {step.here} {'case' if step.here == 1 else 'cases'}"


def _notes(found: Statistics) -> Iterator[tuple[str, str]]:
    for step in found.steps:
        if step.median is not None:
            yield step.element, lasting(int(step.median)) if step.median >= 60 else "< 1 minute"
    for gateway in found.gateways:
        yield from ((way.flow, f"{way.share}%") for way in gateway.ways if way.times)


def _place(row: DefinitionRow, step: StepRow) -> str:
    """The list of the live cases that are at a step of this version."""
    return url_for("case_list.index", at=str(Spot(row.key, row.version, step.element)), status="active")
