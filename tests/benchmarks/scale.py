"""What officers, heads and managers look at: 100,000 live cases with 1,000,000 completed tasks and 5,000,000 lines of history,
and an archive as large, beside almost none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, Table, text

from engine import Scope, queries
from engine.queries import ALWAYS, InstanceFilters, Span, overview
from engine.queries.retention import disposals
from engine.store.tables import History, ProcessInstance, UserTask
from engine.store.tenancy import set_scope
from tests import postgres
from tests.benchmarks.completion import engine_on, timed

OPEN, DONE, FEW = 100_000, 1_000_000, 600
#: Lines of history that each case has of the past five years, on PostgreSQL.
LINES = 50
TIMES = 9
NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
LIVE, LATE = InstanceFilters(status="active"), InstanceFilters(status="active", late_at=NOW)
KEPT, SOUGHT = InstanceFilters(archive=True), InstanceFilters(archive=True, words="safeguarding word77")
ME = Scope("", frozenset({"seo"}), "me@example.org")
BOSS = Scope("", frozenset({"director"}), "boss@example.org", oversees=True)
TERM = [Span("autumn", NOW - timedelta(days=90), NOW + timedelta(days=90))]
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


def fill(database: Any, open_tasks: int, done: int, lines: int = 0) -> None:
    """Cases with one open task each, and completed tasks of the first case; as many cases in the archive; ``lines`` of history a
    live case."""
    with database.connect().execution_options(pathways_writing=True) as connection, connection.begin():
        _archive(connection, open_tasks)
        copy(connection, ProcessInstance, open_tasks, {"school_urn": SCHOOL}, "x.id = 1")
        last = connection.execute(text("SELECT max(id) FROM process_instance")).scalar_one()
        changes = {"instance_id": f"{last - open_tasks} + n", "school_urn": SCHOOL}
        copy(connection, UserTask, open_tasks, changes, "x.id = 1")
        copy(connection, History, open_tasks, {"instance_id": f"{last - open_tasks} + n"}, "x.instance_id = 1")
        for role in ("seo", "head"):
            rows = f"SELECT '{role}', due_order, id, authority, school_urn FROM user_task WHERE id > 1"
            columns = "role, due_order, task_id, authority, school_urn"
            connection.execute(text(f"INSERT INTO user_task_role ({columns}) {rows}"))
        if done:
            case = f"{last - open_tasks} + 1 + n % {open_tasks}"
            ended = {"status": "'completed'", "ended": "x.created", "instance_id": case, "school_urn": SCHOOL}
            copy(connection, UserTask, done, ended, "x.id = 1")
        _past(connection, last - open_tasks, open_tasks, lines)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE")


def _past(connection: Connection, first: int, cases: int, lines: int) -> None:
    """What these cases did in five years: steps that took from an hour to 40 days."""
    if not lines or connection.dialect.name != "postgresql":
        return
    ended = "x.ended - (n % 43800) * interval '1 hour'"
    steps, ways = "'{hold,update,sent,share,again}'", "'{f0,f2,f4,f6,f9}'"
    changes = {
        "instance_id": f"{first} + 1 + n % {cases}",
        "seq": f"1000 + n / {cases}",
        "element": f"({steps}::text[])[1 + n / {cases} % 5]",
        "via": f"({ways}::text[])[1 + n / {cases} % 5]",
        "how": "'completed'",
        "entered": f"{ended} - (1 + n % 960 * 7919 % 960) * interval '1 hour'",
        "ended": ended,
    }
    copy(connection, History, cases * lines, changes, "x.instance_id = 1 AND x.element = 'begin'")


def _archive(connection: Connection, cases: int) -> None:
    """As many old cases in the archive, of which one in ten waits for a decision; a word in a thousand is theirs alone."""
    moment = "'2020-07-01 08:00:00'" if connection.dialect.name == "sqlite" else "TIMESTAMPTZ '2020-07-01 08:00:00Z'"
    changes = {"school_urn": SCHOOL, "status": "'completed'", "ended": moment, "archived": moment}
    last = connection.execute(text("SELECT max(id) FROM process_instance")).scalar_one()
    copy(connection, ProcessInstance, cases, changes, "x.id = 1")
    words = "' visit governors safeguarding word' || CAST(x.id % 1000 AS VARCHAR)"
    connection.execute(
        text(
            f"INSERT INTO archived_text (instance_id, authority, words) SELECT x.id, x.authority, {words} "
            f"FROM process_instance x WHERE x.id > {last}"
        )
    )
    columns = "instance_id, authority, process, process_name, version, school_urn, started, ended, due, rule, status, "
    columns += "listed, listed_by, reason, files"
    row = "x.id, x.authority, x.process, 'Cycle', 1, x.school_urn, x.started, x.ended, "
    row += "CAST('2026-07-01' AS DATE)" if connection.dialect.name == "postgresql" else "'2026-07-01'"
    row += ", 'six years', 'waiting', x.started, '', '', '[]'"
    connection.execute(
        text(
            f"INSERT INTO disposal ({columns}) SELECT {row} FROM process_instance x WHERE x.id > {last} AND x.id % 10 = 0"
        )
    )


def figures(url: str, open_tasks: int, done: int, lines: int = 0) -> dict[str, float]:
    """Milliseconds for what each of them looks at, medians."""
    with engine_on(url) as (engine, database):
        engine.cases.start("cycle")
        [version] = [row.id for row in _definitions(engine)]
        fill(database, open_tasks, done, lines)
        engine.figures.follow(rounds=None, at_once=2_000)
        looks: dict[str, tuple[Scope, Callable[[Any], Any]]] = {
            "inbox": (ME, lambda session: queries.inbox(session, ME)),
            "a head's inbox": (HEAD, lambda session: queries.inbox(session, HEAD)),
            "cases": (ME, lambda session: queries.instances(session)),
            "cases by next date": (ME, lambda session: queries.instances(session, LIVE, sort="next", now=NOW)),
            "late cases": (ME, lambda session: queries.instances(session, LATE, now=NOW)),
            "a school's cases": (ME, lambda session: queries.instances(session, InstanceFilters(text="900007"))),
        }
        looks |= {
            "the overview": (BOSS, _first_page),
            "one case": (BOSS, lambda session: queries.instance_detail(session, 2)),
            "what falls due": (
                BOSS,
                lambda session: queries.falling_due(session, NOW, NOW + timedelta(days=7), limit=500),
            ),
            "the board": (BOSS, lambda session: queries.board(session, "cycle", NOW)),
            "reports that are asked for": (BOSS, lambda session: queries.wanted_reports(session)),
            "statistics": (BOSS, lambda session: queries.process_statistics(session, version, ALWAYS, NOW)),
            "what is due for deletion": (BOSS, lambda session: disposals(session, "waiting")),
            "the archive": (BOSS, lambda session: queries.instances(session, KEPT, sort="ended")),
            "a search of the archive": (BOSS, lambda session: queries.instances(session, SOUGHT, sort="ended")),
            "tasks in time by term": (BOSS, lambda session: queries.done_in_time_by(session, "cycle", TERM)),
        }
        return {name: median(_look(engine, *look) for _ in range(TIMES)) * 1_000 for name, look in looks.items()}


def _definitions(engine: Any) -> list[queries.DefinitionRow]:
    with engine.reading() as session:
        set_scope(session, BOSS)
        return queries.definitions(session)


def _first_page(session: Any) -> None:
    overview.troubles(session)
    overview.late_tasks(session, NOW)
    overview.where_cases_are(session)
    overview.news(session, NOW)


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
    print(
        f"From {FEW} open tasks to {OPEN:,} open and {DONE:,} completed, on PostgreSQL with {OPEN * LINES:,} lines of history"
    )
    with tempfile.TemporaryDirectory() as folder:
        at = [f"sqlite:///{Path(folder) / name}.db" for name in ("few", "many")]
        report("SQLite", figures(at[0], FEW, 0), figures(at[1], OPEN, DONE))
    server = postgres.server()
    with postgres.database(server) as few, postgres.database(server) as many:
        report("PostgreSQL", figures(few, FEW, 0), figures(many, OPEN, DONE, LINES))
