"""Making and preparing database engines, and the column types that all tables share.

SQLite is the embedded default, PostgreSQL the real one; what differs between them stands here and in
``engine/jobs/queue.py``.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from threading import Lock
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, ExceptionContext, LargeBinary, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from engine.errors import DatabaseUnusable, PathwaysError, StateUnreadable, ValueRefused
from engine.feel.stored import restored, stored
from engine.feel.values import iso_duration
from engine.store.sought import plain

#: Execution option of a connection that is going to write: on SQLite its transaction takes the write lock at once.
WRITING = "pathways_writing"
#: Bytes from which stored bytes are compressed; below it, compression gains nothing.
PACK_FROM = 400
#: How long SQLite waits for another process to finish writing, in seconds.
SQLITE_PATIENCE = 30
_PREPARED = "pathways_prepared"
#: SQLAlchemy's execution option: how loaded objects are brought up to date with an UPDATE or DELETE.
_SYNCHRONIZE = "synchronize_session"

#: What an engine may be given as its database.
Database = str | Engine | sessionmaker[Session] | scoped_session[Session]


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
    """A JSON value as packed bytes: for what is read whole and never searched. Python's None is SQL's NULL.

    Dates, times and durations come back as what they were (engine/feel/stored.py).
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else pack(dumps(stored(value)).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else _parsed(unpack(value))


def _parsed(stored_json: bytes) -> Any:
    """Stored JSON with its types. Raises StateUnreadable for what is none."""
    try:
        return json.loads(stored_json, object_hook=restored)
    except ValueError:
        raise StateUnreadable(reason="its bytes are damaged") from None


def dumps(value: Any) -> str:
    """Compact JSON. What is not :func:`stored` with its type, such as a moment in a column of plain JSON, becomes ISO text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "total_seconds"):
        return iso_duration(value)
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
    """What :func:`pack` was given. Raises StateUnreadable for bytes that it did not make."""
    try:
        return zlib.decompress(value[1:]) if value[:1] == b"\x01" else value[1:]
    except zlib.error:
        raise StateUnreadable(reason="its bytes are damaged") from None


def usable_address(url: str) -> str:
    """The address of a database as SQLAlchemy takes it: SQLite, or PostgreSQL by the psycopg driver. Raises DatabaseUnusable."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUnusable(database="that was named", reason="its address cannot be read") from None
    if (kind := read.get_backend_name()) not in ("sqlite", "postgresql"):
        reason = f"Pathways uses SQLite or PostgreSQL, and this is {kind}"
        raise DatabaseUnusable(database=read.render_as_string(), reason=reason)
    return url


def make_engine(url: str) -> Engine:
    """A database engine for a URL, prepared. ``postgresql://`` means the psycopg driver. Raises DatabaseUnusable."""
    url = usable_address(url)
    return prepare(create_engine(url, json_serializer=dumps, **pooling(url)))


def pooling(url: str) -> dict[str, Any]:
    """How the connections of a URL are pooled, as options of create_engine.

    Never fewer than are asked for: whoever writes may need a second one to look at a setting, and would wait for those who
    wait for the write to end. The number of threads bounds them. One that PostgreSQL has dropped is found out before its use.
    """
    if make_url(url).database in (None, "", ":memory:"):
        return {}  # a database in memory is one connection
    return {"max_overflow": -1, "pool_pre_ping": url.startswith("postgresql")}


def prepare(engine: Engine) -> Engine:
    """Set an engine up as Pathways needs it, whoever made it (Flask-SQLAlchemy's too); twice does no harm.

    SQLite: write-ahead log, foreign keys, patience with other writers, and transactions that begin when we say so
    (Python's driver would begin them late, so that two readers who both want to write would end in an error).
    """
    if getattr(engine, _PREPARED, False):
        return engine
    setattr(engine, _PREPARED, True)
    event.listen(engine, "handle_error", _own_error)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        engine.dispose()  # connections opened before would lack the settings
    return engine


def _own_error(context: ExceptionContext) -> BaseException | None:
    """What a column's type says about a value goes to the person, not wrapped into an error of SQLAlchemy; so does
    what only the driver finds."""
    error = context.original_exception
    if isinstance(error, PathwaysError):
        return error
    if isinstance(context.sqlalchemy_exception, DataError) or isinstance(error, OverflowError):
        large = isinstance(error, OverflowError) or "out of range" in str(error)
        said = "a number in it is too large" if large else str(error).partition("\n")[0].rstrip(".")
        return ValueRefused(reason=said)
    return None


def _open_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_PATIENCE * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit that was answered survives a power cut, not only the death of the process.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


@event.listens_for(Engine, "connect")
def _know_plain(connection: Any, _: object) -> None:
    """What SQLite is asked of what somebody typed (engine/store/sought.py); also over connections that are not prepared yet."""
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("plain", 1, _sought, deterministic=True)


def _sought(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get(WRITING)
    connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


class Opened:
    """A database as the engine uses it: sessions of its own for reading and for writing, whatever it was given.

    Its sessions are never those of a web request: a command must not commit what a page has begun, and on SQLite a
    transaction that began by reading cannot always be made to write.
    """

    def __init__(self, database: Database) -> None:
        self._given = database
        self._lock = Lock()
        self._engine: Engine | None = None
        self._write: sessionmaker[Session] | None = None
        self._read: sessionmaker[Session] | None = None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose transaction is going to write; closed (and rolled back, unless committed) at the end."""
        self._open()
        assert self._write is not None
        with self._write() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking."""
        self._open()
        assert self._read is not None
        with self._read() as session:
            yield session

    def listening_url(self) -> str | None:
        """Where a worker may LISTEN for new jobs; None where the database has no such thing (SQLite)."""
        url = self._open().url
        if url.get_backend_name() != "postgresql":
            return None
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    def dispose(self) -> None:
        """Close the connections that the pool holds."""
        if self._engine is not None:
            self._engine.dispose()

    def create_schema(self) -> None:
        """Make the tables, or bring them up to date."""
        from engine.migrations import upgrade  # here, since the tables themselves are made of this module's types

        upgrade(self._open(schema=False))

    def _open(self, schema: bool = True) -> Engine:
        """Made at first use, so that a web app may build its engine before its database is configured, and after a
        fork."""
        with self._lock:
            if self._engine is None:
                self._engine = self._make()
                writing = self._engine.execution_options(**{WRITING: True})
                # Rows are written explicitly and in order; a flush in the middle of a query would only cost statements.
                self._write = sessionmaker(writing, autoflush=False, expire_on_commit=False)
                self._read = sessionmaker(self._engine, autoflush=False, expire_on_commit=False)
                if schema and isinstance(self._given, str):
                    self._upgrade(self._engine)
            return self._engine

    def _upgrade(self, engine: Engine) -> None:
        """Make the tables at first use. Raises DatabaseUnusable; the next use tries again."""
        from engine.migrations import upgrade

        try:
            upgrade(engine)
        except OperationalError as error:
            self._engine = None
            reason = str(error.orig).partition("\n")[0].rstrip(".")
            raise DatabaseUnusable(
                database=engine.url.render_as_string().replace("+psycopg", ""), reason=reason
            ) from error

    def _make(self) -> Engine:
        given = self._given
        if isinstance(given, str):
            return make_engine(given)
        if isinstance(given, Engine):
            return prepare(given)
        bind = given().get_bind()
        return prepare(bind if isinstance(bind, Engine) else bind.engine)


def _leave_unloaded(state: ORMExecuteState) -> None:
    """Have SQLAlchemy look for no objects that an UPDATE or DELETE makes stale, where the session has loaded none of the table.

    It would work the condition out in Python, or read the rows' ids back, to find that there is none: with what tenancy adds
    to the condition, that costs five times the statement.
    """
    if not (state.is_update or state.is_delete) or state.bind_mapper is None or _SYNCHRONIZE in state.execution_options:
        return
    loaded = chain(state.session.identity_map.values(), state.session.new)
    if not any(isinstance(each, state.bind_mapper.class_) for each in loaded):
        state.update_execution_options(**{_SYNCHRONIZE: False})


event.listen(Session, "do_orm_execute", _leave_unloaded)
