"""Standard loops and multi-instance activities: BPMN 2.0.2 sections 10.3.8 and 13.3.6, 13.3.7.

The activity's token becomes the *body*; each run of the activity is a token inside it with its own variables.
"""

from __future__ import annotations

from typing import Any

from engine.diagram import Loop
from engine.errors import ExpressionFailed
from engine.spiff import propagation
from engine.spiff.memo import LoopState, Memo
from engine.spiff.tree import Node, Token
from engine.spiff.values import evaluate, holds, require, unfit

#: Instances that one multi-instance activity may have.
INSTANCE_LIMIT = 5_000


def begin(activity: Node, body: Token) -> bool:
    """Start a loop's body; true when it has nothing to do and can end at once."""
    body.memo.loop = LoopState()
    body.begin_work()
    if _drawn(activity).kind == "standard":
        return _begin_standard(activity, body)
    return _begin_instances(activity, body, _items(activity, body))


def _begin_standard(activity: Node, body: Token) -> bool:
    if _drawn(activity).test_before and not _again(activity, body):
        return True
    _start_instance(activity, body, None)
    return False


def _begin_instances(activity: Node, body: Token, items: list[Any]) -> bool:
    state = _state(body)
    state.total, state.results = len(items), {}
    at_once = items[:1] if _drawn(activity).sequential else items
    state.items = items[1:] if _drawn(activity).sequential else None
    for item in at_once:
        if body.live:  # what the first of them set may have ended the whole
            _start_instance(activity, body, item)
    return not items


def instance_ended(activity: Node, token: Token) -> None:
    """One run of the activity has ended: collect its result, and start the next or end the whole."""
    body = token.scope
    _state(body).done += 1
    _collect(activity, token)
    _tell(activity, token)
    left_by_boundary = token.stopped
    token.workflow.discard(token)
    if not left_by_boundary:
        _go_on(activity, body)


def _collect(activity: Node, token: Token) -> None:
    loop, state = _drawn(activity), _state(token.scope)
    text = loop.output_element or loop.output_item
    if text and state.results is not None:
        assert token.memo.instance is not None
        state.results[token.memo.instance] = evaluate(token, text)


def _go_on(activity: Node, body: Token) -> None:
    """Start the next run, or end the whole when it has come to its end."""
    loop, state = _drawn(activity), _state(body)
    if _finished(activity, body):
        for left in body.inside():
            body.workflow.cancel_token(left)
        body.ready()
    elif loop.kind == "standard" or loop.sequential:
        _start_instance(activity, body, state.items.pop(0) if state.items else None)


def _tell(activity: Node, token: Token) -> None:
    """Throw the event of the activity's behavior: None as each run completes, One as the first does (section 10.3.8).

    A signal carries how many runs there are and how many have completed.
    """
    loop, body = _drawn(activity), token.scope
    if loop.event is None or (loop.behavior == "One" and _state(body).done > 1):
        return
    if loop.event.kind == "escalation":
        propagation.throw_escalation(token, loop.event.code)
    else:
        propagation.throw_signal(token, loop.event.name, counts(body, len(body.inside())))


def ended(activity: Node, body: Token) -> None:
    """All runs are over: hand on what was collected."""
    state, loop = _state(body), _drawn(activity)
    name = loop.output_collection or data_name(activity, loop.data_output)
    if name and state.results is not None:
        results = [state.results[number] for number in sorted(state.results)]
        body.workflow.set_variables(body.scope, {name: results})
    if not state.started:
        body.workflow.record(body, "skipped")


def _drawn(activity: Node) -> Loop:
    loop = activity.element.loop
    assert loop is not None, "only an activity with a loop has a body"
    return loop


def _state(body: Token) -> LoopState:
    assert body.memo.loop is not None, "the body of a loop knows how far it is"
    return body.memo.loop


def _finished(activity: Node, body: Token) -> bool:
    loop, state = _drawn(activity), _state(body)
    if loop.kind == "standard":
        return not _again(activity, body)
    condition = loop.completion_condition
    if condition and holds(_counting(body), condition, "The completion condition"):
        return True
    return state.done >= (state.total or 0)


def _again(activity: Node, body: Token) -> bool:
    """Whether a standard loop goes round once more: its condition holds and its maximum is not reached."""
    loop, state = _drawn(activity), _state(body)
    if loop.maximum and state.done >= int(loop.maximum):
        return False
    body.memo.locals = {"loopCounter": state.done}
    return not loop.condition or holds(body, loop.condition, "The loop condition")


def _counting(body: Token) -> Token:
    """The body, with the counts that a completion condition may use (BPMN's names and Camunda's)."""
    body.memo.locals = counts(body, len(body.inside()))
    return body


def counts(body: Token, active: int) -> dict[str, Any]:
    """How far a multi-instance activity is, by BPMN's names and Camunda's; ``active`` runs go on."""
    state = _state(body)
    return {
        "numberOfInstances": state.total,
        "nrOfInstances": state.total,
        "numberOfActiveInstances": active,
        "nrOfActiveInstances": active,
        "numberOfCompletedInstances": state.done,
        "nrOfCompletedInstances": state.done,
        "numberOfTerminatedInstances": 0,
    }


def _items(activity: Node, body: Token) -> list[Any]:
    loop = _drawn(activity)
    collection = loop.collection or data_name(activity, loop.data_input)
    text = collection or loop.cardinality
    value = evaluate(body, text)
    require(body, value, text, "The collection" if collection else "The number of runs")
    items = _listed(body, text, value) if collection else _counted(body, text, value)
    if len(items) > INSTANCE_LIMIT:
        reason = f'"{body.task_spec.label}" would run more than {INSTANCE_LIMIT:,} times'
        raise ExpressionFailed(expression=text, reason=reason)
    return items


def _listed(body: Token, text: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise unfit(body, value, text, "The collection", "a list")
    return value


def _counted(body: Token, text: str, value: Any) -> list[Any]:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise unfit(body, value, text, "The number of runs", "a whole number from 0")
    return list(range(min(value, INSTANCE_LIMIT + 1)))


def _start_instance(activity: Node, body: Token, item: Any) -> None:
    loop, state = _drawn(activity), _state(body)
    number = state.started
    state.started += 1
    own: dict[str, Any] = {"loopCounter": number}
    variable = loop.element_variable or loop.input_item
    if variable:
        own[variable] = item
    body.workflow.place(activity, body, body.via, Memo(instance=number, locals=own))


def data_name(activity: Node, ref: str) -> str:
    """The variable that a loopDataInputRef or loopDataOutputRef stands for: the data item's name, else its id."""
    item = activity.definition.diagram.data.get(ref)
    return (item.name or item.id) if item is not None else ref
