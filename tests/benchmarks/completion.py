"""What completing a user task costs: through the engine with its commit, and by SpiffWorkflow as it comes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine as Database
from sqlalchemy import event, text

from engine import Engine
from engine.clock import VirtualClock
from engine.store.database import make_engine
from tests.benchmarks.cycle import ANSWER, REVIEW, TASKS_A_LOOP, diagram
from tests.benchmarks.plain_spiff import in_memory, whole_json

AT = (1, 10, 100, 1_000)
#: Loops from each of AT on whose completions are timed; their median counts.
AROUND = 5
TABLES = (("process_instance", "id"), ("user_task", "instance_id"), ("history", "instance_id"), ("job", "instance_id"))


def measure(step: Callable[[], float], most: int) -> dict[int, float]:
    """Milliseconds a completion at loop 1, 10, 100..., each the median over a few loops from there on."""
    times = [step() for _ in range((most + AROUND) * TASKS_A_LOOP)]
    return {
        at: median(times[(at - 1) * TASKS_A_LOOP : (at - 1 + AROUND) * TASKS_A_LOOP]) * 1_000 for at in AT if at <= most
    }


def timed(run: Callable[[], None]) -> float:
    """The seconds that ``run`` takes."""
    before = time.perf_counter()
    run()
    return time.perf_counter() - before


@contextmanager
def engine_on(url: str) -> Iterator[tuple[Engine, Database]]:
    """An engine with the cycle deployed, on a fresh database."""
    database = make_engine(url)
    engine = Engine(database)
    engine.create_schema()
    engine.deployments.deploy({"cycle.bpmn": diagram("= more")}, strict=False)
    yield engine, database
    database.dispose()


def completer(engine: Engine) -> tuple[int, Callable[[], float]]:
    """A case, and a function that completes one of its tasks and says how long that took."""
    case = engine.cases.start("cycle")

    def step() -> float:
        task = engine.tasks.open(case)[0]
        return timed(lambda: engine.tasks.complete(task.id, ANSWER, by="bench"))

    return case, step


def statements(database: Database, run: Callable[[], Any]) -> tuple[int, int]:
    """How many SQL statements and commits ``run`` makes."""
    seen: list[str] = []
    commits: list[int] = []
    event.listen(database, "before_cursor_execute", lambda *given: seen.append(given[2]))
    event.listen(database, "commit", lambda _: commits.append(1))
    run()
    return len([each for each in seen if not each.startswith(("BEGIN", "COMMIT", "PRAGMA"))]), len(commits)


def stored(database: Database, case: int) -> int:
    """Bytes that one case takes in the database: its row, tasks, history and jobs; a number counts as eight."""
    with database.connect() as connection:
        rows = [
            row
            for table, key in TABLES
            for row in connection.execute(text(f"SELECT * FROM {table} WHERE {key} = :case"), {"case": case})
        ]
    return sum(len(v) if isinstance(v, bytes | str) else 8 for row in rows for v in row if v is not None)


def stored_reviews(url: str) -> int:
    """Bytes that a monthly review takes after 36 months, all its timers fired."""
    database, clock = make_engine(url), VirtualClock(datetime(2026, 9, 7, 8, tzinfo=UTC))
    engine = Engine(database, clock=clock)
    engine.deployments.deploy({"review.bpmn": REVIEW}, strict=False)
    case = engine.cases.start("review")
    for _ in range(36):
        engine.tasks.complete(engine.tasks.open(case)[0].id, ANSWER, by="bench")
        due = engine.jobs.next_due()
        assert due is not None
        clock.set(due)
        engine.jobs.run_due()
    size = stored(database, case)
    database.dispose()
    return size


def run(name: str, url: str) -> None:
    """Print what a completion costs on one database, beside SpiffWorkflow as it comes."""
    with engine_on(url) as (engine, database):
        _, step = completer(engine)
        ours = measure(step, 1_000)
        case, step = completer(engine)
        for _ in range(35 * TASKS_A_LOOP):
            step()
        task = engine.tasks.open(case)[0]
        count, commits = statements(database, lambda: engine.tasks.complete(task.id, ANSWER, by="bench"))
        cycles = stored(database, case)
    reviews = stored_reviews(url)
    memory = measure(_timing(in_memory()), 100)
    whole = measure(_timing(whole_json()), 100)
    print(f"Completing a user task on {name}, milliseconds (medians)")
    for who, found in (
        ("engine, committed", ours),
        ("SpiffWorkflow in memory", memory),
        ("SpiffWorkflow, whole JSON", whole),
    ):
        print(f"  {who:26}" + "".join(f"   loop {at}: {value:6.2f}" for at, value in found.items()))
    print(f"  engine: loop 1,000 / loop 1 = {ours[1_000] / ours[1]:.2f}")
    print(
        f"  at loop 100: engine / in memory = {ours[100] / memory[100]:.2f}, engine / whole JSON = {ours[100] / whole[100]:.2f}"
    )
    print(f"  SQL statements a completion: {count}, commits: {commits}")
    print(
        f"  stored after 36 loops, history included: {reviews / 1_000:.1f} KB (monthly review), {cycles / 1_000:.1f} KB (this cycle)"
    )


def _timing(step: Callable[[], None]) -> Callable[[], float]:
    return lambda: timed(step)


def on_sqlite() -> None:
    """Run on a fresh SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}")
