"""The schema: migrations make what the tables say, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from engine.store.database import make_engine
from engine.store.tables import Base
from webapp.people.accounts import Account


def test_migrations_bring_every_table(database_url: str) -> None:
    made = make_engine(database_url)
    assert set(Base.metadata.tables) <= set(inspect(made).get_table_names())
    assert Account.__tablename__ in Base.metadata.tables
    with made.connect() as connection:
        context = MigrationContext.configure(connection)
        changes = [
            each
            for each in compare_metadata(context, Base.metadata)
            if each[0] in ("add_table", "add_column", "remove_column")
        ]
    made.dispose()
    assert changes == []
