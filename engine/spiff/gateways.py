"""Gateways: BPMN 2.0.2 section 13.4. Joins count tokens by sequence flow, so a second token is never swallowed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from engine.spiff.definition import Flow
from engine.spiff.memo import Memo
from engine.spiff.nodes import NodeSpec
from engine.spiff.tree import Instance, Token
from engine.spiff.values import no_flow_taken, true_flows


class ExclusiveGateway(NodeSpec):
    """The first flow whose condition is true, in the diagram's order, or else the default."""

    def choose(self, token: Token) -> list[Flow]:
        if len(self.flows) == 1 and self.flows[0].condition is None:
            return list(self.flows)
        taken = list(islice(true_flows(token, self.flows), 1)) or [flow for flow in self.flows if flow.is_default]
        if self.flows and not taken:
            raise no_flow_taken(token, self.flows, self.label)
        return taken


class Join(NodeSpec):
    """A gateway that may wait for more tokens: one waiting token of its own collects the arrivals by flow."""

    def accept(self, instance: Instance, scope: Token, via: str) -> None:
        if len(self.incoming) < 2:
            super().accept(instance, scope, via)
            return
        waiting = next((t for t in scope.inside() if t.task_spec is self and t.waits), None)
        if waiting is None:
            waiting = instance.add(self, scope, via, Memo(arrived={}))
        arrivals(waiting)[via] = arrivals(waiting).get(via, 0) + 1
        self.gathered(waiting)

    def gathered(self, token: Token) -> None:
        """Go on when a token has come by each incoming flow."""
        if len(arrivals(token)) >= len(self.incoming):
            token.ready()

    def execute(self, token: Token) -> None:
        """Use up one token of each flow; what arrived twice waits for the next time round."""
        left = {via: count - 1 for via, count in (token.memo.arrived or {}).items() if count > 1}
        if left:
            token.workflow.add(self, token.scope, next(iter(left)), Memo(arrived=left))


class ParallelGateway(Join):
    """Waits for a token from each incoming flow, then sends one along every outgoing flow."""


class InclusiveGateway(Join):
    """Waits until no token elsewhere in its scope could still arrive, then takes every flow whose condition is true."""

    def settle(self, token: Token, changed: bool) -> bool:
        if not token.waits or self._more_may_come(token):
            return False
        token.ready()
        return True

    def _more_may_come(self, token: Token) -> bool:
        """The activation rule of BPMN 2.0.2 table 13.3.

        A token elsewhere holds the join back if it can reach an incoming flow that is still empty, unless it can also
        reach one that is already filled; paths through this gateway itself do not count.
        """
        filled = set(arrivals(token))
        to_empty = self._sources(set(self.incoming) - filled)
        to_filled = self._sources(filled)
        others = (t.task_spec.element_id for t in token.scope.running() if t.task_spec is not self)
        return any(place in to_empty and place not in to_filled for place in others)

    def _sources(self, flows: Iterable[str]) -> set[str]:
        """The elements from which one of these incoming flows can be reached without passing this gateway."""
        graph = self.definition.graph
        found: set[str] = set()
        stack = [graph.source[flow] for flow in flows]
        while stack:
            place = stack.pop()
            if place in found or place == self.element_id:
                continue
            found.add(place)
            stack.extend(graph.before(place))
        return found


class EventBasedGateway(NodeSpec):
    """Waits for the first of the events that follow it; the others are then withdrawn."""

    def leave(self, token: Token) -> None:
        race = str(token.id)
        for flow in self.flows:
            target = self.definition.nodes[flow.target]
            token.workflow.place(target, token.scope, flow.id, Memo(race=race))


def arrivals(token: Token) -> dict[str, int]:
    """How many tokens have come to an element that waits for more, by sequence flow."""
    assert token.memo.arrived is not None, "a token that collects others counts them"
    return token.memo.arrived
