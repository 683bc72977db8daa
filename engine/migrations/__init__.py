"""The database schema's history (Alembic); that cases move to another version is :mod:`engine.cases.migration`.

``engine`` upgrades by itself; Flask-Migrate uses the same folder as its ``directory``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

FOLDER = Path(__file__).parent
#: The label of the engine's own branch of revisions. An application may add branches of its own beside it.
BRANCH = "engine"
_ONE_AT_A_TIME = 7_262_001


def upgrade(engine: Engine, revision: str = f"{BRANCH}@head", also: Sequence[Path] = ()) -> None:
    """Bring the engine's tables to a revision (the newest unless named). Two processes at once do no harm.

    ``also`` names folders with an application's own revisions; ``revision="heads"`` then brings all up to date.
    """
    with engine.connect().execution_options(pathways_writing=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        if not _is_at(connection, revision, tuple(also)):
            config = _config(tuple(also))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)


def _is_at(connection: Connection, revision: str, also: tuple[Path, ...]) -> bool:
    """Whether nothing is to be done, as at nearly every start: Alembic would read all revisions to find that."""
    return _meant(revision, also) <= set(MigrationContext.configure(connection).get_current_heads())


@cache
def _meant(revision: str, also: tuple[Path, ...]) -> frozenset[str]:
    found = ScriptDirectory.from_config(_config(also)).get_revisions(revision)
    return frozenset(each.revision for each in found if each)


def _config(also: tuple[Path, ...]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, [FOLDER / "versions", *also])))
    return config
