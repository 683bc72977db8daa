"""The dispatcher: it wakes at the next due time and when told, several share the work, and stopping leaves nothing
half done."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import sleep

import psycopg
import pytest

from engine import Config, Engine
from engine.errors import ClockUnmovable
from engine.scheduler import Scheduler
from tests.engine.running import LATER, RECEIVER, THROWER, deploy, waiting
from tests.engine.spiff.cases import bpmn
from tests.processor import until

#: A heartbeat that no test waits for: what happens sooner happened because the worker was woken.
NEVER = timedelta(hours=1)
SOON = LATER.replace(b"P1D", b"PT1S")
PAST = "<bpmn:timeDate>2020-01-01T00:00:00Z</bpmn:timeDate>"
QUICK = LATER.replace(b"<bpmn:timeDuration>P1D</bpmn:timeDuration>", PAST.encode())


@pytest.fixture
def engine(database_url: str) -> Engine:
    return Engine(database_url)


Schedule = Callable[..., Scheduler]


@pytest.fixture
def schedule() -> Iterator[Schedule]:
    """Make schedulers that end with the test."""
    made: list[Scheduler] = []

    def make(engine: Engine, heartbeat: timedelta = NEVER) -> Scheduler:
        made.append(Scheduler(engine, heartbeat))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def scheduler(engine: Engine, schedule: Schedule) -> Scheduler:
    scheduler = schedule(engine)
    scheduler.start()
    return scheduler


def test_it_wakes_when_a_timer_falls_due(engine: Engine, scheduler: Scheduler) -> None:
    deploy(engine, SOON)
    case = engine.cases.start("p")
    assert waiting(engine, case) == []
    assert until(lambda: waiting(engine, case) == ["a"])


def test_it_delivers_a_thrown_message_at_once(engine: Engine, scheduler: Scheduler) -> None:
    deploy(engine, RECEIVER, "receiver")
    deploy(engine, THROWER, "thrower")
    case = engine.cases.start("receiver", "one")
    engine.cases.start("thrower", variables={"target": "one"})
    assert until(lambda: waiting(engine, case) == ["a"])


def test_what_was_due_before_it_started_is_done(engine: Engine, schedule: Schedule) -> None:
    deploy(engine, QUICK)
    case = engine.cases.start("p")
    scheduler = schedule(engine)
    scheduler.start()
    assert until(lambda: waiting(engine, case) == ["a"])


def test_another_process_wakes_it_on_postgresql(postgresql_url: str, schedule: Schedule) -> None:
    """SQLite has no NOTIFY: there the heartbeat finds the work of other processes."""
    engine, other = Engine(postgresql_url), Engine(postgresql_url)
    deploy(other, QUICK)
    schedule(engine).start()
    assert until(lambda: _listens(postgresql_url))
    case = other.cases.start("p")
    assert until(lambda: waiting(engine, case) == ["a"])


def _listens(url: str) -> bool:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = current_database()"
        )
        return found.fetchone() is not None


def test_the_heartbeat_finds_what_nobody_told_of(database_url: str, engine: Engine, schedule: Schedule) -> None:
    scheduler = schedule(engine, timedelta(seconds=1))
    scheduler.start()
    other = Engine(database_url)
    deploy(other, QUICK)
    case = other.cases.start("p")
    assert until(lambda: waiting(engine, case) == ["a"])


def test_several_share_the_work_and_nothing_is_done_twice(database_url: str, schedule: Schedule) -> None:
    engines = [Engine(database_url) for _ in range(3)]
    deploy(engines[0], QUICK)
    found = [engines[0].cases.start("p") for _ in range(40)]
    schedulers = [schedule(each) for each in engines]
    for each in schedulers:
        each.start()
    assert until(lambda: len(engines[0].tasks.open()) == 40)
    assert all(engines[0].cases.trace(case) == ["s", "t", "x"] for case in found)


def test_run_ends_when_it_is_stopped(engine: Engine, schedule: Schedule) -> None:
    scheduler = schedule(engine)
    thread = Thread(target=scheduler.run)
    thread.start()
    sleep(0.2)
    scheduler.stop()
    assert until(lambda: not thread.is_alive())
    deploy(engine, QUICK)
    case = engine.cases.start("p")  # wakes nobody, and harms nobody
    sleep(0.2)
    assert waiting(engine, case) == []


class TestSampleClock:
    def test_moving_the_clock_brings_timers_forward(self, database_url: str, schedule: Schedule) -> None:
        engine = Engine(database_url, config=Config(sample=True))
        deploy(engine, LATER)
        case = engine.cases.start("p")
        scheduler = schedule(engine)
        scheduler.start()
        sleep(0.3)
        assert waiting(engine, case) == []
        moved = engine.installation.move_clock(timedelta(days=31))
        assert moved > datetime.now(UTC) + timedelta(days=30)
        assert until(lambda: waiting(engine, case) == ["a"])
        with pytest.raises(ClockUnmovable):
            engine.installation.move_clock(timedelta(days=-1))

    def test_other_processes_see_it(self, database_url: str) -> None:
        one, two = (Engine(database_url, config=Config(sample=True)) for _ in range(2))
        before = two.clock.now()
        one.installation.move_clock(timedelta(days=31))
        assert until(lambda: two.clock.now() > before + timedelta(days=30))

    def test_only_in_sample_mode(self, engine: Engine) -> None:
        with pytest.raises(ClockUnmovable):
            engine.installation.move_clock(timedelta(days=1))


def test_a_worker_outlives_a_database_that_goes_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, schedule: Schedule
) -> None:
    scheduler = schedule(engine, timedelta(seconds=1))
    real, broken = engine.jobs.fire_next_due, [True]

    def sometimes() -> bool:
        if broken.pop() if broken else False:
            raise ConnectionError("away")
        return real()

    monkeypatch.setattr(engine.jobs, "fire_next_due", sometimes)
    scheduler.start()
    deploy(engine, QUICK)
    case = engine.cases.start("p")
    assert until(lambda: waiting(engine, case) == ["a"])


def test_an_endless_loop_becomes_an_incident_and_holds_nobody_up(database_url: str) -> None:
    endless = bpmn(
        '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition>'
        "<timeDate>2020-01-01T00:00:00Z</timeDate></timerEventDefinition>"
        '</intermediateCatchEvent><task id="x"/><exclusiveGateway id="g" default="f_g_x"/>'
        '<endEvent id="e"/>',
        "s>t t>x x>g g>x g>e[stop = true]",
        key="endless",
    )
    engine = Engine(database_url, config=Config(attempts=1))
    deploy(engine, endless, "endless")
    deploy(engine, QUICK)
    bad, good = engine.cases.start("endless"), engine.cases.start("p")
    engine.jobs.run_due()
    assert (engine.cases.get(bad).incidents, waiting(engine, good)) == (1, ["a"])
