"""School calendars as files: our CSV, and iCalendar as councils publish it; read, joined, written, and a folder of them.

The CSV has the columns ``school_year,kind,name,first_day,last_day``; ``kind`` is ``half-term`` (named "autumn 1" to
"summer 2", first and last day that school is open) or ``inset``.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

from engine.calendar import ics, tables
from engine.calendar.reading import Placed, Reading, check, label
from engine.calendar.terms import FIRES_AT, BankHolidays, SchoolCalendar
from engine.errors import CalendarInvalid

log = logging.getLogger("pathways.calendar")
#: The first half of the mark of what is deployed: no time of a file.
_DEPLOYED = -1

#: The table that adds bank holidays and takes them away, in every folder of calendars.
BANK_HOLIDAYS = "bank-holidays"
Said = TypeVar("Said")


def load(path: Path) -> SchoolCalendar:
    """The calendar in a file. Raises CalendarInvalid with the line."""
    return read(path.read_bytes(), path.name).calendar()


def read(data: bytes, file: str) -> Reading:
    """What a calendar file says: iCalendar when its name ends with .ics, else CSV. Raises CalendarInvalid."""
    if not file.lower().endswith(".ics"):
        return tables.read(data, file)
    try:
        return ics.read(data.decode("utf-8-sig"), file)
    except UnicodeDecodeError:
        raise CalendarInvalid(file=file, line=1, reason="it is not UTF-8 text") from None


def remarks(path: Path) -> list[str]:
    """What is odd in a calendar or a table of bank holidays and yet usable, with the line. Raises CalendarInvalid."""
    data = path.read_bytes()
    if path.stem == BANK_HOLIDAYS:
        return list(tables.bank_holidays(data, path.name).remarks)
    reading = read(data, path.name)
    reading.calendar()
    return reading.remarks()


def replace_years(known: SchoolCalendar | None, reading: Reading) -> SchoolCalendar:
    """The known calendar with the school years of the file in place of its own. Raises CalendarInvalid as ``check``."""
    if known is None:
        return reading.calendar()
    check(reading.half_terms, reading.file)
    fresh = {placed.half.school_year for placed in reading.half_terms}
    kept = [half for half in known.half_terms if half.school_year not in fresh]
    inset = [day for day in known.inset_days if any(day in half for half in kept)]
    whole = [Placed(half, 1) for half in kept] + reading.half_terms
    check(whole, reading.file)
    return SchoolCalendar((placed.half for placed in whole), inset + reading.inset, reading.file)


def as_csv(calendar: SchoolCalendar) -> str:
    """A calendar as our CSV."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(tables.COLUMNS)
    years = dict.fromkeys(half.school_year for half in calendar.half_terms)
    for year in years:
        rows.writerows(
            [half.school_year, "half-term", half.name, half.first, half.last]
            for half in calendar.half_terms
            if half.school_year == year
        )
        rows.writerows([year, "inset", "INSET", day, day] for day in sorted(calendar.inset_days) if label(day) == year)
    return out.getvalue()


# -- a folder of them ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known(Generic[Said]):
    """A file as it was read: ``mark`` changes when the file does."""

    mark: tuple[int, int]
    digest: str
    said: Said


