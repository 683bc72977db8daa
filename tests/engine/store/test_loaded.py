"""An UPDATE or DELETE makes the objects stale that a session has loaded, and costs no more than itself where it has none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from engine import Engine, Scope
from engine.store.tables import Draft, School
from tests.engine.running import running

#: Sees cases of some processes only: tenancy adds a condition that SQLAlchemy cannot work out in Python.
SAM = Scope("town", frozenset({"seo"}), "sam")


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    engine.schools.import_file(b"urn,name,phase,type\n100001,Sampleby,primary,community\n", "town")
    return engine


@contextmanager
def sent(session: Session) -> Iterator[list[str]]:
    """The SQL that goes to the database meanwhile."""
    texts: list[str] = []

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        texts.append(text)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield texts
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_an_object_that_is_loaded_is_brought_up_to_date(engine: Engine) -> None:
    with engine.transactions.writing(SAM) as session:
        school = session.scalars(select(School)).one()
        session.execute(update(School).where(School.urn == "100001").values(name="Elsewhere"))
        assert school.name == "Elsewhere"


def test_an_object_that_is_deleted_is_gone_from_the_session(engine: Engine) -> None:
    with engine.transactions.writing(SAM) as session:
        school = session.scalars(select(School)).one()
        session.execute(delete(School).where(School.urn == "100001"))
        assert school not in session


def test_rows_that_nobody_loaded_are_not_read_back(engine: Engine) -> None:
    with engine.transactions.writing(SAM) as session, sent(session) as texts:
        session.execute(delete(Draft).where(Draft.username == "sam", Draft.task_id == 1))
    assert [text.split()[0] for text in texts if "draft" in text] == ["DELETE"]
    assert not [text for text in texts if "RETURNING" in text]
