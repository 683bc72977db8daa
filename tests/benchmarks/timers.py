"""The scheduler: a tick with nothing due, a storm of due timers beside officers' pages, and two workers against one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine as Database
from sqlalchemy import text

from engine import Engine
from engine.store.database import make_engine
from engine.store.tables import Job, ProcessInstance
from tests import postgres
from tests.benchmarks.completion import timed
from tests.benchmarks.pages import expect, officer, settings
from tests.benchmarks.scale import copy
from webapp import create_app
from webapp.cli import upgrade
from webapp.sample import page

ROOT = Path(__file__).resolve().parent.parent.parent
FEW, MANY, STORM, SHARED = 10, 100_000, 20_000, 4_000
TIMES = 200
#: Seconds between two looks at what is left.
LOOK = 0.5
DIAGRAM = b"""<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="bench"><process id="term" isExecutable="true">
<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P300D</timeDuration>
</timerEventDefinition></intermediateCatchEvent><userTask id="review" name="Review" camunda:candidateGroups="clerk"/>
<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="review"/>
<sequenceFlow id="f3" sourceRef="review" targetRef="e"/></process></definitions>"""


def fill(engine: Engine, database: Database, number: int) -> None:
    """So many cases that wait for the same timer, which is not due yet."""
    engine.deployments.deploy({"term.bpmn": DIAGRAM}, "barnsley", strict=False)
    first = engine.cases.start("term", authority="barnsley")
    with database.connect().execution_options(pathways_writing=True) as connection, connection.begin():
        before = connection.execute(text("SELECT max(id) FROM process_instance")).scalar_one()
        copy(connection, ProcessInstance, number - 1, {}, f"x.id = {first}")
        copy(connection, Job, number - 1, {"instance_id": f"{before} + n"}, f"x.instance_id = {first}")
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def make_due(engine: Engine, database: Database) -> None:
    """Let all of it be due since a minute ago."""
    due = engine.clock.now() - timedelta(minutes=1)
    with database.connect().execution_options(pathways_writing=True) as connection, connection.begin():
        connection.execute(Job.__table__.update().values(due=due, next_try=due))  # type: ignore[attr-defined]


def left(database: Database) -> int:
    """How many jobs wait still."""
    with database.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM job")).scalar_one())


@contextmanager
def workers(url: str, number: int) -> Iterator[None]:
    """So many worker processes."""
    command = [sys.executable, "-m", "webapp.cli", "worker", "--config", str(ROOT / "config")]
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(number)]
    try:
        yield
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait()


# -- nothing due --------------------------------------------------------------------------------------------------


def tick(url: str, waiting: int) -> float:
    """Milliseconds of a tick with nothing due: the look for work and the look for the next due time."""
    database = make_engine(url)
    engine = Engine(database)
    engine.create_schema()
    fill(engine, database, waiting)
    looks = [timed(lambda: (engine.jobs.fire_next_due(), engine.jobs.next_due())) for _ in range(TIMES)]  # type: ignore[arg-type, return-value]
    database.dispose()
    return median(looks) * 1_000


def idle() -> None:
    """Print what a tick costs with few and with many waiting."""
    print("A tick with nothing due, milliseconds (medians)")
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": [tick(f"sqlite:///{Path(folder) / str(n)}.db", n) for n in (FEW, MANY)]}
    server = postgres.server()
    with postgres.database(server) as few, postgres.database(server) as many:
        found["PostgreSQL"] = [tick(few, FEW), tick(many, MANY)]
    for name, (small, large) in found.items():
        print(f"  {name}: {FEW} waiting {small:.2f}, {MANY:,} waiting {large:.2f}, ratio {large / small:.2f}")


# -- a storm ------------------------------------------------------------------------------------------------------


def pages(client: Any, seconds: float) -> list[float]:
    """The times of an officer's pages, one after the other with a breath between, for so long."""
    found, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        found.append(timed(lambda: expect(client.get("/tasks").status_code, 200)))
        time.sleep(0.05)
    return found


def storm(name: str, url: str) -> None:
    """Print how the timers drain, and what an officer's inbox costs before and meanwhile."""
    app = create_app(settings(url))
    upgrade(app)
    database = make_engine(url)
    with app.app_context():
        page.seed(ROOT)
    engine: Engine = app.extensions["pathways"]
    fill(engine, database, STORM)
    client = officer(app)
    before = median(pages(client, 3))
    make_due(engine, database)
    rates, meanwhile = [], []
    with workers(url, 1):
        was, at = left(database), time.perf_counter()
        while was > STORM // 20:
            meanwhile += pages(client, LOOK)
            now, then = left(database), time.perf_counter()
            rates.append((was - now) / (then - at))
            was, at = now, then
    database.dispose()
    going = [rate for rate in rates if rate > 0]
    slow, fast = min(going[1:-1]), max(going)
    print(
        f"  {name}: {STORM:,} timers at {median(going):.0f} a second (slowest half second {slow:.0f}, fastest {fast:.0f}); "
        f"inbox {before * 1_000:.1f} ms before, {median(meanwhile) * 1_000:.1f} ms meanwhile, ratio {median(meanwhile) / before:.2f}"
    )


def storms() -> None:
    """Print the storm on both databases."""
    print("A start-of-term storm, one worker process beside the web application")
    with tempfile.TemporaryDirectory() as folder:
        storm("SQLite", f"sqlite:///{Path(folder) / 'storm.db'}")
    with postgres.database(postgres.server()) as url:
        storm("PostgreSQL", url)


# -- two workers --------------------------------------------------------------------------------------------------


def drained(number: int) -> float:
    """Jobs a second that so many workers do on PostgreSQL, from the first that was done to the last but a few."""
    with postgres.database(postgres.server()) as url:
        database = make_engine(url)
        engine = Engine(database)
        engine.create_schema()
        fill(engine, database, SHARED)
        make_due(engine, database)
        with workers(url, number):
            while (begun := left(database)) > SHARED * 0.95:
                time.sleep(0.02)
            start = time.perf_counter()
            while (now := left(database)) > SHARED * 0.05:
                time.sleep(0.02)
            rate = (begun - now) / (time.perf_counter() - start)
        database.dispose()
        return rate


def shared() -> None:
    """Print what a second worker adds."""
    one, two = (median(drained(number) for _ in range(3)) for number in (1, 2))
    print(
        f"Workers on PostgreSQL: one {one:.0f} jobs a second, two {two:.0f}, ratio {two / one:.2f} (medians of 3 runs each)"
    )


def run() -> None:
    """Print all of it."""
    idle()
    storms()
    shared()
