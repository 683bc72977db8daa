"""Our engine's step on a case that stays in memory, and what variables each element has asked its expressions with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.feel import Feel
from engine.spiff.step import apply, outcome
from engine.spiff.tree import Definition, Instance, Token
from engine.steps import Outcome, StepContext, Trigger

Seen = Mapping[str, Any]


class Heard:
    """FEEL, which remembers with what variables each element has asked it in this step."""

    def __init__(self, feel: Feel) -> None:
        self._feel = feel
        self.instance: Instance | None = None
        self.forget()

    def forget(self) -> None:
        """A new step begins."""
        self._asked: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        self._last: dict[str, Seen] = {}

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime | None = None) -> Any:
        """As :meth:`engine.feel.Feel.evaluate`."""
        self._remember([expression], variables)
        return self._feel.evaluate(expression, variables, now=now)

    def evaluate_many(
        self, expressions: Sequence[str], variables: Mapping[str, Any], now: datetime | None = None
    ) -> list[Any]:
        """As :meth:`engine.feel.Feel.evaluate_many`."""
        self._remember(expressions, variables)
        return self._feel.evaluate_many(expressions, variables, now=now)

    def names(self, expression: str) -> frozenset[str]:
        """As :meth:`engine.feel.Feel.names`."""
        return self._feel.names(expression)

    def _remember(self, expressions: Sequence[str], variables: Mapping[str, Any]) -> None:
        assert self.instance is not None
        at = self.instance.at
        if at is not None:
            self._last[at.task_spec.element_id] = variables
            for each in () if at.task_spec.watches else expressions:  # a condition is looked at again and again
                self._asked[at.task_spec.element_id, each.strip()].append(variables)

    def variables(self, element: str, expression: str) -> Seen | None:
        """With what the element has asked this, the first time that has not been told yet; else with what it asked last."""
        asked = self._asked[element, expression.strip()]
        return asked.pop(0) if asked else self._last.get(element)


class Ours:
    """A case on our engine."""

    def __init__(self, definition: Definition, context: StepContext) -> None:
        self._heard = Heard(context.feel)
        self.instance = Instance(definition, replace(context, feel=self._heard))  # type: ignore[arg-type]
        self._heard.instance = self.instance
        self._out: Outcome | None = None

    def step(self, trigger: Trigger, due: datetime | None = None) -> None:
        """Take a step; time passes until ``due``."""
        context = self.instance.context
        self.instance.context = replace(context, now=max(context.now, due or context.now))
        self.instance.history, self.instance.thrown = [], []
        self._heard.forget()
        apply(self.instance, trigger)
        self._out = outcome(self.instance)

    def answer(self, element: str, expression: str) -> Any:
        """What an expression gives at an element, as our engine had the variables there; of a list, how long it is."""
        variables = self._heard.variables(element, expression)
        if variables is None:
            variables = self.instance.variables(self.instance.task_tree)
        found = self.instance.context.feel.evaluate(expression, variables, now=self.instance.context.now)
        return len(found) if isinstance(found, list) else found

    @property
    def out(self) -> Outcome:
        """What the last step has brought about."""
        assert self._out is not None, "a case begins by being started"
        return self._out

    @property
    def done(self) -> bool:
        """Whether the case has ended."""
        return self.out.status == "completed"

    @property
    def completed(self) -> Counter[str]:
        """The elements that the last step has completed. Event-based gateways are not told: SpiffWorkflow's end later."""
        done = (step for step in self.out.history if step.how == "completed" and step.kind != "eventBasedGateway")
        return Counter(step.element for step in done)

    def waiting(self) -> Counter[str]:
        """The elements at which something from outside is waited for, and how often."""
        out = self.out
        conditions = [] if self.done else [each for each in self.instance.tokens() if _watches(each)]
        told = (*out.user_tasks, *out.timers, *out.subscriptions)
        return Counter([*(each.element for each in told), *(each.task_spec.element_id for each in conditions)])


def _watches(token: Token) -> bool:
    return token.waits and token.task_spec.visible and token.task_spec.watches
