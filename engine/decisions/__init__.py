"""Decisions: DMN 1.2 to 1.5 with FEEL. Tables with all hit policies, literal expressions, contexts, lists, relations,
conditionals, filters, for, some and every, required decisions, decision services that a diagram refers to, business
knowledge models and their invocations; anything else is refused.

A file is read into plain parts once; deciding a table asks FEEL for all inputs in one call, all cells in another, and
the outputs of the rules that were hit in a third.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.decisions.checking import check
from engine.decisions.elements import read
from engine.decisions.model import Decision
from engine.decisions.running import Run
from engine.decisions.telling import result_in_words, value_in_words
from engine.errors import DecisionFailed
from engine.feel import Feel

__all__ = ["Decision", "evaluate", "map_result", "parse_decisions", "result_in_words", "value_in_words"]


def parse_decisions(xml: bytes, file: str, feel: Feel | None = None) -> dict[str, Decision]:
    """The decisions of a DMN file by id. With ``feel`` (at deployment) every expression in it is checked too.

    Raises DiagramRefused (unsafe or no XML) and DecisionRefused (element, line, reason).
    """
    found = read(xml, file)
    if feel is not None:
        check(found, file, feel)
    return found


def evaluate(
    decision_id: str,
    variables: Mapping[str, Any],
    feel: Feel,
    decisions: Mapping[str, Decision],
    now: datetime | None = None,
) -> Any:
    """The result of a decision over these variables; ``now`` is the aware time that now() and today() tell.

    A table gives a dict by output name (None if no rule is hit), a list of such for the hit policies that may give
    several (RULE ORDER, OUTPUT ORDER, COLLECT), or with an aggregation its number. Any other expression gives its
    value. Raises DecisionFailed.
    """
    return Run(decisions, variables, feel, now).decide(decision_id)


def map_result(result: Any, how: str) -> Any:
    """A result in the shape that a diagram asks for (``camunda:mapDecisionResult``).

    ``singleEntry`` is the one output of the one row, ``singleResult`` the one row, ``collectEntries`` a list of each
    row's one output, ``resultList`` the list of rows. Without any, one row with one output gives its value, and
    anything else stays as it is. Raises DecisionFailed when there are more rows or outputs than the shape has room for.
    """
    rows = result if isinstance(result, list) else [] if result is None else [result]
    if not all(isinstance(row, dict) for row in rows):
        return rows if how in ("collectEntries", "resultList") else result
    if how in _SHAPES:
        return _SHAPES[how](rows)
    return _entry(result) if isinstance(result, dict) and len(result) == 1 else result


def _single(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    if len(rows) > 1:
        raise DecisionFailed(decision="of this task", reason=f"it gave {len(rows)} results where the diagram wants one")
    return rows[0] if rows else None


def _entry(row: dict[str, Any]) -> Any:
    if len(row) != 1:
        outputs = ", ".join(row) or "nothing"
        raise DecisionFailed(
            decision="of this task", reason=f"a result holds {outputs}, where the diagram wants one output"
        )
    return next(iter(row.values()))


def _single_entry(rows: list[dict[str, Any]]) -> Any:
    row = _single(rows)
    return None if row is None else _entry(row)


_SHAPES: Mapping[str, Callable[[list[dict[str, Any]]], Any]] = {
    "singleEntry": _single_entry,
    "singleResult": _single,
    "collectEntries": lambda rows: [_entry(row) for row in rows],
    "resultList": list,
}
