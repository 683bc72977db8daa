"""The command ``pathways``, with the engine's groups; the web application adds its own."""

from __future__ import annotations

import click

from engine.cli.calendars import calendar
from engine.cli.check import check
from engine.cli.database import db
from engine.cli.deploy import deploy
from engine.cli.people import people
from engine.cli.schools import schools
from engine.cli.work import jobs, worker


@click.group("pathways")
def main() -> None:
    """Run improvement processes straight from their diagrams."""


for command in (check, deploy, worker, jobs, schools, people, calendar, db):
    main.add_command(command)
