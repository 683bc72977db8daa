"""Stories run on the repository's own configuration, each on a copy of a database in which its authority's diagrams are deployed.

Deploying checks all of them, which takes a second or more: it is done once an authority, database and worker.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import make_url

from engine import Config, Engine
from engine.calendar.files import Calendars
from engine.clock import VirtualClock
from engine.store.database import make_engine
from tests import postgres
from tests.conftest import START
from tests.processes import reached
from tests.processes.story import ROOT, Story, prepare

#: How the modules of an authority's stories begin.
AUTHORITIES = {
    "test_barnsley": "barnsley",
    "test_cheshire_east": "cheshire-east",
    "test_luton": "luton",
    "test_redcar": "redcar-cleveland",
}


def authority_of(module: Path) -> str:
    """Whose stories a module tells."""
    return next(each for name, each in AUTHORITIES.items() if module.name.startswith(name))


@cache
def _config() -> Config:
    return Config.load(ROOT / "config", {})


@contextmanager
def engine_on(url: str, clock: VirtualClock) -> Iterator[Engine]:
    """An engine with the sample authorities, their roles, settings and calendars."""
    made = make_engine(url)
    yield Engine(made, clock=clock, calendar=Calendars(ROOT / "config/calendars"), config=_config())
    if made.dialect.name == "sqlite":
        with made.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the one file holds all
    made.dispose()


def _fill(url: str, authority: str, clause: str = "") -> None:
    with engine_on(url, VirtualClock(START)) as made:
        prepare(made, authority, clause)


@pytest.fixture(scope="session")
def sqlite_of(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Callable[[str], Path]:
    """The SQLite file in which an authority's diagrams are deployed."""
    folder, made = tmp_path_factory.mktemp("stories"), set[str]()

    def file(authority: str) -> Path:
        path = folder / f"{authority}.db"
        if authority not in made:
            shutil.copy(sqlite_template, path)
            _fill(f"sqlite:///{path}", authority, pytestconfig.getoption("--without"))
            made.add(authority)
        return path

    return file


@pytest.fixture(scope="session")
def postgresql_of(postgresql_server: str) -> Iterator[Callable[[str], str]]:
    """The PostgreSQL database, by name, in which an authority's diagrams are deployed."""
    made: dict[str, str] = {}
    with ExitStack() as held:

        def name(authority: str) -> str:
            if authority not in made:
                url = held.enter_context(postgres.database(postgresql_server))
                _fill(url, authority)
                made[authority] = make_url(url).database or ""
            return made[authority]

        yield name


DATABASES = ["sqlite", "postgresql"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A story tells of a diagram, and runs on one of the two databases: half of all stories on each. What databases may do
    differently, the tests of the engine run on both. ``--every-database`` runs each story on both."""
    if "database_url" in metafunc.fixturenames:
        mine = DATABASES[crc32(metafunc.function.__name__.encode()) % 2]
        chosen = DATABASES if metafunc.config.getoption("--every-database") else [mine]
        metafunc.parametrize("database_url", chosen, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A copy of the database of the module's authority, of the kind that the story runs on."""
    authority = authority_of(request.path)
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_of')(authority), tmp_path / 'pathways.db')}"
        return
    template = request.getfixturevalue("postgresql_of")(authority)
    with postgres.database(request.getfixturevalue("postgresql_server"), template) as url:
        yield url


@pytest.fixture
def engine(database_url: str, clock: VirtualClock, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on the authority's database."""
    with engine_on(database_url, clock) as told:
        yield told
        reached.note(told, request.function)


@pytest.fixture
def story(engine: Engine, clock: VirtualClock, request: pytest.FixtureRequest) -> Story:
    """A story of the module's authority, nothing begun yet."""
    return Story(engine, clock, authority_of(request.path))
