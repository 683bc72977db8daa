"""SpiffWorkflow as it comes, for comparison: a review loop kept in memory, and the same saved whole as JSON at each step."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

#: A review that goes round until somebody says that it is over; Python conditions, as SpiffWorkflow wants them.
LOOP = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://example.org">
  <process id="loop" isExecutable="true">
    <startEvent id="begin"/><endEvent id="over"/><userTask id="review"/>
    <exclusiveGateway id="again" default="f4"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="review"/>
    <sequenceFlow id="f2" sourceRef="review" targetRef="again"/>
    <sequenceFlow id="f3" sourceRef="again" targetRef="review"><conditionExpression>more</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="again" targetRef="over"/>
  </process>
</definitions>"""


def _workflow() -> BpmnWorkflow:
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(etree.tostring(etree.fromstring(LOOP))))
    workflow = BpmnWorkflow(parser.get_spec("loop"))
    workflow.do_engine_steps()
    return workflow


def _complete(workflow: BpmnWorkflow) -> None:
    task = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.name == "review")
    task.data.update({"more": True, "note": "steady"})
    task.run()
    workflow.do_engine_steps()


def in_memory() -> Callable[[], None]:
    """A function that completes the review once, on a workflow that is never saved."""
    workflow = _workflow()
    return lambda: _complete(workflow)


def whole_json() -> Callable[[], None]:
    """A function that loads the whole workflow from JSON, completes the review once, and makes JSON of it again."""
    serializer = BpmnWorkflowSerializer()
    stored: dict[str, Any] = {"json": json.dumps(serializer.to_dict(_workflow()))}

    def step() -> None:
        workflow = serializer.from_dict(json.loads(stored["json"]))
        _complete(workflow)
        stored["json"] = json.dumps(serializer.to_dict(workflow))

    return step
