"""Standard loops and multi-instance activities: BPMN 2.0.2 sections 10.3.8 and 13.3.6, 13.3.7.

The activity's token becomes the *body*; each run of the activity is a token inside it with its own variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import ExpressionFailed
from engine.spiff.tree import Token

if TYPE_CHECKING:
    from engine.spiff.activities import Activity

#: Instances that one multi-instance activity may have.
INSTANCE_LIMIT = 5_000


def begin(activity: Activity, body: Token) -> bool:
    """Start a loop's body; true when it has nothing to do and can end at once."""
    state: dict[str, Any] = {"done": 0, "started": 0}
    body.memo["loop"] = state
    body._set_state(TaskState.STARTED)
    loop = activity.element.loop
    assert loop is not None
    if loop.kind == "standard":
        if loop.test_before and not _again(activity, body):
            return True
        _start_instance(activity, body, None)
        return False
    items = _items(activity, body)
    state["total"] = len(items)
    state["results"] = {}
    if not items:
        return True
    if loop.sequential:
        state["items"] = items[1:]
        _start_instance(activity, body, items[0])
    else:
        for item in items:
            _start_instance(activity, body, item)
    return False


def instance_ended(activity: Activity, token: Token) -> None:
    """One run of the activity has ended: collect its result, and start the next or end the whole."""
    body = token.scope
    state = body.memo["loop"]
    state["done"] += 1
    loop = activity.element.loop
    assert loop is not None
    text = loop.output_element or loop.output_item
    if text and "results" in state:
        state["results"][str(token.memo["instance"])] = token.workflow.evaluate(token, text)
    token.workflow.discard(token)
    if _finished(activity, body):
        for left in body.inside():
            body.workflow.cancel_token(left)
        body._ready()
    elif _is_sequential(activity):
        items = state.get("items")
        _start_instance(activity, body, items.pop(0) if items else None)


def ended(activity: Activity, body: Token) -> None:
    """All runs are over: hand on what was collected."""
    state = body.memo["loop"]
    loop = activity.element.loop
    assert loop is not None
    name = loop.output_collection or data_name(activity, loop.data_output)
    if name and "results" in state:
        results = state["results"]
        body.workflow.set_variables(body.scope, {name: [results[key] for key in sorted(results, key=int)]})
    if not state["started"]:
        body.workflow.record(body, "completed")
    activity.finish(body)


def _is_sequential(activity: Activity) -> bool:
    loop = activity.element.loop
    return loop is not None and (loop.kind == "standard" or loop.sequential)


def _finished(activity: Activity, body: Token) -> bool:
    loop, state = activity.element.loop, body.memo["loop"]
    assert loop is not None
    if loop.kind == "standard":
        return not _again(activity, body)
    if loop.completion_condition and body.workflow.holds(_counting(body), loop.completion_condition):
        return True
    return bool(state["done"] >= state["total"])


def _again(activity: Activity, body: Token) -> bool:
    """Whether a standard loop goes round once more: its condition holds and its maximum is not reached."""
    loop, state = activity.element.loop, body.memo["loop"]
    assert loop is not None
    if loop.maximum and state["done"] >= int(loop.maximum):
        return False
    body.memo["locals"] = {"loopCounter": state["done"]}
    return not loop.condition or body.workflow.holds(body, loop.condition)


def _counting(body: Token) -> Token:
    """The body, with the counts that a completion condition may use (BPMN's names and Camunda's)."""
    state = body.memo["loop"]
    active = len(body.inside())
    body.memo["locals"] = {
        "numberOfInstances": state["total"],
        "nrOfInstances": state["total"],
        "numberOfActiveInstances": active,
        "nrOfActiveInstances": active,
        "numberOfCompletedInstances": state["done"],
        "nrOfCompletedInstances": state["done"],
        "numberOfTerminatedInstances": 0,
    }
    return body


def _items(activity: Activity, body: Token) -> list[Any]:
    loop = activity.element.loop
    assert loop is not None
    collection = loop.collection or data_name(activity, loop.data_input)
    text = collection or loop.cardinality
    value = body.workflow.evaluate(body, text)
    if collection:
        if not isinstance(value, list):
            raise ExpressionFailed(expression=text, reason=f"it gives {value!r}, and a list is needed")
        items = value
    else:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ExpressionFailed(expression=text, reason=f"it gives {value!r}, and a whole number is needed")
        items = list(range(min(value, INSTANCE_LIMIT + 1)))
    if len(items) > INSTANCE_LIMIT:
        raise ExpressionFailed(expression=text, reason=f"more than {INSTANCE_LIMIT} instances are not allowed")
    return items


def _start_instance(activity: Activity, body: Token, item: Any) -> None:
    loop, state = activity.element.loop, body.memo["loop"]
    assert loop is not None
    number = state["started"]
    state["started"] += 1
    own: dict[str, Any] = {"loopCounter": number}
    variable = loop.element_variable or loop.input_item
    if variable:
        own[variable] = item
    body.workflow.place(activity, body, body.via, {"instance": number, "locals": own})


def data_name(activity: Activity, ref: str) -> str:
    """The variable that a loopDataInputRef or loopDataOutputRef stands for: the data item's name, else its id."""
    item = activity.definition.diagram.data.get(ref)
    return (item.name or item.id) if item is not None else ref
