"""Which rules of a decision table overlap, which can never be hit, and for which inputs there is none.

Each input is cut into the few cases that its cells tell apart: each value that is written, each stretch of numbers
between two that are, everything else, and null. Cells that say more than values, lists of values and limits are left
undecided, and nothing is said of a rule that has one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from math import prod
from typing import Any

from engine.decisions.model import Table
from engine.feel import Node
from engine.lint.names import OPEN, Inspects, read, sources
from engine.lint.names.shapes import BOOLEAN, NUMBER, Shape, Value
from engine.lint.names.wording import quote

#: Combinations of cases past which a table is not looked at.
MOST_COMBINATIONS = 50_000

REST, ABSENT = "any other value", "no value"


@dataclass(frozen=True)
class Case:
    """One of the cases that an input's cells tell apart. ``low`` and ``high`` are a stretch of numbers without ends."""

    words: str
    value: Value | None = None
    low: float | None = None
    high: float | None = None

    def is_below(self, number: float) -> bool:
        """Whether all of a stretch is less than a number."""
        return self.high is not None and self.high <= number

    def is_above(self, number: float) -> bool:
        """Whether all of a stretch is more than a number."""
        return self.low is not None and self.low >= number


@dataclass(frozen=True)
class Coverage:
    """What a table does with every combination of its inputs' cases."""

    overlaps: tuple[tuple[int, int], ...]
    """Numbers of rules that are hit together though their hit policy lets only one be hit."""
    never: tuple[tuple[int, tuple[int, ...]], ...]
    """Numbers of rules that are never hit, each with those that are hit instead."""
    gap: str
    """The first combination that hits nothing, in words; empty when there is none."""


def coverage(table: Table, tested: Sequence[Shape], feel: Inspects) -> Coverage | None:
    """What the rules cover, where ``tested`` says what each input may be; None when that can't be told."""
    if not table.rules or any(len(rule.tests) != len(table.inputs) for rule in table.rules):
        return None
    cells = [[_cell(text, feel) for text in rule.tests] for rule in table.rules]
    cases = [_cases(shape, column) for shape, column in zip(tested, zip(*cells, strict=True), strict=True)]
    if prod(map(len, cases)) * len(table.rules) > MOST_COMBINATIONS:
        return None
    hits = {combination: _hit(cells, combination) for combination in product(*cases)}
    undecided = _undecided(cells)
    return Coverage(_overlaps(table, hits), _never(table, hits, undecided), "" if undecided else _gap(table, hits))


Cell = tuple[Node, ...] | None
"""The alternatives of a cell, a single wildcard for any value; None for one that is left undecided."""


def _cell(text: str, feel: Inspects) -> Cell:
    tree = sources.tree(feel, text or "-", "unaryTests")
    if tree is None or not tree.parts:
        return None
    inner = tree.parts[0]
    if inner.kind == "Wildcard":
        return (inner,)
    negated = tree.first("not")
    tests = tree.first("PositiveUnaryTests")
    if tests is None or any(_plain(each) is None for each in tests.every("PositiveUnaryTest")):
        return None
    found = tuple(tests.every("PositiveUnaryTest"))
    return (Node("not", 0, parts=found),) if negated is not None else found


_LITERALS = ("StringLiteral", "NumericLiteral", "BooleanLiteral", "null")


def _plain(test: Node) -> Node | None:
    """A test that is a literal, a comparison with one, or an interval between two; None for any other."""
    inner = test.parts[0] if len(test.parts) == 1 else test
    if inner.kind in _LITERALS:
        return inner
    if inner.kind != "SimplePositiveUnaryTest":
        return None
    last = inner.parts[-1]
    ends = [part for part in last.parts if part.kind not in ("[", "]", "(", ")", "..")]
    plain = last.kind in _LITERALS or (last.kind == "Interval" and all(end.kind == "NumericLiteral" for end in ends))
    return inner if plain else None


def _literal(node: Node) -> Value | None:
    if node.kind == "BooleanLiteral":
        return node.text
    return next(iter(read(node, OPEN).shape.values or ()), None)


def _cases(shape: Shape, cells: Sequence[Cell]) -> list[Case]:
    written = {value for cell in cells for test in cell or () for value in _written(test)}
    return [*sorted(_told_apart(shape, written), key=lambda case: case.words), Case(ABSENT)]


def _told_apart(shape: Shape, written: Collection[Value]) -> list[Case]:
    """The cases of an input that has a value, where these are written in its cells."""
    numbers = sorted(value for value in written if isinstance(value, int | float))
    if shape.values is not None:
        return [Case(quote(value), value) for value in shape.values]
    if shape.only(NUMBER) or numbers:
        return _stretches(numbers)
    if shape.only(BOOLEAN):
        return [Case(value, value) for value in ("true", "false")]
    return [*(Case(quote(value), value) for value in written), Case(REST)]


def _written(test: Node) -> Iterator[Value]:
    if test.kind in _LITERALS:
        value = _literal(test)
        if value is not None:
            yield value
    for part in test.parts:
        yield from _written(part)


