"""The database schema's history (Alembic); that cases move to another version is :mod:`engine.cases.migration`.

``engine`` upgrades by itself; Flask-Migrate uses the same folder as its ``directory``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
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
        command.upgrade(_config(connection, also), revision)


def _config(connection: Connection, also: Sequence[Path]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, [FOLDER / "versions", *also])))
    config.attributes["connection"] = connection
    return config
