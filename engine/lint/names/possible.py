"""Trying a condition with everything that its names can be: whether it is always the same, and what a blank does to it.

FEEL itself decides: all cases are handed to it in one request, and each expression chooses those for which it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Any

from engine.errors import PathwaysError
from engine.feel import Node
from engine.forms.model import Component, Rules
from engine.lint.names.origins import Origin, Origins
from engine.lint.names.sources import Inspects

#: More cases than these are not tried, and of more options not every choice of several.
MOST_CASES, MOST_CHOSEN = 300, 7
_CLOCK = frozenset({"now", "today"})
Domain = Mapping[str, Sequence[Any]]


def names_of(tree: Node) -> frozenset[str]:
    """Every name in an expression, of functions too."""
    own = {tree.word} if tree.kind == "VariableName" else set()
    return frozenset(own).union(*(names_of(part) for part in tree.parts))


def is_timeless(tree: Node) -> bool:
    """Whether an expression gives the same today and tomorrow."""
    return not names_of(tree) & _CLOCK


# -- what a name can be -------------------------------------------------------------------------------------------


def values(found: Origins, trees: Iterable[Node], name: str) -> list[Any] | None:
    """Everything that a name can be, null where an answer may be missing; None where there is no end to it."""
    given = list(trees)
    each = [] if found.others else [_answers(origin, given, name) for origin in found.questions]
    if not each or None in each:
        return None
    return _each_once([value for one in each for value in one or ()] + ([None] if _blank(found) else []))


def _each_once(given: list[Any]) -> list[Any]:
    return [value for at, value in enumerate(given) if value not in given[:at]]


def _blank(found: Origins) -> bool:
    return found.unset or any(origin.hidden or origin.optional for origin in found.questions)


def _answers(origin: Origin, trees: list[Node], name: str) -> list[Any] | None:
    question = origin.question
    if question.kind == "checkbox":
        return [True, False]
    if question.kind == "number":
        return _numbers(origin, trees, name) if all(_only_compared(tree, name) for tree in trees) else None
    options = _written(question)
    if question.kind in ("checklist", "filepicker"):
        return _ticked(options, 1 if question.rules.required else 0, trees, name)
    return options if question.kind in ("radio", "select") else None


def _written(question: Component) -> list[Any] | None:
    """The values of a question's options; None where no form can say them."""
    free = question.options_expression or question.kind == "filepicker"
    return None if free else [option.value for option in question.options]


def _ticked(options: list[Any] | None, least: int, trees: list[Node], name: str) -> list[Any] | None:
    """What can be ticked: of options without an end something or nothing, where it is only asked whether it is null."""
    if options is not None and len(options) <= MOST_CHOSEN:
        return _chosen(options, least)
    return [[], ["any"]][least:] if all(_only_null(tree, name) for tree in trees) else None


def _only_null(tree: Node, name: str) -> bool:
    """Whether a name stands only beside null in a comparison."""
    if tree.kind == "Comparison" and {part.kind for part in tree.parts} == {"VariableName", "CompareOp", "null"}:
        return True
    return tree.word != name if tree.kind == "VariableName" else all(_only_null(part, name) for part in tree.parts)


def _chosen(options: list[Any], least: int) -> list[Any]:
    """Every choice of several options."""
    return [list(some) for size in range(least, len(options) + 1) for some in combinations(options, size)]


def _numbers(origin: Origin, trees: list[Node], name: str) -> list[Any] | None:
    """The numbers at which conditions that compare a name with numbers may change, as far as the question takes them."""
    rules = origin.question.rules
    if isinstance(rules.min, str) or isinstance(rules.max, str):
        return None
    step = 0.5 if rules.decimals is None else 10.0**-rules.decimals
    said = [number for tree in trees for number in _literals(tree)]
    points = {number + beside for number in said for beside in (-step, 0.0, step)} | set(_limits(rules))
    return sorted(point for point in points if _taken(point, rules))


def _limits(rules: Rules) -> list[float]:
    return [float(limit) for limit in (rules.min, rules.max) if isinstance(limit, int | float)]


def _taken(point: float, rules: Rules) -> bool:
    """Whether a question takes a number."""
    whole = rules.decimals is None or round(point, rules.decimals) == point
    return whole and _bound(rules.min, point) <= point <= _bound(rules.max, point)


def _bound(limit: object, otherwise: float) -> float:
    return float(limit) if isinstance(limit, int | float) else otherwise


def _only_compared(tree: Node, name: str) -> bool:
    """Whether a name stands only beside a number or null in a comparison."""
    if tree.kind == "Comparison" and len(tree.parts) == 3:
        left, right = tree.parts[0], tree.parts[2]
        if left.kind == "VariableName" and right.kind in ("NumericLiteral", "null"):
            return True
    if tree.kind == "VariableName":
        return tree.word != name
    return all(_only_compared(part, name) for part in tree.parts)


def _literals(tree: Node) -> Iterable[float]:
    if tree.kind == "NumericLiteral":
        yield float(tree.text.replace(" ", ""))
    for part in tree.parts:
        yield from _literals(part)


# -- trying -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """All cases, and by expression what it gave in each: true, false, or None for anything else."""

    cases: Sequence[Mapping[str, Any]]
    gave: Mapping[str, Sequence[bool | None]]


def tried(feel: Inspects, expressions: Sequence[str], domain: Domain) -> Tried | None:
    """Evaluate expressions for every case of a domain; None where there are too many cases, or FEEL cannot."""
    tries = cases(domain)
    if not tries:
        return None
    asked = [{**case, "case__": at} for at, case in enumerate(tries)]
    chosen = ", ".join(f"cases__[({text})].case__, cases__[not({text})].case__" for text in expressions)
    try:
        found: Any = feel.evaluate(f"[{chosen}]", {"cases__": asked})
    except PathwaysError:
        return None
    pairs = zip(found[::2], found[1::2], strict=True)
    gave = {text: _truths(pair, len(tries)) for text, pair in zip(expressions, pairs, strict=True)}
    return Tried(tries, gave)


def cases(domain: Domain) -> list[dict[str, Any]]:
    """Every case of a domain; none where there are too many."""
    return [dict(zip(domain, values, strict=True)) for values in product(*domain.values())] if _few(domain) else []


def _few(domain: Domain) -> bool:
    """Whether every case of a domain can be tried."""
    several = prod(len(each) for each in domain.values())
    return bool(domain) and several <= MOST_CASES and all(name.isidentifier() for name in domain)


def _truths(chosen: tuple[Any, Any], many: int) -> list[bool | None]:
    """By case what an expression gave, of the cases for which it is true, and those for which it is false."""
    true, false = (set(map(int, each or ())) for each in chosen)
    return [True if at in true else False if at in false else None for at in range(many)]
