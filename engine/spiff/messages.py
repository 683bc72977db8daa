"""Messages as a diagram names them: which key a waiting element wants, and what a throwing element says."""

from __future__ import annotations

from collections.abc import Mapping

from engine.spiff.tree import Token
from engine.spiff.values import needed, value
from engine.steps import Thrown


def message_key(token: Token) -> str:
    """The key that a message must carry to be meant for this element: its ``correlationKey``, else the business key."""
    text = token.task_spec.element.properties.get("correlationKey", "")
    return str(needed(token, text, "The correlation key") if text else token.workflow.context.business_key)


def throw_message(token: Token, name: str, inputs: Mapping[str, str]) -> None:
    """Throw a message to whoever waits for it: a row, delivered after this step."""
    instance, spec = token.workflow, token.task_spec
    text = spec.element.properties.get("businessKey", "")
    key = needed(token, text, "The business key") if text else instance.context.business_key
    payload = {field: value(token, given) for field, given in inputs.items()}
    instance.thrown.append(Thrown("message", name, str(key), payload, spec.process, spec.element_id))
