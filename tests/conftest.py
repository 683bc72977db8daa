"""What every test may ask for: a database of its own on SQLite and PostgreSQL, a clock that stands still, an engine."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import settings

from engine import Engine
from engine.calendar import files
from engine.calendar.terms import SchoolCalendar
from engine.clock import VirtualClock
from engine.migrations import upgrade
from engine.store.database import make_engine
from tests import postgres, sharing
from tests.processes import reached

ROOT = Path(__file__).resolve().parent.parent
#: The first Monday of Barnsley's autumn term, nine o'clock in the morning.
START = datetime(2026, 9, 7, 9, 0, tzinfo=ZoneInfo("Europe/London"))


#: On CI the same examples every time: a change is judged by what it changes. Elsewhere new ones, to find what is not known yet.
settings.register_profile("ci", derandomize=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-stories`` keeps which way the stories go through the diagrams, ``--every-database`` runs each on both databases;
    ``--without`` is for tests/processes/without.py."""
    parser.addoption("--write-stories", action="store_true", help="write processes/*/stories.json anew")
    parser.addoption("--every-database", action="store_true", help="run each story on SQLite and on PostgreSQL")
    parser.addoption("--without", default="", help="run stories on diagrams in which nothing carries this clause")


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run says whose run it is, before xdist's workers start."""
    config.pluginmanager.register(reached, "reached")
    postgres.begin_run()
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(postgres.place()))  # SQLite waits for the disk at each commit
    sharing.share()
    if os.environ.get("CI"):
        settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """All tests and modules stand until the run's end: the collector of garbage need not walk through them again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, which each test copies."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    made = make_engine(f"sqlite:///{path}")
    upgrade(made, "heads")
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the one file holds all
    made.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of the run's PostgreSQL server. Started when the first test asks for it."""
    url = postgres.server()
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        postgres.drop_used(connection)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database."""
    copy = shutil.copy(sqlite_template, tmp_path / "pathways.db")
    return f"sqlite:///{copy}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database, dropped after the test."""
    with postgres.database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands still at nine o'clock on Monday 7 September 2026 until the test moves it."""
    return VirtualClock(START)


@pytest.fixture(scope="session")
def barnsley_calendar() -> SchoolCalendar:
    """Barnsley's school calendar, as config/ has it."""
    return files.load(ROOT / "config/calendars/barnsley.csv")


@pytest.fixture
def engine(database_url: str, clock: VirtualClock, barnsley_calendar: SchoolCalendar) -> Iterator[Engine]:
    """An engine on a fresh database with the clock that stands still and Barnsley's calendar."""
    made = make_engine(database_url)
    yield Engine(made, clock=clock, calendar=barnsley_calendar)
    made.dispose()
