"""Errors, escalations and signals: who inside the instance catches them (BPMN 2.0.2 section 13.5.3 and 10.5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.diagram import CAMUNDA
from engine.errors import UncaughtError
from engine.spiff.memo import Memo
from engine.spiff.tree import Node, Token
from engine.steps import Thrown


def throw_error(token: Token, code: str) -> None:
    """Interrupt the nearest enclosing scope that catches this error. Raises UncaughtError when none does."""
    if not _propagate(token, "error", code):
        raise UncaughtError(code=code, element=token.task_spec.label)


def throw_escalation(token: Token, code: str) -> None:
    """Tell the nearest enclosing scope that catches this escalation; one that nobody catches is let go."""
    _propagate(token, "escalation", code)


def cancel_transaction(token: Token) -> None:
    """The transaction around this token has been undone: leave it by its cancel boundary event."""
    if not _propagate(token, "cancel", ""):
        raise UncaughtError(code="cancel", element=token.task_spec.label)


def throw_signal(token: Token, name: str, payload: Mapping[str, Any]) -> None:
    """Everything in this instance that waits for the signal goes on; other instances get theirs by a row."""
    spec = token.task_spec
    token.workflow.thrown.append(Thrown("signal", name, "", dict(payload), spec.process, spec.element_id))
    waiting = [t for t in token.workflow.tokens() if t.task_spec.waits_for(t, "signal", name) is not None]
    for catcher in waiting:
        if catcher.live:
            catcher.task_spec.receive(catcher, payload, name)


def start_event_subprocess(scope: Token, start: Node, payload: Mapping[str, Any]) -> None:
    """Run an event subprocess in its scope, first ending everything else there if it interrupts."""
    instance = scope.workflow
    if start.element.interrupting:
        instance.interrupt(scope)
    instance.set_variables(scope, payload)
    subprocess = start.definition.nodes[start.element.parent]
    instance.place(subprocess, scope, "", Memo(start=start.element_id))


def leave_by_boundary(host: Token, event: Node, payload: Mapping[str, Any]) -> None:
    """A boundary event has happened: end its activity if it interrupts, and send a token from the event."""
    instance, scope = host.workflow, host.scope
    if event.element.cancel_activity:
        instance.cancel_token(host)
    instance.set_variables(scope, payload)
    instance.place(event, scope, "", Memo(happened=True))


def _propagate(token: Token, kind: str, code: str) -> bool:
    at = token
    while at.parent is not None:
        scope = at.scope
        if not at.task_spec.definition.is_event_subprocess(at.task_spec.element_id):
            start = _match(scope.task_spec.event_subprocess_starts(scope), kind, code)
            if start is not None:
                start_event_subprocess(scope, start, _payload(start, kind, code))
                return True
        if scope.memo.instance is None and scope.parent is not None:
            event = _match(scope.task_spec.boundary_events(), kind, code)
            if event is not None:
                leave_by_boundary(scope, event, _payload(event, kind, code))
                return True
        at = scope
    return False


def _match(specs: list[Node], kind: str, code: str) -> Node | None:
    """The event that names this code, or else one that catches all of the kind."""
    catching = [(spec, d) for spec in specs for d in spec.element.event_definitions if d.kind == kind]
    exact = [spec for spec, d in catching if d.code == code and d.ref]
    anything = [spec for spec, d in catching if not d.ref]
    return next(iter(exact + anything), None)


def _payload(spec: Node, kind: str, code: str) -> dict[str, Any]:
    """The variable in which the diagram wants the code, if it says so (``camunda:errorCodeVariable`` and its like)."""
    attribute = f"{{{CAMUNDA}}}{kind}CodeVariable"
    names = [d.attributes.get(attribute, "") for d in spec.element.event_definitions if d.kind == kind]
    return {name: code for name in names if name}
