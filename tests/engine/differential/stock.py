"""SpiffWorkflow as it comes (BpmnParser, BpmnWorkflow), driven by moves that our engine can make too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import NoneTask
from SpiffWorkflow.bpmn.specs.event_definitions import (
    ConditionalEventDefinition,
    CycleTimerEventDefinition,
    MessageEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tests.engine.differential.normalised import NEVER

#: Gives what an expression of an element gives.
Ask = Callable[[str, str], Any]
#: What comes from outside, or from a variable: the rest is thrown inside the case, and is not waited for in lists.
FROM_OUTSIDE = (ConditionalEventDefinition, MessageEventDefinition, TimerEventDefinition)


class EndsAtOnce(NoneTask):
    """A task of no kind, or for people without a system, ends at once (BPMN 2.0.2 §13.3.3); SpiffWorkflow's waits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False


class Parser(BpmnParser):
    """BpmnParser, whose tasks without work of their own end at once."""

    OVERRIDE_PARSER_CLASSES = {full_tag(tag): (TaskParser, EndsAtOnce) for tag in ("task", "manualTask")}


class Expressions(PythonScriptEngine):
    """Asks our FEEL."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> Any:
        return expression if expression in NEVER.values() else self._ask(element_of(task), expression)


def element_of(task: Task) -> str:
    """The diagram's id of what a task runs; SpiffWorkflow runs the instances of a loop under a name of its own."""
    return str(task.task_spec.name).removesuffix(" [child]")


class Stock:
    """A case on BpmnWorkflow. Its moves name an element, and by number which of several tokens there."""

    def __init__(self, roots: Iterable[etree._Element], process: str, ask: Ask) -> None:
        parser = Parser()
        for root in roots:
            parser.add_bpmn_xml(root)
        top, others = parser.get_spec(process), parser.get_subprocess_specs(process)
        self.completed: Counter[str] = Counter()
        for spec in (top, *others.values()):
            for each in spec.task_specs.values():
                each.completed_event.connect(self._ended)
        self.workflow = BpmnWorkflow(top, others, script_engine=Expressions(ask))

    def _ended(self, _: Any, task: Task) -> None:
        # A loop's own task is its body, which has no work of its own; an event-based gateway ends with its event.
        if task.task_spec.bpmn_id and not isinstance(task.task_spec, LoopTask | EventBasedGateway):
            self.completed[element_of(task)] += 1

    @property
    def done(self) -> bool:
        """Whether the case has ended."""
        return bool(self.workflow.is_completed())

    def waiting(self) -> Counter[str]:
        """The elements at which something from outside is waited for, and how often."""
        tasks = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        return Counter([*map(element_of, tasks), *(name for name, _, what in self._events() if _is_outside(what))])

    def start(self) -> None:
        """Begin the case."""
        self._go()

    def complete(self, element: str, number: int) -> None:
        """Complete a user task."""
        tasks = self.workflow.get_tasks(state=TaskState.READY, manual=True)
        [task for task in tasks if element_of(task) == element][number].run()
        self._go()

    def fire(self, element: str, number: int) -> None:
        """Let a timer fall due now."""
        task, timer = self._event(element, number)
        due = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        if isinstance(timer, CycleTimerEventDefinition):
            task.internal_data["event_value"]["next"] = due
            self.completed[element] += 1  # SpiffWorkflow counts a cycle when it is over, ours each of its beats
        else:
            task.internal_data["event_value"] = due
        self.workflow.refresh_timers()
        self._go()

    def receive(self, element: str, number: int, name: str) -> None:
        """Give a message to the one token that it is meant for; of itself SpiffWorkflow gives it to all that fit."""
        self.workflow.event_manager.update_collaboration(BpmnEvent(MessageEventDefinition(name), {}))
        task, definition = self._event(element, number)
        task.task_spec.catch(task, BpmnEvent(definition, {}))
        task.task_spec._update(task)
        self._go()

    def _go(self) -> None:
        self.workflow.do_engine_steps()

    def _event(self, element: str, number: int) -> tuple[Task, Any]:
        return [(task, definition) for name, task, definition in self._events() if name == element][number]

    def _events(self) -> Iterator[tuple[str, Task, Any]]:
        """The events that are waited for: the element, the task that waits, and what for."""
        for task in self.workflow.get_tasks(state=TaskState.WAITING):
            spec = task.task_spec
            if isinstance(spec, EventBasedGateway):
                for event, definition in zip(spec.outputs, spec.event_definition.event_definitions, strict=True):
                    yield str(event.name), task, definition
            elif hasattr(spec, "event_definition"):
                yield element_of(task), task, spec.event_definition


def _is_outside(definition: Any) -> bool:
    return isinstance(definition, FROM_OUTSIDE)