def _stretches(numbers: list[int | float]) -> list[Case]:
    ends: list[float | None] = [None, *numbers, None]
    between = [Case(_between(low, high), None, low, high) for low, high in pairwise(ends)]
    return [*between, *(Case(str(number), number) for number in numbers)]


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return REST if high is None else f"less than {high}"
    return f"more than {low}" if high is None else f"between {low} and {high}"


def _undecided(cells: Sequence[Sequence[Cell]]) -> set[int]:
    """The numbers of the rules of which it can't be told what they hit."""
    return {number for number, row in enumerate(cells, 1) if None in row}


def _hit(cells: Sequence[Sequence[Cell]], combination: tuple[Case, ...]) -> tuple[int, ...]:
    """The numbers of the rules that a combination surely hits."""
    return tuple(
        number
        for number, row in enumerate(cells, 1)
        if all(cell is not None and _passes(cell, case) for cell, case in zip(row, combination, strict=True))
    )


def _passes(cell: tuple[Node, ...], case: Case) -> bool:
    return any(_test(test, case) for test in cell)


def _test(test: Node, case: Case) -> bool:
    if test.kind == "Wildcard":
        return True
    if test.kind == "not":
        return case.words != ABSENT and not any(_test(each, case) for each in test.parts)
    inner = _plain(test)
    if inner is None:
        return False
    if inner.kind == "null":
        return case.words == ABSENT
    if inner.kind in _LITERALS:
        return case.value is not None and case.value == _literal(inner)
    return _compared(inner, case)


def _compared(test: Node, case: Case) -> bool:
    """Whether a case passes ``< 5`` or ``[1..5)``; a stretch lies wholly on one side of each number written."""
    last = test.parts[-1]
    if last.kind == "Interval":
        low, high = [each for each in last.parts if each.kind == "NumericLiteral"]
        first, end = last.parts[0].kind, last.parts[-1].kind
        return _side(case, ">=" if first == "[" else ">", low) and _side(case, "<=" if end == "]" else "<", high)
    operator = test.first("CompareOp")
    return operator is not None and _side(case, operator.text, last)


def _side(case: Case, operator: str, limit: Node) -> bool:
    number = _literal(limit)
    if operator in ("=", "!="):
        same = case.value is not None and case.value == number
        return case.words != ABSENT and same == (operator == "=")
    if not isinstance(number, int | float) or case.words == ABSENT:
        return False
    if case.value is not None:
        return isinstance(case.value, int | float) and _ORDER[operator](case.value, number)
    return case.is_below(number) if operator.startswith("<") else case.is_above(number)


_ORDER = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
Hits = dict[tuple[Case, ...], tuple[int, ...]]


def _overlaps(table: Table, hits: Hits) -> tuple[tuple[int, int], ...]:
    together = {found for found in hits.values() if len(found) > 1}
    if table.policy == "UNIQUE":
        return tuple(sorted({(found[0], found[1]) for found in together}))
    if table.policy == "ANY":
        return tuple(sorted({pair for found in together for pair in combinations(found, 2) if _differ(table, pair)}))
    return ()


def _differ(table: Table, pair: tuple[int, int]) -> bool:
    """Whether two rules say different things."""
    first, second = (table.rules[number - 1].outputs for number in pair)
    return [text.strip() for text in first] != [text.strip() for text in second]


def _never(table: Table, hits: Hits, undecided: set[int]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Rules before which, under FIRST or by PRIORITY, another is always hit. One that nothing can hit has a wrong value in a
    cell."""
    ranks = _ranks(table)
    found = []
    for number in range(1, len(table.rules) + 1) if ranks else ():
        mine = [min(each, key=lambda one: ranks[one - 1]) for each in hits.values() if number in each]
        if number not in undecided and mine and all(ranks[each - 1] < ranks[number - 1] for each in mine):
            found.append((number, tuple(sorted(set(mine)))))
    return tuple(found)


def _ranks(table: Table) -> Sequence[Any]:
    """What decides by rule which of those that are hit counts, the lowest first; nothing where another policy rules, or a rule
    says what the table does not rank."""
    if table.policy == "FIRST":
        return range(len(table.rules))
    if table.policy != "PRIORITY":
        return ()
    ranked = [[text.strip() for text in output.values] for output in table.outputs]
    found = [_rank([text.strip() for text in rule.outputs], ranked) for rule in table.rules]
    return [] if None in found else found


def _rank(said: list[str], ranked: list[list[str]]) -> list[int] | None:
    """How early the outputs of a rule stand among those that the table ranks; None for one that it does not rank."""
    pairs = list(zip(said, ranked, strict=True))
    return [values.index(text) for text, values in pairs] if all(text in values for text, values in pairs) else None


def _gap(table: Table, hits: Hits) -> str:
    missed = next((each for each, found in hits.items() if not found and _is_given(each)), None)
    if missed is None or any(output.default for output in table.outputs):
        return ""
    names = [column.label or column.expression.text for column in table.inputs]
    return ", ".join(f"{name}: {case.words}" for name, case in zip(names, missed, strict=True))


def _is_given(combination: tuple[Case, ...]) -> bool:
    """Whether every input has a value."""
    return all(case.words != ABSENT for case in combination)
