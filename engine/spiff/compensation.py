"""Compensation: undoing completed activities in reverse order (BPMN 2.0.2 section 13.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.tree import Token

if TYPE_CHECKING:
    from engine.spiff.activities import Activity
    from engine.spiff.parser import Definition


def remember(activity: Activity, token: Token) -> None:
    """Note a completed activity that could be compensated later. Only diagrams that compensate pay for it."""
    definition = activity.definition
    inner = token.memo.get("done")
    if not definition.compensates or not (inner or activity.element_id in definition.compensation):
        return
    token.scope.memo.setdefault("done", []).append([activity.element_id, inner or []])


def begin(token: Token, activity_ref: str) -> bool:
    """Start compensating what is completed in the token's scope; true when there is nothing (more) to undo."""
    scope = _compensated_scope(token)
    done = scope.memo.get("done", [])
    chosen = [entry for entry in done if not activity_ref or entry[0] == activity_ref]
    scope.memo["done"] = [entry for entry in done if entry not in chosen]
    token.memo["todo"] = _handlers(token.task_spec.definition, chosen)
    token._set_state(TaskState.STARTED)
    return not _next(token)


def handler_ended(handler: Token) -> None:
    """One handler has ended: start the next, or let the event that asked for compensation go on."""
    thrower = handler.workflow.find(handler.memo["for"])
    if thrower is not None and not _next(thrower):
        thrower._ready()


def _next(token: Token) -> bool:
    """Start the next handler, if any is left."""
    todo = token.memo["todo"]
    if not todo:
        return False
    spec = token.task_spec.definition.nodes[todo.pop(0)]
    token.workflow.place(spec, token.scope, "", {"for": str(token.id)})
    return True


def _compensated_scope(token: Token) -> Token:
    """A compensation event inside an event subprocess undoes what its parent scope has done."""
    scope = token.scope
    return scope.scope if scope.task_spec.definition.is_event_subprocess(scope.task_spec.element_id) else scope


def _handlers(definition: Definition, entries: list[list[Any]]) -> list[str]:
    """The handlers of these completed activities, last completed first, reaching into completed subprocesses."""
    found: list[str] = []
    for activity, inner in reversed(entries):
        handler = definition.compensation.get(activity)
        found += [handler] if handler else _handlers(definition, inner)
    return found
