"""Two at once, one of them paused at each point between claim and commit: no double effect, no deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine import Engine
from engine.cases import delivery, records, stepping
from engine.errors import PathwaysError, TaskNotOpen
from tests.engine.running import DAY, LATER, RECEIVER, THROWER, clock_of, deploy, task, waiting
from tests.engine.spiff.cases import bpmn

#: A task that an interrupting timer takes away.
INTERRUPTED = bpmn(
    '<startEvent id="s"/><userTask id="a"/><userTask id="done"/><endEvent id="e"/>'
    '<boundaryEvent id="t" attachedToRef="a"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    '</timerEventDefinition></boundaryEvent><userTask id="late"/><endEvent id="e2"/>',
    "s>a a>done done>e t>late late>e2",
)
#: Where the paused one stands, in the order in which a step passes.
POINTS = ("claimed", "locked", "read", "advanced", "written", "commit")
#: How long the other may take before it is seen to wait for the paused one, and before it is a deadlock; in seconds.
BLOCKED, STUCK = 0.25, 30.0


class Race:
    """Pauses one thread at a point until the other has finished or waits for it."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.paused: threading.Thread | None = None
        self.reached, self.go_on = threading.Event(), threading.Event()

    def passes(self, point: str) -> None:
        if point == self.point and threading.current_thread() is self.paused and not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(STUCK)

    def run(self, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
        results: list[Any] = [None, None]
        threads = [threading.Thread(target=_kept, args=(results, i, each)) for i, each in enumerate((first, second))]
        self.paused = threads[0]
        threads[0].start()
        while threads[0].is_alive() and not self.reached.wait(0.01):
            pass
        threads[1].start()
        threads[1].join(BLOCKED)
        self.go_on.set()
        for thread in threads:
            thread.join(STUCK)
            assert not thread.is_alive(), "a deadlock"
        return results


def _kept(results: list[Any], index: int, call: Callable[[], Any]) -> None:
    try:
        results[index] = call()
    except PathwaysError as error:
        results[index] = error


@pytest.fixture(params=POINTS)
def race(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    race = Race(request.param)

    def after(module: Any, name: str, point: str) -> None:
        real = getattr(module, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            found = real(*given, **named)
            race.passes(point)
            return found

        monkeypatch.setattr(module, name, wrapped)

    def before_run(*given: Any) -> Any:
        race.passes("claimed")
        return run(*given)

    run = delivery.run
    monkeypatch.setattr(delivery, "run", before_run)
    after(stepping, "lock", "locked")
    after(stepping, "waiting_of", "read")
    after(delivery, "waiting_of", "read")
    after(stepping, "_advance", "advanced")
    after(records, "write", "written")

    def before_commit(session: Session) -> None:
        if session.info.get("stepped"):
            race.passes("commit")

    event.listen(Session, "before_commit", before_commit)
    write = records.write

    def marking(step: Any, outcome: Any) -> None:
        write(step, outcome)
        step.session.info["stepped"] = True

    monkeypatch.setattr(records, "write", marking)
    yield race
    event.remove(Session, "before_commit", before_commit)


def test_two_workers_and_one_timer(engine: Engine, race: Race) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    race.run(engine.jobs.run_due, engine.jobs.run_due)
    assert engine.cases.trace(case) == ["s", "t", "x"]
    assert waiting(engine, case) == ["a"]
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None


@pytest.mark.parametrize("paused", ["worker", "officer"])
def test_a_worker_and_an_officer(engine: Engine, race: Race, paused: str) -> None:
    deploy(engine, INTERRUPTED)
    case = engine.cases.start("p")
    ident = task(engine, "a", case)
    clock_of(engine).advance(DAY)
    both = [engine.jobs.run_due, lambda: engine.tasks.complete(ident, {}, by="sam")]
    results = race.run(*(both if paused == "worker" else both[::-1]))
    assert waiting(engine, case) in (["done"], ["late"])
    trace = engine.cases.trace(case)
    assert ("a" in trace) != ("t" in trace)
    assert any(isinstance(each, TaskNotOpen) for each in results) == ("t" in trace)
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None
    assert engine.cases.get(case).incidents == 0


def test_two_officers_and_one_task(engine: Engine, race: Race) -> None:
    deploy(engine, INTERRUPTED)
    case = engine.cases.start("p")
    ident = task(engine, "a", case)
    results = race.run(
        lambda: engine.tasks.complete(ident, {}, by="sam"), lambda: engine.tasks.complete(ident, {}, by="olu")
    )
    assert sorted(type(each).__name__ for each in results) == ["NoneType", "TaskNotOpen"]
    assert engine.cases.trace(case) == ["s", "a"]


def test_two_workers_and_one_message(engine: Engine, race: Race) -> None:
    deploy(engine, RECEIVER, "receiver")
    deploy(engine, THROWER, "thrower")
    case = engine.cases.start("receiver", "one")
    engine.cases.start("thrower", variables={"target": "one"})
    race.run(engine.jobs.run_due, engine.jobs.run_due)
    assert engine.cases.trace(case) == ["s", "w"]
    assert waiting(engine, case) == ["a"]
    engine.jobs.tell_late()
    assert engine.jobs.next_due() is None


def test_the_same_message_from_two_sides(engine: Engine, race: Race) -> None:
    deploy(engine, RECEIVER, "receiver")
    case = engine.cases.start("receiver", "one")

    def send() -> list[int]:
        return engine.messages.correlate("reply", {"k": "one"}, {"n": 1})

    results = race.run(send, send)
    assert sorted(type(each).__name__ for each in results) == ["MessageNotExpected", "list"]
    assert engine.cases.trace(case) == ["s", "w"]
