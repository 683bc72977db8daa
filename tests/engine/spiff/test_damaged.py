"""A stored state that is damaged is one error that says so; a step that takes too long is stopped and told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from engine import Config, Engine, Scope, queries
from engine.errors import AnswerKept, StateUnreadable
from engine.store.database import pack, unpack
from tests.engine.running import LOOP, deploy, running


@pytest.fixture
def engine(database_url: str) -> Engine:
    """A case in which a task waits."""
    made = running(database_url)
    deploy(made, LOOP)
    made.cases.start("p")
    return made


@pytest.mark.parametrize(
    "damaged",
    [
        b"\x01not compressed",
        b"\x00{",
        b"\x00[]",
        b"\x00null",
        b'\x00{"version":3}',
        b'\x00{"version":3,"next":1,"tokens":[[1]]}',
    ],
    ids=["zlib", "cut short", "a list", "null", "no tokens", "another shape"],
)
def test_a_damaged_state_is_one_error_that_a_person_can_read(engine: Engine, damaged: bytes) -> None:
    task = engine.tasks.open()[0]
    with engine.database.writing() as session:
        connection = session.connection()
        connection.execute(text("UPDATE process_instance SET state = :state"), {"state": damaged})
        session.commit()
    with pytest.raises((StateUnreadable, AnswerKept), match="cannot be read"):
        engine.tasks.complete(task.id, {"again": True})
    assert [each.id for each in engine.tasks.open()] == [task.id], "what waits is still shown"


def test_bytes_that_pathways_did_not_write_are_said_to_be() -> None:
    assert unpack(pack(b"x" * 1_000)) == b"x" * 1_000
    with pytest.raises(StateUnreadable, match="its bytes are damaged"):
        unpack(b"\x01xyz")


def test_a_step_has_a_budget_of_time(database_url: str, engine: Engine) -> None:
    hurried = running(database_url, config=Config(step_budget=timedelta(0)))
    task = hurried.tasks.open()[0]
    with pytest.raises(AnswerKept, match="had been busy for more than 0 seconds"):
        hurried.tasks.complete(task.id, {"again": False})
    with hurried.reading(Scope.all_authorities()) as session:
        assert "had been busy" in queries.incidents(session)[0].message
    engine.tasks.complete(task.id, {"again": False})
