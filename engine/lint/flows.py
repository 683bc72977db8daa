"""PW-1xx: sequence flows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.diagram import Element, SequenceFlow
from engine.diagram.names import ACTIVITIES, EVENTS
from engine.lint.core import OURS, Fault, Look, fault, quoted, rule, short

_SPLITS = frozenset(["exclusiveGateway", "inclusiveGateway", "complexGateway"])


def _ends(flow: SequenceFlow) -> Iterator[tuple[str, str]]:
    yield "source", flow.source
    yield "target", flow.target


def _joined(look: Look) -> Iterator[tuple[SequenceFlow, Element, Element]]:
    """Give the flows whose two ends are there, with their ends."""
    elements = look.diagram.elements
    for flow in look.diagram.flows.values():
        if flow.source in elements and flow.target in elements:
            yield flow, elements[flow.source], elements[flow.target]


@rule("PW-101", section="BPMN 2.0.2 §8.4.13")
def flow_has_both_ends(look: Look) -> Iterator[Fault]:
    """A sequence flow names its source and its target."""
    for flow in look.diagram.flows.values():
        for end, ref in _ends(flow):
            if not ref:
                yield fault(flow, f"the sequence flow has no {end}.", "Connect both its ends.")


@rule("PW-102", section="BPMN 2.0.2 §8.4.13")
def flow_ends_are_flow_nodes(look: Look) -> Iterator[Fault]:
    """The source and target of a sequence flow are activities, gateways or events that exist."""
    for flow in look.diagram.flows.values():
        for end, ref in _ends(flow):
            if ref and ref not in look.diagram.elements and ref not in look.diagram.stray_ids:
                remedy = "Connect it to an activity, a gateway or an event, or take it out."
                yield fault(flow, f"its {end} is wrong: {look.describe(ref)}.", remedy)


@rule("PW-103", section="BPMN 2.0.2 §7.6.1")
def flow_stays_in_pool(look: Look) -> Iterator[Fault]:
    """A sequence flow doesn't cross the border of a pool."""
    for flow, source, target in _joined(look):
        if source.process != target.process:
            yield fault(flow, "the sequence flow leads into another pool.", "Use a message flow between pools.")


@rule("PW-104", section="BPMN 2.0.2 §7.6.1")
def flow_stays_in_subprocess(look: Look) -> Iterator[Fault]:
    """A sequence flow doesn't cross the border of a subprocess."""
    for flow, source, target in _joined(look):
        if source.process == target.process and source.parent != target.parent:
            remedy = "End inside the subprocess, and lead on from its border."
            yield fault(flow, "the sequence flow crosses the border of a subprocess.", remedy)


@rule("PW-105", section="BPMN 2.0.2 §8.4.8")
def flow_is_written_where_its_ends_are(look: Look) -> Iterator[Fault]:
    """A sequence flow is written in the process or subprocess that holds its two ends."""
    for flow, source, target in _joined(look):
        if source.parent == target.parent != flow.scope:
            message = f'it is written in "{short(flow.scope)}", but its ends are in "{short(source.parent)}".'
            yield fault(flow, message, "Draw it again inside the subprocess.")


@rule("PW-106", section="BPMN 2.0.2 §10.6.1")
def condition_may_stand_here(look: Look) -> Iterator[Fault]:
    """Flows out of parallel and event-based gateways, and out of events, have no condition."""
    for flow, source, _ in _joined(look):
        if flow.has_condition and source.kind not in ACTIVITIES | _SPLITS:
            remedy = "Take the condition out, or put an exclusive or inclusive gateway there."
            yield fault(flow, f"a flow out of {_a(source)} has a condition.", remedy)


def _a(element: Element) -> str:
    return f'the {element.kind} "{short(element.id)}"'


@rule("PW-107", section="BPMN 2.0.2 §8.4.13")
def default_leaves_its_element(look: Look) -> Iterator[Fault]:
    """The default flow of an element is one of the flows that leave it."""
    for element in look.diagram.elements.values():
        if element.default and element.default not in element.outgoing:
            message = f'its default flow "{short(element.default)}" does not leave it.'
            yield fault(element, message, "Choose one of its own outgoing flows as default.")


@rule("PW-108", section="BPMN 2.0.2 §8.4.13", severity="warning")
def default_has_no_condition(look: Look) -> Iterator[Fault]:
    """A default flow has no condition, since it would be ignored."""
    for flow, source, _ in _joined(look):
        if flow.has_condition and source.default == flow.id:
            yield fault(flow, "the default flow has a condition, which is ignored.", "Take the condition out.")


@rule("PW-109", section="BPMN 2.0.2 §8.4.13")
def default_may_stand_here(look: Look) -> Iterator[Fault]:
    """Only activities and exclusive, inclusive and complex gateways have a default flow."""
    for element in look.diagram.elements.values():
        if element.default and element.kind not in ACTIVITIES | _SPLITS:
            yield fault(element, f"a {element.kind} has a default flow.", "Take the default out.")


