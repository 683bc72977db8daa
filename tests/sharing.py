"""What tests of one process share, since each has a database and an application of its own: what does not depend on these.

SQLAlchemy compiles each statement once an engine, Jinja each template once an application, Werkzeug each rule's address once an
application, which also reads the configuration; and whoever signs in has their password looked at. A test makes these anew,
and half of its time went there.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from engine import settings
from webapp.pages import told
from webapp.people import passwords

Builds = Callable[..., Callable[..., tuple[str, str]]]
_STATEMENTS: LRUCache[Any, Any] = LRUCache(5000)


class SharedTemplates(BytecodeCache):
    """Compiled templates, kept in memory for each application that this process makes."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (compiled := self._compiled.get(bucket.key + bucket.checksum)) is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


def share() -> None:
    """Have all applications use the same compiled templates, and all engines of one kind of database the same compiled statements.

    Statements are found by dialect, which is an object of each engine: here two of a kind are equal. Engines are made by
    ``make_engine`` or as it makes them, so they differ in their database only.
    """
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": SharedTemplates()}
    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
        kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _use_shared)
    Rule._compile_builder = _compiled_once(Rule._compile_builder)  # type: ignore[method-assign]
    passwords.fits = cache(passwords.fits)
    for module, name in ((settings, "load_authorities"), (told, "load")):
        setattr(module, name, _read_once(getattr(module, name)))


def _compiled_once(compile_builder: Builds) -> Builds:
    """What it compiles follows from the rule's parts and defaults, and takes the rule as its first argument."""
    made: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    return compiled


def _read_once(load: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """What is read from the files of a folder stays true while they do. Each gets it as their own, since tests change it."""
    made: dict[tuple[Any, ...], bytes] = {}

    def loaded(folder: Path) -> Any:
        files = ((each, each.stat()) for each in sorted(folder.rglob("*")) if each.is_file())
        key = (folder, *((file, stat.st_mtime_ns, stat.st_size) for file, stat in files))
        if key not in made:
            made[key] = pickle.dumps(load(folder))
        return pickle.loads(made[key])

    return loaded


def _use_shared(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_STATEMENTS)
