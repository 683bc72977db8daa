"""What a decision gave, in words: what its table calls each output, and the value as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.decisions.model import Decision, Table
from engine.forms import in_words


def result_in_words(decision: Decision, result: Any) -> dict[str, str]:
    """A result (as :func:`engine.decisions.evaluate` gives it) by what its outputs are called. Of several rows an output has the
    values of all; what is no table's row stands by the decision's name."""
    rows = result if isinstance(result, list) else [result]
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        return {decision.name: value_in_words(result)}
    values: dict[str, list[Any]] = {}
    for name, value in (pair for row in rows for pair in row.items()):
        values.setdefault(name, []).append(value)
    return {_called(name, decision): value_in_words(each) for name, each in values.items()}


def _called(name: str, decision: Decision) -> str:
    """What people read above an output: its label, else its name, else that of the decision."""
    columns = decision.expression.outputs if isinstance(decision.expression, Table) else ()
    label = next((each.label for each in columns if each.name == name), "")
    return label or name.replace("_", " ").strip().capitalize() or decision.name


def value_in_words(value: Any) -> str:
    """A value of a case as people read it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return in_words(value)
    if isinstance(value, list):
        return ", ".join(map(value_in_words, value)) or "nothing"
    return f"{len(value)} entries" if isinstance(value, dict) else str(value)
