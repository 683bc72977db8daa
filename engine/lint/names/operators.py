"""Comparing two values, and reckoning with them: what that may give, and what about it cannot be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.lint.names.shapes import (
    ANY,
    LIST,
    MOST_VALUES,
    NOTHING,
    NULL,
    NUMBER,
    ORDERED,
    TEMPORAL,
    TEXT,
    Shape,
    Value,
    is_date,
)
from engine.lint.names.wording import Remark, convert, listing, quote, what
from engine.spelling import near


def compare(a: Shape, b: Shape, operator: str) -> Iterator[Remark]:
    """Say when two values can never be equal, or have no order."""
    if (a.always or b.always) and NOTHING in (a, b):
        yield _never_null(a if a.always else b)
    elif a.known and b.known and not a.known & b.known:
        yield _unlike(a, b)
    else:
        yield from _of_one_kind(a, b, operator)


def _of_one_kind(a: Shape, b: Shape, operator: str) -> Iterator[Remark]:
    if operator not in ("=", "!=") and (without := _without_order(a, b)):
        yield without
    elif a.only(LIST) and b.only(LIST):
        yield from compare(a.item or ANY, b.item or ANY, "=")
    else:
        yield from _options(a, b)


def _options(a: Shape, b: Shape) -> Iterator[Remark]:
    """Of two values of one kind, those that the other can't have."""
    if a.literal != b.literal:
        yield from _among(*((a, b) if a.literal else (b, a)))
    elif not a.literal and a.values is not None and b.values is not None and a.values.isdisjoint(b.values):
        message = f"the two have no value in common ({listing(a.values)}; {listing(b.values)})"
        yield Remark("value", "", message, "Compare answers that can be equal.")


def _never_null(shape: Shape) -> Remark:
    remedy = 'Where a school has none it is "": compare it with "".' if TEXT in shape.known else "It is true or false."
    return Remark("type", "", f"{what(shape)} of a school is never null", remedy)


def _unlike(a: Shape, b: Shape) -> Remark:
    in_list = {TEXT, LIST} <= a.known | b.known
    remedy = "Use list contains(list, value)." if in_list else convert(a, b)
    return Remark("type", "", f"{what(a)} is compared with {what(b)}, which is never true", remedy)


def _without_order(a: Shape, b: Shape) -> Remark | None:
    for shape in (a, b):
        if shape.known and not shape.known & ORDERED:
            message = f"{what(shape)} is neither more nor less than anything"
            return Remark("type", "", message, "Compare by = or !=.")
    return _by_letters(a, b)


def _by_letters(a: Shape, b: Shape) -> Remark | None:
    """Texts have only the order of their letters, which no question means; texts that stand for dates are in order."""
    if not (a.only(TEXT) and b.only(TEXT)) or any(each.iso or _written_date(each) for each in (a, b)):
        return None
    message = "two texts are compared by their letters, so that 10 comes before 5 and an option has no rank"
    return Remark(
        "type", "", message, "Compare numbers: number(...), without quotes. Of options name those that are meant."
    )


def _written_date(shape: Shape) -> bool:
    return bool(shape.values) and all(isinstance(value, str) and is_date(value) for value in shape.values or ())


def _among(literal: Shape, other: Shape) -> Iterator[Remark]:
    for value in sorted(literal.values or (), key=str):
        if value == "":  # what a message or the register has where there is nothing
            yield from _never_empty(other)
        elif other.iso and not (isinstance(value, str) and is_date(value)):
            message = f"{quote(value)} is compared with a date"
            yield Remark("value", str(value), message, 'Write the date like "2026-09-01".')
        elif other.values is not None and value not in other.values:
            yield _no_option(value, other.values)


def _never_empty(shape: Shape) -> Iterator[Remark]:
    if shape.asked and "" not in (shape.values or ()):
        yield Remark("type", "", 'an answer that nobody gave is null, and never ""', "Compare it with null.")


def _no_option(value: Value, values: frozenset[Value]) -> Remark:
    meant = near(str(value), [each for each in values if isinstance(each, str)])
    hint = f"Did you mean {quote(meant)}? " if meant else ""
    message = f"{quote(value)} is none of the values that it can have"
    return Remark("value", str(value), message, f"{hint}They are: {listing(values)}.")


def reckon(operator: str, a: Shape, b: Shape) -> tuple[Shape, Remark | None]:
    """What two values worked out together may give; with what is wrong when that is nothing."""
    if {NULL} in (a.kinds, b.kinds):
        return replace(a if a.known else b, values=None, literal=False), None  # null makes the whole null
    if not a.known or not b.known:
        return ANY, None
    found = _kinds(operator, a, b)
    return Shape(found, _texts(a, b) if found == {TEXT} else None), None if found else _not_reckoned(operator, a, b)


def _kinds(operator: str, a: Shape, b: Shape) -> frozenset[str]:
    """The kinds that may come of two values."""
    return frozenset(kind for x in a.known for y in b.known if (kind := _RECKONED.get((operator, x, y))) is not None)


def _texts(a: Shape, b: Shape) -> frozenset[Value] | None:
    """All texts that come of putting one after another; None when there is no end to them."""
    if a.values is None or b.values is None or len(a.values) * len(b.values) > MOST_VALUES:
        return None
    return frozenset(f"{first}{last}" for first in a.values for last in b.values)


_VERBS = {"+": "added to", "-": "reckoned with", "*": "multiplied by", "/": "divided by"}


def _not_reckoned(operator: str, a: Shape, b: Shape) -> Remark:
    done = _VERBS.get(operator, "combined with")
    return Remark(
        "type",
        "",
        f"{what(a)} cannot be {done} {what(b)}: that gives nothing",
        _joined(a, b) if operator == "+" else convert(a, b),
    )


def _joined(a: Shape, b: Shape) -> str:
    """What to do about two values that cannot be added: of a text and a date mostly a text was wanted."""
    kinds = a.known | b.known
    if kinds == {TEXT, NUMBER} and not (a.iso or b.iso):
        return "Make a text of the number with string(...)."
    if TEXT in kinds and kinds & TEMPORAL and not (a.iso or b.iso):
        return "Make a text of it with string(...), or of a date with long date(...)."
    return convert(a, b)


_TIMES = ("date", "date and time", "time")
_RECKONED: Mapping[tuple[str, str, str], str] = {
    ("+", TEXT, TEXT): TEXT,
    **{(operator, NUMBER, NUMBER): NUMBER for operator in ("+", "-", "*", "/", "**")},
    **{("+", kind, "duration"): kind for kind in (*_TIMES, "duration")},
    **{("+", "duration", kind): kind for kind in _TIMES},
    **{("-", kind, "duration"): kind for kind in (*_TIMES, "duration")},
    **{("-", a, b): "duration" for a in _TIMES for b in _TIMES if (a == "time") == (b == "time")},
    ("*", "duration", NUMBER): "duration",
    ("*", NUMBER, "duration"): "duration",
    ("/", "duration", NUMBER): "duration",
    ("/", "duration", "duration"): NUMBER,
}
