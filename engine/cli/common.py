"""What the commands share: where the database and the configuration are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine.calendar.files import Calendars
from engine.errors import PathwaysError
from engine.runtime import Engine
from engine.settings import Config

#: The database of `pathways run` where nothing else is said, seen from the repository's own folder.
DATABASE = "sqlite:///var/pathways.db"


def open_engine(database: str, folder: Path) -> Engine:
    """An engine on a database URL with the configuration folder ``folder`` (authorities and calendars)."""
    if database == DATABASE:
        Path("var").mkdir(exist_ok=True)
    config = Config.load(folder)
    return Engine(database, config=config, calendar=Calendars(folder / "calendars", config.fires_at))


config_option = click.option(
    "--config",
    "folder",
    envvar="PATHWAYS_CONFIG",
    default="config",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The configuration folder.",
)


def with_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where the database and the configuration are, and the engine they make."""

    @click.option("--database", envvar="DATABASE_URL", default=DATABASE, show_default=True, help="URL.")
    @config_option
    @wraps(command)
    def opened(database: str, folder: Path, **given: Any) -> Any:
        try:
            return command(open_engine(database, folder), **given)
        except PathwaysError as error:
            raise click.ClickException(str(error)) from error

    return opened


def with_calendars(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that says where the configuration is, and the calendars in it."""

    @config_option
    @wraps(command)
    def opened(folder: Path, **given: Any) -> Any:
        try:
            return command(Calendars(folder / "calendars", Config.load(folder).fires_at), **given)
        except PathwaysError as error:
            raise click.ClickException(str(error)) from error

    return opened
