"""Why a case of a rehearsal went the way that it went: what a gateway tested, and what that was then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.compare.wording import kind_in_words
from engine.diagram import Diagram, SequenceFlow
from engine.errors import ExpressionInvalid
from engine.feel import Feel
from engine.rehearsal.play import Played
from engine.store.tables import History, UserTask

_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


@dataclass(frozen=True)
class Way:
    """A way that was taken out of a gateway: when, where, to where, and the values that its conditions name."""

    at: datetime
    definition_id: int
    gateway: str
    to: str
    """Where it leads: the flow's name, or else that of what it leads to."""
    values: Mapping[str, Any]
    otherwise: bool
    """Whether it was taken since no other way's condition was true."""


def ways(played: Played, session: Session) -> Iterator[Way]:
    """The ways out of gateways that choose, as they were taken."""
    rows = session.scalars(select(History).where(History.how == "completed").order_by(History.seq)).all()
    asked = {(row.instance_id, row.element, row.created) for row in session.scalars(select(UserTask))}
    for row in rows:
        if row.definition_id is not None:
            diagram = played.stage.world.registry.get(session, row.definition_id).definition.diagram
            for flow in _taken(row, diagram, rows, asked):
                yield _way(played, row, diagram, flow)


def _taken(
    row: History, diagram: Diagram, rows: Sequence[History], asked: set[tuple[int, str, datetime]]
) -> Iterator[SequenceFlow]:
    """The flows by which a gateway that chooses sent its token on: to what has been done since, or to a task that is asked."""
    gateway = diagram.elements.get(row.element)
    if gateway is None or gateway.kind not in _CHOOSING or len(gateway.outgoing) < 2:
        return
    came = {each.via for each in rows if each.instance_id == row.instance_id and _came(each) == row.ended}
    for flow in map(diagram.flows.__getitem__, gateway.outgoing):
        if flow.id in came or (row.instance_id, flow.target, row.ended) in asked:
            yield flow


def _came(row: History) -> datetime:
    return row.entered or row.ended


def _way(played: Played, row: History, diagram: Diagram, flow: SequenceFlow) -> Way:
    to = _called(flow.name or diagram.elements[flow.target].name, diagram.elements[flow.target].kind)
    return Way(
        row.ended, row.definition_id or 0, row.element, to, _tested(played, row, diagram, flow), not flow.condition
    )


def _tested(played: Played, row: History, diagram: Diagram, flow: SequenceFlow) -> dict[str, Any]:
    """What the flow's condition names, as the case knew it then; of one without a condition what those of the others name."""
    others = (diagram.flows[each].condition for each in diagram.elements[row.element].outgoing)
    tested = [flow.condition] if flow.condition else filter(None, others)
    names = dict.fromkeys(name for each in tested for name in _names(played.stage.world.feel, each))
    return {name: value for name, value in _known(played, row).items() if name in names and name != "school"}


def _known(played: Played, row: History) -> Mapping[str, Any]:
    mine = (each for each in played.known if each.case == row.instance_id and each.seq >= row.seq)
    return next((each.variables for each in mine), {})


def _called(name: str, kind: str) -> str:
    return f"“{name}”" if name else f"{kind_in_words(kind).lower()} without a name"


def _names(feel: Feel, condition: str) -> list[str]:
    try:
        return sorted(feel.names(condition))
    except ExpressionInvalid:
        return []
