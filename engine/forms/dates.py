"""A date as people type it into three boxes: GOV.UK Design System, "Date input"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
PARTS = ("day", "month", "year")
FIRST_YEAR, LAST_YEAR = 1900, 2199


@dataclass(frozen=True)
class DateFault:
    """What is wrong with a typed date: the boxes to mark, and the rest of a sentence that begins with the
    date's name."""

    parts: tuple[str, ...]
    says: str


def read_date(day: str, month: str, year: str) -> date | DateFault:
    """The date that was typed ("14", "10" or "October" or "oct", "2026"), or what is wrong with it."""
    missing = tuple(part for part, typed in zip(PARTS, (day, month, year), strict=True) if not typed.strip())
    if missing:
        return DateFault(missing, f"must include a {' and '.join(missing)}")
    if not _is_number(year.strip(), 4):
        return DateFault(("year",), "must include a year with 4 numbers")
    return _real_date(_number(day.strip()), _month(month.strip().lower()), int(year.strip()))


def _real_date(day: int, month: int, year: int) -> date | DateFault:
    wrong = tuple(part for part, bad in (("day", not 1 <= day <= 31), ("month", not 1 <= month <= 12)) if bad)
    if wrong:
        return DateFault(wrong, "must be a real date")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return DateFault(("year",), f"must be between {FIRST_YEAR} and {LAST_YEAR}")
    try:
        return date(year, month, day)
    except ValueError:  # 31 April, 29 February
        return DateFault(PARTS, "must be a real date")


def _month(typed: str) -> int:
    if len(typed) >= 3:
        for number, name in enumerate(MONTHS, start=1):
            if name.startswith(typed) or (name == "september" and typed == "sept"):
                return number
    return _number(typed)


def _number(typed: str) -> int:
    return int(typed) if _is_number(typed, 1) or _is_number(typed, 2) else 0


def _is_number(typed: str, length: int) -> bool:
    return len(typed) == length and typed.isascii() and typed.isdigit()


def in_words(day: date) -> str:
    """A date as it is written to people: 14 October 2026."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"
