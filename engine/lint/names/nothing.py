"""Parts of an expression that can only give null, whatever its variables are."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import PathwaysError
from engine.feel import Node
from engine.lint.names.functions import FUNCTIONS
from engine.lint.names.sources import Inspects
from engine.lint.names.wording import Remark, key_of, quote, unquoted

TYPES = frozenset(
    ("Any", "Null", "number", "string", "boolean", "date", "time", "dateTime", "date and time", "duration")
    + ("dayTimeDuration", "days and time duration", "yearMonthDuration", "years and months duration")
    + ("list", "context", "range", "function")
)
_LITERALS = frozenset({"StringLiteral", "NumericLiteral", "BooleanLiteral", "AtLiteral", "DateTimeLiteral", "null"})
_PLAIN = frozenset({"(", ")", "[", "]", "..", "DateTimeConstructor", "VariableName"})


def nothing(tree: Node, feel: Inspects) -> list[Remark]:
    """A remark for each part that can only give null; of parts in one another, the innermost."""
    inner = [remark for part in tree.parts for remark in nothing(part, feel)]
    return inner or [Remark("nothing", "", *said) for said in _SAID.get(tree.kind, _none)(tree, feel)]


Said = Iterator[tuple[str, str]]


def _none(node: Node, feel: Inspects) -> Said:
    return iter(())


def _source(node: Node) -> str:
    """The text of a part that is made of literals."""
    between = ", " if node.kind == "PositionalParameters" else ""
    return ("@" if node.kind == "AtLiteral" else "") + (node.text or between.join(_source(part) for part in node.parts))


def _literal(node: Node) -> bool:
    """Whether no variable has a say in it."""
    return node.kind in _LITERALS and all(map(_plain, node.parts))


def _plain(part: Node) -> bool:
    """Whether a part of a literal is a sign, the name of its kind, or literals that it is made of."""
    if part.kind == "PositionalParameters":
        return all(map(_literal, part.parts))
    return part.kind in _PLAIN or _literal(part)


def _given(node: Node) -> list[Node]:
    inside = node.first("PositionalParameters")
    return list(inside.parts) if inside is not None else []


def _value(text: str, feel: Inspects) -> object:
    try:
        return feel.evaluate(text, {})
    except PathwaysError:
        return ()  # another rule says what is wrong with it


def _temporal(node: Node, feel: Inspects) -> Said:
    if all(map(_literal, _given(node))) and _value(_source(node), feel) is None:
        remedy = "Write a date as 2026-10-14, a time as 09:30:00, a duration as P2D, PT3H or P1Y6M."
        yield f"{_source(node)} is no date, time or duration that there is", remedy


def _call(node: Node, feel: Inspects) -> Said:
    called, given = node.parts[0], _given(node)
    if called.word in FUNCTIONS and given and all(map(_literal, given)) and _value(_source(node), feel) is None:
        yield f"{_source(node)} gives nothing", "Correct what the function is given."


def _ends(node: Node, start: Node, end: Node, feel: Inspects) -> Said:
    ordered = f"{_source(start)} <= {_source(end)}"
    if _literal(start) and _literal(end) and _value(ordered, feel) in (None, False):
        remedy = "Put the lower end first, both of one kind. For a range without an end write >= or <=."
        yield f"nothing lies between {_source(start)} and {_source(end)}", remedy


def _interval(node: Node, feel: Inspects) -> Said:
    yield from _ends(node, node.parts[1], node.parts[3], feel)


def _comparison(node: Node, feel: Inspects) -> Said:
    if node.first("between"):
        yield from _ends(node, node.parts[2], node.parts[4], feel)


def _context(node: Node, feel: Inspects) -> Said:
    keys = [entry.parts[0] for entry in node.every("ContextEntry")]
    names = [unquoted(key.parts[0].text) if key.first("StringLiteral") else key_of(key) for key in keys]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"a context has the entry {quote(name)} twice", "Take one of them out, or name it otherwise."


def _function(node: Node, feel: Inspects) -> Said:
    if node.first("external"):
        yield "an external function is never run", "Write its body in FEEL."


def _type(node: Node, feel: Inspects) -> Said:
    name = node.word
    if name.replace(" ", "").isalnum() and name not in TYPES:
        yield f"FEEL has no type {quote(name)}", f"It has {', '.join(sorted(TYPES, key=str.casefold))}."


_SAID = {
    "DateTimeLiteral": _temporal,
    "FunctionInvocation": _call,
    "Interval": _interval,
    "Comparison": _comparison,
    "Context": _context,
    "FunctionDefinition": _function,
    "Type": _type,
}
