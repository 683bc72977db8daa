"""A BPMN file taken apart: flow nodes, flows, lanes, pools, notes and data, each with all that it says."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.compare.flat import flatten
from engine.compare.matching import Pairs, same_name
from engine.compare.parts import NAME, ORDER, Part, Ref, Value
from engine.diagram import BPMN, nodes, read
from engine.diagram.names import ARTIFACTS, DATA, FLOW_NODES, ROOT_ITEMS

#: What is a part of its own; everything else belongs to the part around it.
PARTS = FLOW_NODES | DATA | ARTIFACTS | {"process", "sequenceFlow", "lane", "participant", "messageFlow"}
PARTS |= {"association", "dataStore"}
#: What only holds parts.
HOLDERS = frozenset({"laneSet", "childLaneSet", "collaboration"})
#: Attributes that name another part.
REFERENCES = frozenset(
    ["sourceRef", "targetRef", "attachedToRef", "default", "processRef", "dataObjectRef", "dataStoreRef", "activityRef"]
)
#: Attributes that name a declared message, signal, error or escalation: what counts is its name and code.
_NAMING = {"messageRef": "message", "signalRef": "signal", "errorRef": "error", "escalationRef": "escalation"}
#: Children that only repeat what flows and lanes say.
_REPEATED = frozenset({"incoming", "outgoing", "flowNodeRef"})
#: What says nothing of the process: who wrote the file, and its own name.
_OF_THE_FILE = frozenset({"@targetNamespace", "@exporter", "@exporterVersion", "@name"})
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"


@dataclass
class _Walk:
    """A file on its way to parts."""

    root: etree._Element
    parts: dict[str, Part] = field(default_factory=dict)
    lanes: dict[str, list[str]] = field(default_factory=dict)
    outgoing: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    shared: dict[str, etree._Element] = field(default_factory=dict)
    drawn: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def run(self) -> None:
        for node in self.root.iter(f"{{{BPMN}}}*"):
            self._note(node)
        for node in self.root:
            self._note_root(node)
        self._read_drawing()
        self.parts["the file"] = Part("the file", "definitions", "", self._of_the_file())
        for child in self.root:
            self._take(child, "")

    def _note(self, node: etree._Element) -> None:
        """Note what others say by a node's id."""
        kind, ident = nodes.local(node), nodes.attr(node, "id")
        if kind == "sequenceFlow":
            self.outgoing.setdefault(nodes.ref(node, "sourceRef"), []).append(ident)
        for member in nodes.child_refs(node, "flowNodeRef") if kind == "lane" else ():
            self.lanes.setdefault(member, []).append(ident)
        if kind in PARTS:
            self.names[ident] = " ".join((nodes.attr(node, "name") or nodes.child_text(node, "text")).split())

    def _note_root(self, node: etree._Element) -> None:
        """Note a message, signal, error or escalation, and an event definition that events share."""
        kind, ident = nodes.local(node), nodes.attr(node, "id")
        if kind in ROOT_ITEMS:
            code = nodes.attr(node, "errorCode") or nodes.attr(node, "escalationCode")
            self.items[ident] = f"{nodes.attr(node, 'name')} (code {code})" if code else nodes.attr(node, "name")
        elif kind.endswith("EventDefinition"):
            self.shared[ident] = node

    def _read_drawing(self) -> None:
        for kind in ("BPMNShape", "BPMNEdge"):
            for node in self.root.iter(f"{{{_DI}}}{kind}"):
                said = flatten(node, "", frozenset(), lambda child, path: None)
                ident = nodes.ref(node, "bpmnElement")
                self.drawn[ident] = tuple(
                    f"{path}={value}" for path, value in said if not path.endswith("@bpmnElement")
                )

    def _of_the_file(self) -> dict[str, Value]:
        """What stands in the file outside every part: a language, an import, an item that nothing names."""
        named = {nodes.ref(node, ref) for node in self.root.iter(f"{{{BPMN}}}*") for ref in _NAMING} - {""}

        def reading(node: etree._Element, path: str) -> Mapping[str, Value] | None:
            if nodes.local(node) in HOLDERS:
                return dict(flatten(node, path, REFERENCES, reading))
            known = nodes.local(node) in PARTS or nodes.attr(node, "id") in named | self.shared.keys()
            return {} if known or not nodes.in_bpmn(node) else None

        found = dict(flatten(self.root, "", REFERENCES, reading))
        return {path: value for path, value in found.items() if path not in _OF_THE_FILE}

    def _take(self, node: etree._Element, scope: str) -> None:
        """Take a node as a part when it is one, and what it holds."""
        kind = nodes.local(node)
        is_part = kind in PARTS and nodes.in_bpmn(node)
        if not is_part and kind not in HOLDERS:
            return
        ident = scope
        if is_part:
            ident = nodes.attr(node, "id") or f"{kind} {len(self.parts)}"
            ident = ident if ident not in self.parts else f"{ident} {len(self.parts)}"
            drawn = self.drawn.get(ident, ())
            self.parts[ident] = Part(
                ident, kind, self._called(node), self._facts(node, ident, scope), drawn, len(self.parts)
            )
        for child in node:
            self._take(child, ident)

    def _called(self, node: etree._Element) -> str:
        kind, name = nodes.local(node), self.names.get(nodes.attr(node, "id"), "")
        ends = self.names.get(nodes.ref(node, "sourceRef"), ""), self.names.get(nodes.ref(node, "targetRef"), "")
        if kind in ("sequenceFlow", "messageFlow", "association"):
            whence = f"from {ends[0]} to {ends[1]}" if all(ends) else f"from {ends[0]}" if ends[0] else ""
            return f"{name} ({whence})" if name and whence else name or whence or f"to {ends[1]}"
        host = self.names.get(nodes.ref(node, "attachedToRef"), "")
        return name or (f"at {host}" if host else "")

    def _facts(self, node: etree._Element, ident: str, scope: str) -> dict[str, Value]:
        found = dict(flatten(node, "", REFERENCES, self._reading))
        for path, value in list(found.items()):
            if path.rpartition("@")[2] in _NAMING:
                found[path] = self.items.get(nodes.reference(str(value)), str(value))
        if nodes.local(node) != "process":
            found["inside"] = Ref(scope)
        if lanes := self.lanes.get(ident):
            found["lane"] = tuple(map(Ref, lanes))
        if len(flows := self.outgoing.get(ident, [])) > 1:
            found[ORDER] = tuple(map(Ref, flows))
        return found

    def _reading(self, node: etree._Element, path: str) -> Mapping[str, Value] | None:
        kind = nodes.local(node)
        if nodes.in_bpmn(node) and (kind in PARTS or kind in _REPEATED):
            return {}
        if kind in HOLDERS:
            return dict(flatten(node, path, REFERENCES, self._reading))
        if kind == "eventDefinitionRef" and (found := self.shared.get(nodes.reference(nodes.text(node)))) is not None:
            inside = dict(flatten(found, nodes.local(found), REFERENCES, self._reading))
            return inside or {nodes.local(found): "yes"}
        if kind == "extensionElements":
            return dict(flatten(node, path.removesuffix(kind), REFERENCES, self._reading))
        return None


