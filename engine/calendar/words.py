"""The words for school time: what a process owner writes at a timer, such as "15 working days" or "last Friday of term"."""

from __future__ import annotations

import re
from calendar import day_name, month_name, monthrange

from engine.calendar.rhythms import EndOf, Every, Nth, Rhythm, StartOf, Yearly
from engine.errors import TimerNotUnderstood

MONTHS = tuple(name.lower() for name in month_name[1:])
WEEKDAYS = tuple(name.lower() for name in day_name)
NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
#: Units that are so many of another.
MULTIPLES = {"fortnight": ("week", 2), "year": ("month", 12)}

_EVERY = r"(?P<every>every |each )?"
_UNITS = "half-term|term|year|month|fortnight|week|working day|school day|day"
_AMOUNT = re.compile(rf"{_EVERY}(?:(?P<n>\d{{1,4}}|{'|'.join(NUMBERS)}) )?(?P<unit>{_UNITS})s?")
_YEARLY = re.compile(rf"{_EVERY}(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)})")
_START = re.compile(rf"{_EVERY}start of (?:the )?(?:next )?(?P<of>half-term|term)")
_END = re.compile(rf"{_EVERY}end of (?:the )?(?P<next>next )?(?P<of>half-term|term)")
_NTH = re.compile(
    rf"{_EVERY}(?:the )?(?P<which>{'|'.join(ORDINALS)}) (?P<what>{'|'.join(WEEKDAYS)}|school day|working day) "
    r"(?:of|in) (?:the |each |every )?(?P<next>next )?(?P<of>half-term|term|month)"
)


def read(text: str) -> tuple[Rhythm, bool] | None:
    """What the words count, and whether it is every time ("every month") or once; None when they are not ours.

    Raises TimerNotUnderstood for a number or day that cannot be.
    """
    said = " ".join(text.lower().replace("half term", "half-term").split())
    for pattern, make in _GRAMMAR:
        match = pattern.fullmatch(said)
        rhythm = make(text, match) if match else None
        if match and rhythm:
            return rhythm, bool(match["every"])
    return None


def _amount(text: str, match: re.Match[str]) -> Rhythm | None:
    if not match["every"] and not match["n"]:
        return None
    unit, times = MULTIPLES.get(match["unit"], (match["unit"], 1))
    number = NUMBERS.get(match["n"] or "one") or int(match["n"])
    if number < 1:
        raise TimerNotUnderstood(text=text, reason="it is no time at all: the number must be at least 1")
    return Every(text, unit, number * times)  # type: ignore[arg-type]


def _yearly(text: str, match: re.Match[str]) -> Rhythm:
    day, month = int(match["day"]), MONTHS.index(match["month"]) + 1
    if not 1 <= day <= monthrange(2024, month)[1]:
        raise TimerNotUnderstood(text=text, reason=f"{match['month'].title()} has no day {day}")
    return Yearly(text, day, month)


def _nth(text: str, match: re.Match[str]) -> Rhythm:
    weekday = WEEKDAYS.index(match["what"]) if match["what"] in WEEKDAYS else None
    return Nth(text, ORDINALS[match["which"]], weekday, match["what"], match["of"], bool(match["next"]))


_GRAMMAR = (
    (_AMOUNT, _amount),
    (_YEARLY, _yearly),
    (_START, lambda text, match: StartOf(match["of"])),
    (_END, lambda text, match: EndOf(match["of"], bool(match["next"]))),
    (_NTH, _nth),
)
