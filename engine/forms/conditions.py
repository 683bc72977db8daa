"""When a question is hidden, and what is chosen from: everything in a form that FEEL decides."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from engine.errors import ExpressionFailed, ExpressionLimit
from engine.feel.values import iso_duration
from engine.forms.model import AtTime, Component, Evaluates, Limit, Option

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[^\W\d]\w*|\d\w*|.', re.DOTALL)
_TEXT = r'"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
_PAIR = {
    "label": rf"label\s*:\s*(?P<label>{_TEXT})",
    "value": rf"value\s*:\s*(?P<value>{_TEXT}|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?|true|false)",
}
#: Options as an expression writes them out: {label: "High risk", value: "high"}, in either order.
_WRITTEN = tuple(
    re.compile(rf"\{{\s*{_PAIR[first]}\s*,\s*{_PAIR[second]}\s*\}}")
    for first, second in (("label", "value"), ("value", "label"))
)
_BINDERS = frozenset({"if", "for", "some", "every", "function"})


@dataclass(frozen=True)
class Asking:
    """What a form may look at while it is shown or read: process variables, FEEL, and the person's roles
    (None: everything)."""

    variables: Mapping[str, Any]
    feel: Evaluates
    roles: frozenset[str] | None = None

    def within(self, answers: Mapping[str, Any]) -> Asking:
        """The same, with these answers laid over the process variables."""
        return replace(self, variables={**self.variables, **answers})

    def value(self, expression: str) -> Any:
        """The expression's value; None when it fails on these values (whether it can be understood is checked
        at deployment)."""
        try:
            return self.feel.evaluate(expression, self.variables)
        except (ExpressionFailed, ExpressionLimit):
            return None

    def limit(self, limit: Limit) -> Any:
        """A limit, worked out when it is FEEL: a number, a date or an ISO date string; None when there is
        none."""
        return self.value(limit) if isinstance(limit, str) and limit.startswith("=") else limit

    def why_closed(self, day: date) -> str:
        """Why school is closed on a day; empty when it is open, or no calendar is known."""
        return self.feel.why_closed(day) if isinstance(self.feel, AtTime) else ""

    def readonly(self, component: Component) -> bool:
        """Whether the answer may only be read: then it is never taken from what is submitted."""
        return self.value(component.readonly) is True if isinstance(component.readonly, str) else component.readonly

    def options(self, component: Component) -> tuple[Option, ...]:
        """What can be chosen; from the values expression when there is one."""
        if not component.options_expression:
            return component.options
        values = self.value(component.options_expression)
        return tuple(_option(value) for value in values) if isinstance(values, list) else ()

    def hidden(self, component: Component) -> bool:
        """Whether any of the component's conditions, or of the groups around it, is true."""
        return any(self.value(condition) is True for condition in component.conditions)


def _option(given: Any) -> Option:
    value = given.get("value") if isinstance(given, Mapping) else given
    label = given.get("label", value) if isinstance(given, Mapping) else given
    return Option(as_text(value) if isinstance(value, date | time | timedelta) else value, as_text(label))


def written_options(component: Component) -> tuple[Option, ...]:
    """What could ever be chosen, as far as the form writes it out: for the label of an answer whose case has gone on since, so
    that nobody can say any more which of them there were."""
    if not component.options_expression:
        return component.options
    found = (match for pattern in _WRITTEN for match in pattern.finditer(component.options_expression))
    return tuple(Option(json.loads(each["value"]), json.loads(each["label"])) for each in found)


def as_text(value: Any) -> str:
    """A plain value as it stands in a form's input: true, 3, 2.5, text; nothing for a value that no input can
    hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # From the shortest text that gives the number back, so that what is sent back is what was shown.
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return iso_duration(value)
    return str(value) if isinstance(value, int | str) else ""


def settle(asked: Iterable[Component], answers: Mapping[str, Any], asking: Asking) -> tuple[frozenset[str], Asking]:
    """Which of these questions are hidden, and the asking with the shown answers laid over the process
    variables.

    A hidden answer is null to the other conditions, so hiding one question can show or hide another: look
    again until nothing changes. Conditions that chase each other for ever stop after as many rounds as there
    are questions.
    """
    conditional = [component for component in asked if component.conditions]
    hidden: frozenset[str] = frozenset()
    scope = asking.within(answers)
    for _ in range(len(conditional) + 1):
        now = frozenset(component.key for component in conditional if scope.hidden(component))
        if now == hidden:
            break
        hidden = now
        scope = asking.within({key: None if key in hidden else value for key, value in answers.items()})
    return hidden, scope


def hidden_for_sure(expression: str, own: Collection[str], asking: Asking) -> bool:
    """Whether the condition is true whatever is answered: one side of its top-level ``or`` is true and names
    no own answer."""
    return any(asking.value(part) is True for part in alternatives(expression) if not mentions(part, own))


def in_question(asked: Iterable[Component], asking: Asking) -> list[Component]:
    """Those of these questions that are not hidden whatever is answered. What the case has said under the key of one that is
    counts for the others, as it does where the form has no such question."""
    left = list(asked)
    while True:
        own = frozenset(inner.key for each in left for inner in (each, *each.inside))
        shown = [each for each in left if not any(hidden_for_sure(one, own, asking) for one in each.conditions)]
        if len(shown) == len(left):
            return left
        left = shown


def open_condition(expression: str, own: Collection[str]) -> str:
    """The part of the condition that waits for the form's own answers: FEEL without "=", or nothing when none
    does."""
    return " or ".join(part for part in alternatives(expression) if mentions(part, own))


def mentions(expression: str, keys: Collection[str]) -> bool:
    """Whether the expression names any of these variables (``school.phase`` does not name ``phase``)."""
    tokens = _tokens(expression)
    return any(token in keys and (at == 0 or tokens[at - 1] != ".") for at, token in enumerate(tokens))


def alternatives(expression: str) -> list[str]:
    """The sides of an expression's top-level ``or``; the whole expression when a word such as ``if`` binds
    more widely."""
    depth, current = 0, ""
    parts: list[str] = []
    for token in _TOKEN.findall(expression.strip().removeprefix("=").strip()):
        depth += (token in "([{") - (token in ")]}")
        if depth == 0 and token in _BINDERS:
            return [expression.strip().removeprefix("=").strip()]
        if depth == 0 and token == "or":
            parts, current = [*parts, current], ""
        else:
            current += token
    return [part.strip() for part in [*parts, current]]


def _tokens(expression: str) -> list[str]:
    return [token for token in _TOKEN.findall(expression) if not token.isspace()]
