"""A DMN file taken apart: decisions, their inputs and outputs, and their rules, each with all that it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.compare.flat import flatten
from engine.compare.matching import Pairs
from engine.compare.parts import ORDER, Part, Ref, Value
from engine.diagram import nodes, read_xml

_NO_REFERENCES: frozenset[str] = frozenset()
#: What says nothing of the decision: the drawing, and who wrote the file.
_PASSED = frozenset({"DMNDI"})
_OF_THE_FILE = frozenset({"@namespace", "@exporter", "@exporterVersion"})
#: A cell that says nothing, and one that says that anything will do, mean the same.
_ANYTHING = ("", "-")


@dataclass
class _Walk:
    parts: dict[str, Part] = field(default_factory=dict)

    def run(self, root: etree._Element) -> None:
        said = flatten(root, "", _NO_REFERENCES, lambda node, path: {} if nodes.attr(node, "id") else None)
        facts = {path: value for path, value in said if path not in _OF_THE_FILE and not path.startswith("DMNDI")}
        self._add("the file", "definitions", "", facts)
        for node in root:
            if nodes.attr(node, "id") and nodes.local(node) not in _PASSED:
                self._take(node)

    def _add(self, ident: str, kind: str, name: str, facts: Mapping[str, Value]) -> Ref:
        ident = ident if ident not in self.parts else f"{ident} {len(self.parts)}"
        self.parts[ident] = Part(ident, kind, name, facts, place=len(self.parts))
        return Ref(ident)

    def _take(self, node: etree._Element) -> None:
        """A decision, an input, a knowledge model; the columns and rules of its own table are parts of their own."""
        ident, name = nodes.attr(node, "id"), nodes.attr(node, "name")
        table = next((child for child in node if nodes.local(child) == "decisionTable"), None)
        own = set(() if table is None else filter(_is_row, table))
        facts = dict(flatten(node, "", _NO_REFERENCES, lambda child, path: {} if child in own else None))
        ref = self._add(ident, nodes.local(node), name or ident, facts)
        rules = () if table is None else tuple(self._rows(table, ident))
        if len(rules) > 1:
            self.parts[ref.id] = replace(self.parts[ref.id], facts={**facts, ORDER: rules})

    def _rows(self, table: etree._Element, decision: str) -> Iterator[Ref]:
        columns = [*_of(table, "input"), *_of(table, "output"), *_of(table, "annotation")]
        heads = [_head(column, at) for at, column in enumerate(columns, 1)]
        for head, column in zip(heads, columns, strict=True):
            facts = dict(flatten(column, "", _NO_REFERENCES, lambda node, path: None))
            self._add(f"{decision}/{nodes.local(column)}/{head}", f"column of {nodes.local(column)}", head, facts)
        for number, row in enumerate(_of(table, "rule"), 1):
            ident = f"{decision}/rule/{nodes.attr(row, 'id') or number}"
            yield self._add(ident, "rule", str(number), dict(_rule(row, heads)))


def _rule(row: etree._Element, heads: Sequence[str]) -> Iterator[tuple[str, Value]]:
    """What a rule says under each column, and beside that."""
    for head, cell in zip(heads, filter(_is_cell, row), strict=False):
        if (text := nodes.text(cell)) not in _ANYTHING:
            yield f"cell:{head}", text
        if language := nodes.attr(cell, "expressionLanguage"):
            yield f"language of {head}", language
    yield from flatten(row, "", _NO_REFERENCES, lambda node, path: {} if _is_cell(node) else None)


def _is_cell(node: etree._Element) -> bool:
    return nodes.local(node).endswith("Entry")


def _is_row(node: etree._Element) -> bool:
    return nodes.local(node) in _ROWS


_ROWS = frozenset({"input", "output", "annotation", "rule"})


def _of(table: etree._Element, kind: str) -> list[etree._Element]:
    return [row for row in table if nodes.local(row) == kind]


def _head(column: etree._Element, number: int) -> str:
    said = nodes.attr(column, "label") or nodes.attr(column, "name") or nodes.text(column)
    return " ".join(said.split()) or f"column {number}"


def parts_of(content: bytes, file: str) -> dict[str, Part]:
    """The parts of a DMN file by id. Raises DiagramRefused."""
    walk = _Walk()
    walk.run(read_xml(content, file))
    return walk.parts


def pair(old: Mapping[str, Part], new: Mapping[str, Part]) -> Pairs:
    """Which rules are the same: by id, else by what they ask, else by what they give in the same place."""
    pairs = Pairs(old, new)
    pairs.by(lambda part, is_new: (part.kind, part.id))
    pairs.by(lambda part, is_new: part.kind if part.kind in ("definitions", "decision") else None)
    pairs.by(lambda part, is_new: (part.kind, tuple(sorted(part.facts.items()))) if part.kind == "rule" else None)
    pairs.by(lambda part, is_new: (part.kind, part.name))
    return pairs