def parts_of(content: bytes, file: str) -> dict[str, Part]:
    """The parts of a BPMN file by id. Raises DiagramRefused and ParseFailed."""
    walk = _Walk(read(content, file).root)
    walk.run()
    return walk.parts


def pair(old: Mapping[str, Part], new: Mapping[str, Part]) -> Pairs:
    """Which elements are the same: by id, else by name, by most of their names' words, and by what they lie between."""
    pairs = Pairs(old, new)
    group = _group if any(new.get(part.id) for part in old.values() if part.kind == "process") else str
    pairs.by(lambda part, is_new: (group(part.kind), part.id))
    pairs.by(same_name)
    pairs.by(lambda part, is_new: part.kind if part.kind in ("process", "definitions") else None)
    pairs.by_likeness()
    for _ in range(2):
        pairs.by(lambda part, is_new: _between(pairs, part, is_new))
        pairs.by(lambda part, is_new: _around(pairs, part, is_new))
    return pairs


def _group(kind: str) -> str:
    """What kinds an element may change between and still be itself."""
    return "flow node" if kind in FLOW_NODES else kind


def _between(pairs: Pairs, part: Part, is_new: bool) -> Hashable:
    """The two ends of a connection, once both are known; None for what is none."""
    source, target = part.facts.get("@sourceRef"), part.facts.get("@targetRef")
    if not isinstance(source, Ref) or not isinstance(target, Ref):
        return None
    ends = (source, target) if is_new else (pairs.mapped(source), pairs.mapped(target))
    return (part.kind, ends)


def _around(pairs: Pairs, part: Part, is_new: bool) -> Hashable:
    """What an element without a name lies between, once that is known."""
    if part.name or part.kind not in FLOW_NODES:
        return None
    parts = pairs.new if is_new else pairs.old
    near = frozenset(_neighbours(parts, part.id))
    known = {pairs.paired.get(each) for each in near} if not is_new else near
    return (part.kind, frozenset(known)) if known and None not in known else None


def _neighbours(parts: Mapping[str, Part], ident: str) -> Iterator[str]:
    for part in parts.values():
        source, target = part.facts.get("@sourceRef"), part.facts.get("@targetRef")
        if part.kind == "sequenceFlow" and Ref(ident) in (source, target):
            other = target if source == Ref(ident) else source
            if isinstance(other, Ref):
                yield other.id


__all__ = ["NAME", "pair", "parts_of"]
