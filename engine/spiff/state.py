"""The stored form of an instance: only live tokens, as compact JSON. Specs are never in it (design, decision 3)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import StateUnreadable
from engine.spiff.tree import Instance, Token
from engine.steps import StepContext

if TYPE_CHECKING:
    from engine.spiff.nodes import NodeSpec
    from engine.spiff.parser import Definition

#: The version of this format; a change of it needs a migration of stored states.
FORMAT = 1


def dump(instance: Instance) -> bytes:
    """The live tokens as JSON: id, parent, element, state, incoming flow, time of entry, memory."""
    rows = [
        [
            str(token.id),
            str(token.parent.id) if token.parent else None,
            token.task_spec.name,
            token.state,
            token.via,
            token.entered.isoformat(),
            token.memo,
        ]
        for token in instance.tokens()
    ]
    state = {"format": FORMAT, "next": instance.next_id, "tokens": rows}
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def load(definition: Definition, state: bytes, context: StepContext) -> Instance:
    """The instance that :func:`dump` stored. Raises StateUnreadable when it doesn't fit the definition."""
    stored = json.loads(state)
    if stored.get("format") != FORMAT:
        raise StateUnreadable(reason=f"its format {stored.get('format')} is not known")
    instance = Instance(definition, context)
    for token_id, parent_id, name, status, via, entered, memo in stored["tokens"]:
        parent = instance.tasks.get(parent_id) if parent_id else None
        assert parent is None or isinstance(parent, Token)
        token = Token(instance, _spec(definition, parent, name), parent, token_id, via, memo, status)
        token.entered = datetime.fromisoformat(entered)
        if parent is None:
            instance.task_tree = token
    instance.next_id = stored["next"]
    assert not any(token.state == TaskState.READY for token in instance.tokens()), "nothing is left ready"
    return instance


def variables_at(state: bytes, token_id: str) -> dict[str, Any]:
    """What a waiting token sees: its process's variables and the locals around it, read from the stored state alone."""
    rows = {row[0]: row for row in json.loads(state)["tokens"]}
    layers: list[dict[str, Any]] = []
    row = rows.get(token_id)
    while row is not None:
        layers.append(row[6].get("locals", {}))
        if "vars" in row[6]:
            layers.append(row[6]["vars"])
            break
        row = rows.get(row[1])
    return {name: value for layer in reversed(layers) for name, value in layer.items()}


def _spec(definition: Definition, parent: Token | None, name: str) -> NodeSpec:
    """The spec of a stored token: in its process's definition, which a call activity changes."""
    home = definition if parent is None else parent.task_spec.home_of_children(name)
    spec: Any = home.spec.task_specs.get(name) if home is not None else None
    if spec is None:
        raise StateUnreadable(reason=f'the element "{name}" is not in the diagram')
    return spec  # type: ignore[no-any-return]
