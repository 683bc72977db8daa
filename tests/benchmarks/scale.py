"""An inbox of an officer and of a head, and the list of cases: 100,000 open tasks and 1,000,000 completed, beside almost none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, Table, text

from engine import Scope, queries
from engine.queries import InstanceFilters
from engine.store.tables import ProcessInstance, UserTask
from engine.store.tenancy import set_scope
from tests import postgres
from tests.benchmarks.completion import engine_on, timed

OPEN, DONE, FEW = 100_000, 1_000_000, 600
TIMES = 30
NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
LIVE, LATE = InstanceFilters(status="active"), InstanceFilters(status="active", late_at=NOW)
ME = Scope("", frozenset({"seo"}), "me@example.org")
#: The head of one of 600 schools, to each of which as many tasks belong as to the others.
SCHOOL = "CAST(900000 + n % 600 AS VARCHAR)"
HEAD = Scope("", frozenset({"head"}), "head@example.org", schools={"head": frozenset({"900007"})})


def copy(connection: Connection, table: Any, number: int, changes: Mapping[str, str], where: str) -> None:
    """Insert ``number`` copies of a row; ``n`` counts them in the SQL of ``changes``."""
    made: Table = table.__table__
    columns = [column.name for column in made.columns if column.name != "id"]
    values = ", ".join(changes.get(name, f'x."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        series = f"generate_series(1, {number}) AS s(n)"
    else:
        series = (
            f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {number}) SELECT n FROM c) AS s"
        )
    connection.execute(
        text(f"INSERT INTO {made.name} ({names}) SELECT {values} FROM {made.name} AS x, {series} WHERE {where}")
    )


def fill(database: Any, open_tasks: int, done: int) -> None:
    """Cases with one open task each, and completed tasks of the first case."""
    with database.connect().execution_options(pathways_writing=True) as connection, connection.begin():
        copy(connection, ProcessInstance, open_tasks, {"school_urn": SCHOOL}, "x.id = 1")
        last = connection.execute(text("SELECT max(id) FROM process_instance")).scalar_one()
        changes = {"instance_id": f"{last - open_tasks} + n", "school_urn": SCHOOL}
        copy(connection, UserTask, open_tasks, changes, "x.id = 1")
        for role in ("seo", "head"):
            rows = f"SELECT '{role}', due_order, id, authority, school_urn FROM user_task WHERE id > 1"
            columns = "role, due_order, task_id, authority, school_urn"
            connection.execute(text(f"INSERT INTO user_task_role ({columns}) {rows}"))
        if done:
            copy(connection, UserTask, done, {"status": "'completed'"}, "x.id = 1")
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def figures(url: str, open_tasks: int, done: int) -> dict[str, float]:
    """Milliseconds for the inbox and for the list of cases, medians."""
    with engine_on(url) as (engine, database):
        engine.cases.start("cycle")
        fill(database, open_tasks, done)
        looks: dict[str, tuple[Scope, Callable[[Any], Any]]] = {
            "inbox": (ME, lambda session: queries.inbox(session, ME)),
            "a head's inbox": (HEAD, lambda session: queries.inbox(session, HEAD)),
            "cases": (ME, lambda session: queries.instances(session)),
            "cases by next date": (ME, lambda session: queries.instances(session, LIVE, sort="next", now=NOW)),
            "late cases": (ME, lambda session: queries.instances(session, LATE, now=NOW)),
            "a school's cases": (ME, lambda session: queries.instances(session, InstanceFilters(text="900007"))),
        }
        return {name: median(_look(engine, *look) for _ in range(TIMES)) * 1_000 for name, look in looks.items()}


def _look(engine: Any, who: Scope, look: Callable[[Any], Any]) -> float:
    with engine.reading() as session:
        set_scope(session, who)
        return timed(lambda: look(session))


def report(name: str, small: Mapping[str, float], large: Mapping[str, float]) -> None:
    """Print one database's figures."""
    said = ", ".join(
        f"{key} {small[key]:.2f} -> {large[key]:.2f} ms (ratio {large[key] / small[key]:.2f})" for key in small
    )
    print(f"  {name}: {said}")


def run() -> None:
    """Print both databases' figures."""
    print(f"From {FEW} open tasks to {OPEN:,} open and {DONE:,} completed")
    with tempfile.TemporaryDirectory() as folder:
        at = [f"sqlite:///{Path(folder) / name}.db" for name in ("few", "many")]
        report("SQLite", figures(at[0], FEW, 0), figures(at[1], OPEN, DONE))
    server = postgres.server()
    with postgres.database(server) as few, postgres.database(server) as many:
        report("PostgreSQL", figures(few, FEW, 0), figures(many, OPEN, DONE))
