"""Which ways gateways went: how often each flow out of a gateway that chooses was taken, over a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.diagram import Diagram
from engine.queries.common import ElementInfo

#: Gateways that choose by what is known, and those that wait for what happens.
_DECIDES, _AWAITS = frozenset({"exclusiveGateway", "inclusiveGateway"}), "eventBasedGateway"


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


@dataclass(frozen=True)
class Flows:
    """The flows out of the gateways of a version, by how it is known that one was taken.

    Of those that are taken ``once`` a pass, what they lead to was come to. Of several events that are ``awaited`` one happens;
    the others are cancelled. Each run of a ``repeated`` step is in the history, so only its first counts, once a case.
    """

    once: frozenset[str]
    awaited: frozenset[str]
    repeated: frozenset[str]

    @classmethod
    def of(cls, diagram: Diagram, elements: Sequence[ElementInfo]) -> Flows:
        """Of a version's diagram."""
        choosing = (each for each in elements if _chooses(each, diagram))
        flows = {flow for each in choosing for flow in diagram.elements[each.id].outgoing}
        awaited = {flow for flow in flows if diagram.elements[diagram.flows[flow].source].kind == _AWAITS}
        repeated = {flow for flow in flows if diagram.elements[diagram.flows[flow].target].loop is not None} - awaited
        return cls(frozenset(flows - repeated - awaited), frozenset(awaited), frozenset(repeated))


def gateways(diagram: Diagram, elements: Sequence[ElementInfo], times: Callable[[str], int]) -> list[GatewayRow]:
    """The gateways of a version and the ways that they went: how often a flow was taken is asked of ``times``."""
    names = {info.id: info.name for info in elements}
    return [_gateway(each, diagram, times, names) for each in elements if _chooses(each, diagram)]


def _chooses(info: ElementInfo, diagram: Diagram) -> bool:
    return info.kind in {*_DECIDES, _AWAITS} and len(diagram.elements[info.id].outgoing) > 1


def _gateway(info: ElementInfo, diagram: Diagram, times: Callable[[str], int], names: Mapping[str, str]) -> GatewayRow:
    flows = [diagram.flows[flow] for flow in diagram.elements[info.id].outgoing]
    total = sum(times(flow.id) for flow in flows)
    ways = [
        WayRow(
            flow=flow.id,
            name=flow.name,
            target=names.get(flow.target, flow.target),
            times=times(flow.id),
            share=round(times(flow.id) * 100 / total) if total else 0,
        )
        for flow in flows
    ]
    return GatewayRow(info.id, info.name, tuple(sorted(ways, key=lambda way: -way.times)))
