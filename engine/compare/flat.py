"""XML taken apart into facts: every attribute and text under a path, so that nothing that a file says is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.compare.parts import Ref, Value
from engine.diagram import CAMUNDA, nodes

XSI = "http://www.w3.org/2001/XMLSchema-instance"
#: What an attribute says where it is not written (BPMN 2.0.2, DMN 1.3): written or not is then no difference.
DEFAULTS: Mapping[str, str] = {
    "cancelActivity": "true",
    "isInterrupting": "true",
    "isExecutable": "true",
    "triggeredByEvent": "false",
    "isForCompensation": "false",
    "parallelMultiple": "false",
    "instantiate": "false",
    "isSequential": "false",
    "testBefore": "false",
    "isCollection": "false",
    "isClosed": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "gatewayDirection": "Unspecified",
    "eventGatewayType": "Exclusive",
    "associationDirection": "None",
    "behavior": "All",
    "processType": "None",
    "waitForCompletion": "true",
    "hitPolicy": "UNIQUE",
}
_BOOLEANS = {"1": "true", "0": "false"}

#: What becomes of a node inside a part: passed over, or told in another way; None for the plain way.
Reading = Callable[[etree._Element, str], Mapping[str, Value] | None]


def attributes(node: etree._Element, path: str, references: frozenset[str]) -> Iterator[tuple[str, Value]]:
    """The attributes of a node as facts, but for ids and what only repeats a default."""
    own = _key(node)
    for key, given in node.attrib.items():
        namespace, _, name = str(key).rpartition("}")
        namespace, value = namespace.lstrip("{"), str(given).strip()
        if key in ("id", own) or namespace == XSI or value == "":
            continue
        if namespace:
            prefix = "camunda:" if namespace == CAMUNDA else f"{{{namespace}}}"
            yield f"{path}@{prefix}{name}", value
        elif name in references:
            yield f"{path}@{name}", Ref(nodes.reference(value))
        elif (value := _plain(name, value)) != DEFAULTS.get(name):
            yield f"{path}@{name}", value


def _plain(name: str, value: str) -> str:
    return _BOOLEANS.get(value, value) if DEFAULTS.get(name) in ("true", "false") else value


def flatten(
    node: etree._Element, path: str, references: frozenset[str], reading: Reading
) -> Iterator[tuple[str, Value]]:
    """Everything that a node says, and all that is in it, by path. ``reading`` may read a child in its own way."""
    yield from attributes(node, path, references)
    own = (node.text or "").strip()
    if own:
        yield path, own
    seen: dict[str, int] = {}
    for child in node:
        here = _path(child, path, seen)
        told = reading(child, here)
        if told is None:
            inside = dict(flatten(child, here, references, reading))
            # A node that says nothing says that it is there.
            told = inside or {here: "yes"}
        yield from told.items()


def _path(child: etree._Element, path: str, seen: dict[str, int]) -> str:
    """The path of a child: by its own name or target where it has one, else by its number among its like."""
    local = nodes.local(child)
    key = _key(child)
    named = child.get(key, "") if key else ""
    step = f"{local}:{named}" if named else local
    seen[step] = seen.get(step, 0) + 1
    number = f"[{seen[step]}]" if seen[step] > 1 else ""
    return f"{path}/{step}{number}" if path else f"{step}{number}"


def _key(node: etree._Element) -> str:
    """The attribute by which a node is told from its like; empty when it has none."""
    return _KEYS.get(nodes.local(node), "") if not nodes.in_bpmn(node) else ""


_KEYS = {"property": "name", "inputParameter": "name", "outputParameter": "name", "in": "target", "out": "target"}
