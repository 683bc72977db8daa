"""Asking FEEL at a token. What must be true or false, or must not be null, is an error when it is something else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.errors import ConditionUndecided, NobodyNamed, NoFlowTaken, StepNotLawful, ValueMissing, ValueUnfit
from engine.feel import YearsMonths
from engine.spiff.definition import Flow
from engine.spiff.tree import Token

#: How much of a variable's value stands in an incident.
SHOWN = 120
#: What a condition can give instead of true or false, in words; the value itself may be confidential.
KINDS = {
    type(None): "null",
    bool: "true or false",
    str: "a text",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a context",
    date: "a date",
    time: "a time",
    datetime: "a date and time",
    timedelta: "a duration",
    YearsMonths: "a duration",
}


def evaluate(token: Token, expression: str, at: datetime | None = None) -> Any:
    """The value of a FEEL expression at this token, now or as it is at another moment."""
    instance = token.workflow
    return instance.context.feel.evaluate(expression, instance.variables(token), now=at or instance.context.now)


def value(token: Token, text: str, at: datetime | None = None) -> Any:
    """A text from the diagram: literal, or FEEL when it begins with ``=``."""
    return evaluate(token, text, at) if text.lstrip().startswith("=") else text


def needed(token: Token, text: str, what: str) -> Any:
    """As :func:`value`, where null is no answer; ``what`` says what is worked out. Raises ValueMissing."""
    found = value(token, text)
    require(token, found, text, what)
    return found


def require(token: Token, found: Any, expression: str, what: str) -> None:
    """Raise ValueMissing when what an expression gave is null."""
    if found is None:
        where = f'{what} of "{token.task_spec.label}"'
        raise ValueMissing(what=where, expression=expression.strip(), seen=_seen(token, expression))


def unfit(token: Token, found: Any, expression: str, what: str, wanted: str) -> ValueUnfit:
    """The error of an element whose expression gave something of another kind than it needs."""
    where, gives = f'{what} of "{token.task_spec.label}"', KINDS.get(type(found), "something else")
    said = {"expression": expression.strip(), "seen": _seen(token, expression)}
    return ValueUnfit(what=where, gives=gives, wanted=wanted, **said)


def require_named(token: Token, found: Any, expression: str, what: str) -> None:
    """Raise NobodyNamed when what should name roles or a person names none, or is no text."""
    named = found if isinstance(found, list) else [found]
    if not named or not all(isinstance(each, str) and each.strip() for each in named):
        where = f'{what} of "{token.task_spec.label}"'
        raise NobodyNamed(what=where, expression=expression.strip(), seen=_seen(token, expression))


def role_names(found: Any) -> list[Any]:
    """The roles that a value names: one, several with commas, or a list of them. What is no text stays as it is."""
    listed = found if isinstance(found, list) else [found]
    parts = [each.split(",") if isinstance(each, str) else [each] for each in listed]
    return [each.strip() if isinstance(each, str) else each for part in parts for each in part if each != ""]


def holds(token: Token, expression: str, what: str) -> bool:
    """Whether a condition of this token's element is true. Raises ConditionUndecided when it is neither true nor false."""
    return _truth(token, expression, evaluate(token, expression), f'{what} of "{token.task_spec.label}"')


def require_lawful(token: Token) -> None:
    """Raise StepNotLawful when the property ``onlyWhen`` of this token's element is not true now."""
    condition = token.task_spec.element.properties.get("onlyWhen", "")
    if condition and not holds(token, condition, "The property onlyWhen"):
        school = _of_now(token.workflow.variables(token).get("school"))
        said = condition.strip().removeprefix("=").strip()
        raise StepNotLawful(school=school, element=token.task_spec.label, condition=said)


def _of_now(school: Any) -> str:
    """What the register says of the school now that most conditions of law are about."""
    if not isinstance(school, dict):
        return "This case is about no school"
    if school.get("academy"):
        return "This school is an academy now"
    if school.get("closed"):
        return "This school has closed"
    kept = "maintained by the authority" if school.get("maintained") else "not maintained by the authority"
    return f"This school is {kept} now (type: {school.get('type', 'unknown')})"


def true_flows(token: Token, flows: Iterable[Flow]) -> Iterator[Flow]:
    """The conditional flows whose condition is true, in the diagram's order.

    All are asked in one call, and looked at one after another: a caller that stops at the first true one never meets
    those behind it. Raises ConditionUndecided on coming to one that is neither true nor false.
    """
    asked = [flow for flow in flows if flow.condition is not None and not flow.is_default]
    if not asked:
        return
    instance = token.workflow
    texts = [flow.condition or "" for flow in asked]
    values = instance.context.feel.evaluate_many(texts, instance.variables(token), now=instance.context.now)
    yield from (flow for flow, found in zip(asked, values, strict=True) if _is_true(token, flow, found))


def _is_true(token: Token, flow: Flow, found: Any) -> bool:
    name = f' "{flow.name}"' if flow.name else ""
    what = f'The condition of the flow{name} ({flow.id}) from "{token.task_spec.label}"'
    return _truth(token, flow.condition or "", found, what)


def _truth(token: Token, expression: str, found: Any, what: str) -> bool:
    if isinstance(found, bool):
        return found
    gives = KINDS.get(type(found), "something else")
    raise ConditionUndecided(what=what, gives=gives, expression=expression.strip(), seen=_seen(token, expression))


def no_flow_taken(token: Token, flows: Iterable[Flow], element: str) -> NoFlowTaken:
    """The error of an element none of whose flows fits: with their conditions, and the values that these saw."""
    conditions = [flow.condition.strip() for flow in flows if flow.condition]
    seen = dict.fromkeys(line for each in conditions for line in _seen(token, each).splitlines())
    return NoFlowTaken(element=element, expression="; ".join(conditions), seen="\n".join(seen))


def _seen(token: Token, expression: str) -> str:
    """The variables that an expression names, with their values, a line each; ``not set`` for those that nobody has set."""
    variables = token.workflow.variables(token)
    names = sorted(token.workflow.context.feel.names(expression))
    return "\n".join(f"{name} = {_shown(variables[name]) if name in variables else 'not set'}" for name in names)


def _shown(found: Any) -> str:
    text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
