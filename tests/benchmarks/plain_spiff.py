"""SpiffWorkflow as it comes, for comparison: the same cycle kept in memory, and saved whole as JSON at each step."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from tests.benchmarks.cycle import ANSWER, diagram


def _workflow() -> BpmnWorkflow:
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(diagram("more")))
    workflow = BpmnWorkflow(parser.get_spec("cycle"))
    workflow.do_engine_steps()
    return workflow


def _complete(workflow: BpmnWorkflow) -> None:
    task = next(workflow.get_tasks_iterator(state=TaskState.READY, manual=True))
    task.data.update(ANSWER)
    task.run()
    workflow.do_engine_steps()


def in_memory() -> Callable[[], None]:
    """A function that completes one user task, on a workflow that is never saved."""
    workflow = _workflow()
    return lambda: _complete(workflow)


def whole_json() -> Callable[[], None]:
    """A function that loads the whole workflow from JSON, completes one user task, and makes JSON of it again."""
    serializer = BpmnWorkflowSerializer()
    stored: dict[str, Any] = {"json": json.dumps(serializer.to_dict(_workflow()))}

    def step() -> None:
        workflow = serializer.from_dict(json.loads(stored["json"]))
        _complete(workflow)
        stored["json"] = json.dumps(serializer.to_dict(workflow))

    return step
