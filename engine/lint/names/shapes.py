"""What a value may be: its kinds, and where they are known all the values that it can have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any

#: Kinds are FEEL's types, and "null".
NULL, TEXT, NUMBER, BOOLEAN, LIST, CONTEXT, FUNCTION = (
    "null",
    "text",
    "number",
    "boolean",
    "list",
    "context",
    "function",
)
TEMPORAL = frozenset({"date", "time", "date and time", "duration"})
ORDERED = TEMPORAL | {TEXT, NUMBER}
#: A list of lists of lists... deeper than this may be anything.
DEEPEST = 5
#: More values than these are no options.
MOST_VALUES = 100
#: What a setting says that is no other text.
YES_OR_NO = ("yes", "no")

Value = str | int | float


@dataclass(frozen=True)
class Shape:
    """What a value may be. Without ``kinds`` it may be anything."""

    kinds: frozenset[str] = frozenset()
    values: frozenset[Value] | None = None
    """All the texts and numbers that it can be; None when there is no end to them."""
    item: Shape | None = None
    """What a list's items may be; None when that isn't known."""
    entries: tuple[tuple[str, Shape], ...] | None = None
    """All the entries of a context; None when they aren't known."""
    iso: bool = False
    """Whether it is a text that stands for a date, such as "2026-09-01"."""
    literal: bool = False
    """Whether it is written out in the expression itself."""
    always: bool = False
    """Whether it is never null, as what the engine itself gives of a school."""
    asked: bool = False
    """Whether it is what a person answers to a question: where there is no answer it is null, and no text is empty."""

    @property
    def known(self) -> frozenset[str]:
        """Its kinds, null left out."""
        return self.kinds - {NULL}

    @property
    def fields(self) -> Mapping[str, Shape]:
        """A context's entries by name."""
        return dict(self.entries or ())

    def only(self, *kinds: str) -> bool:
        """Whether it is surely of these kinds (or null)."""
        return bool(self.known) and self.known <= set(kinds)

    def stored(self) -> Shape:
        """The same, as it comes out of a variable."""
        return replace(self, literal=False, always=False) if self.literal or self.always else self


ANY = Shape()
NOTHING = Shape(frozenset({NULL}), literal=True)


def of(*kinds: str) -> Shape:
    """A value of these kinds."""
    return Shape(frozenset(kinds))


def options(values: Iterable[Any]) -> Shape:
    """One of these values, as a choice gives it."""
    found = list(values)
    kinds = frozenset(kind_of(value) for value in found)
    plain = kinds <= {TEXT, NUMBER} and len(found) <= MOST_VALUES
    return Shape(kinds, frozenset(found) if plain else None)


def part_of_date(name: str, among: Iterable[int] | None) -> Shape:
    """A part of a date or time: a number, of some only a few; an offset, a duration; a zone, a text."""
    if among is not None:
        return options(among)
    return of({"time offset": "duration", "timezone": TEXT}.get(name, NUMBER))


def kind_of(value: Any) -> str:
    """The kind of a plain value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, list | tuple):
        return LIST
    return CONTEXT if isinstance(value, Mapping) else TEXT


def given(value: Any) -> Shape:
    """A value that may be another one tomorrow, such as a setting: its kind, and the kinds of its entries; yes may become no."""
    if value in YES_OR_NO:
        return options(YES_OR_NO)
    if isinstance(value, Mapping):
        return context({str(name): given(each) for name, each in value.items()})
    if isinstance(value, list | tuple):
        return listed(union(given(each) for each in value) if value else ANY)
    return of("date") if isinstance(value, date) else of(kind_of(value))


def context(entries: Mapping[str, Shape]) -> Shape:
    """A context with these entries and no others."""
    return Shape(frozenset({CONTEXT}), entries=tuple(sorted(entries.items())))


def listed(item: Shape) -> Shape:
    """A list of such items."""
    return Shape(frozenset({LIST}), item=item if depth(item) < DEEPEST else ANY, literal=item.literal)


def items(shape: Shape) -> Shape:
    """What the items of a list may be; nothing has none, and of what may be no list nothing is known."""
    if shape.kinds == {NULL}:
        return of(NULL)
    return shape.item or ANY if shape.only(LIST) else ANY


def depth(shape: Shape) -> int:
    """How many lists and contexts stand in one another."""
    inner = [shape.item] if shape.item is not None else []
    inner += [each for _, each in shape.entries or ()]
    return 1 + max(map(depth, inner)) if inner else 0


def union(shapes: Iterable[Shape]) -> Shape:
    """One of these."""
    return reduce(_either, shapes)


def _either(a: Shape, b: Shape) -> Shape:
    if a == b:
        return a
    if not a.kinds or not b.kinds:
        return ANY
    return Shape(
        a.kinds | b.kinds,
        _values(a, b),
        _item(a, b),
        _entries(a, b),
        iso=_agreed(a, b, lambda each: each.iso),
        asked=_agreed(a, b, lambda each: each.asked),
        literal=a.literal and b.literal,
    )


def _values(a: Shape, b: Shape) -> frozenset[Value] | None:
    """All values of both, where each either has options or could have none."""
    sides = [each for each in (a, b) if each.known]
    if not sides or any(each.values is None for each in sides):
        return None
    found = frozenset().union(*(each.values or frozenset() for each in sides))
    return found if len(found) <= MOST_VALUES else None


def _item(a: Shape, b: Shape) -> Shape | None:
    sides = [each for each in (a, b) if LIST in each.kinds]
    if not sides or any(each.item is None for each in sides):
        return None
    return union(each.item for each in sides if each.item is not None)


def _entries(a: Shape, b: Shape) -> tuple[tuple[str, Shape], ...] | None:
    contexts = [each for each in (a, b) if CONTEXT in each.kinds]
    if not contexts or any(each.entries is None for each in contexts):
        return None
    sides = [each.fields for each in contexts]
    names = sorted(set[str]().union(*sides))
    return tuple((name, union(side.get(name, of(NULL)) for side in sides)) for name in names)


def _agreed(a: Shape, b: Shape, holds: Callable[[Shape], bool]) -> bool:
    sides = [each for each in (a, b) if TEXT in each.kinds]
    return bool(sides) and all(map(holds, sides))


def is_date(text: str) -> bool:
    """Whether a text is a date as forms store it."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
