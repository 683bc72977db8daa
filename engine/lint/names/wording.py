"""Parts of an expression and their values in words, for messages; and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.feel import Node
from engine.lint.names.shapes import BOOLEAN, CONTEXT, FUNCTION, LIST, NUMBER, TEMPORAL, TEXT, Shape, Value


@dataclass(frozen=True)
class Remark:
    """Something that is wrong with an expression. ``kind`` says what: "name", "unsure", "value", "type", "function",
    "nothing" or "prose"; ``name`` is what it is about."""

    kind: str
    name: str
    message: str
    remedy: str


def unquoted(text: str) -> str:
    """What a string literal says."""
    inner = text[1:-1]
    for written, meant in (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\")):
        inner = inner.replace(written, meant)
    return inner


def key_of(node: Node) -> str:
    """The name that a key or parameter gives."""
    return node.word if node.text else key_of(node.parts[0])


def mentions(node: Node) -> bool:
    """Whether a test speaks of the value that it tests, as ``?``."""
    return node.kind == "?" or any(mentions(part) for part in node.parts)


def words(node: Node) -> str:
    """The text of a part, for messages."""
    return node.word if node.text else " ".join(filter(None, (words(part) for part in node.parts)))


KINDS = {
    TEXT: "a text",
    NUMBER: "a number",
    BOOLEAN: "true or false",
    LIST: "a list",
    CONTEXT: "a context",
    FUNCTION: "a function",
    "date": "a date",
    "time": "a time",
    "date and time": "a date and time",
    "duration": "a duration",
    "range": "a range",
}


def what(shape: Shape) -> str:
    """A value's kind in words."""
    if shape.iso:
        return "a date written as text"
    if shape.literal and shape.values is not None and len(shape.values) == 1:
        return f"{KINDS[min(shape.known)]} ({quote(next(iter(shape.values)))})"
    return " or ".join(KINDS[kind] for kind in sorted(shape.known)) or "null"


def quote(value: Value) -> str:
    """A value as FEEL writes it."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def listing(values: Iterable[Value]) -> str:
    """Values for a message, the first ten."""
    found = sorted(values, key=lambda value: (isinstance(value, str), value))
    return ", ".join(quote(value) for value in found[:10]) + (" and more" if len(found) > 10 else "")


def _of_number_and_text(a: Shape, b: Shape) -> str:
    """What to do about a number and a text: text of a number has the order of its letters, so number(...) is the way."""
    if a.iso or b.iso:
        return 'Compare it with a date, such as date("2026-09-01"), or a duration, such as duration("P5D").'
    text, number = (a, b) if TEXT in a.known else (b, a)
    if any(value.strip().replace(".", "", 1).isdigit() for value in _written(text)):
        return "Take the quotes off the number."
    example = next((f'"{value}"' for value in _written(number)), '"..."')
    return f"Make a number of the text with number(...), or write the text that is meant in quotes: {example}."


def _written(shape: Shape) -> list[str]:
    """The values that are written out in the expression itself."""
    return [str(value) for value in shape.values or ()] if shape.literal else []


def convert(a: Shape, b: Shape) -> str:
    """What to do about two values of kinds that do not go together."""
    kinds = a.known | b.known
    if kinds & TEMPORAL and TEXT in kinds:
        return "Make a date of the text with date(...)."
    if kinds == {TEXT, NUMBER}:
        return _of_number_and_text(a, b)
    if FUNCTION in kinds:
        return "Call the function with brackets: today()."
    if kinds == {TEXT, BOOLEAN}:
        return 'Write true or false without quotes, or the option in quotes: "yes".'
    return "Compare values of one kind."
