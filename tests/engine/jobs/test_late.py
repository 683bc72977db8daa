"""A worker that tells of its failure when the case has moved on changes nothing."""

from __future__ import annotations

from engine import Engine, Scope, queries
from engine.jobs import queue
from tests.engine.running import DAY, REMINDED, clock_of, deploy, task


def test_a_failure_of_a_job_that_is_gone_is_no_incident(engine: Engine) -> None:
    deploy(engine, REMINDED)
    case = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        claimed = queue.claim(session, engine.clock.now(), engine.config)
    assert isinstance(claimed, queue.Claimed)
    engine.tasks.complete(task(engine, "a", case))
    failure = queue.Failure("t", claimed.token, ValueError("late"))
    with engine.transactions.writing(Scope.all_authorities()) as session:
        queue.fail(session, claimed, failure, engine.clock.now(), engine.config)
    with engine.reading() as session:
        assert queries.incidents(session) == []
