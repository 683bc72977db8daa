"""What is written when a job is tried again, given up, or taken by somebody else: found by mutating engine/jobs/queue.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import Engine, Scope, queries
from engine.errors import IncidentNotFound, JobLost
from engine.jobs import queue
from engine.store.tables import Incident, Job, ProcessInstance
from tests.engine.jobs.test_queue import SCHOOL_YEAR
from tests.engine.running import DAY, LATER, claim, clock_of, deploy, running, waiting
from tests.engine.spiff.cases import bpmn

MINUTE = timedelta(minutes=1)
SOON = LATER.replace(b"P1D", b"PT1H").replace(b'id="p"', b'id="soon"')
#: A process that begins by itself, and cannot go on.
BEGINS_BROKEN = bpmn(
    '<startEvent id="s"><timerEventDefinition><timeCycle>R/P7D</timeCycle></timerEventDefinition></startEvent>'
    '<exclusiveGateway id="g"/><endEvent id="e"/>',
    "s>g g>e[nothing > 0]",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


def fail(engine: Engine, job: queue.Claimed, error: Exception) -> None:
    failure = queue.Failure("x", job.token, error)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        queue.fail(session, job, failure, engine.clock.now(), engine.config)


def incidents(engine: Engine) -> list[Any]:
    with engine.reading() as session:
        return list(queries.incidents(session))


def test_what_is_due_first_is_done_first_though_it_was_made_last(engine: Engine) -> None:
    deploy(engine, LATER)
    deploy(engine, SOON, "soon")
    late = engine.cases.start("p")
    soon = engine.cases.start("soon")
    clock_of(engine).advance(2 * DAY)
    assert engine.jobs.fire_next_due()
    assert (waiting(engine, late), waiting(engine, soon)) == ([], ["a"])


def test_a_job_that_failed_and_then_killed_its_workers_keeps_its_error(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p")
    clock_of(engine).advance(DAY)
    fail(engine, claim(engine), IncidentNotFound(incident=7))
    clock_of(engine).advance(engine.config.pause(1))
    for _ in range(engine.config.attempts - 1):
        assert isinstance(claim(engine), queue.Claimed)
        clock_of(engine).advance(engine.config.lease)
    claim(engine)
    [incident] = incidents(engine)
    assert incident.message == str(IncidentNotFound(incident=7))
    assert "without a word" in incident.detail
    assert incident.element == "t"


def test_a_job_that_was_read_before_another_took_it_is_not_taken_again(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p")
    clock_of(engine).advance(DAY)
    now = engine.clock.now()
    with engine.reading(Scope.all_authorities()) as session:
        [read] = session.query(Job).all()
    assert claim(engine) is not None
    with engine.transactions.writing(Scope.all_authorities()) as session:
        assert queue._take(session, read, now, engine.config) is None


def test_a_job_that_was_given_up_is_not_taken_by_who_read_it_before(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p")
    clock_of(engine).advance(DAY)
    with engine.reading(Scope.all_authorities()) as session:
        [read] = session.query(Job).all()
    with engine.transactions.writing(Scope.all_authorities()) as session:
        found = session.get(Job, read.id)
        assert found is not None
        found.status = "failed"
    with engine.transactions.writing(Scope.all_authorities()) as session:
        assert queue._take(session, read, engine.clock.now(), engine.config) is None


def test_the_failure_of_one_job_is_not_another_s(engine: Engine) -> None:
    deploy(engine, LATER)
    good = engine.cases.start("p")
    clock_of(engine).advance(MINUTE)
    broken = engine.cases.start("p", variables={"broken": True})
    clock_of(engine).advance(DAY - MINUTE)
    assert engine.jobs.run_due() == 1
    clock_of(engine).advance(MINUTE)
    for _ in range(engine.config.attempts):
        engine.jobs.run_due()
        clock_of(engine).advance(MINUTE)
    [incident] = incidents(engine)
    assert incident.instance_id == broken
    assert waiting(engine, good) == ["a"]


def test_a_start_that_fails_is_tried_again_and_becomes_an_incident(engine: Engine) -> None:
    deploy(engine, BEGINS_BROKEN)
    clock_of(engine).advance(7 * DAY)
    for left in range(engine.config.attempts, 0, -1):
        assert incidents(engine) == []
        assert engine.jobs.run_due() == 1, left
        clock_of(engine).advance(MINUTE)
    [incident] = incidents(engine)
    assert incident.instance_id is None
    assert incident.message.startswith("“p” could not begin. ")
    assert incident.element == "g"


def test_a_worker_that_lost_its_job_says_which(engine: Engine) -> None:
    deploy(engine, SCHOOL_YEAR)
    clock_of(engine).advance(7 * DAY)
    slow = claim(engine)
    clock_of(engine).advance(engine.config.lease)
    claim(engine)
    with (
        pytest.raises(JobLost, match=str(slow.id)),
        engine.transactions.writing(Scope.all_authorities()) as session,
    ):
        queue.finish(session, slow)


def test_an_incident_that_is_settled_is_not_tried_again(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p", variables={"broken": True})
    clock_of(engine).advance(DAY)
    for _ in range(engine.config.attempts):
        engine.jobs.run_due()
        clock_of(engine).advance(MINUTE)
    [incident] = incidents(engine)
    engine.jobs.retry(incident.id, by="mo")
    engine.jobs.run_due()
    for again in (incident.id, 999):
        with pytest.raises(IncidentNotFound, match=str(again)):
            engine.jobs.retry(again, by="mo")
    with engine.reading(Scope.all_authorities()) as session:
        settled = session.get(Incident, incident.id)
        assert settled is not None
        assert settled.resolved_by == "mo"


def test_a_person_s_step_that_failed_is_settled_without_touching_a_job_of_that_number(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    with engine.transactions.writing(Scope.all_authorities()) as session:
        [job] = session.query(Job).all()
        before = (job.status, job.attempts, job.next_try)
        told = Incident(
            authority="",
            instance_id=case,
            job_id=job.id,
            kind="step",
            element="t",
            token="1",
            message="It failed.",
            detail="",
            answer=None,
            created=engine.clock.now(),
            resolved=None,
            resolved_by=None,
        )
        session.add(told)
        session.flush()
        queue.retry(session, told, engine.clock.now() + DAY, "mo")
        session.refresh(job)
        assert (job.status, job.attempts, job.next_try) == before


def kept(engine: Engine) -> list[tuple[int | None, str, str]]:
    """The open incidents: of which case, at which token, of which kind."""
    with engine.reading(Scope.all_authorities()) as session:
        rows = session.query(Incident).where(Incident.resolved.is_(None)).order_by(Incident.id)
        return [(row.instance_id, row.token, row.kind) for row in rows]


def report(engine: Engine, case: int, token: str, message: int = 1) -> None:
    """A person's step that failed at a token."""
    with engine.transactions.writing(Scope.all_authorities()) as session:
        instance = session.get(ProcessInstance, case)
        assert instance is not None
        queue.report(
            session, instance, queue.Failure("a", token, IncidentNotFound(incident=message)), engine.clock.now()
        )


