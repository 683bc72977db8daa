"""Messages as a diagram names them: which key a waiting element wants, and what a throwing element says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.calendar import timers
from engine.spiff.tree import Token
from engine.spiff.values import needed, value
from engine.steps import Thrown


def message_key(token: Token) -> str:
    """The key that a message must carry to be meant for this element: its ``correlationKey``, else the business key."""
    text = token.task_spec.element.properties.get("correlationKey", "")
    return str(needed(token, text, "The correlation key") if text else token.workflow.context.business_key)


def throw_message(token: Token, name: str, inputs: Mapping[str, str]) -> None:
    """Throw a message to whoever waits for it, or will wait within its ``keepFor``: a row, delivered after this step."""
    instance, spec = token.workflow, token.task_spec
    text = spec.element.properties.get("businessKey", "")
    key = needed(token, text, "The business key") if text else instance.context.business_key
    payload = {field: value(token, given) for field, given in inputs.items()}
    kept = _keep_until(token)
    instance.thrown.append(Thrown("message", name, str(key), payload, spec.process, spec.element_id, kept))


def _keep_until(token: Token) -> datetime | None:
    """Until when the message may wait for its receiver; None when it is not kept. Raises CalendarMissing."""
    text, context = token.task_spec.element.properties.get("keepFor", ""), token.workflow.context
    return timers.parse_length(text).next(context.now, context.calendar).at if text else None
