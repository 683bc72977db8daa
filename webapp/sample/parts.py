"""The sample year of each authority made by a process of its own, in a database of its own, and put together.

An authority's year touches no other's, and a database file has one writer at a time: so a machine with two cores makes
four years in half the time. The ids of each part begin where no other's come, since cases keep them in their stored state.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

#: How many ids of each table one authority's year may use.
ROOM = 10_000

#: A table that a trigger of the database writes as cases are: the cases that are put together are noted anew.
NOTED = "touched_case"

Make = Callable[[str, str], None]


def in_parts(whole: Path, authorities: Sequence[str], make: Make) -> None:
    """Have each authority's year made on a copy of the database file ``whole``, and put them all into it.

    ``make`` is called in other processes, as many at once as the machine has cores, with a database's URL and an authority's
    id; what it writes under that authority is taken over. An error of any of them is raised, and leaves ``whole`` as it was.
    """
    with _folder(whole.with_name(f"{whole.name}.parts")) as folder:
        parts = {each: folder / f"{each}.db" for each in authorities}
        for place, part in enumerate(parts.values()):
            _copy(whole, part, place * ROOM)
        spawn = multiprocessing.get_context("spawn")  # a fork would share the connections that are open
        with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn, initializer=_end_with_parent) as pool:
            list(pool.map(make, [f"sqlite:///{part}" for part in parts.values()], parts))
        with closing(sqlite3.connect(whole, isolation_level=None)) as connection:
            for each, part in parts.items():
                _take_over(connection, part, each)


@contextmanager
def _folder(place: Path) -> Iterator[Path]:
    """A folder for the time being; what an earlier run left of it is deleted."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place)


def _end_with_parent() -> None:
    """Have this process end when the one that asked for it is no longer there, as when it was killed."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


def _copy(whole: Path, part: Path, first: int) -> None:
    """Copy a database file. The copy's ids begin after ``first``, by a row of no authority in each table, since SQLite counts
    on from the highest; these rows are not taken over."""
    with closing(sqlite3.connect(whole, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", [str(part)])
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        for table, columns in _tables(connection):
            if [column.name for column in columns if column.key] == ["id"]:
                row = {each.name: each.blank(first) for each in columns if each.required or each.key}
                names, marks = ", ".join(map(_quoted, row)), ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])  # noqa: S608 ours
        _forget_notes(connection)


def _forget_notes(connection: sqlite3.Connection) -> None:
    """The rows of no authority are no cases."""
    if NOTED in dict(_tables(connection)):
        connection.execute(f"DELETE FROM {NOTED}")  # noqa: S608 ours


def _take_over(connection: sqlite3.Connection, part: Path, authority: str) -> None:
    connection.execute("ATTACH ? AS part", [str(part)])
    connection.execute("BEGIN")
    for table, columns in _tables(connection):
        if table != NOTED and any(column.name == "authority" for column in columns):
            names = ", ".join(_quoted(column.name) for column in columns)
            rows = f"SELECT {names} FROM part.{table} WHERE authority = ?"  # noqa: S608 our own table
            connection.execute(f"INSERT INTO main.{table} ({names}) {rows}", [authority])
    connection.execute("COMMIT")
    connection.execute("DETACH part")


class _Column(NamedTuple):
    """A row of SQLite's ``PRAGMA table_info``."""

    number: int
    name: str
    type: str
    required: int
    default: str | None
    key: int

    def blank(self, ident: int) -> int | str:
        """What a row with this id has here that says nothing."""
        if self.key:
            return ident
        return 0 if self.type == "INTEGER" else ""


def _tables(connection: sqlite3.Connection) -> list[tuple[str, list[_Column]]]:
    tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
    return [
        (name, [_Column(*row) for row in connection.execute(f"PRAGMA main.table_info({name})")]) for (name,) in tables
    ]


def _quoted(name: str) -> str:
    return f'"{name}"'
