"""On PostgreSQL two things keep the trail, each alone: rights that are taken away, and triggers that refuse."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from engine.audit import Draft
from engine.migrations import upgrade
from engine.store.database import make_engine
from engine.store.tenancy import Scope
from tests.engine.running import running

CHANGES = (
    "UPDATE audit_entry SET who = 'x'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "DELETE FROM audit_chain",
)


@pytest.fixture(scope="module")
def owned(postgresql_server: str) -> Iterator[str]:
    """A database with an entry, as an installation has it: its tables belong to the application's own user, who is no superuser."""
    name = f"keeper_{uuid4().hex[:12]}"
    url = make_url(postgresql_server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f"CREATE ROLE {name} NOSUPERUSER")
        server.execute(f"CREATE DATABASE {name} OWNER {name}")
        as_owner = url.set(database=name).update_query_dict({"options": f"-c role={name}"})
        made = make_engine(as_owner.render_as_string(hide_password=False))
        upgrade(made, "heads")
        kept = running(as_owner.render_as_string(hide_password=False))
        kept.audit.note([Draft("town", "audit.viewed")], Scope.all_authorities())
        kept.dispose()
        made.dispose()
        yield as_owner.render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.execute(f"DROP ROLE {name}")


@pytest.fixture
def connection(owned: str) -> Iterator[Connection]:
    """One of the application's user, which is rolled back."""
    made = make_engine(owned)
    with made.connect() as opened:
        yield opened
    made.dispose()


@pytest.mark.parametrize("change", CHANGES)
def test_the_rights_alone_refuse(connection: Connection, change: str) -> None:
    for table in ("audit_entry", "audit_chain"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    with pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_the_triggers_alone_refuse(connection: Connection, change: str) -> None:
    connection.execute(text("GRANT ALL ON audit_entry, audit_chain TO CURRENT_USER"))
    with pytest.raises(DBAPIError) as refused:
        connection.execute(text(change))
    assert "permission denied" not in str(refused.value)


@pytest.mark.parametrize("change", CHANGES)
def test_with_neither_it_would_be_changed(connection: Connection, change: str) -> None:
    connection.execute(text("GRANT ALL ON audit_entry, audit_chain TO CURRENT_USER"))
    for table in ("audit_entry", "audit_chain"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    assert connection.execute(text(change)).rowcount != 0


def test_what_is_new_is_written(owned: str) -> None:
    engine = running(owned)
    engine.audit.note([Draft("town", "audit.viewed")], Scope.all_authorities())
    assert engine.audit.verify("town").wrong == ()
    engine.dispose()
