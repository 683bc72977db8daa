"""The command ``pathways``, with the engine's groups; the web application adds its own."""

from __future__ import annotations

import click

from engine.cli.audit import audit
from engine.cli.calendars import calendar
from engine.cli.check import check
from engine.cli.common import Commands
from engine.cli.compare import compare_files
from engine.cli.database import db
from engine.cli.deploy import deploy
from engine.cli.export import export
from engine.cli.migrate import migrate
from engine.cli.people import people
from engine.cli.rehearse import rehearse
from engine.cli.retention import retention
from engine.cli.schools import schools
from engine.cli.work import jobs, worker


@click.group("pathways", cls=Commands)
def main() -> None:
    """Run improvement processes straight from their diagrams."""


for command in (
    check,
    compare_files,
    rehearse,
    deploy,
    migrate,
    export,
    worker,
    jobs,
    schools,
    people,
    calendar,
    audit,
    retention,
    db,
):
    main.add_command(command)
