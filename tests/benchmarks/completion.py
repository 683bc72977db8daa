"""What completing a user task costs: through the engine with its commit, and by SpiffWorkflow as it comes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, text

from engine import Engine
from engine.database import make_engine
from tests.benchmarks.plain_spiff import in_memory, whole_json

LOOP = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://example.org">
  <process id="loop" isExecutable="true">
    <startEvent id="begin"/><endEvent id="over"/><userTask id="review"/>
    <exclusiveGateway id="again" default="f4"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="review"/>
    <sequenceFlow id="f2" sourceRef="review" targetRef="again"/>
    <sequenceFlow id="f3" sourceRef="again" targetRef="review"><conditionExpression>= more</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="again" targetRef="over"/>
  </process>
</definitions>"""
AT = (1, 10, 100, 1_000)
#: Completions around each loop of AT that are timed, of which the median counts.
AROUND = 9


def measure(step: Callable[[], None], most: int) -> dict[int, float]:
    """Milliseconds a step at loops 1, 10, 100..., each the median of a few steps from there on."""
    times: list[float] = []
    while len(times) < most + AROUND:
        before = time.perf_counter()
        step()
        times.append((time.perf_counter() - before) * 1_000)
    return {at: median(times[at : at + AROUND]) for at in AT if at <= most}


@contextmanager
def engine_on(url: str) -> Iterator[tuple[Engine, Any]]:
    """An engine with the loop deployed."""
    database = make_engine(url)
    engine = Engine(database)
    engine.create_schema()
    engine.deploy({"loop.bpmn": LOOP}, strict=False)
    yield engine, database
    database.dispose()


def completer(engine: Engine) -> Callable[[], None]:
    """A function that completes the review of one case, again and again."""
    case = engine.start("loop")

    def step() -> None:
        (task,) = engine.user_tasks(case)
        engine.complete(task.id, {"more": True, "note": "steady"}, by="bench")

    return step


def statements(database: Any, run: Callable[[], None]) -> tuple[int, int]:
    """How many SQL statements and commits ``run`` makes."""
    seen: list[str] = []
    commits: list[int] = []
    event.listen(database, "before_cursor_execute", lambda *given: seen.append(given[2]))
    event.listen(database, "commit", lambda _: commits.append(1))
    run()
    return len([each for each in seen if not each.startswith(("BEGIN", "COMMIT", "PRAGMA"))]), len(commits)


def stored(database: Any, case: int) -> int:
    """Bytes that one case takes in the database: its row, tasks, history and jobs, as text."""
    total = 0
    with database.connect() as connection:
        for table, key in (
            ("process_instance", "id"),
            ("user_task", "instance_id"),
            ("history", "instance_id"),
            ("job", "instance_id"),
        ):
            rows = connection.execute(text(f"SELECT * FROM {table} WHERE {key} = {case}")).all()
            total += sum(
                len(value) if isinstance(value, bytes | str) else 8
                for row in rows
                for value in row
                if value is not None
            )
    return total


def run() -> None:
    """Print the figures."""
    print("Completing a user task, milliseconds (medians)")
    with (
        tempfile.TemporaryDirectory() as folder,
        engine_on(f"sqlite:///{Path(folder) / 'bench.db'}") as (engine, database),
    ):
        ours = measure(completer(engine), 1_000)
        again = completer(engine)
        (task,) = engine.user_tasks(2)
        count, commits = statements(database, lambda: engine.complete(task.id, {"more": True}, by="bench"))
        for _ in range(35):
            again()
        size = stored(database, 2)
    memory, whole = measure(in_memory(), 100), measure(whole_json(), 100)
    for name, found in (
        ("engine, committed (SQLite)", ours),
        ("SpiffWorkflow in memory", memory),
        ("SpiffWorkflow, whole JSON", whole),
    ):
        print(f"  {name:28}" + "".join(f"  loop {at}: {value:7.2f}" for at, value in found.items()))
    print(f"  engine: loop 1,000 / loop 1 = {ours[1_000] / ours[1]:.2f}")
    print(
        f"  loop 100: engine / SpiffWorkflow in memory = {ours[100] / memory[100]:.2f}, / whole JSON = {ours[100] / whole[100]:.2f}"
    )
    print(f"  SQL statements a completion: {count}, commits: {commits}; stored after 36 loops: {size / 1_000:.1f} KB")
