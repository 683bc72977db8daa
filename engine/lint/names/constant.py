"""Conditions that are the same whatever is answered: nobody would draw two ways for one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.feel import Node
from engine.lint.names.wording import Remark, quote, unquoted, words

_CLOCK = frozenset({"now", "today"})


def constant(tree: Node) -> list[Remark]:
    """A remark for a condition that reads nothing, and for each part that is always true or never."""
    if not any(each.kind == "VariableName" for each in _all(tree)):
        return [_remark("it reads nothing, so it is always the same", "Write a condition over variables.")]
    return [found for each in _all(tree) for found in _clash(each)]


def _all(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _all(part)


def _clash(node: Node) -> Iterator[Remark]:
    """Of a conjunction: one name that is to be two values. Of a disjunction: one name that is not to be each of two."""
    if node.kind == "Comparison" and len(node.parts) == 3 and words(node.parts[0]) == words(node.parts[2]):
        yield _remark(f"{words(node.parts[0])} is compared with itself", "Compare it with something else.")
    operator = {"Conjunction": "=", "Disjunction": "!="}.get(node.kind)
    seen: dict[str, str] = {}
    for name, value in _compared(node, node.kind, operator) if operator else ():
        before = seen.setdefault(name, value)
        if before != value:
            pair = f"{quote(before)} and {quote(value)}"
            if operator == "=":
                yield _remark(f"{name} can never be {pair} at once", f"Write or, or: list contains([...], {name}).")
            else:
                yield _remark(
                    f"{name} is always other than one of {pair}", f"Write and, or: not(list contains([...], {name}))."
                )


def _compared(node: Node, kind: str, operator: str) -> Iterator[tuple[str, str]]:
    """The names that are compared with a text by this operator in a chain of one kind, and those texts."""
    for part in node.parts:
        if part.kind == kind:
            yield from _compared(part, kind, operator)
        elif part.kind == "Comparison" and len(part.parts) == 3 and part.parts[1].text == operator:
            left, _, right = part.parts
            if left.kind == "VariableName" and right.kind == "StringLiteral":
                yield left.word, unquoted(right.text)


def _remark(message: str, remedy: str) -> Remark:
    return Remark("truth", "", message, remedy)
