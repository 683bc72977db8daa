"""What must come of an expression where it stands: true or false, a day, a time... and whether a value may be that."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.lint.names import Remark, Shape
from engine.lint.names.shapes import BOOLEAN, LIST, NUMBER, TEXT, is_date

#: The day that a time counts from; a timer's or due date's time.
DAY, TIME = "day", "time"

_DATES = frozenset({"date", "date and time"})


def _day(shape: Shape) -> bool:
    """A date, or a text that stands for one: the answer to a question for a date, or one that is written out."""
    written = any(isinstance(value, str) and is_date(value) for value in shape.values or ())
    return bool(shape.known & _DATES) or shape.iso or written


def _time(shape: Shape) -> bool:
    return bool(shape.known & (_DATES | {TEXT, "duration"}))


def _kind(kind: str) -> Callable[[Shape], bool]:
    return lambda shape: kind in shape.known


_WANTED: Mapping[str, tuple[str, Callable[[Shape], bool]]] = {
    BOOLEAN: ("true or false", _kind(BOOLEAN)),
    NUMBER: ("a whole number", _kind(NUMBER)),
    LIST: ("a list", _kind(LIST)),
    DAY: ("a date", _day),
    TIME: ("a date, a duration, or a text with the words of a timer", _time),
}


def unfit(wanted: str, shape: Shape) -> Remark | None:
    """What is wrong with a value of this shape where ``wanted`` (empty: anything) is wanted; None where it may fit."""
    if not wanted or not shape.known:
        return None
    words, fits = _WANTED[wanted]
    return None if fits(shape) else Remark("truth", "", f"it can never be {words}", f"Write what gives {words}.")