@rule("PW-110", section="BPMN 2.0.2 §8.4.13")
def conditional_flow_has_company(look: Look) -> Iterator[Fault]:
    """An activity that has a conditional flow has another outgoing flow as well."""
    for flow, source, _ in _joined(look):
        if flow.has_condition and source.kind in ACTIVITIES and len(source.outgoing) == 1:
            yield fault(
                flow,
                "its condition is on the only way out.",
                "Add a default flow, or take the condition out.",
            )


@rule("PW-111", section="BPMN 2.0.2 §8.4.13")
def declared_flows_match(look: Look) -> Iterator[Fault]:
    """An element's <incoming> and <outgoing> name flows that really target and leave it."""
    for element in look.diagram.elements.values():
        pairs = (
            ("incoming", element.declared_incoming, element.incoming),
            ("outgoing", element.declared_outgoing, element.outgoing),
        )
        for side, declared, real in pairs:
            wrong = set(declared) - set(real)
            if wrong:
                message = f"its <{side}> names {quoted(sorted(wrong))}, which is no {side} flow of it."
                yield fault(element, message, "Save the diagram again with a modeller, or correct the reference.")


@rule("PW-112", section="BPMN 2.0.2 §8.4.13")
def flow_is_immediate(look: Look) -> Iterator[Fault]:
    """In an executable process isImmediate isn't false."""
    for flow in look.flows():
        if flow.immediate in {"false", "0"}:
            yield fault(flow, 'isImmediate is "false" in a process that runs.', "Take isImmediate out.")


@rule("PW-113", section=OURS)
def element_is_reachable(look: Look) -> Iterator[Fault]:
    """Every element can be reached from a start of its process or subprocess."""
    reached = _reached(look)
    for element in look.elements():
        if element.id not in reached and element.incoming:
            remedy = "Lead a sequence flow to it from a step that is reached, or take it out."
            yield fault(element, "nothing that can happen leads to this element.", remedy)


def _reached(look: Look) -> set[str]:
    """Give what can be reached from the elements that begin by themselves."""
    begin = [element.id for element in look.diagram.elements.values() if not element.incoming]
    return _walked(look, begin, lambda element: (look.diagram.flows[flow].target for flow in element.outgoing))


def _walked(look: Look, begin: list[str], onward: Callable[[Element], Iterable[str]]) -> set[str]:
    """Give the elements that are met on all ways from where one begins."""
    met: set[str] = set()
    ahead = list(begin)
    while ahead:
        here = ahead.pop()
        if here in met or here not in look.diagram.elements:
            continue
        met.add(here)
        ahead.extend(onward(look.diagram.elements[here]))
    return met


@rule("PW-114", section=OURS, severity="warning")
def element_leads_to_an_end(look: Look) -> Iterator[Fault]:
    """From every element an end can be reached: a loop that nothing leaves never ends."""
    ending = _leading_out(look)
    for element in look.elements():
        if element.id not in ending and element.outgoing:
            message = "from this element no end can be reached."
            yield fault(element, message, "Lead a way out of the loop to an end event.")


def _leading_out(look: Look) -> set[str]:
    """Give what leads to an end, or may be left by an interrupting event on its border."""
    elements = look.diagram.elements.values()
    ends = [element.id for element in elements if not element.outgoing or _boundary(look, element)]
    return _walked(look, ends, lambda element: (look.diagram.flows[flow].source for flow in element.incoming))


def _boundary(look: Look, element: Element) -> bool:
    """Whether an interrupting event on the element's border may lead out."""
    return any(event.cancel_activity for event in look.diagram.boundary_events(element.id))


@rule("PW-115", section="BPMN 2.0.2 §10.5.2")
def element_has_incoming(look: Look) -> Iterator[Fault]:
    """Beside a start event, activities and gateways have an incoming flow (not handlers and event
    subprocesses)."""
    for element in look.diagram.elements.values():
        alone = not element.incoming and _stands_in_flow(element) and not _starts_itself(element)
        if alone and look.diagram.starts(element.parent):
            yield fault(element, "no sequence flow leads to it.", "Lead a sequence flow to it, or take it out.")


@rule("PW-116", section="BPMN 2.0.2 §10.5.3")
def element_has_outgoing(look: Look) -> Iterator[Fault]:
    """Beside an end event, activities and gateways have an outgoing flow (not handlers and event
    subprocesses)."""
    ended = {element.parent for element in look.diagram.of_kind("endEvent")}
    for element in look.diagram.elements.values():
        if not element.outgoing and _stands_in_flow(element) and element.parent in ended:
            yield fault(element, "no sequence flow leaves it.", "Lead a sequence flow from it to what follows.")


def _stands_in_flow(element: Element) -> bool:
    handler = element.for_compensation or element.triggered_by_event
    return element.kind not in EVENTS and not handler


def _starts_itself(element: Element) -> bool:
    return element.instantiate and element.kind in {"receiveTask", "eventBasedGateway"}


@rule("PW-117", section=OURS, severity="warning")
def gateway_way_is_named(look: Look) -> Iterator[Fault]:
    """The ways out of a gateway that decides have names, which officers read in the case's history."""
    if not look.strict:
        return
    for flow, source, _ in _joined(look):
        decides = source.kind in _SPLITS and len(source.outgoing) > 1 and look.runs(source.process)
        if decides and not flow.name:
            yield fault(flow, "this way out of the gateway has no name.", "Name it with the answer it stands for.")
