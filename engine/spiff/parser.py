"""A diagram becomes an executable definition: one SpiffWorkflow task spec a flow node, under the node's own id.

SpiffWorkflow's BpmnParser is not used: it weaves split and join specs of its own between the nodes, orders flows by their
place on the page, and ids such as ``Start`` or ``End`` collide with its own (see DECISIONS.md). The specs made here extend
SpiffWorkflow's TaskSpec, and SpiffWorkflow's Task and Workflow run them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from engine.diagram import Diagram, Element, read
from engine.errors import ParseFailed
from engine.spiff import activities, events, gateways
from engine.spiff.definition import DefinitionOf
from engine.spiff.nodes import RootSpec
from engine.spiff.tree import Definition, Node

NODE_CLASSES: Mapping[str, type[Node]] = {
    "task": activities.PassThrough,
    "manualTask": activities.PassThrough,
    "userTask": activities.UserTask,
    "scriptTask": activities.ScriptTask,
    "serviceTask": activities.ServiceTask,
    "sendTask": activities.ServiceTask,
    "receiveTask": activities.ReceiveTask,
    "businessRuleTask": activities.BusinessRuleTask,
    "callActivity": activities.CallActivity,
    "subProcess": activities.SubProcess,
    "transaction": activities.SubProcess,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "eventBasedGateway": gateways.EventBasedGateway,
    "startEvent": events.StartEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "boundaryEvent": events.BoundaryEvent,
    "intermediateThrowEvent": events.ThrowEvent,
    "endEvent": events.ThrowEvent,
}


def parse(key: str, xml: bytes, called: Mapping[str, Definition], file: str = "") -> Definition:
    """The executable definition of process ``key`` in a BPMN file. Raises ParseFailed; structure is checked by lint."""
    diagram = _read(xml, file or f"{key}.bpmn")
    if key not in diagram.processes:
        raise ParseFailed(file=file, reason=f'it holds no process with the id "{key}"')
    return DefinitionOf(key, diagram, called, _node)


@lru_cache(maxsize=128)
def _read(xml: bytes, file: str) -> Diagram:
    """The diagram of a file, which is never changed: engines of one process that know the same file share it."""
    return read(xml, file)


def _node(definition: Definition, name: str, element: Element | None) -> Node:
    if element is None:
        return RootSpec(definition, name)
    node_class = NODE_CLASSES.get(element.kind)
    if node_class is None:
        raise ParseFailed(file=definition.diagram.file, reason=f"{element.kind} {element.id} is not run by Pathways")
    return node_class(definition, name, element)
