"""What follows in words when an event of a diagram happens: "Stops “Monitoring” and begins “Intervention”."."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram.drawing import Diagram
from engine.diagram.model import Element

#: How many elements without a name are passed over to find what comes next.
FAR = 4


def consequence(diagram: Diagram, event: Element) -> str:
    """What happens next when a catching or starting event happens, as a sentence for people."""
    if event.kind == "startEvent":
        return _begins(diagram, event)
    goes_on = _then(diagram, event)
    if event.kind == "boundaryEvent":
        host = _called(diagram, event.attached_to)
        if event.cancel_activity:
            return f"Ends {host}{f' and goes on with {goes_on}' if goes_on else ''}."
        return f"{host} goes on{f', and beside it {goes_on} begins' if goes_on else ''}."
    return f"The case goes on{f' with {goes_on}' if goes_on else ''}."


def _begins(diagram: Diagram, event: Element) -> str:
    holder = diagram.elements.get(event.parent)
    if holder is None:
        return f"Begins {_quoted(diagram.processes[event.process].name or event.process)}."
    name = _quoted(holder.name or event.name or holder.id)
    if not event.interrupting:
        return f"Begins {name}; what runs goes on."
    return f"Stops {_called(diagram, holder.parent)} and begins {name}."


def _called(diagram: Diagram, scope: str) -> str:
    element = diagram.elements.get(scope)
    process = diagram.processes.get(scope)
    return _quoted((element.name if element else process.name if process else "") or scope)


def _quoted(name: str) -> str:
    return f"“{name}”"


def _then(diagram: Diagram, event: Element) -> str:
    return " or ".join(dict.fromkeys(_quoted(name) for name in _named_after(diagram, event, FAR)))


def _named_after(diagram: Diagram, element: Element, far: int) -> Iterator[str]:
    """The names of what comes next, past gateways and whatever has no name."""
    for flow in diagram.flows_from(element):
        target = diagram.elements.get(flow.target)
        if target is None:
            continue
        if target.name and not target.kind.endswith("Gateway"):
            yield target.name
        elif far:
            yield from _named_after(diagram, target, far - 1)
