"""PW-2xx: events: their flows, what they may wait for or throw where, what they refer to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Diagram, Element, EventDefinition
from engine.lint.core import OURS, Fault, Look, fault, rule, short

_INTERMEDIATE = ("intermediateCatchEvent", "intermediateThrowEvent")


def _is_link(event: Element) -> bool:
    return "link" in event.event_kinds


@rule("PW-201", section="BPMN 2.0.2 §10.5.2")
def start_has_no_incoming(look: Look) -> Iterator[Fault]:
    """A start event has no incoming sequence flow."""
    for event in look.diagram.of_kind("startEvent"):
        if event.incoming:
            remedy = "Lead the flow to the first step instead."
            yield fault(event, "a sequence flow leads to the start event.", remedy)


@rule("PW-202", section="BPMN 2.0.2 §10.5.2")
def start_has_outgoing(look: Look) -> Iterator[Fault]:
    """A start event has an outgoing sequence flow."""
    for event in look.diagram.of_kind("startEvent"):
        if not event.outgoing:
            yield fault(event, "nothing follows the start event.", "Lead a sequence flow from it to the first step.")


@rule("PW-203", section="BPMN 2.0.2 §10.5.3")
def end_has_no_outgoing(look: Look) -> Iterator[Fault]:
    """An end event has no outgoing sequence flow."""
    for event in look.diagram.of_kind("endEvent"):
        if event.outgoing:
            remedy = "Take the flow out, or make this an intermediate event."
            yield fault(event, "a sequence flow leaves the end event.", remedy)


@rule("PW-204", section="BPMN 2.0.2 §10.5.3")
def end_has_incoming(look: Look) -> Iterator[Fault]:
    """An end event has an incoming sequence flow."""
    for event in look.diagram.of_kind("endEvent"):
        if not event.incoming:
            yield fault(event, "nothing leads to the end event.", "Lead a sequence flow to it, or take it out.")


@rule("PW-205", section="BPMN 2.0.2 §10.5.4")
def intermediate_has_incoming(look: Look) -> Iterator[Fault]:
    """An intermediate event in the flow has an incoming sequence flow, except a catching link event."""
    for event in look.diagram.of_kind(*_INTERMEDIATE):
        link = event.kind == "intermediateCatchEvent" and _is_link(event)
        if not event.incoming and not link:
            yield fault(event, "nothing leads to this event.", "Lead a sequence flow to it, or take it out.")


@rule("PW-206", section="BPMN 2.0.2 §10.5.4")
def intermediate_has_outgoing(look: Look) -> Iterator[Fault]:
    """An intermediate event in the flow has an outgoing sequence flow, except a throwing link event."""
    for event in look.diagram.of_kind(*_INTERMEDIATE):
        link = event.kind == "intermediateThrowEvent" and _is_link(event)
        if not event.outgoing and not link:
            remedy = "Lead a sequence flow from it to what follows, or make it an end event."
            yield fault(event, "nothing follows this event.", remedy)


@rule("PW-207", section="BPMN 2.0.2 §10.5.4")
def boundary_has_no_incoming(look: Look) -> Iterator[Fault]:
    """A boundary event has no incoming sequence flow."""
    for event in look.diagram.of_kind("boundaryEvent"):
        if event.incoming:
            remedy = "Lead the flow to what follows the boundary event."
            yield fault(event, "a sequence flow leads to a boundary event.", remedy)


@rule("PW-208", section="BPMN 2.0.2 §10.5.4")
def boundary_has_outgoing(look: Look) -> Iterator[Fault]:
    """A boundary event has an outgoing sequence flow, except for compensation."""
    for event in look.diagram.of_kind("boundaryEvent"):
        if not event.outgoing and "compensate" not in event.event_kinds:
            remedy = "Lead a sequence flow from it to what is then done."
            yield fault(event, "nothing follows the boundary event.", remedy)


@rule("PW-209", section="BPMN 2.0.2 §10.5.4")
def boundary_is_attached(look: Look) -> Iterator[Fault]:
    """A boundary event is attached to an activity of the same process or subprocess."""
    for event in look.diagram.of_kind("boundaryEvent"):
        host = look.diagram.elements.get(event.attached_to)
        message = _wrong_host(look, event, host)
        if message:
            yield fault(event, message, "Attach it to the border of a task, subprocess or call activity beside it.")


def _wrong_host(look: Look, event: Element, host: Element | None) -> str:
    if not event.attached_to:
        return "the boundary event is attached to nothing."
    if host is None or host.kind in {*_INTERMEDIATE, "startEvent", "endEvent", "boundaryEvent"}:
        return f"it cannot be attached there: {look.describe(event.attached_to)}."
    if host.kind.endswith("Gateway"):
        return f"it is attached to a {host.kind}."
    if host.parent != event.parent:
        return f'"{short(host.id)}", to which it is attached, is in another process or subprocess.'
    if host.triggered_by_event:
        return f'"{short(host.id)}", to which it is attached, is an event subprocess.'
    return ""


_ANYWHERE = frozenset(["message", "timer", "conditional", "signal"])
_ALLOWED = {
    "a start event of a process": _ANYWHERE,
    "a start event of a subprocess": frozenset[str](),
    "an interrupting start event of an event subprocess": _ANYWHERE | {"escalation", "error", "compensate"},
    "a non-interrupting start event of an event subprocess": _ANYWHERE | {"escalation"},
    "an intermediate catching event": _ANYWHERE | {"link"},
    "an intermediate throwing event": frozenset(["message", "escalation", "compensate", "link", "signal"]),
    "an interrupting boundary event": _ANYWHERE | {"escalation", "error", "cancel", "compensate"},
    "a non-interrupting boundary event": _ANYWHERE | {"escalation", "compensate"},
    "an end event": frozenset(["message", "escalation", "error", "cancel", "compensate", "signal", "terminate"]),
}


def position(look: Look, event: Element) -> str:
    """Say in which of the specification's positions an event stands (a key of the table of what is
    allowed there)."""
    if event.kind == "startEvent":
        return _start_position(look, event)
    if event.kind == "boundaryEvent":
        return f"{'an interrupting' if event.cancel_activity else 'a non-interrupting'} boundary event"
    names = {"intermediateCatchEvent": "an intermediate catching event", "endEvent": "an end event"}
    return names.get(event.kind, "an intermediate throwing event")


def _start_position(look: Look, event: Element) -> str:
    scope = look.scope_kind(event.parent)
    if scope == "eventSubProcess":
        kind = "an interrupting" if event.interrupting else "a non-interrupting"
        return f"{kind} start event of an event subprocess"
    return f"a start event of a {'process' if scope == 'process' else 'subprocess'}"


def _events(diagram: Diagram) -> Iterator[Element]:
    return (element for element in diagram.elements.values() if element.catching or element.throwing)


def _definitions(look: Look, *kinds: str) -> Iterator[tuple[Element, EventDefinition]]:
    """Give the events that run and their definitions of these kinds."""
    for event in look.elements():
        for definition in event.event_definitions:
            if definition.kind in kinds:
                yield event, definition


@rule("PW-210", section="BPMN 2.0.2 Table 10.93")
def definition_is_allowed_here(look: Look) -> Iterator[Fault]:
    """An event has only the event definitions that BPMN allows in its position."""
    for event in _events(look.diagram):
        where = position(look, event)
        for kind in event.event_kinds:
            if kind not in _ALLOWED[where]:
                wanted = ", ".join(sorted(_ALLOWED[where])) or "none"
                yield fault(event, f"{where} cannot have the type {kind}.", f"Choose one of: {wanted}.")


@rule("PW-211", section="BPMN 2.0.2 §10.5.4")
def catching_event_has_definition(look: Look) -> Iterator[Fault]:
    """Intermediate catching and boundary events, and starts of event subprocesses, have an event
    definition."""
    for event in _events(look.diagram):
        where = position(look, event)
        needed = event.kind in {"intermediateCatchEvent", "boundaryEvent"} or "event subprocess" in where
        if needed and not event.event_definitions and not event.dangling_definitions:
            yield fault(event, f"{where} has no type.", "Say what it waits for: a message, a timer, a signal...")


@rule("PW-212", section="BPMN 2.0.2 §10.5.5")
def shared_definition_exists(look: Look) -> Iterator[Fault]:
    """An eventDefinitionRef names an event definition at the root of the file."""
    for event in _events(look.diagram):
        for ref in event.dangling_definitions:
            yield fault(event, f"its event definition is wrong: {look.describe(ref)}.", "Correct the reference.")


@rule("PW-213", section="BPMN 2.0.2 §10.5.5")
def cancel_belongs_to_transaction(look: Look) -> Iterator[Fault]:
    """A cancel end event is directly in a transaction; a cancel boundary event is on a transaction."""
    for event in _events(look.diagram):
        if "cancel" not in event.event_kinds:
            continue
        holder = event.attached_to if event.kind == "boundaryEvent" else event.parent
        if look.scope_kind(holder) != "transaction":
            yield fault(event, "cancel is used outside a transaction.", "Make the subprocess a transaction.")


@rule("PW-214", section="BPMN 2.0.2 §10.5.4")
def transaction_has_one_cancel(look: Look) -> Iterator[Fault]:
    """A transaction has at most one cancel boundary event."""
    for element in look.diagram.of_kind("transaction"):
        cancels = [one for one in look.diagram.boundary_events(element.id) if "cancel" in one.event_kinds]
        for extra in cancels[1:]:
            message = f'"{short(cancels[0].id)}" catches the cancellation already.'
            yield fault(extra, message, "Keep one cancel event on the transaction.")


_CATALOGUE = {"message": "message", "signal": "signal", "error": "error", "escalation": "escalation"}


@rule("PW-215", section="BPMN 2.0.2 §10.5.5")
def reference_exists(look: Look) -> Iterator[Fault]:
    """A messageRef, signalRef, errorRef or escalationRef names a message, signal, error or escalation."""
    for event in _events(look.diagram):
        for definition in event.event_definitions:
            kind = _CATALOGUE.get(definition.kind)
            if kind and definition.ref and look.diagram.item(kind, definition.ref) is None:
                message = f"its {kind} is wrong: {look.describe(definition.ref)}."
                yield fault(event, message, f"Choose or create a {kind}.", definition.line)


@rule("PW-216", section="BPMN 2.0.2 §10.5.5")
def reference_is_given(look: Look) -> Iterator[Fault]:
    """Message and signal events say which; events that throw an error or escalation say which."""
    for event, definition in _definitions(look, *_CATALOGUE):
        needed = definition.kind in {"message", "signal"} or event.throwing
        if needed and not definition.ref:
            remedy = f"Choose or create its {definition.kind}."
            yield fault(event, f"the event does not say which {definition.kind}.", remedy, definition.line)


@rule("PW-217", section="BPMN 2.0.2 §8.4")
def item_has_name_or_code(look: Look) -> Iterator[Fault]:
    """Messages and signals in use have a name, errors and escalations that are thrown have a code: they
    match by it."""
    for event, definition in _definitions(look, *_CATALOGUE):
        item = look.diagram.item(definition.kind, definition.ref)
        by_name = definition.kind in {"message", "signal"}
        missing = item is not None and not (item.name if by_name else item.code)
        if missing and (by_name or event.throwing):
            what = "name" if by_name else "code"
            message = f'the {definition.kind} "{short(definition.ref)}" has no {what}.'
            yield fault(event, message, f"Give the {definition.kind} a {what}.", definition.line)


@rule("PW-218", section="BPMN 2.0.2 §10.5.5")
def condition_is_given(look: Look) -> Iterator[Fault]:
    """A conditional event has a condition."""
    for event, definition in _definitions(look, "conditional"):
        if not definition.text:
            yield fault(event, "the conditional event has no condition.", "Give it a FEEL condition.", definition.line)


def _links(look: Look, kind: str) -> Iterator[tuple[Element, EventDefinition]]:
    for event in look.diagram.of_kind(kind):
        for definition in event.event_definitions:
            if definition.kind == "link":
                yield event, definition


@rule("PW-219", section="BPMN 2.0.2 §10.5.5")
def link_has_name(look: Look) -> Iterator[Fault]:
    """A link event definition has a name, by which throw and catch find each other."""
    for kind in _INTERMEDIATE:
        for event, definition in _links(look, kind):
            if not definition.name:
                yield fault(event, "the link has no name.", "Give both link events the same name.", definition.line)


@rule("PW-220", section="BPMN 2.0.2 §10.5.5")
def thrown_link_has_catch(look: Look) -> Iterator[Fault]:
    """A throwing link event has a catching one of the same name in the same process or subprocess."""
    caught = {(event.parent, one.name) for event, one in _links(look, "intermediateCatchEvent")}
    for event, definition in _links(look, "intermediateThrowEvent"):
        if definition.name and (event.parent, definition.name) not in caught:
            message = f'no link event here catches "{short(definition.name)}".'
            yield fault(event, message, "Add a catching link event of that name to the same process or subprocess.")


@rule("PW-221", section="BPMN 2.0.2 §10.5.5")
def link_is_caught_once(look: Look) -> Iterator[Fault]:
    """A process or subprocess has at most one catching link event of a name."""
    seen: dict[tuple[str, str], str] = {}
    for event, definition in _links(look, "intermediateCatchEvent"):
        first = seen.setdefault((event.parent, definition.name), event.id)
        if definition.name and first != event.id:
            message = f'"{short(first)}" catches the link "{short(definition.name)}" already.'
            yield fault(event, message, "Keep one of them, or give this link another name.")


@rule("PW-222", section="BPMN 2.0.2 §10.5.5")
def caught_link_is_thrown(look: Look) -> Iterator[Fault]:
    """A catching link event has a throwing one of the same name in the same process or subprocess."""
    thrown = {(event.parent, one.name) for event, one in _links(look, "intermediateThrowEvent")}
    for event, definition in _links(look, "intermediateCatchEvent"):
        if definition.name and (event.parent, definition.name) not in thrown:
            message = f'no link event here throws "{short(definition.name)}".'
            yield fault(event, message, "Add a throwing link event of that name to the same process or subprocess.")


@rule("PW-223", section="BPMN 2.0.2 §10.5.5")
def link_flows_fit(look: Look) -> Iterator[Fault]:
    """A throwing link event has no outgoing flow, a catching one no incoming."""
    for event, _ in _links(look, "intermediateThrowEvent"):
        if event.outgoing:
            yield fault(event, "a flow leaves the throwing link event.", "Lead on from the catching link event.")
    for event, _ in _links(look, "intermediateCatchEvent"):
        if event.incoming:
            yield fault(event, "a flow leads to the catching link event.", "Lead to a throwing link event instead.")


@rule("PW-224", section="BPMN 2.0.2 §10.5.5")
def link_stands_alone(look: Look) -> Iterator[Fault]:
    """A link event has no other event definition beside its link."""
    for kind in _INTERMEDIATE:
        for event, _ in _links(look, kind):
            if len(event.event_definitions) > 1:
                yield fault(event, "the link event has other types as well.", "Keep the link only.")


@rule("PW-225", section="BPMN 2.0.2 §10.3.5")
def event_subprocess_has_one_start(look: Look) -> Iterator[Fault]:
    """An event subprocess has exactly one start event."""
    for element in look.diagram.of_kind("subProcess"):
        starts = look.diagram.starts(element.id)
        if element.triggered_by_event and len(starts) != 1:
            message = f"the event subprocess has {len(starts)} start events."
            yield fault(element, message, "Give it exactly one start event.")


@rule("PW-226", section="BPMN 2.0.2 §10.5.1", severity="warning")
def parallel_multiple_has_several(look: Look) -> Iterator[Fault]:
    """An event that waits for all of several things has at least two."""
    for event in _events(look.diagram):
        if event.parallel_multiple and len(event.event_definitions) < 2:
            message = "the event is parallel multiple, but has fewer than two types."
            yield fault(event, message, "Give it a second type, or take parallelMultiple out.")


@rule("PW-227", section=OURS)
def start_message_is_unambiguous(look: Look) -> Iterator[Fault]:
    """A process has at most one start event for one message, or one signal."""
    seen: dict[tuple[str, str, str], str] = {}
    for process in look.processes():
        for start in look.diagram.starts(process.key):
            for one in start.event_definitions:
                first = seen.setdefault((process.key, one.kind, one.name), start.id)
                if one.kind in {"message", "signal"} and one.name and first != start.id:
                    message = f'"{short(first)}" starts the process on {one.kind} "{short(one.name)}" already.'
                    yield fault(start, message, f"Keep one of them, or choose another {one.kind}.")


@rule("PW-229", section="BPMN 2.0.2 §10.5.4", plain="warning")
def error_is_caught_once(look: Look) -> Iterator[Fault]:
    """An activity has at most one boundary event for one error, escalation, or for all of them."""
    seen: dict[tuple[str, str, str], str] = {}
    for event, definition in _definitions(look, "error", "escalation"):
        if event.kind != "boundaryEvent":
            continue
        first = seen.setdefault((event.attached_to, definition.kind, definition.code), event.id)
        if first != event.id:
            message = f'"{short(first)}" catches this {definition.kind} at the same activity already.'
            yield fault(event, message, "Keep one of them, or choose another code.")
