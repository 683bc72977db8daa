"""A few answers to a question whose answers have no end: enough to see what is made of them."""

from __future__ import annotations

from typing import Any

from engine.forms import Component


def of_question(question: Component) -> list[Any] | None:
    """All options of a choice, the least that a number may be and what follows it; None for any other question."""
    if question.kind in ("radio", "select") and not question.options_expression:
        return [option.value for option in question.options]
    return _numbers(question) if question.kind == "number" else None


def _numbers(question: Component) -> list[Any]:
    """The least number that it takes, the next one, and one with decimals where it takes these."""
    rules = question.rules
    least = rules.min if isinstance(rules.min, int | float) else 1 if isinstance(rules.min, str) else 0
    found = [least, least + 1] + ([least + 1.5] if rules.decimals != 0 else [])
    return [each for each in found if not isinstance(rules.max, int | float) or each <= rules.max]
