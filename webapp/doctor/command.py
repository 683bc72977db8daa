"""The command ``pathways doctor``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import create_engine

from engine import Config
from engine.cli.common import telling
from engine.errors import ConfigUnreadable, DatabaseUnusable
from webapp import create_app
from webapp.current import the_engine
from webapp.db import db
from webapp.doctor import inside, surroundings
from webapp.doctor.findings import ERROR, OK, WARNING, Finding, error, guarded, warning
from webapp.settings import settings, unknown_names


@click.command()
@click.option("--problems", is_flag=True, help="Leave out what is well.")
@telling
def doctor(problems: bool) -> None:
    """Look whether this installation is ready for real people, and say of each thing how it is and what to do.

    Exits with 1 where there is an error. Nothing is changed.
    """
    found = list(findings())
    for each in found:
        if each.level != OK or not problems:
            click.echo(
                f"{each.level:8} {each.about}: {each.said}" + (f"\n         {each.remedy}" if each.remedy else "")
            )
    counted = {level: sum(each.level == level for each in found) for level in (ERROR, WARNING, OK)}
    click.echo(f"Errors: {counted[ERROR]}. Warnings: {counted[WARNING]}. Well: {counted[OK]}.")
    sys.exit(1 if counted[ERROR] else 0)


def findings() -> Iterator[Finding]:
    """All that is looked at: first what surrounds the application, then, where its database answers, what is inside."""
    try:
        values = settings()
        given = {"PATHWAYS_FILES": values["FILES"]}
        config = Config.load(Path(values["ROOT"]) / "config", {**os.environ, **given})
    except (ConfigUnreadable, DatabaseUnusable) as wrong:
        yield error("Configuration", str(wrong), "Mend it, then run the doctor again: the rest is looked at then.")
        return
    for name in unknown_names(os.environ):
        yield warning(
            "Settings", f"{name} is set, and nothing reads it", f"Look at its spelling. {surroundings.CONFIGURATION}"
        )
    yield from guarded("Surroundings", lambda: surroundings.look(values, config))
    of_database = _of_the_database(values["SQLALCHEMY_DATABASE_URI"])
    yield from of_database
    if all(each.level == OK for each in of_database):
        app = create_app(serving=False)
        with app.app_context():
            yield from inside.look(the_engine())
            db.engine.dispose()


def _of_the_database(url: str) -> list[Finding]:
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return [error("Database", f"there is no file {url.removeprefix('sqlite:///')}", inside.UPGRADE)]
    database = create_engine(url)
    try:
        return inside.of_the_database(database)
    finally:
        database.dispose()
