"""PW-3xx: gateways."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Element
from engine.diagram.names import GATEWAYS
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.decided import always_finds_a_way
from engine.lint.names.elements import events

_DECIDING = ("exclusiveGateway", "inclusiveGateway")


@rule("PW-301", section="BPMN 2.0.2 §10.6.1", severity="warning")
def gateway_splits_or_joins(look: Look) -> Iterator[Fault]:
    """A gateway has several incoming or several outgoing flows, else it does nothing."""
    for gateway in look.diagram.of_kind(*GATEWAYS):
        if len(gateway.incoming) < 2 and len(gateway.outgoing) < 2:
            yield fault(gateway, "the gateway neither splits nor joins.", "Take it out, or add the missing flow.")


@rule("PW-302", section="BPMN 2.0.2 §10.6.1")
def direction_fits(look: Look) -> Iterator[Fault]:
    """A gateway's gatewayDirection agrees with the flows it has."""
    for gateway in look.diagram.of_kind(*GATEWAYS):
        many_in, many_out = len(gateway.incoming) > 1, len(gateway.outgoing) > 1
        wanted = {"Converging": (True, False), "Diverging": (False, True), "Mixed": (True, True)}
        direction = gateway.gateway_direction
        if wanted.get(direction, (many_in, many_out)) != (many_in, many_out):
            remedy = "Take gatewayDirection out, or correct the flows."
            yield fault(gateway, f'gatewayDirection is "{short(direction)}", but its flows differ.', remedy)


@rule("PW-303", section="BPMN 2.0.2 §10.6.2")
def exclusive_ways_have_conditions(look: Look) -> Iterator[Fault]:
    """Each way out of an exclusive or inclusive gateway that splits has a condition, except the default."""
    for gateway in look.elements(*_DECIDING):
        ways = look.diagram.flows_from(gateway)
        bare = [flow for flow in ways if not flow.has_condition and flow.id != gateway.default]
        if len(ways) > 1 and len(bare) == len(ways):
            remedy = "Give each a condition, but for the one that is the default flow."
            yield fault(gateway, "none of its ways out has a condition.", remedy)
        elif len(ways) > 1:
            for flow in bare:
                message = f'this way out of "{short(gateway.id)}" has no condition and is not the default.'
                yield fault(flow, message, "Give it a condition, or make it the default flow.")


@rule("PW-304", section=OURS, plain="warning")
def deciding_gateway_has_default(look: Look) -> Iterator[Fault]:
    """An exclusive or inclusive gateway with conditions has a default flow, so that a case can never be
    stuck there."""
    for gateway in look.elements(*_DECIDING):
        conditional = any(flow.has_condition for flow in look.diagram.flows_from(gateway))
        if conditional and not gateway.default and not _covers(look, gateway):
            remedy = "Make one way out the default flow: the one taken when no condition is true."
            yield fault(gateway, "the gateway has conditions but no default flow.", remedy)


def _covers(look: Look, gateway: Element) -> bool:
    """Whether one of its conditions is true whatever is answered, as far as all answers can be tried."""
    return look.world is not None and always_finds_a_way(look, look.world, gateway)


@rule("PW-312", section=OURS)
def events_of_a_gateway_differ(look: Look) -> Iterator[Fault]:
    """The ways out of an event-based gateway wait for different messages and signals, or one of them is never taken."""
    for gateway in look.elements("eventBasedGateway"):
        seen: set[tuple[str, str]] = set()
        for target in _targets(look, gateway):
            for kind, name in events(target):
                if (kind, name) in seen:
                    message = f'it waits for the {kind} "{short(name)}" as another way out of the same gateway does.'
                    yield fault(target, message, "Wait for another one, or take one of the two ways out.")
                seen.add((kind, name))


def _targets(look: Look, gateway: Element) -> Iterator[Element]:
    for flow in look.diagram.flows_from(gateway):
        target = look.diagram.elements.get(flow.target)
        if target is not None:
            yield target


@rule("PW-305", section="BPMN 2.0.2 §10.6.6")
def event_gateway_has_two_ways(look: Look) -> Iterator[Fault]:
    """An event-based gateway has at least two outgoing flows."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        if len(gateway.outgoing) < 2:
            yield fault(gateway, "the event-based gateway has fewer than two ways out.", "Add the other events.")


_WAITS = frozenset(["message", "signal", "timer", "conditional"])


@rule("PW-306", section="BPMN 2.0.2 §10.6.6")
def event_gateway_leads_to_events(look: Look) -> Iterator[Fault]:
    """An event-based gateway leads only to catching message, signal, timer and conditional events and
    receive tasks."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        for target in _targets(look, gateway):
            catches = target.kind == "intermediateCatchEvent" and set(target.event_kinds) <= _WAITS
            if not catches and target.kind != "receiveTask":
                message = f'it follows the event-based gateway "{short(gateway.id)}", but waits for nothing.'
                remedy = "Put a message, signal, timer or conditional catching event between them."
                yield fault(target, message, remedy)


@rule("PW-307", section="BPMN 2.0.2 §10.6.6")
def event_gateway_does_not_mix(look: Look) -> Iterator[Fault]:
    """After an event-based gateway messages are all received by events, or all by receive tasks."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        targets = list(_targets(look, gateway))
        tasks = any(target.kind == "receiveTask" for target in targets)
        if tasks and any("message" in target.event_kinds for target in targets):
            message = "message events and receive tasks both follow the event-based gateway."
            yield fault(gateway, message, "Use only events, or only receive tasks.")


@rule("PW-308", section="BPMN 2.0.2 §10.6.6")
def event_gateway_receive_is_bare(look: Look) -> Iterator[Fault]:
    """A receive task that follows an event-based gateway has no boundary events."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        for target in _targets(look, gateway):
            if target.kind == "receiveTask" and look.diagram.boundary_events(target.id):
                message = f'it follows the event-based gateway "{short(gateway.id)}" and has a boundary event.'
                yield fault(target, message, "Let the gateway lead to that event instead.")


@rule("PW-309", section="BPMN 2.0.2 §10.6.6")
def event_gateway_target_is_its_own(look: Look) -> Iterator[Fault]:
    """What follows an event-based gateway has no other incoming flow."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        for target in _targets(look, gateway):
            if len(target.incoming) > 1:
                message = f'flows other than the one from the gateway "{short(gateway.id)}" lead to it.'
                yield fault(target, message, "Use an event of its own for the other flows.")


@rule("PW-310", section="BPMN 2.0.2 §10.6.6")
def starting_gateway_has_no_incoming(look: Look) -> Iterator[Fault]:
    """An event-based gateway that starts the process has no incoming flow."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        if gateway.instantiate and gateway.incoming:
            yield fault(gateway, "it starts the process, but a flow leads to it.", "Take instantiate or the flow out.")


@rule("PW-311", section="BPMN 2.0.2 §10.6.6")
def parallel_event_gateway_starts(look: Look) -> Iterator[Fault]:
    """Only an event-based gateway that starts the process may wait for all of its events."""
    for gateway in look.diagram.of_kind("eventBasedGateway"):
        if gateway.event_gateway_type == "Parallel" and not gateway.instantiate:
            message = "it waits for all its events, which only a gateway that starts a process may."
            yield fault(gateway, message, "Set eventGatewayType to Exclusive.")
