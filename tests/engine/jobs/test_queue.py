"""Timers and other jobs: due order, lateness, failure, retry, incidents, and workers that die or come too late."""

from datetime import timedelta

import pytest

from engine import Engine, queries
from engine.cases import stepping
from engine.errors import IncidentNotFound, JobLost
from engine.jobs import queue
from engine.steps import SetVariables
from engine.store.tables import Job
from engine.store.tenancy import Scope, set_scope
from tests.engine.running import DAY, LATER, NOW, REMINDED, Statements, claim, clock_of, deploy, running, task, waiting
from tests.engine.spiff.cases import bpmn

MINUTE = timedelta(minutes=1)
SCHOOL_YEAR = bpmn(
    '<startEvent id="s"><timerEventDefinition><timeCycle>R/P7D</timeCycle></timerEventDefinition></startEvent>'
    '<userTask id="a"/><endEvent id="e"/>',
    "s>a a>e",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


def test_jobs_fire_in_due_order_and_late_ones_say_so(engine: Engine) -> None:
    deploy(engine, LATER)
    first = engine.cases.start("p")
    clock_of(engine).advance(MINUTE)
    second = engine.cases.start("p")
    engine.jobs.tell_late()
    assert engine.jobs.next_due() == NOW + DAY
    clock_of(engine).advance(21 * DAY)
    assert engine.jobs.fire_next_due()
    assert [engine.cases.get(i).at for i in (first, second)] == [("a",), ("t",)]
    assert (engine.jobs.run_due(), engine.jobs.run_due()) == (1, 0)
    fired = next(line for line in engine.cases.history(first) if line.element == "t")
    assert fired.detail == {"late_by": 20 * 86400 + 60}
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None


def test_a_cycle_fires_once_after_a_long_stop(engine: Engine) -> None:
    deploy(engine, REMINDED)
    case = engine.cases.start("p")
    clock_of(engine).advance(21 * DAY + MINUTE)
    assert engine.jobs.run_due() == 1
    assert engine.cases.trace(case).count("remind") == 1
    engine.jobs.tell_late()
    assert engine.jobs.next_due() == NOW + 22 * DAY


def test_a_clock_that_jumps_forward_a_year_does_all_once(engine: Engine) -> None:
    deploy(engine, REMINDED)
    deploy(engine, SCHOOL_YEAR.replace(b'id="p"', b'id="year"'), "year")
    case = engine.cases.start("p")
    clock_of(engine).advance(365 * DAY)
    assert engine.jobs.run_due() == 2
    assert engine.jobs.run_due() == 0
    assert engine.cases.trace(case).count("remind") == 1, "a cycle does not make up for 365 missed beats"
    with engine.reading() as session:
        assert [row.process for row in queries.instances(session).items] == ["year", "p"]
    engine.jobs.tell_late()
    assert engine.jobs.next_due() == NOW + 366 * DAY


def test_a_clock_that_jumps_back_an_hour_fires_nothing_twice(engine: Engine) -> None:
    deploy(engine, REMINDED)
    case = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    assert engine.jobs.run_due() == 1
    clock_of(engine).set(NOW + DAY - 60 * MINUTE)
    assert engine.jobs.run_due() == 0
    assert claim(engine) is None
    engine.jobs.tell_late()
    assert engine.jobs.next_due() == NOW + 2 * DAY
    engine.tasks.complete(task(engine, "a", case))
    assert "a" not in waiting(engine, case), "what people do meanwhile is not held up"
    clock_of(engine).set(NOW + 2 * DAY)
    assert engine.jobs.run_due() == 0
    assert engine.cases.trace(case).count("remind") == 1


def test_a_timer_goes_with_its_task(engine: Engine) -> None:
    deploy(engine, REMINDED)
    case = engine.cases.start("p")
    engine.tasks.complete(task(engine, "a", case))
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None
    clock_of(engine).advance(5 * DAY)
    assert engine.jobs.run_due() == 0


def test_a_failing_job_is_tried_again_and_becomes_an_incident(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p", variables={"broken": True})
    other = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    assert engine.jobs.run_due() == 2  # the failing one does not hold the other up
    assert waiting(engine, other) == ["a"]
    for _ in range(2):
        engine.jobs.tell_late()
        assert engine.jobs.next_due() == clock_of(engine).now() + MINUTE
        clock_of(engine).advance(MINUTE)
        assert engine.jobs.run_due() == 1
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None
    row = engine.cases.get(case)
    assert (row.status, row.at, row.incidents) == ("active", ("t",), 1)
    with engine.reading() as session:
        [incident] = queries.incidents(session)
    assert (incident.kind, incident.element, incident.instance_id, incident.retriable) == ("job", "x", case, True)
    assert "Traceback" not in incident.message
    assert "Traceback" in incident.detail
    engine.cases.set_variables(case, {"broken": False}, by="mo")
    engine.jobs.retry(incident.id, by="mo")
    assert engine.jobs.run_due() == 1
    assert waiting(engine, case) == ["a"]
    assert engine.cases.get(case).incidents == 0
    assert [line.by for line in engine.cases.history(case) if line.how == "retried"] == ["mo"]
    with pytest.raises(IncidentNotFound):
        engine.jobs.retry(incident.id)


def test_a_job_that_kills_its_worker_each_time_becomes_an_incident(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    for _ in range(engine.config.attempts):
        assert claim(engine) is not None  # and the worker is gone
        assert claim(engine) is None  # the lease keeps others away
        clock_of(engine).advance(engine.config.lease)
    other = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    assert engine.jobs.run_due() == 1
    assert (waiting(engine, case), waiting(engine, other)) == ([], ["a"])
    with engine.reading() as session:
        assert "stopped without a word 3 times" in queries.incidents(session)[0].message


def test_a_worker_that_was_given_up_for_dead_writes_nothing(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    slow = claim(engine)
    clock_of(engine).advance(engine.config.lease)
    assert claim(engine).attempts == 2
    from engine.cases import delivery

    with pytest.raises(JobLost), engine.transactions.writing(Scope.all_authorities()) as session:
        delivery.run(session, engine.transactions.world, slow)
    assert engine.cases.get(case).at == ("t",)
    clock_of(engine).advance(engine.config.lease)
    assert engine.jobs.run_due() == 1
    assert engine.cases.trace(case) == ["s", "t", "x"]


def test_a_failure_reported_late_changes_nothing(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p")
    clock_of(engine).advance(DAY)
    slow = claim(engine)
    assert engine.jobs.run_due() == 0
    clock_of(engine).advance(engine.config.lease)
    fresh = claim(engine)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        queue.fail(session, slow, queue.Failure("t", slow.token, ValueError("late")), engine.clock.now(), engine.config)
        row = session.get(Job, slow.id)
        assert row is not None
        assert (row.claim, row.error) == (fresh.claim, None)


def test_the_clock_may_jump(engine: Engine) -> None:
    deploy(engine, REMINDED)
    case = engine.cases.start("p")
    clock_of(engine).advance(365 * DAY)
    assert engine.jobs.run_due() == 1
    clock_of(engine).advance(timedelta(hours=-1))
    assert engine.jobs.run_due() == 0
    clock_of(engine).advance(DAY + timedelta(hours=1))
    assert engine.jobs.run_due() == 1
    assert engine.cases.trace(case).count("remind") == 2


def test_an_incident_goes_when_its_case_moves_on(engine: Engine) -> None:
    xml = bpmn(
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        '<boundaryEvent id="t" attachedToRef="a"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></boundaryEvent><exclusiveGateway id="g"/><endEvent id="e2"/>',
        "s>a a>b b>e t>g g>e2[n > 0]",
    )
    deploy(engine, xml)
    case = engine.cases.start("p", variables={"n": 0})
    for _ in range(3):
        clock_of(engine).advance(DAY)
        engine.jobs.run_due()
    assert engine.cases.get(case).incidents == 1
    engine.tasks.complete(task(engine, "a", case))
    assert engine.cases.get(case).incidents == 0


class TestStartTimers:
    def test_a_start_timer_starts_case_after_case(self, engine: Engine) -> None:
        deploy(engine, SCHOOL_YEAR)
        engine.jobs.tell_late()
        assert engine.jobs.next_due() == NOW + 7 * DAY
        clock_of(engine).advance(7 * DAY)
        assert engine.jobs.run_due() == 1
        clock_of(engine).advance(30 * DAY)
        assert engine.jobs.run_due() == 1
        assert len(engine.tasks.open()) == 2
        engine.jobs.tell_late()
        assert engine.jobs.next_due() == NOW + 42 * DAY

    def test_a_new_version_keeps_the_date_of_a_timer_it_does_not_change(self, engine: Engine) -> None:
        deploy(engine, SCHOOL_YEAR)
        clock_of(engine).advance(3 * DAY)
        deploy(engine, SCHOOL_YEAR.replace(b'id="a"', b'id="a" name="Plan"'))
        engine.jobs.tell_late()
        assert engine.jobs.next_due() == NOW + 7 * DAY
        clock_of(engine).advance(4 * DAY)
        assert engine.jobs.run_due() == 1
        assert [t.name for t in engine.tasks.open()] == ["Plan"]
        deploy(engine, SCHOOL_YEAR.replace(b"P7D", b"P8D"))
        engine.jobs.tell_late()
        assert engine.jobs.next_due() == NOW + 15 * DAY

    def test_a_worker_that_lost_a_start_timer_starts_nothing(self, engine: Engine) -> None:
        deploy(engine, SCHOOL_YEAR)
        clock_of(engine).advance(7 * DAY)
        slow = claim(engine)
        clock_of(engine).advance(engine.config.lease)
        assert engine.jobs.run_due() == 1
        from engine.cases import delivery

        with pytest.raises(JobLost), engine.transactions.writing(Scope.all_authorities()) as session:
            delivery.run(session, engine.transactions.world, slow)
        assert len(engine.tasks.open()) == 1


def test_an_idle_look_is_two_statements(engine: Engine) -> None:
    deploy(engine, LATER)
    engine.cases.start("p")
    with Statements(engine) as counted:
        assert not engine.jobs.fire_next_due()
        engine.jobs.next_due()
    assert len(counted.sent) <= 3


def test_a_step_inside_a_transaction_is_not_seen_before_its_commit(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    with engine.database.writing() as session:
        set_scope(session, Scope.all_authorities())
        stepping.step(session, engine.transactions.world, stepping.lock(session, case), SetVariables({"x": 1}))
        assert engine.cases.variables(case) == {}
    assert engine.cases.variables(case) == {}
