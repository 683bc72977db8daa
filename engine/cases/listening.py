"""What a case listens to, and what each message or signal brings by what its diagram says: for sending one by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases.stepping import World
from engine.lint.names.shapes import BOOLEAN, LIST, NUMBER, Shape
from engine.lint.names.sources import payload
from engine.queries.common import Elements
from engine.store.tables import EventSubscription


@dataclass(frozen=True)
class Listened:
    """A message or signal (``kind``) that an element of a case waits for. ``reportable``: people report it themselves.

    ``form`` is the JSON of the form that asks what it brings; without one, ``brings`` are the names that its diagram says it
    brings, each with what its value may be.
    """

    token: str
    kind: str
    message: str
    element: str
    element_name: str
    reportable: bool
    form: bytes | None
    brings: Mapping[str, Brought]


@dataclass(frozen=True)
class Brought:
    """What a value may be, by ``kind``: one of the ``options``, a date, number, boolean, list or text."""

    kind: str = "text"
    options: tuple[str, ...] = ()


def listened(session: Session, world: World, instance_id: int) -> list[Listened]:
    """All that a case listens to, in the order in which it began to."""
    chosen = select(EventSubscription).where(EventSubscription.instance_id == instance_id)
    rows = session.scalars(chosen.order_by(EventSubscription.id)).all()
    elements = Elements(session, [row.definition_id for row in rows])
    return [_one(session, world, row, elements) for row in rows]


def _one(session: Session, world: World, row: EventSubscription, elements: Elements) -> Listened:
    info, loaded = elements.info(row.definition_id, row.element), world.registry.get(session, row.definition_id)
    drawn = loaded.definition.diagram.elements[row.element]
    form = queries.event_form(session, row.definition_id, info.form_key)
    declared = payload(drawn.properties.get("payload", "")) or {}
    brings = {} if form else {name: _brought(shape) for name, shape in declared.items()}
    return Listened(row.token, row.kind, row.name, row.element, info.name, info.event is not None, form, brings)


def _brought(shape: Shape) -> Brought:
    if shape.values is not None:
        return Brought("options", tuple(sorted(str(each) for each in shape.values)))
    return Brought("date" if shape.iso else _KINDS.get(shape.kinds, "text"))


_KINDS: Mapping[frozenset[str], str] = {
    frozenset({NUMBER}): "number",
    frozenset({BOOLEAN}): "boolean",
    frozenset({LIST}): "list",
}
