"""What an expression of a decision sees, and how it asks FEEL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.decisions.model import Decision, Type
from engine.decisions.types import WrongType, describe, fit
from engine.errors import DecisionFailed, ExpressionFailed, ExpressionInvalid, ExpressionLimit
from engine.feel import Feel, Function, Item


@dataclass(frozen=True)
class Scope:
    """What an expression sees, and which decision it belongs to (for messages)."""

    decision: Decision
    variables: Mapping[str, Any]
    feel: Feel
    now: datetime | None
    functions: tuple[Function, ...] = ()

    def ask(self, items: Sequence[Item]) -> list[Any]:
        """FEEL's values, in one call. Raises DecisionFailed."""
        try:
            return self.feel.run(items, self.variables, self.now, self.functions) if items else []
        except (ExpressionFailed, ExpressionInvalid, ExpressionLimit) as error:
            raise self.failed(str(error)) from error

    def expressions(self, texts: Sequence[str]) -> list[Any]:
        """The values of several expressions, in one call."""
        return self.ask([("expression", text, None) for text in texts])

    def with_variables(self, variables: Mapping[str, Any]) -> Scope:
        """The same with these variables instead."""
        return replace(self, variables=variables)

    def fitted(self, value: Any, wanted: Type, what: str) -> Any:
        """The value as that type. Raises DecisionFailed."""
        try:
            return fit(value, wanted)
        except WrongType as wrong:
            raise self.failed(f"{what} is {wrong}") from None

    def failed(self, reason: str) -> DecisionFailed:
        """The error that says why this decision could not be made."""
        return DecisionFailed(decision=self.decision.name, reason=reason)

    def check_allowed(self, values: Sequence[tuple[str, Type, Any]]) -> None:
        """Raise DecisionFailed for the first value that its type does not allow; all are asked in one call."""
        asked = [
            (what, wanted.allowed, each)
            for what, wanted, value in values
            for each in (value if wanted.many and isinstance(value, list) else [value])
            if wanted.allowed and each is not None
        ]
        answers = self.ask([("unaryTests", allowed, each) for _, allowed, each in asked])
        for (what, allowed, each), holds in zip(asked, answers, strict=True):
            if not holds:
                raise self.failed(f"{what} is {describe(each)}, which is not among {allowed}")
