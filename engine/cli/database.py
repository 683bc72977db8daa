"""``pathways db``: the engine's tables."""

from __future__ import annotations

import click

from engine.cli.common import with_engine
from engine.runtime import Engine


@click.group("db")
def db() -> None:
    """The database."""


@db.command("upgrade")
@with_engine
def upgrade(engine: Engine) -> None:
    """Make the engine's tables, or bring them up to date."""
    engine.create_schema()
    click.echo("The engine's tables are up to date.")
