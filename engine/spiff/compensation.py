"""Compensation: undoing completed activities in reverse order (BPMN 2.0.2 section 13.5.5)."""

from __future__ import annotations

from collections.abc import Iterable

from engine.spiff.memo import Completed, Memo
from engine.spiff.tree import Definition, Node, Token


def remember(activity: Node, token: Token) -> None:
    """Note a completed activity that could be compensated later. Only diagrams that compensate pay for it."""
    definition, loop = activity.definition, token.memo.loop
    inside = token.memo.completed
    if loop is not None and not loop.started:
        return
    if definition.compensates and (inside or activity.element_id in definition.compensation):
        token.scope.memo.completed.append(Completed(activity.element_id, tuple(inside)))


def begin(token: Token, activity_ref: str) -> bool:
    """Start compensating what is completed in the token's scope; true when there is nothing (more) to undo."""
    scope = _compensated_scope(token)
    done = scope.memo.completed
    chosen = [entry for entry in done if not activity_ref or entry.element == activity_ref]
    scope.memo.completed = [entry for entry in done if entry not in chosen]
    token.memo.to_undo = _handlers(token.task_spec.definition, chosen)
    token.begin_work()
    return not _next(token)


def handler_ended(handler: Token) -> None:
    """One handler has ended: start the next, or let the event that asked for compensation go on."""
    thrower = handler.workflow.find(handler.memo.undoes_for)
    if thrower is not None and not _next(thrower):
        thrower.ready()


def _next(token: Token) -> bool:
    """Start the next handler, if any is left."""
    if not token.memo.to_undo:
        return False
    spec = token.task_spec.definition.nodes[token.memo.to_undo.pop(0)]
    token.workflow.place(spec, token.scope, "", Memo(undoes_for=str(token.id)))
    return True


def _compensated_scope(token: Token) -> Token:
    """A compensation event inside an event subprocess undoes what its parent scope has done."""
    scope = token.scope
    return scope.scope if scope.task_spec.definition.is_event_subprocess(scope.task_spec.element_id) else scope


def _handlers(definition: Definition, entries: Iterable[Completed]) -> list[str]:
    """The handlers of these completed activities, last completed first, reaching into completed subprocesses."""
    found: list[str] = []
    for entry in reversed(list(entries)):
        handler = definition.compensation.get(entry.element)
        found += [handler] if handler else _handlers(definition, entry.inside)
    return found
