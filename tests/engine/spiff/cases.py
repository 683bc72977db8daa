"""Small diagrams in a line or two, and a case that is driven step by step, each step through its stored state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.calendar.terms import SchoolCalendar
from engine.feel import Feel
from engine.spiff import Definition, advance, parse, variables_at
from engine.spiff.step import outcome
from engine.steps import Complete, Fire, Outcome, Receive, SetVariables, Start, StepContext, StepFailed, Trigger

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'targetNamespace="http://example.org">'
)
TAG = re.compile(r"<(/?)(?=[a-z])(?!bpmn:|camunda:)")
FLOW = re.compile(r"(\w+)>(\w+)(?:\[(.*?)\])?(?=\s|$)")


def flows(text: str) -> str:
    """``a>b`` and ``a>c[x > 1]``: sequence flows with the ids f_a_b, f_a_c."""
    made = []
    for source, target, condition in FLOW.findall(text):
        inner = condition.replace("&", "&amp;").replace("<", "&lt;")
        inner = f"<conditionExpression>= {inner}</conditionExpression>" if inner else ""
        made.append(
            f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )
    return "".join(made)


def bpmn(body: str, sequence: str = "", roots: str = "", key: str = "p") -> bytes:
    """A BPMN file with one process; tags in ``body`` need no prefix. ``roots`` are messages, signals, errors."""
    inner = f'{roots}<process id="{key}" isExecutable="true">{body}{flows(sequence)}</process>'
    return f"{HEAD}{TAG.sub(lambda m: f'<{m[1]}bpmn:', inner)}</bpmn:definitions>".encode()


def prop(**properties: str) -> str:
    """Camunda properties for an element's body."""
    rows = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in properties.items())
    return f"<extensionElements><camunda:properties>{rows}</camunda:properties></extensionElements>"


class Case:
    """A process instance outside any database: what advance gives is kept, and every step starts from stored bytes."""

    def __init__(self, xml: bytes, called: Mapping[str, bytes] | None = None, key: str = "p") -> None:
        self.definitions: dict[str, Definition] = {}
        for name, source in (called or {}).items():
            self.definitions[name] = parse(name, source, self.definitions)
        self.definition = parse(key, xml, self.definitions)
        self.definitions[key] = self.definition
        self.now = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
        self.out: Outcome | None = None
        self.state: bytes | None = None
        self.failed_at = ""
        self.trace: list[str] = []
        self.cancelled: list[str] = []
        self.thrown: list[str] = []

    def context(self) -> StepContext:
        return StepContext(self.now, SchoolCalendar.bare(), Feel.shared(), self._decide, "case 1")

    def _decide(self, ref: str, variables: Mapping[str, Any]) -> Any:
        raise AssertionError(ref)

    def step(self, trigger: Trigger) -> Case:
        state = None if isinstance(trigger, Start) else self.state
        try:
            self.out = advance(self.definition, state, trigger, self.context())
        except StepFailed as failed:
            self.failed_at = failed.element
            raise failed.cause from None
        self.state = self.out.state
        self.trace += [h.element for h in self.out.history if h.how == "completed"]
        self.cancelled += [h.element for h in self.out.history if h.how == "cancelled"]
        self.thrown += [t.name for t in self.out.thrown]
        return self

    @property
    def now_out(self) -> Outcome:
        assert self.out is not None
        return self.out

    def start(self, element: str | None = None, **variables: Any) -> Case:
        return self.step(Start(variables, element))

    def complete(self, element: str, **values: Any) -> Case:
        task = next(t for t in self.now_out.user_tasks if t.element == element)
        return self.step(Complete(task.token, values))

    def fire(self, element: str) -> Case:
        timer = next(t for t in self.now_out.timers if t.element == element)
        self.now = max(self.now, timer.due)
        return self.step(Fire(timer.token))

    def receive(self, name: str, element: str | None = None, **payload: Any) -> Case:
        wanted = [s for s in self.now_out.subscriptions if s.name == name and element in (None, s.element)]
        return self.step(Receive(wanted[0].token, name, payload))

    def set(self, **variables: Any) -> Case:
        return self.step(SetVariables(variables))

    @property
    def waiting(self) -> list[str]:
        """The elements of open user tasks, in order."""
        return sorted(t.element for t in self.now_out.user_tasks)

    @property
    def done(self) -> bool:
        return self.now_out.status == "completed"

    @property
    def variables(self) -> dict[str, Any]:
        return self.now_out.variables

    def seen_at(self, element: str) -> dict[str, Any]:
        """What the form of this waiting user task sees."""
        task = next(t for t in self.now_out.user_tasks if t.element == element)
        return variables_at(self.now_out.state, task.token)


__all__ = ["Case", "bpmn", "outcome", "prop"]
