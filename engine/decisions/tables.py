"""Decision tables (DMN 1.3 section 8): which rules a case hits, and what its hit policy makes of them."""

from __future__ import annotations

from typing import Any

from engine.decisions.model import Rule, Table
from engine.decisions.scope import Scope
from engine.feel import Item

Row = dict[str, Any]


def decide(table: Table, scope: Scope, name: str) -> Row | list[Row] | Any:
    """The table's result: a row, None, rows if its hit policy may give several, or the number of an aggregation.

    ``name`` is the output's where it has none of its own. Raises DecisionFailed.
    """
    hits = _hits(table, _given(table, scope), scope)
    if not hits:
        return _unhit(table, scope, name)
    if table.policy == "UNIQUE":
        _check_one(table, hits, scope)
    if table.policy == "FIRST":
        hits = hits[:1]
    rows = _rows(table, [table.rules[number].outputs for number in hits], scope, name)
    if table.policy == "ANY":
        _check_agree(table, hits, rows, scope)
    if table.policy in ("PRIORITY", "OUTPUT ORDER"):
        rows = _by_priority(table, rows, scope)
    if table.aggregation:
        return _aggregate(table, [next(iter(row.values())) for row in rows], scope)
    return rows if table.several else rows[0]


def _check_one(table: Table, hits: list[int], scope: Scope) -> None:
    if len(hits) > 1:
        raise scope.failed(f"a unique table was hit by {_named(table, hits)}")


def _check_agree(table: Table, hits: list[int], rows: list[Row], scope: Scope) -> None:
    if any(row != rows[0] for row in rows):
        raise scope.failed(f"{_named(table, hits)} give different results, and its hit policy is ANY")


def value(table: Table, result: Any) -> Any:
    """A table's result as FEEL sees it: with one output column, each row is that output's value."""
    if len(table.outputs) > 1 or table.aggregation or result is None:
        return result
    if isinstance(result, list):
        return [next(iter(row.values())) for row in result]
    return next(iter(result.values()))


def _given(table: Table, scope: Scope) -> list[Any]:
    """The values of the inputs, each of its type and among those that are allowed."""
    found = scope.expressions([column.expression.text for column in table.inputs])
    given = [scope.fitted(each, c.type, f'"{c.label}"') for each, c in zip(found, table.inputs, strict=True)]
    scope.check_allowed([(f'"{c.label}"', c.type, each) for c, each in zip(table.inputs, given, strict=True)])
    return given


def _hits(table: Table, given: list[Any], scope: Scope) -> list[int]:
    """The rules whose tests all hold, by number from 0; every test of the table is asked in one call."""
    asked: list[tuple[int, Item]] = [
        (number, ("unaryTests", test, given[column]))
        for number, rule in enumerate(table.rules)
        for column, test in enumerate(rule.tests)
        if test not in ("", "-")
    ]
    answers = scope.ask([test for _, test in asked])
    failed = {number for (number, _), holds in zip(asked, answers, strict=True) if not holds}
    return [number for number in range(len(table.rules)) if number not in failed]


def _rows(table: Table, cells: list[tuple[str, ...]], scope: Scope, name: str) -> list[Row]:
    """The outputs of some rules, in one call; each of its type and among the output's values."""
    answers = iter(scope.expressions([text or "null" for row in cells for text in row]))
    rows = []
    for _ in cells:
        row = {}
        for output in table.outputs:
            called = output.name or name
            row[called] = scope.fitted(next(answers), output.type, f'the output "{called}"')
        rows.append(row)
    scope.check_allowed(
        [
            (f'the output "{called}"', output.type, each)
            for row in rows
            for output, (called, each) in zip(table.outputs, row.items(), strict=True)
        ]
    )
    return rows


def _values(table: Table, scope: Scope) -> list[list[Any]]:
    """The values of each output that are ranked, the most important first; empty where none are listed."""
    answers = iter(scope.expressions([text for output in table.outputs for text in output.values]))
    return [[next(answers) for _ in output.values] for output in table.outputs]


def _unhit(table: Table, scope: Scope, name: str) -> Any:
    defaults = tuple(output.default for output in table.outputs)
    if any(defaults):
        row = _rows(table, [defaults], scope, name)[0]
        return next(iter(row.values())) if table.aggregation else [row] if table.several else row
    if table.aggregation:
        return 0 if table.aggregation == "COUNT" else None
    return [] if table.several else None


def _by_priority(table: Table, rows: list[Row], scope: Scope) -> list[Row]:
    ranks = _values(table, scope)

    def rank(row: Row) -> list[int]:
        # A null is in no list of values: it comes last.
        pairs = zip(ranks, row.values(), strict=True)
        return [known.index(each) if each in known else len(known) for known, each in pairs if known]

    return sorted(rows, key=rank)


#: By FEEL itself, whose sum of 0.1 and 0.2 is 0.3.
_AGGREGATIONS = {"SUM": "sum(values)", "MIN": "min(values)", "MAX": "max(values)", "COUNT": "count(values)"}


def _aggregate(table: Table, values: list[Any], scope: Scope) -> Any:
    if table.aggregation != "COUNT" and any(
        isinstance(each, bool) or not isinstance(each, int | float) for each in values
    ):
        raise scope.failed(f"{table.aggregation} needs numbers, and a rule gave {values!r}"[:300])
    return scope.with_variables({"values": values}).expressions([_AGGREGATIONS[table.aggregation]])[0]


def _named(table: Table, hits: list[int]) -> str:
    return " and ".join(_name(number, table.rules[number]) for number in hits)


def _name(number: int, rule: Rule) -> str:
    return f"rule {number + 1}" + (f' ("{rule.note}")' if rule.note else "")