def test_a_step_that_fails_again_is_the_same_incident_with_what_was_wrong_last(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    report(engine, case, "1", 7)
    clock_of(engine).advance(MINUTE)
    report(engine, case, "1", 8)
    [incident] = incidents(engine)
    assert incident.message == str(IncidentNotFound(incident=8))
    assert incident.created == engine.clock.now()


def test_steps_of_other_tasks_and_cases_are_incidents_of_their_own(engine: Engine) -> None:
    deploy(engine, LATER)
    first, second = engine.cases.start("p"), engine.cases.start("p")
    report(engine, first, "1")
    report(engine, first, "2")
    report(engine, second, "1")
    assert kept(engine) == [(first, "1", "step"), (first, "2", "step"), (second, "1", "step")]


def test_a_step_that_fails_again_after_its_incident_was_settled_is_a_new_one(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    report(engine, case, "1")
    [before] = incidents(engine)
    engine.jobs.retry(before.id, by="mo")
    report(engine, case, "1")
    [after] = incidents(engine)
    assert after.id != before.id


def test_a_job_that_failed_is_no_step_of_its_token(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p", variables={"broken": True})
    clock_of(engine).advance(DAY)
    for _ in range(engine.config.attempts):
        engine.jobs.run_due()
        clock_of(engine).advance(MINUTE)
    [(_, token, _)] = kept(engine)
    report(engine, case, token)
    assert kept(engine) == [(case, token, "job"), (case, token, "step")]


def test_a_retry_has_all_its_attempts_before_it_and_hurries_no_other_job(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p", variables={"broken": True})
    clock_of(engine).advance(DAY)
    for _ in range(engine.config.attempts):
        engine.jobs.run_due()
        clock_of(engine).advance(MINUTE)
    engine.cases.start("p")
    due = engine.clock.now() + DAY
    [incident] = incidents(engine)
    engine.jobs.retry(incident.id, by="mo")
    tries = 0
    while not incidents(engine):
        tries += engine.jobs.run_due()
        clock_of(engine).advance(MINUTE)
    assert tries == engine.config.attempts
    assert engine.jobs.next_due() == due
