"""Deciding: the value of a boxed expression, and of a decision with all that it requires."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.decisions import tables
from engine.decisions.model import (
    Conditional,
    Context,
    Decision,
    Expression,
    Filter,
    Invocation,
    Iteration,
    Knowledge,
    ListOf,
    Literal,
    Relation,
    Table,
)
from engine.decisions.scope import Scope
from engine.errors import DecisionFailed
from engine.feel import Feel, Function


class Run:
    """One evaluation of a decision; what it requires is decided once each."""

    def __init__(
        self, decisions: Mapping[str, Decision], variables: Mapping[str, Any], feel: Feel, now: datetime | None
    ) -> None:
        self._decisions, self._variables, self._feel, self._now = decisions, variables, feel, now
        self._values: dict[str, Any] = {}

    def decide(self, decision_id: str) -> Any:
        """The result: for a table rows (dicts by output name), a list of them if several may be hit; else the value."""
        decision = self._decisions.get(decision_id)
        if decision is None:
            raise DecisionFailed(decision=decision_id, reason="it is not deployed")
        scope = self._scope(decision)
        if isinstance(decision.expression, Table):
            return tables.decide(decision.expression, scope, decision.variable)
        return scope.fitted(value_of(decision.expression, scope), decision.type, "its result")

    def _value(self, decision_id: str) -> Any:
        """A required decision's value as DMN has it: a table with one output gives that output itself."""
        if decision_id not in self._values:
            table, value = self._decisions[decision_id].expression, self.decide(decision_id)
            self._values[decision_id] = tables.value(table, value) if isinstance(table, Table) else value
        return self._values[decision_id]

    def _scope(self, decision: Decision) -> Scope:
        seen = dict(self._variables)
        scope = self._scope_of(decision, seen)
        for name, kind in decision.inputs:
            if name in seen:
                seen[name] = scope.fitted(seen[name], kind, f'the input "{name}"')
        for each in decision.requires:
            seen.setdefault(each, self._value(each))  # some modellers write the id where DMN wants the name
        for each in decision.requires:
            seen[self._decisions[each].variable] = self._value(each)
        return scope

    def _scope_of(self, decision: Decision, variables: Mapping[str, Any]) -> Scope:
        return Scope(decision, variables, self._feel, self._now, functions_of(decision))


def functions_of(decision: Decision) -> tuple[Function, ...]:
    """The business knowledge models that FEEL itself can call: those whose logic is one FEEL expression."""
    return tuple(
        Function(each.name, tuple(name for name, _ in each.parameters), each.body.text)
        for each in decision.knowledge.values()
        if isinstance(each.body, Literal)
    )


def value_of(expression: Expression, scope: Scope) -> Any:
    """The value of an expression. Raises DecisionFailed."""
    if isinstance(expression, Literal):
        return scope.expressions([expression.text])[0]
    return _VALUES[type(expression)](expression, scope)


def _table(table: Table, scope: Scope) -> Any:
    return tables.value(table, tables.decide(table, scope, "result"))


def _conditional(box: Conditional, scope: Scope) -> Any:
    return value_of(box.then if value_of(box.condition, scope) is True else box.otherwise, scope)


def _filter(box: Filter, scope: Scope) -> list[Any] | None:
    source = value_of(box.source, scope)
    if source is None:
        return None
    items = source if isinstance(source, list) else [source]
    seen = ({"item": item, **(item if isinstance(item, Mapping) else {})} for item in items)
    return [item for item, inner in zip(items, seen, strict=True) if _inside(box.match, inner, scope) is True]


def _iteration(box: Iteration, scope: Scope) -> Any:
    items = value_of(box.source, scope)
    if not isinstance(items, list):
        return None
    found: list[Any] = []
    for item in items:
        partial = {"partial": list(found)} if box.kind == "for" else {}
        found.append(_inside(box.body, {box.name: item, **partial}, scope))
    return found if box.kind == "for" else _decided(box.kind, found)


def _decided(kind: str, found: list[Any]) -> bool | None:
    """Some or every in three values: null decides nothing, and whether all is decided rests on it."""
    decides = kind == "some"
    if any(each is decides for each in found):
        return decides
    return None if any(not isinstance(each, bool) for each in found) else not decides


def _inside(expression: Expression, names: Mapping[str, Any], scope: Scope) -> Any:
    return value_of(expression, scope.with_variables({**scope.variables, **names}))


def _many(expressions: Sequence[Expression], scope: Scope) -> list[Any]:
    """Values of expressions that don't see each other: all that is plain FEEL in one call."""
    answers = iter(scope.expressions([each.text for each in expressions if isinstance(each, Literal)]))
    return [next(answers) if isinstance(each, Literal) else value_of(each, scope) for each in expressions]


def _relation(relation: Relation, scope: Scope) -> list[dict[str, Any]]:
    cells = iter(_many([cell for row in relation.rows for cell in row], scope))
    return [{column: next(cells) for column in relation.columns} for _ in relation.rows]


def _context(context: Context, scope: Scope) -> Any:
    entries: dict[str, Any] = {}
    for name, kind, expression in context.entries:
        value = value_of(expression, scope.with_variables({**scope.variables, **entries}))
        value = scope.fitted(value, kind, f'the entry "{name}"')
        if not name:
            return value
        entries[name] = value
    return entries


def _invocation(invocation: Invocation, scope: Scope) -> Any:
    model = scope.decision.knowledge.get(" ".join(invocation.function.split()))
    if model is None:
        raise scope.failed(f'it calls "{invocation.function}", which is no business knowledge model that it requires')
    given = dict(zip([name for name, _ in invocation.bindings], _bound(invocation, scope), strict=True))
    wrong = sorted(given.keys() - {name for name, _ in model.parameters})
    if wrong:
        raise scope.failed(f'it gives "{model.name}" the parameter "{wrong[0]}", which it has not')
    return call(model, given, scope)


def _bound(invocation: Invocation, scope: Scope) -> list[Any]:
    return _many([expression for _, expression in invocation.bindings], scope)


def call(model: Knowledge, given: Mapping[str, Any], scope: Scope) -> Any:
    """The value of a business knowledge model, which sees its parameters only; one that is not given is null."""
    seen = {name: scope.fitted(given.get(name), kind, f'the parameter "{name}"') for name, kind in model.parameters}
    value = value_of(model.body, scope.with_variables(seen))
    return scope.fitted(value, model.type, f'the result of "{model.name}"')


_VALUES: Mapping[type, Callable[[Any, Scope], Any]] = {
    Table: _table,
    Context: _context,
    Invocation: _invocation,
    ListOf: lambda box, scope: _many(box.items, scope),
    Relation: _relation,
    Conditional: _conditional,
    Filter: _filter,
    Iteration: _iteration,
}
