"""Checks of a DMN file that need FEEL: that every expression parses, and that every boxed call has what it calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal as OneOf
from typing import cast

from engine.decisions.model import (
    Context,
    Decision,
    Expression,
    Invocation,
    Iteration,
    Knowledge,
    parts,
    texts,
)
from engine.errors import DecisionRefused, ExpressionInvalid, ExpressionLimit
from engine.feel import Feel


def check(decisions: Mapping[str, Decision], file: str, feel: Feel) -> None:
    """Raise DecisionRefused for the first expression that does not parse, or call that cannot be made."""
    for decision in decisions.values():
        names = sorted(_names(decision, decisions))
        for expression in _expressions(decision):
            _parses(expression, decision, names, file, feel)
            _calls(expression, decision, file)


def _expressions(decision: Decision) -> Iterator[Expression]:
    yield decision.expression
    yield from (model.body for model in decision.knowledge.values())


def _names(decision: Decision, decisions: Mapping[str, Decision]) -> set[str]:
    """The names that hold spaces or signs: FEEL must know these to tell where a name ends."""
    names = {name for name, _ in decision.inputs} | {decisions[each].variable for each in decision.requires}
    for model in decision.knowledge.values():
        names |= {model.name, *(name for name, _ in model.parameters)}
    for expression in _expressions(decision):
        names.update(_entries(expression))
    return {name for name in names if name and not name.isidentifier()}


def _entries(expression: Expression) -> Iterator[str]:
    """The names that an expression's contexts and iterations give to what they hold."""
    for part in parts(expression):
        if isinstance(part, Context):
            yield from (name for name, _, _ in part.entries)
        elif isinstance(part, Iteration):
            yield part.name


def _parses(expression: Expression, decision: Decision, names: list[str], file: str, feel: Feel) -> None:
    for dialect, text, line in texts(expression):
        try:
            feel.check(text, cast(OneOf["expression", "unaryTests"], dialect), names)
        except (ExpressionInvalid, ExpressionLimit) as error:
            raise _refused(decision, line, file, str(error).rstrip(".")) from None


def _calls(expression: Expression, decision: Decision, file: str) -> None:
    for part in parts(expression):
        if isinstance(part, Invocation):
            reason = _fault(part, decision.knowledge)
            if reason:
                raise _refused(decision, decision.line, file, reason)


def _fault(invocation: Invocation, knowledge: Mapping[str, Knowledge]) -> str:
    model = knowledge.get(" ".join(invocation.function.split()))
    if model is None:
        return f'it calls "{invocation.function}", which is no business knowledge model that it requires'
    known = {name for name, _ in model.parameters}
    odd = [name for name, _ in invocation.bindings if name not in known]
    return f'it gives "{model.name}" the parameter "{odd[0]}", which it has not' if odd else ""


def _refused(decision: Decision, line: int, file: str, reason: str) -> DecisionRefused:
    return DecisionRefused(file=file, element=f'decision "{decision.name}"', line=line, reason=reason)
