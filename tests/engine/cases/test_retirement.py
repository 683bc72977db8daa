"""Retired processes: nothing begins a case of them any more, and those that run go on."""

from __future__ import annotations

import pytest

from engine import Engine, Scope, queries
from engine.errors import MessageNotExpected, NotRetired, ProcessRetired, ReasonMissing
from tests.engine.running import DAY, LOOP, clock_of, deploy, running, started_by, task

OWNER = Scope("", frozenset(), "owner")
DAILY = "<timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition>"
ASKED = '<messageEventDefinition messageRef="m2"/>'


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


def retire(engine: Engine, key: str = "p") -> None:
    engine.deployments.retire(key, "It is over.", OWNER)


def test_no_case_begins_by_hand_and_the_one_that_runs_goes_on(engine: Engine) -> None:
    deploy(engine, LOOP)
    case = engine.cases.start("p")
    retire(engine)
    with pytest.raises(ProcessRetired, match="owner retired it: It is over"):
        engine.cases.start("p")
    engine.tasks.complete(task(engine, "a"), {"again": False}, by="ada")
    assert engine.cases.get(case).status == "completed"


def test_no_case_begins_by_a_message(engine: Engine) -> None:
    deploy(engine, started_by(ASKED), "started")
    retire(engine, "started")
    with pytest.raises(MessageNotExpected):
        engine.messages.correlate("request", {})


def test_no_case_begins_by_a_timer_until_it_is_taken_back(engine: Engine) -> None:
    deploy(engine, started_by(DAILY), "started")
    retire(engine, "started")
    clock_of(engine).advance(DAY * 3)
    engine.jobs.run_due()
    assert engine.tasks.open() == []
    engine.deployments.take_up("started", OWNER)
    clock_of(engine).advance(DAY * 2)
    engine.jobs.run_due()
    assert len(engine.tasks.open()) >= 1


def test_a_new_version_of_a_retired_process_begins_nothing(engine: Engine) -> None:
    deploy(engine, started_by(ASKED), "started")
    retire(engine, "started")
    deploy(engine, started_by(ASKED).replace(b'id="a"', b'id="a" name="Other"'), "started")
    with pytest.raises(MessageNotExpected):
        engine.messages.correlate("request", {})


def test_it_is_retired_once_with_a_reason_and_taken_back_once(engine: Engine) -> None:
    deploy(engine, LOOP)
    with pytest.raises(ReasonMissing):
        engine.deployments.retire("p", " ", OWNER)
    retire(engine)
    with pytest.raises(ProcessRetired):
        retire(engine)
    engine.deployments.take_up("p", OWNER)
    with pytest.raises(NotRetired):
        engine.deployments.take_up("p", OWNER)
    assert engine.cases.start("p")
    with engine.reading() as session:
        assert queries.retired(session) == {}
