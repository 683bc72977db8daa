"""What an element says in its diagram of the variables that it takes, keeps and hands on."""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Diagram, Element, InOut


def crossing(element: Element, direction: str) -> list[InOut]:
    """The mappings of a call activity that carry variables."""
    return [each for each in element.mappings if each.direction == direction and not each.business_key]


def hands_all(mappings: list[InOut]) -> bool:
    """Whether every variable crosses the border: where nothing is said of any, or all are named."""
    return not mappings or any(each.all for each in mappings)


def collection(diagram: Diagram, element: Element) -> str:
    """The FEEL of the collection that a loop goes through; empty when it counts instead."""
    loop = element.loop
    return "" if loop is None else loop.collection or _data_name(diagram, loop.data_input)


def results(diagram: Diagram, element: Element) -> str:
    """The variable that collects a loop's results."""
    loop = element.loop
    return "" if loop is None else loop.output_collection or _data_name(diagram, loop.data_output)


def _data_name(diagram: Diagram, ref: str) -> str:
    item = diagram.data.get(ref)
    return (item.name or item.id) if item is not None else ref


def events(element: Element) -> Iterator[tuple[str, str]]:
    """The messages and signals that an element throws or waits for, by kind and name."""
    if element.message_name:
        yield "message", element.message_name
    yield from ((each.kind, each.name) for each in element.event_definitions if each.kind in ("message", "signal"))


def codes(element: Element) -> Iterator[str]:
    """The variables in which an event keeps the code of what it caught."""
    for definition in element.event_definitions:
        for name, value in definition.attributes.items():
            if name.endswith(("}errorCodeVariable", "}escalationCodeVariable")) and value:
                yield value
