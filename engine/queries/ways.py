"""Which ways gateways went: how often each flow out of a gateway that chooses was taken, over a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.diagram import Diagram
from engine.queries.chronology import Period
from engine.queries.common import AnySelect, ElementInfo
from engine.store.tables import History

#: Gateways that choose by what is known, and those that wait for what happens.
_DECIDES, _AWAITS = frozenset({"exclusiveGateway", "inclusiveGateway"}), "eventBasedGateway"
#: How the history says that an element ended: it was come to, by a flow.
_ENDED = ("completed", "cancelled", "skipped")


@dataclass(frozen=True)
class WayRow:
    """A way out of a gateway: what it is called, where it leads, and how often it was taken, in percent of all."""

    flow: str
    name: str
    target: str
    times: int
    share: int


@dataclass(frozen=True)
class GatewayRow:
    """A gateway that chooses, and its ways, the most frequent first."""

    element: str
    name: str
    ways: tuple[WayRow, ...]


def within(period: Period, column: Any) -> list[Any]:
    """The conditions that a moment falls in a period."""
    since = [column >= period.since] if period.since else []
    return [*since, *([column < period.until] if period.until else [])]


def gateways(
    session: Session,
    definition_id: int,
    period: Period,
    diagram: Diagram,
    elements: Sequence[ElementInfo],
    live: Mapping[str, int],
) -> list[GatewayRow]:
    """The gateways of a version and the ways that they went. ``live`` are passes whose next step still runs, by flow.

    What the history has is the end of what a flow leads to, and by which flow that was come to.
    """
    choosing = [each for each in elements if _chooses(each, diagram)]
    times = _times(session, definition_id, period, diagram, choosing, live)
    names = {info.id: info.name for info in elements}
    return [_gateway(each, diagram, times, names) for each in choosing]


def _times(
    session: Session,
    definition_id: int,
    period: Period,
    diagram: Diagram,
    choosing: Sequence[ElementInfo],
    live: Mapping[str, int],
) -> dict[str, int]:
    """How often each flow out of these gateways was taken."""
    flows = {flow for each in choosing for flow in diagram.elements[each.id].outgoing}
    awaited = {flow for flow in flows if diagram.elements[diagram.flows[flow].source].kind == _AWAITS}
    repeated = {flow for flow in flows if diagram.elements[diagram.flows[flow].target].loop is not None}
    once = flows - repeated - awaited
    moment = func.coalesce(History.entered, History.ended)
    times = _count(session, _taken(definition_id, once, func.count(), within(period, moment), _ENDED))
    times = {flow: times.get(flow, 0) + live.get(flow, 0) for flow in once}
    # Of several events that are waited for, one happens; the others are cancelled.
    times |= _count(session, _taken(definition_id, awaited, func.count(), within(period, History.ended), _ENDED[:1]))
    # Each run of a repeated step is in the history, so its cases are counted: those that were taken there for some run.
    cases = func.count(History.instance_id.distinct())
    return times | _count(session, _taken(definition_id, repeated, cases, within(period, moment), _ENDED))


def _chooses(info: ElementInfo, diagram: Diagram) -> bool:
    return info.kind in {*_DECIDES, _AWAITS} and len(diagram.elements[info.id].outgoing) > 1


def _taken(definition_id: int, flows: Iterable[str], number: Any, when: list[Any], how: Sequence[str]) -> AnySelect:
    chosen = select(History.via, number).where(History.definition_id == definition_id, History.via.in_(sorted(flows)))
    return chosen.where(History.how.in_(how), *when).group_by(History.via)


def _count(session: Session, chosen: AnySelect) -> dict[str, int]:
    return {via: number for via, number in session.execute(chosen)}


def _gateway(info: ElementInfo, diagram: Diagram, times: Mapping[str, int], names: Mapping[str, str]) -> GatewayRow:
    flows = [diagram.flows[flow] for flow in diagram.elements[info.id].outgoing]
    total = sum(times.get(flow.id, 0) for flow in flows)
    ways = [
        WayRow(
            flow=flow.id,
            name=flow.name,
            target=names.get(flow.target, flow.target),
            times=times.get(flow.id, 0),
            share=round(times.get(flow.id, 0) * 100 / total) if total else 0,
        )
        for flow in flows
    ]
    return GatewayRow(info.id, info.name, tuple(sorted(ways, key=lambda way: -way.times)))
