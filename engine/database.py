"""Making and preparing database engines, and the column types that all tables share.

SQLite is the embedded default, PostgreSQL the real one; what differs between them stands here and in ``engine/jobs.py``.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, LargeBinary, create_engine, event
from sqlalchemy.types import TypeDecorator

#: Execution option of a connection that is going to write: on SQLite its transaction takes the write lock at once.
WRITING = "pathways_writing"
#: Bytes from which stored bytes are compressed; below it, compression gains nothing.
PACK_FROM = 400
#: How long SQLite waits for another process to finish writing, in seconds.
SQLITE_PATIENCE = 30
_PREPARED = "pathways_prepared"


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in, aware (UTC) out. A naive datetime is refused, since nobody could say what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PackedBytes(TypeDecorator[bytes]):
    """Bytes, compressed when that makes them smaller. The first byte says which: 0 as they are, 1 compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else unpack(value)


class PackedJson(TypeDecorator[Any]):
    """A JSON value as packed bytes: for what is read whole and never searched. Python's None is SQL's NULL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else pack(dumps(value).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(unpack(value))


def dumps(value: Any) -> str:
    """Compact JSON. Dates, times and durations of FEEL become their ISO text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "total_seconds"):
        return f"PT{int(value.total_seconds())}S"
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def pack(value: bytes) -> bytes:
    """Bytes with a leading mark, compressed when they are long enough to gain by it."""
    if len(value) >= PACK_FROM:
        packed = zlib.compress(value, 1)
        if len(packed) < len(value):
            return b"\x01" + packed
    return b"\x00" + value


def unpack(value: bytes) -> bytes:
    """What :func:`pack` was given."""
    return zlib.decompress(value[1:]) if value[:1] == b"\x01" else value[1:]


def make_engine(url: str) -> Engine:
    """A database engine for a URL, prepared. ``postgresql://`` means the psycopg driver."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    return prepare(create_engine(url, json_serializer=dumps, pool_pre_ping=url.startswith("postgresql")))


def prepare(engine: Engine) -> Engine:
    """Set an engine up as Pathways needs it, whoever made it (Flask-SQLAlchemy's too); twice does no harm.

    SQLite: write-ahead log, foreign keys, patience with other writers, and transactions that begin when we say so
    (Python's driver would begin them late, so that two readers who both want to write would end in an error).
    """
    if engine.dialect.name == "sqlite" and not getattr(engine, _PREPARED, False):
        setattr(engine, _PREPARED, True)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        engine.dispose()  # connections opened before would lack the settings
    return engine


def _open_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_PATIENCE * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit that was answered survives a power cut, not only the death of the process.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get(WRITING)
    connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
