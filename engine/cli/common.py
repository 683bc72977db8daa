"""What the commands share: where the database and the configuration are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from engine.calendar.files import Calendars
from engine.errors import AuthorityUnknown, DatabaseUnusable, PathwaysError
from engine.runtime import Engine
from engine.settings import Config
from engine.spelling import near

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
        except (ArgumentError, OperationalError, ModuleNotFoundError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
            unusable = DatabaseUnusable(database=_without_password(database), reason=reason)
            raise click.ClickException(str(unusable)) from error
        except PathwaysError as error:
            raise click.ClickException(str(error)) from error

    return opened


def _without_password(database: str) -> str:
    """A database URL as it may be shown."""
    try:
        return make_url(database).render_as_string()
    except ArgumentError:
        return "that was named"


def known_authority(engine: Engine, authority: str) -> str:
    """An authority's id, when it is one of the configuration's; any id where that has none. Raises AuthorityUnknown."""
    known = engine.config.authorities
    if known and authority not in known:
        meant = near(authority, known)
        raise AuthorityUnknown(
            authority=authority, meant=f"Did you mean {meant}?" if meant else f"There are: {', '.join(sorted(known))}."
        )
    return authority


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
