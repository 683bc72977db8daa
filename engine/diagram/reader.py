"""A diagram's tree becomes a :class:`Diagram`: a walk finds every part; then the elements get their flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from engine.diagram import nodes
from engine.diagram.drawing import Diagram
from engine.diagram.model import (
    Association,
    DataItem,
    Element,
    Holder,
    Lane,
    MessageFlow,
    Pool,
    Process,
    RootItem,
    SequenceFlow,
    Stray,
)
from engine.diagram.names import (
    ARTIFACTS,
    BPMN,
    DATA,
    DESCRIPTIONS,
    FLOW_NODES,
    ROOT_ITEMS,
    SUBPROCESSES,
)
from engine.diagram.parts import Place, Roots, definition_kind, element, sequence_flow
from engine.diagram.xml import LIMITS, Limits, read_xml
from engine.errors import ParseFailed


def read(xml: bytes | Iterable[bytes], file: str, *, limits: Limits = LIMITS) -> Diagram:
    """Read a BPMN 2.0 file. What is wrong in it as BPMN is kept as it is, for lint to tell.

    Raises DiagramRefused when the XML itself is broken, hostile or too large, ParseFailed when it isn't BPMN.
    """
    root = read_xml(xml, file, limits=limits)
    if root.tag != nodes.bpmn("definitions"):
        raise ParseFailed(file=file, reason=_not_bpmn(root))
    walk = _Walk(root)
    walk.run()
    return walk.diagram(file)


def _not_bpmn(root: etree._Element) -> str:
    tag = str(root.tag)[:120]
    return f'its first element is "{tag}", not "definitions" of BPMN 2.0 ({BPMN})'


@dataclass
class _Spot:
    """A flow node or flow found by the walk, not yet made into a part."""

    node: etree._Element
    place: Place


@dataclass
class _Walk:
    root: etree._Element
    roots: Roots = field(default_factory=Roots)
    processes: dict[str, Process] = field(default_factory=dict)
    spots: list[_Spot] = field(default_factory=list)
    flows: dict[str, SequenceFlow] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    message_flows: dict[str, MessageFlow] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)
    data: dict[str, DataItem] = field(default_factory=dict)
    artifacts: dict[str, Holder] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    duplicates: list[Holder] = field(default_factory=list)
    anonymous: list[Holder] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    owners: dict[etree._Element, str] = field(default_factory=dict)
    lane_sets: int = 0

    def run(self) -> None:
        self._find_holders()
        for node in self._children(self.root):
            self._read_root_item(node)
        for node in self._children(self.root):
            self._read_root(node)

    def _children(self, node: etree._Element) -> Iterable[etree._Element]:
        return (child for child in node if nodes.in_bpmn(child))

    def _find_holders(self) -> None:
        """Find every id once. A later carrier of the same id is a duplicate, and gets an invented id."""
        for node in self.root.iter(f"{{{BPMN}}}*"):
            holder = Holder(nodes.attr(node, "id"), nodes.local(node), nodes.attr(node, "name"), nodes.line(node))
            if not holder.id:
                continue
            if holder.id in self.holders:
                self.duplicates.append(holder)
            else:
                self.holders[holder.id] = holder
                self.owners[node] = holder.id

    def _id(self, node: etree._Element) -> str:
        """Give the node's id; when it has none of its own, one that no id in a file can be (it holds a
        space)."""
        if node in self.owners:
            return self.owners[node]
        kind = nodes.local(node)
        holder = Holder(f"{kind} {len(self.owners)}", kind, nodes.attr(node, "name"), nodes.line(node))
        self.owners[node] = holder.id
        if not nodes.attr(node, "id"):
            self.anonymous.append(holder)
        return holder.id

    def _read_root_item(self, node: etree._Element) -> None:
        kind = nodes.local(node)
        if kind in ROOT_ITEMS:
            code = nodes.attr(node, "errorCode") or nodes.attr(node, "escalationCode")
            item = RootItem(kind, nodes.attr(node, "id"), nodes.attr(node, "name"), code, nodes.line(node))
            self.roots.items.setdefault(item.id, item)
        elif definition_kind(node):
            self.roots.definitions.setdefault(nodes.attr(node, "id"), node)

    def _read_root(self, node: etree._Element) -> None:
        kind = nodes.local(node)
        if kind == "process":
            self._read_process(node)
        elif kind == "collaboration":
            self._read_collaboration(node)
        elif kind == "dataStore":
            self._add_data(node, "")

    def _read_process(self, node: etree._Element) -> None:
        key = self._id(node)
        self.processes[key] = Process(
            key=key,
            name=nodes.attr(node, "name"),
            executable=nodes.flag(node, "isExecutable", default=True),
            candidate_starter_groups=nodes.words(nodes.camunda_attr(node, "candidateStarterGroups")),
            candidate_starter_users=nodes.words(nodes.camunda_attr(node, "candidateStarterUsers")),
            documentation=nodes.documentation(node),
            properties=nodes.properties(node),
            clauses=nodes.clauses(node),
            attributes=nodes.attributes(node),
            line=nodes.line(node),
            node=node,
        )
        self._read_scope(node, key, key)

    def _read_scope(self, holder: etree._Element, process: str, scope: str) -> None:
        """Read what a process or subprocess holds. Depth is bounded by the XML reader's limit."""
        self._read_inside(holder, scope)
        for node in holder:
            kind = nodes.local(node)
            if not nodes.in_bpmn(node):
                self._add_stray(node, scope)
            elif kind in FLOW_NODES:
                self._read_flow_node(node, process, scope)
            elif kind == "sequenceFlow":
                flow = sequence_flow(node, Place(self._id(node), process, scope))
                self.flows[flow.id] = flow
            elif kind == "laneSet":
                self._read_lane_set(node, process, "")
            elif not self._read_other(node, scope) and kind not in DESCRIPTIONS:
                self._add_stray(node, scope)

    def _read_flow_node(self, node: etree._Element, process: str, scope: str) -> None:
        place = Place(self._id(node), process, scope)
        self.spots.append(_Spot(node, place))
        if nodes.local(node) in SUBPROCESSES:
            self._read_scope(node, process, place.id)
        else:
            self._read_inside(node, place.id)

    def _read_inside(self, node: etree._Element, owner: str) -> None:
        """Read an element's own data: properties, inputs and outputs."""
        for found in self._children(node):
            if nodes.local(found) in {"property", "dataInput", "dataOutput"}:
                self._add_data(found, owner)
            elif nodes.local(found) == "ioSpecification":
                self._read_inside(found, owner)

    def _read_other(self, node: etree._Element, scope: str) -> bool:
        kind = nodes.local(node)
        if kind in DATA:
            self._add_data(node, scope)
        elif kind in ARTIFACTS:
            self.artifacts[self._id(node)] = Holder(self._id(node), kind, nodes.attr(node, "name"), nodes.line(node))
        elif kind == "association":
            self._add_association(node, scope)
        else:
            return False
        return True

    def _add_stray(self, node: etree._Element, scope: str) -> None:
        foreign = not nodes.in_bpmn(node)
        self.strays.append(Stray(nodes.local(node), nodes.attr(node, "id"), scope, foreign, nodes.line(node)))

    def _add_data(self, node: etree._Element, scope: str) -> None:
        item = DataItem(
            kind=nodes.local(node),
            id=self._id(node),
            name=nodes.attr(node, "name"),
            ref=nodes.ref(node, "dataObjectRef") or nodes.ref(node, "dataStoreRef"),
            collection=nodes.flag(node, "isCollection", default=False),
            scope=scope,
            line=nodes.line(node),
        )
        self.data[item.id] = item

    def _add_association(self, node: etree._Element, scope: str) -> None:
        ends = nodes.ref(node, "sourceRef"), nodes.ref(node, "targetRef")
        direction = nodes.attr(node, "associationDirection") or "None"
        found = Association(self._id(node), *ends, direction, scope, nodes.line(node))
        self.associations[found.id] = found

    def _read_lane_set(self, node: etree._Element, process: str, parent: str) -> None:
        self.lane_sets += 1
        lane_set = self.lane_sets
        for found in node.iterfind(nodes.bpmn("lane")):
            lane = Lane(
                id=self._id(found),
                name=nodes.attr(found, "name"),
                process=process,
                lane_set=lane_set,
                parent=parent,
                members=nodes.child_refs(found, "flowNodeRef"),
                line=nodes.line(found),
            )
            self.lanes[lane.id] = lane
            for inner in found.iterfind(nodes.bpmn("childLaneSet")):
                self._read_lane_set(inner, process, lane.id)

    def _read_collaboration(self, holder: etree._Element) -> None:
        for node in self._children(holder):
            kind = nodes.local(node)
            if kind == "participant":
                self._add_pool(node)
            elif kind == "messageFlow":
                self._add_message_flow(node)
            else:
                self._read_other(node, "")

    def _add_pool(self, node: etree._Element) -> None:
        ref = nodes.ref(node, "processRef")
        pool = Pool(self._id(node), nodes.attr(node, "name"), ref, nodes.line(node))
        self.pools[pool.id] = pool

    def _add_message_flow(self, node: etree._Element) -> None:
        ends = nodes.ref(node, "sourceRef"), nodes.ref(node, "targetRef")
        message = nodes.ref(node, "messageRef")
        flow = MessageFlow(self._id(node), nodes.attr(node, "name"), *ends, message, nodes.line(node))
        self.message_flows[flow.id] = flow

    def _elements(self) -> dict[str, Element]:
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[str]] = {}
        for flow in self.flows.values():
            outgoing.setdefault(flow.source, []).append(flow.id)
            incoming.setdefault(flow.target, []).append(flow.id)
        return {
            spot.place.id: element(
                spot.node,
                Place(
                    spot.place.id,
                    spot.place.process,
                    spot.place.parent,
                    tuple(incoming.get(spot.place.id, ())),
                    tuple(outgoing.get(spot.place.id, ())),
                ),
                self.roots,
            )
            for spot in self.spots
        }

    def diagram(self, file: str) -> Diagram:
        """Give the whole, once the walk has run."""
        return Diagram(
            file=file,
            root=self.root,
            processes=self.processes,
            elements=self._elements(),
            flows=self.flows,
            items=self.roots.items,
            lanes=self.lanes,
            pools=self.pools,
            message_flows=self.message_flows,
            associations=self.associations,
            data=self.data,
            artifacts=self.artifacts,
            holders=self.holders,
            duplicates=tuple(self.duplicates),
            anonymous=tuple(self.anonymous),
            strays=tuple(self.strays),
        )
