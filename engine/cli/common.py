"""What the commands share: where the database and the configuration are, how an error ends them, what a day is."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from getpass import getuser
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from engine.audit import Origin, coming_from
from engine.audit.origin import COMMAND, OPERATOR
from engine.calendar.files import Calendars
from engine.errors import AuthorityUnknown, DatabaseUnusable, PathwaysError
from engine.people.directory import Directory, nobody
from engine.runtime import Engine
from engine.settings import Config
from engine.spelling import near

#: The database of `pathways run` where nothing else is said, seen from the repository's own folder.
DATABASE = "sqlite:///var/pathways.db"
#: Years of which a command can be asked: what is reckoned from a day must still be a date.
YEARS = range(2000, 2200)


class Commands(click.Group):
    """Commands that end with one line, and no trace, where a file or folder cannot be read or written."""

    def invoke(self, context: click.Context) -> Any:
        """Run what was asked for."""
        try:
            return super().invoke(context)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read the output has gone: click ends for that in silence
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}.") from error


class Day(click.DateTime):
    """A day, as 2026-09-01."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        """Raises click.BadParameter, also for a year that no calendar could have."""
        day: datetime = super().convert(value, param, context)
        if day.year not in YEARS:
            self.fail(f"{value} is not between {YEARS[0]} and {YEARS[-1]}.", param, context)
        return day


def open_engine(database: str, folder: Path) -> Engine:
    """An engine on a database URL with the configuration folder ``folder`` (authorities and calendars).

    Who has an account is said by whoever runs the command, in its context.
    """
    context = click.get_current_context(silent=True)
    directory: Directory = (context.obj if context else None) or nobody
    if database == DATABASE:
        Path("var").mkdir(exist_ok=True)
    config = Config.load(folder)
    calendar = Calendars(folder / "calendars", config.fires_at)
    return Engine(database, config=config, calendar=calendar, directory=directory)


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
        return telling(lambda: command(open_engine(database, folder), **given), database)()

    return opened


def telling(command: Callable[..., Any], database: str = "that was named") -> Callable[..., Any]:
    """A command that ends with one line about what was wrong, and no trace, where Pathways or its database says no."""

    @wraps(command)
    def told(*arguments: Any, **given: Any) -> Any:
        try:
            with coming_from(Origin(COMMAND, who=_operator(), who_kind=OPERATOR)):
                return command(*arguments, **given)
        except (ArgumentError, OperationalError, ModuleNotFoundError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
            unusable = DatabaseUnusable(database=_without_password(database), reason=reason)
            raise click.ClickException(str(unusable)) from error
        except PathwaysError as error:
            raise click.ClickException(str(error)) from error

    return told


def _operator() -> str:
    """Who types the command, as the machine knows them; nothing where it does not."""
    try:
        return getuser()
    except (ImportError, KeyError, OSError):
        return ""


def _without_password(database: str) -> str:
    """A database URL as it may be shown."""
    try:
        return make_url(database).render_as_string()
    except ArgumentError:
        return "that was named"


def known_authority(config: Config, authority: str) -> str:
    """An authority's id, when it is one of the configuration's; any id where that has none. Raises AuthorityUnknown."""
    known = config.authorities
    if known and authority not in known:
        meant = near(authority, known)
        raise AuthorityUnknown(
            authority=authority, meant=f"Did you mean {meant}?" if meant else f"There are: {', '.join(sorted(known))}."
        )
    return authority


def with_calendars(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that says where the configuration is, and the calendars in it, of an authority that it has."""

    @config_option
    @wraps(command)
    def opened(folder: Path, authority: str, **given: Any) -> Any:
        try:
            config = Config.load(folder)
            calendars = Calendars(folder / "calendars", config.fires_at)
            return command(calendars, authority=known_authority(config, authority), **given)
        except PathwaysError as error:
            raise click.ClickException(str(error)) from error

    return opened
