"""How Alembic reaches the database: by a connection it is given, by Flask-Migrate's app, or by ``-x url=...``."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy.engine import Connection

from engine.store.database import make_engine
from engine.store.tables import Base


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def _flask_engine() -> Any:
    from flask import current_app

    return current_app.extensions["migrate"].db.engine


def _online() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    url = context.get_x_argument(as_dictionary=True).get("url")
    with (make_engine(url) if url else _flask_engine()).connect() as connection:
        _run(connection)
        connection.commit()


def _offline() -> None:
    url = context.get_x_argument(as_dictionary=True).get("url", "postgresql://")
    context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    _offline()
else:
    _online()
