"""What must come of an expression where it stands: true or false, a day, a time... and whether a value may be that."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.lint.names import Remark, Shape
from engine.lint.names.shapes import BOOLEAN, CONTEXT, FUNCTION, LIST, NOTHING, NUMBER, TEXT, is_date

#: The day that a time counts from; a timer's or due date's time.
DAY, TIME = "day", "time"
#: What a person reads in a form, and the options that one offers.
SHOWN, OPTIONS = "shown", "options"

_DATES = frozenset({"date", "date and time"})


def _day(shape: Shape) -> bool:
    """A date, or a text that stands for one: the answer to a question for a date, or one that is written out."""
    written = any(isinstance(value, str) and is_date(value) for value in shape.values or ())
    return bool(shape.known & _DATES) or shape.iso or written


def _time(shape: Shape) -> bool:
    return bool(shape.known & (_DATES | {TEXT, "duration"}))


def _kind(kind: str) -> Callable[[Shape], bool]:
    return lambda shape: kind in shape.known


def _shown(shape: Shape) -> bool:
    return bool(shape.known - {CONTEXT, FUNCTION})


def _options(shape: Shape) -> bool:
    """A list of texts or numbers, or of contexts that each have a label and a value, and nothing else."""
    item = shape.item
    if LIST not in shape.known or item is None or not item.only(CONTEXT) or item.entries is None:
        return LIST in shape.known
    return item.fields.keys() == {"label", "value"}


_WANTED: Mapping[str, tuple[str, Callable[[Shape], bool]]] = {
    BOOLEAN: ("true or false", _kind(BOOLEAN)),
    NUMBER: ("a whole number", _kind(NUMBER)),
    LIST: ("a list", _kind(LIST)),
    DAY: ("a date", _day),
    SHOWN: ("a text, a number or a date that a person can read", _shown),
    OPTIONS: ("options, each with its label and its value", _options),
    TIME: ("a date, a duration, or a text with the words of a timer", _time),
}


def unfit(wanted: str, shape: Shape) -> Remark | None:
    """What is wrong with a value of this shape where ``wanted`` (empty: anything) is wanted; None where it may fit."""
    written_null = shape == NOTHING and wanted not in (SHOWN, OPTIONS)
    if not wanted or not (shape.known or written_null):
        return None
    words, fits = _WANTED[wanted]
    return None if fits(shape) else Remark("truth", "", f"it can never be {words}", f"Write what gives {words}.")
