"""What follows each answer to a user task, in words: the names of the flows that leave the gateways behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from engine.diagram.drawing import Diagram
from engine.diagram.model import Element, SequenceFlow

#: How many elements without a name, gateways among them, are passed over to find what comes next.
FAR = 6
#: How many ways on are told, at most.
MOST = 12
_CHOOSE = frozenset({"exclusiveGateway", "inclusiveGateway"})

#: What says nothing without the gateway's question.
_BARE = frozenset({"yes", "no", "otherwise"})


@dataclass(frozen=True)
class Branch:
    """A way on from a task: what its flows are called (empty where nothing is chosen), and what comes then.

    ``then`` is empty where the process ends without a name.
    """

    answer: str
    then: tuple[str, ...]


def branches(diagram: Diagram, task: Element) -> tuple[Branch, ...]:
    """The ways on from a task, in the order in which its gateways try them."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for chosen, name in islice(_ways(diagram, task, FAR, ()), MOST):
        found.setdefault(chosen, {})[name] = None
    return tuple(Branch(", ".join(chosen), tuple(filter(None, names))) for chosen, names in found.items())


def _ways(
    diagram: Diagram, element: Element, far: int, chosen: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for flow in diagram.flows_from(element):
        target = diagram.elements.get(flow.target)
        if target is not None:
            said = _said(element, flow)
            yield from _on(diagram, target, far, (*chosen, said) if said else chosen)


def _on(diagram: Diagram, target: Element, far: int, chosen: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What comes with a target: its name, or what follows whatever has none."""
    if target.kind == "endEvent" or (target.name and not target.kind.endswith("Gateway")):
        yield chosen, target.name
    elif far:
        yield from _ways(diagram, target, far - 1, chosen)


def _said(element: Element, flow: SequenceFlow) -> str:
    """What a flow says of the answer: nothing where its source does not choose; a bare yes or no with what it answers."""
    if element.kind not in _CHOOSE or len(element.outgoing) < 2:
        return ""
    said = flow.name or ("otherwise" if flow.id == element.default else "")
    return f"{element.name} {said}".strip() if said.lower() in _BARE else said
