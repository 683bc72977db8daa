"""How DMN XML is read: namespaces, children, texts and types, and the refusal of what cannot be run rightly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from engine.decisions.model import Literal, Type
from engine.errors import DecisionRefused

#: The namespaces of DMN 1.2 to 1.5.
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
}
_FEEL_NAME = re.compile(r"(?i)feel|https?://www\.omg\.org/spec/(FEEL|DMN)/\S{0,40}")

Node = Any  # an lxml element


@dataclass
class Reader:
    """What is known of the file while it is read."""

    file: str
    types: dict[str, Type]

    def refuse(self, node: Node, reason: str) -> NoReturn:
        """Raise DecisionRefused for this element."""
        raise DecisionRefused(file=self.file, element=shown(node), line=node.sourceline or 1, reason=reason)

    def type_of(self, node: Node) -> Type:
        """The type that an element names by typeRef, or any."""
        name = str(node.get("typeRef") or "").rpartition(":")[2].strip()
        if name not in self.types:
            self.refuse(node, f'its type "{name}" is not known')
        return self.types[name]

    def text(self, node: Node | None) -> str:
        """The FEEL of an element; refused when it is in another language."""
        if node is None:
            return ""
        language = str(node.get("expressionLanguage") or "").strip()
        if language and not _FEEL_NAME.fullmatch(language):
            self.refuse(node, f'it is written in "{language}"; only FEEL is run')
        if child(node, "importedValues") is not None:
            self.refuse(node, "it takes its text from another file")
        return plain_text(node)

    def literal(self, node: Node) -> Literal:
        """A literal expression, which must not be empty."""
        text = self.text(node)
        if not text:
            self.refuse(node, "its expression is empty")
        return Literal(text, node.sourceline or 0)


def local(node: Node) -> str:
    """An element's name without its namespace; empty for one that is not DMN's."""
    tag = node.tag
    if not isinstance(tag, str):
        return ""
    namespace, _, name = tag[1:].partition("}")
    return name if namespace in NAMESPACES or name in ("definitions", "DMNDI") else ""


def children(node: Node, name: str) -> Iterator[Node]:
    """The DMN elements of this name right inside ``node``."""
    return (each for each in node if local(each) == name)


def child(node: Node, name: str) -> Node | None:
    """The first of them, or None."""
    return next(children(node, name), None)


def plain_text(node: Node | None) -> str:
    """The text of an element, or of the text element in it."""
    if node is None:
        return ""
    inner = child(node, "text")
    return str((inner if inner is not None else node).text or "").strip()


def namespace_of(node: Node) -> str:
    """The namespace of an element."""
    return str(node.tag)[1:].partition("}")[0]


def id_of(node: Node) -> str:
    """An element's id; empty if it has none."""
    return str(node.get("id") or "")


def name_of(node: Node) -> str:
    """An element's name, or else its id."""
    return " ".join(str(node.get("name") or node.get("id") or "").split())


def shown(node: Node) -> str:
    """An element as messages name it."""
    name = name_of(node)
    return f'{local(node) or "element"} "{name}"'[:200] if name else local(node) or "the file"
