"""kill -9 in the middle of everything, again and again: nothing is lost, doubled or stuck.

A child process completes tasks and fires timers in a loop, and says each completion that was answered. It is killed
at a random moment and another one goes on. PATHWAYS_KILLS sets how often (8 unless set).
"""

from __future__ import annotations

import os
import random
import signal
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection

from engine import Config, Engine, queries
from tests.engine.running import deploy
from tests.engine.spiff.cases import bpmn, prop
from tests.processor import Work, used_by

KILLS = int(os.environ.get("PATHWAYS_KILLS", "8"))
CASES = 4
#: Seconds of processor time in which something must have come of the work.
STUCK = 20
#: An officer's task and a timer in turn, with a reminder beside the task; each round is counted twice, by both.
ROUNDS = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo"/><scriptTask id="count" scriptFormat="feel" '
    'camunda:resultVariable="rounds"><script>= rounds + 1</script></scriptTask>'
    '<intermediateCatchEvent id="t"><timerEventDefinition><timeDate>2020-01-01T00:00:00Z</timeDate>'
    '</timerEventDefinition></intermediateCatchEvent><exclusiveGateway id="g" default="f_g_a"/><endEvent id="e"/>'
    '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeCycle>R/P1D</timeCycle>'
    '</timerEventDefinition></boundaryEvent><task id="remind"/><endEvent id="e2"/>',
    "s>a a>count count>t t>g g>a g>e[rounds < 0] b>remind remind>e2",
)
CONFIG = Config(lease=timedelta(milliseconds=300), attempts=1000, backoff=(timedelta(0),))


def work(url: str, out: Connection) -> None:
    """The child: never ends by itself. Says (case, round) after each completion that was answered."""
    engine = Engine(url, config=CONFIG)
    while True:
        for task in engine.tasks.open():
            number = engine.cases.variables(task.instance_id)["rounds"] + 1
            engine.tasks.complete(task.id, {"last": number}, by="sam")
            out.send((task.instance_id, number))
        engine.jobs.run_due()


def test_nothing_is_lost_doubled_or_stuck(database_url: str) -> None:
    engine = Engine(database_url, config=CONFIG)
    deploy(engine, ROUNDS)
    found = [engine.cases.start("p", variables={"rounds": 0}) for _ in range(CASES)]
    engine.dispose()
    told = dict.fromkeys(found, 0)
    chance = random.Random(7)
    context = get_context("forkserver")
    context.set_forkserver_preload(["engine", "tests.engine.cases.test_crash"])
    for _ in range(KILLS):
        _live_and_die(context, database_url, told, chance.randrange(1, 12), chance.uniform(0.0, 0.03))
        _check(engine, told)
    assert all(number > 0 for number in told.values())
    _goes_on(engine, found)


def _live_and_die(context, url, told: dict[int, int], answers: int, rest: float, doing=work) -> None:  # type: ignore[no-untyped-def]
    """A child that is killed so many answers after it began, and as many seconds (at most) after the last of them."""
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=doing, args=(url, sending), daemon=True)
    child.start()
    sending.close()
    assert child.pid is not None
    for _ in range(answers):
        _wait(receiving, child.pid)
        _note(told, receiving)
    receiving.poll(rest)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    try:
        while receiving.poll():
            _note(told, receiving)
    except EOFError:
        pass


def _wait(receiving: Connection, pid: int) -> None:
    """For the child's next answer, as long as it has not worked for :data:`STUCK` since the last."""
    began = used_by(pid)
    while not receiving.poll(0.05):
        assert used_by(pid) - began < STUCK, "a child that does nothing: the case is stuck"


def _note(told: dict[int, int], receiving: Connection) -> None:
    case, number = receiving.recv()
    told[case] = max(told[case], number)


def _check(engine: Engine, told: dict[int, int]) -> None:
    """What was answered is there; at most one round more, whose answer the kill cut off; each thing counted once."""
    for case, number in told.items():
        rounds = engine.cases.variables(case)["rounds"]
        assert number <= rounds <= number + 1, "lost or doubled"
        trace = engine.cases.trace(case)
        assert trace.count("a") == trace.count("count") == rounds
        open_tasks = len(engine.tasks.open(case))
        assert trace.count("t") == rounds - (1 - open_tasks)
        assert open_tasks in (0, 1)
        told[case] = rounds
    engine.dispose()


def _goes_on(engine: Engine, found: list[int]) -> None:
    """Every case can still be carried on: its timer fires once a dead worker's lease is over."""
    with Work() as work:
        while len(engine.tasks.open()) < len(found) and work.so_far() < STUCK:
            engine.jobs.run_due()
    assert sorted(task.instance_id for task in engine.tasks.open()) == found


#: Each school gets a case on a day that is over: all of them at once.
FOR_SCHOOLS = bpmn(
    f'<startEvent id="s">{prop(forEach="school")}<timerEventDefinition><timeDate>2020-01-01T00:00:00Z</timeDate>'
    '</timerEventDefinition></startEvent><scriptTask id="c" scriptFormat="feel" camunda:resultVariable="n">'
    '<script>= 1</script></scriptTask><endEvent id="e"/>',
    "s>c c>e",
)
SCHOOLS = "urn,name,phase,type\n" + "".join(f"1000{n},School {n},primary,community\n" for n in range(10, 70))


def begin(url: str, out: Connection) -> None:
    """A child that does due jobs, and says each."""
    engine = Engine(url, config=CONFIG)
    out.send((0, 0))
    while True:
        if engine.jobs.fire_next_due():
            out.send((0, 1))


def test_each_school_gets_one_case_of_a_beat(database_url: str) -> None:
    """Though its case is over at once, so that no open case keeps a second away."""
    engine = Engine(database_url, config=CONFIG)
    engine.schools.import_file(SCHOOLS.encode(), "")
    deploy(engine, FOR_SCHOOLS)
    chance, context = random.Random(7), get_context("forkserver")
    for _ in range(KILLS):
        engine.dispose()
        _live_and_die(context, database_url, {0: 0}, chance.randrange(1, 5), chance.uniform(0.0, 0.03), begin)
    with Work() as work:
        while engine.jobs.next_due() is not None and work.so_far() < STUCK:
            engine.jobs.run_due()
    with engine.reading() as session:
        found = [row.school_urn for row in queries.instances(session, per_page=100).items]
        assert sorted(found) == [f"1000{n}" for n in range(10, 70)]
        assert queries.batch(session, 1).started == 60