class Calendars:
    """The calendars of a folder: one CSV an authority, and in ``schools/`` one a school (by URN) that overrides it;
    ``bank-holidays.csv`` counts for all.

    A file that is replaced is read anew at the next question. One that has become unreadable is logged, and what it said
    before goes on. Raises CalendarInvalid when a file is wrong from the beginning.
    """

    def __init__(self, folder: Path, fires_at: time = FIRES_AT) -> None:
        self._folder, self._fires_at = folder, fires_at
        self._known: dict[str, _Known[SchoolCalendar]] = {}
        self._holidays: _Known[BankHolidays] | None = None
        self._made: dict[str, tuple[SchoolCalendar, BankHolidays, SchoolCalendar]] = {}
        self._law = BankHolidays()
        self._over: Mapping[str, tuple[int, bytes]] = {}
        self._bank_holidays()
        for name in self._names():
            self._read(name)

    def __call__(self, authority: str, school_urn: str | None = None) -> SchoolCalendar:
        """The school's own calendar, else its authority's, else a bare one."""
        own = self._made_of(f"schools/{school_urn}") if school_urn and school_urn.isalnum() else None
        return own or self._made_of(authority) or SchoolCalendar.bare(self._fires_at, self._bank_holidays())

    def digests(self) -> dict[str, str]:
        """What each calendar says, in short: by authority, or "schools/" and URN, and "bank-holidays". Changes when a
        file's content does."""
        self._bank_holidays()
        names = self._names()
        for name in names:
            self._read(name)
        found = {name: self._known[name].digest for name in names if name in self._known}
        return found | ({BANK_HOLIDAYS: self._holidays.digest} if self._holidays else {})

    def put_over(self, deployed: Mapping[str, tuple[int, bytes]]) -> None:
        """Let calendars that are deployed, by the name of their file, count in its stead: each with a number that is another
        when it says something else."""
        self._over = dict(deployed)

    def made(self, data: bytes, file: str) -> SchoolCalendar:
        """The calendar that a file would be here, with the bank holidays and the time of day of the installation. Raises
        CalendarInvalid."""
        said = read(data, file).calendar()
        return SchoolCalendar(said.half_terms, said.inset_days, said.name, self._fires_at, self._bank_holidays())

    def said(self, authority: str) -> bytes | None:
        """What the file of an authority's calendar says; None where there is none."""
        path = self.path(authority)
        return path.read_bytes() if path.is_file() else None

    def path(self, authority: str, school_urn: str | None = None) -> Path:
        """Where the calendar of an authority or school stands, or would."""
        return self._folder / (f"schools/{school_urn}.csv" if school_urn else f"{authority}.csv")

    def schools(self) -> list[str]:
        """The URNs of the schools that keep a calendar of their own."""
        return [name.removeprefix("schools/") for name in self._names() if "/" in name]

    def hand_on(self, old: str, new: str) -> None:
        """Let a school (its URN) that keeps no calendar of its own keep that of another. Raises OSError."""
        self.path("", new).write_bytes(self.path("", old).read_bytes())

    def _names(self) -> list[str]:
        found = [*self._folder.glob("*.csv"), *self._folder.glob("schools/*.csv")]
        names = {path.relative_to(self._folder).with_suffix("").as_posix() for path in found}
        return sorted((names | self._over.keys()) - {BANK_HOLIDAYS})

    def _bank_holidays(self) -> BankHolidays:
        self._holidays = self._fresh(BANK_HOLIDAYS, self._holidays, _holidays_of)
        return self._holidays.said if self._holidays else self._law

    def _made_of(self, name: str) -> SchoolCalendar | None:
        """A calendar with the bank holidays as they stand; made once for both, since a calendar remembers its estimates."""
        said, holidays = self._read(name), self._bank_holidays()
        made = self._made.get(name)
        if said is not None and (made is None or made[0] is not said or made[1] is not holidays):
            fresh = SchoolCalendar(said.half_terms, said.inset_days, said.name, self._fires_at, holidays)
            made = self._made[name] = (said, holidays, fresh)
        return made[2] if said is not None and made is not None else None

    def _read(self, name: str) -> SchoolCalendar | None:
        known = self._fresh(name, self._known.get(name), _calendar_of)
        if known is None:
            self._known.pop(name, None)
            return None
        self._known[name] = known
        return known.said

    def _fresh(
        self, name: str, before: _Known[Said] | None, understand: Callable[[bytes, str], Said]
    ) -> _Known[Said] | None:
        """What a file says now; None when there is none. One that has become wrong says what it said before."""
        path = self._folder / f"{name}.csv"
        over = self._over.get(name)
        try:
            stat = path.stat() if over is None else None
        except FileNotFoundError:
            return None
        mark = (stat.st_mtime_ns, stat.st_size) if stat is not None else (_DEPLOYED, over[0] if over else 0)
        if before is not None and before.mark == mark:
            return before
        data = over[1] if over is not None else path.read_bytes()
        try:
            return _Known(mark, sha256(data).hexdigest(), understand(data, path.name))
        except CalendarInvalid as wrong:
            if before is None:
                raise
            log.error("%s The calendar as it was before goes on.", wrong)
            return _Known(mark, before.digest, before.said)


def _calendar_of(data: bytes, file: str) -> SchoolCalendar:
    reading = read(data, file)
    _tell(reading.remarks(), file)
    return reading.calendar()


def _holidays_of(data: bytes, file: str) -> BankHolidays:
    found = tables.bank_holidays(data, file)
    _tell(found.remarks, file)
    return found


def _tell(remarks: Iterable[str], file: str) -> None:
    for each in remarks:
        log.warning("%s, %s.", file, each)
