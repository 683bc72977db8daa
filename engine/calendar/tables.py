"""Tables of days: our CSV, and what a spreadsheet makes of it when somebody has opened and saved it.

So days may be written 2026-09-01 or 01/09/2026, columns parted by commas, semicolons or tabs, names in capitals; rows and
columns that are empty are passed over, and lines that begin with # are comments. Text is UTF-8, Windows-1252 or UTF-16.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from engine.calendar.reading import NAMES, Reading
from engine.calendar.terms import BankHolidays
from engine.calendar.terms import bank_holidays as law_of
from engine.errors import CalendarInvalid

COLUMNS = ("school_year", "kind", "name", "first_day", "last_day")
HOLIDAY_COLUMNS = ("day", "change", "name")

_BRITISH = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: 0?0:00(?::00)?)?")
_YEAR = re.compile(r"(\d{4})[/-](?:\d{2})?(\d{2})")
#: The bank holidays before anything is added or removed.
LAW = BankHolidays()
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[int, Mapping[str, str]]


def read(data: bytes, file: str) -> Reading:
    """What a calendar in CSV says. Raises CalendarInvalid with the line."""
    reading = Reading(file)
    for line, row in rows(data, file, COLUMNS):
        _take(reading, line, row)
    return reading


def bank_holidays(data: bytes, file: str) -> BankHolidays:
    """The bank holidays that a table adds to the law's, and those that it takes away. Raises CalendarInvalid."""
    days: dict[str, dict[date, int]] = {"added": {}, "removed": {}}
    for line, row in rows(data, file, HOLIDAY_COLUMNS):
        if row["change"] not in days:
            reason = f'the change "{row["change"]}" is neither added nor removed'
            raise CalendarInvalid(file=file, line=line, reason=reason)
        days[row["change"]][_day(row["day"], file, line)] = line
    if both := sorted(days["added"].keys() & days["removed"].keys()):
        line = max(days["added"][both[0]], days["removed"][both[0]])
        raise CalendarInvalid(file=file, line=line, reason=f"{both[0]} is both added and removed: take one out")
    return BankHolidays(
        frozenset(days["added"]), frozenset(days["removed"]), (*_idle(days["removed"]), *_at_weekends(days["added"]))
    )


def _idle(removed: Mapping[date, int]) -> Iterator[str]:
    """Days that are taken away and are none: perhaps another was meant. No fault, since the law may have changed since."""
    for day, line in removed.items():
        if day not in LAW:
            meant = min(law_of(day.year), key=lambda each: abs(each - day))
            yield f"line {line}: {day} is no bank holiday, so nothing is removed; the nearest is {meant}"


def _at_weekends(added: Mapping[date, int]) -> Iterator[str]:
    """Days that are added and that nobody works or goes to school on anyway: perhaps another was meant."""
    for day, line in added.items():
        if day.weekday() > 4:
            yield f"line {line}: {day} is a {day:%A}, so nothing is added"


def rows(data: bytes, file: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table with the lines that they stand on, in small letters. Raises CalendarInvalid."""
    lines = list(_written(_text(data, file)))
    found = csv.reader((line for _, line in lines), delimiter=_parted_by(line for _, line in lines))
    names = _names(next(found, []), file, columns)
    for cells in found:
        values = [" ".join(cell.split()).lower() for cell in cells]
        if any(values):
            row = dict(zip(names, values, strict=False))
            yield lines[found.line_num - 1][0], {name: row.get(name, "") for name in columns}


def _names(head: Sequence[str], file: str, columns: Sequence[str]) -> list[str]:
    """What a table's first row calls its columns. Raises CalendarInvalid when one is missing."""
    names = [name.strip().lower().replace(" ", "_") for name in head]
    if missing := [name for name in columns if name not in names]:
        raise CalendarInvalid(file=file, line=1, reason=f"there is no column {', '.join(missing)}")
    return names


def _written(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are no comments, with their numbers. A spreadsheet puts a comment in quotes."""
    return ((n, line) for n, line in enumerate(text.splitlines(), 1) if not line.lstrip('"').startswith("#"))


def _parted_by(lines: Iterable[str]) -> str:
    """What parts the columns: of the three that may, the one that the first line with text has most of."""
    head = next(filter(str.strip, lines), "")
    return max(",;\t", key=head.count)


def _text(data: bytes, file: str) -> str:
    if data.startswith(_UTF_16):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarInvalid(file=file, line=1, reason="it is neither UTF-8 nor Windows-1252 text")


def _take(reading: Reading, line: int, row: Mapping[str, str]) -> None:
    first, last = _day(row["first_day"], reading.file, line), _day(row["last_day"], reading.file, line)
    kind, name = row["kind"].replace(" ", "-"), row["name"]
    if kind == "inset":
        reading.add_inset(line, first, last)
    elif kind != "half-term":
        reason = f'the kind "{row["kind"]}" is neither half-term nor inset'
        raise CalendarInvalid(file=reading.file, line=line, reason=reason)
    elif name not in NAMES:
        raise CalendarInvalid(file=reading.file, line=line, reason=f'"{name}" is none of {", ".join(NAMES)}')
    else:
        reading.add(line, _YEAR.sub(r"\1/\2", row["school_year"]), name, first, last)


def _day(text: str, file: str, line: int) -> date:
    try:
        if match := _BRITISH.fullmatch(text):
            day, month, year = (int(part) for part in match.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        reason = f'"{text}" is no day of the calendar; days are written 2026-09-01 or 01/09/2026'
        raise CalendarInvalid(file=file, line=line, reason=reason) from None
