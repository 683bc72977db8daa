"""Small readers of one XML node: attributes, text, properties, references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree

from engine.diagram.names import BPMN, CAMUNDA, is_feel


def bpmn(name: str) -> str:
    """Give the full tag of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def camunda(name: str) -> str:
    """Give the full tag or attribute name in the camunda namespace."""
    return f"{{{CAMUNDA}}}{name}"


def local(node: etree._Element) -> str:
    """Give the tag without its namespace."""
    return str(node.tag).rpartition("}")[2]


def in_bpmn(node: etree._Element) -> bool:
    """Whether the node's tag is in the BPMN namespace."""
    return str(node.tag).startswith(f"{{{BPMN}}}")


def line(node: etree._Element) -> int:
    """Give the line where the node's start tag ends."""
    return cast("int | None", node.sourceline) or 0


def attr(node: etree._Element, name: str) -> str:
    """Give an attribute, stripped; empty when missing."""
    return str(node.get(name, "")).strip()


def camunda_attr(node: etree._Element, name: str) -> str:
    """Give a camunda attribute, stripped; empty when missing."""
    return str(node.get(camunda(name), "")).strip()


def flag(node: etree._Element, name: str, default: bool) -> bool:
    """Give a boolean attribute; what is neither true nor false counts as ``default`` (lint refuses it)."""
    value = attr(node, name)
    return default if value not in {"true", "1", "false", "0"} else value in {"true", "1"}


def reference(text: str | None) -> str:
    """Give an id from a reference, which as a QName may carry a namespace prefix."""
    return (text or "").strip().rsplit(":", 1)[-1]


def ref(node: etree._Element, name: str) -> str:
    """Give the id that an attribute refers to."""
    return reference(node.get(name))


def text(node: etree._Element | None) -> str:
    """Give all the text inside a node, stripped; empty for none."""
    return "" if node is None else "".join(str(part) for part in node.itertext()).strip()


def child(node: etree._Element, name: str) -> etree._Element | None:
    """Give the first BPMN child of that name, or None."""
    return node.find(bpmn(name))


def child_text(node: etree._Element, name: str) -> str:
    """Give the text of the first BPMN child of that name."""
    return text(child(node, name))


def child_refs(node: etree._Element, name: str) -> tuple[str, ...]:
    """Give the ids that all the BPMN children of that name refer to."""
    return tuple(reference(text(found)) for found in node.iterfind(bpmn(name)))


def words(value: str) -> tuple[str, ...]:
    """Split a comma-separated list; FEEL is kept whole, since its commas are its own."""
    if is_feel(value):
        return (value,)
    return tuple(part.strip() for part in value.split(",") if part.strip())


def extensions(node: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Give the camunda elements directly in the node's extensionElements that have one of these names."""
    wanted = {camunda(name) for name in names}
    for holder in node.iterfind(bpmn("extensionElements")):
        yield from (found for found in holder if found.tag in wanted)


def properties(node: etree._Element) -> dict[str, str]:
    """Give the node's camunda:property names and values."""
    return {
        attr(found, "name"): attr(found, "value")
        for holder in extensions(node, "properties")
        for found in holder.iterfind(camunda("property"))
    }


def clauses(node: etree._Element) -> tuple[str, ...]:
    """Give the clause ids of the node's property ``clause``."""
    return tuple(dict.fromkeys(_ids(properties(node).get("clause", ""))))


def clauses_in_part(node: etree._Element) -> tuple[str, ...]:
    """Give which of these the node carries in part only, by its property ``clausePartly``."""
    return tuple(_ids(properties(node).get("clausePartly", "")))


def _ids(value: str) -> list[str]:
    return value.replace(",", " ").split()


def documentation(node: etree._Element) -> str:
    """Give the node's documentation, its parts divided by blank lines."""
    return "\n\n".join(part for part in (text(found) for found in node.iterfind(bpmn("documentation"))) if part)


def attributes(node: etree._Element) -> dict[str, str]:
    """Give every attribute of the node."""
    return {str(name): str(value) for name, value in node.attrib.items()}
