"""Sample mode's first start: its year is put in place whole, or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url

#: What SQLite keeps beside a database file.
BESIDE = ("", "-wal", "-shm", "-journal")


@contextmanager
def aside(url: str) -> Iterator[str]:
    """Where to make a database that is to be whole or not there: for an SQLite file that is still missing, a file beside
    it, which takes its place when the block has ended and its connections are closed.

    An error, or the end of the process, leaves no database; what it left beside is deleted by the next first start. A
    database that exists, and one on a server, is yielded as it is.
    """
    place = _missing_file(url)
    if place is None:
        yield url
        return
    making = place.with_name(f"{place.name}.making")
    _delete(making)
    yield f"sqlite:///{making}"
    with closing(sqlite3.connect(making)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # so that the one file holds all
    with making.open("rb") as file:
        os.fsync(file.fileno())
    making.replace(place)


def unsafe(connection: sqlite3.Connection, _: object) -> None:
    """Don't wait for the disk at each commit: for a database that is made aside, and is nothing until it is whole."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


def _missing_file(url: str) -> Path | None:
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or made.database in (None, "", ":memory:"):
        return None
    path = Path(made.database or "")
    return None if path.exists() else path


def _delete(file: Path) -> None:
    for suffix in BESIDE:
        file.with_name(file.name + suffix).unlink(missing_ok=True)
