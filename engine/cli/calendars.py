"""``pathways calendar``: what a timer gives, and bringing in a published calendar."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path

import click

from engine.calendar import files, timers
from engine.calendar.files import Calendars
from engine.calendar.reading import Reading
from engine.calendar.terms import SchoolCalendar
from engine.cli.common import Day, known_authority, with_calendars, with_engine
from engine.configuration import CALENDAR, FILES
from engine.runtime import Engine
from engine.store.tenancy import Scope


@click.group("calendar")
def calendar() -> None:
    """School calendars: what a timer gives, and bringing in a published one."""


@calendar.command("next")
@click.argument("timer")
@click.option("--from", "day", required=True, type=Day(), help="The day it is counted from.")
@click.option("--authority", required=True, help="Whose calendar.")
@click.option("--school", default=None, help="The URN of a school, which may have a calendar of its own.")
@click.option(
    "--rule", default=None, type=click.Choice(["meeting", "period"]), help="As the property timerRule says it."
)
@with_calendars
def next_date(
    calendars: Calendars, timer: str, day: datetime, authority: str, school: str | None, rule: str | None
) -> None:
    """Print when a timer such as "1 half-term" falls due, counted from a day, and why."""
    began = datetime.combine(day.date(), time(9), timers.ZONE)
    due = timers.parse(timer).next(began, calendars(authority, school), rule)
    at = due.at.astimezone(timers.ZONE)
    click.echo(f"{at:%A} {at.day} {at:%B %Y, %H:%M}{' (estimated)' if due.estimated else ''}")
    click.echo(f"{due.why}.")


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--authority", required=True, help="Whose calendar it is.")
@click.option("--school", default=None, help="The URN of a school that keeps a calendar of its own.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_engine
def import_calendar(engine: Engine, file: Path, authority: str, school: str | None, yes: bool) -> None:
    """Take a published iCalendar (.ics) or CSV file as the calendar of an authority or school.

    The school years in the file take the place of the same years; others stay. Dates that wait are worked out again.
    """
    calendars = engine.calendars.folder
    assert calendars is not None
    reading = files.read(file.read_bytes(), file.name)
    target = calendars.path(known_authority(engine.config, authority), school)
    whole = files.replace_years(_known(calendars, authority, school), reading)
    _say_calendar(reading)
    deployed = school is None and engine.configuration.standing(CALENDAR, Scope(authority)).at is not None
    if not yes:
        click.confirm("Deploy this?" if deployed else f"Write this to {target}?", abort=True)
    if deployed:  # what is deployed counts, and not the file
        said = {FILES[CALENDAR]: files.as_csv(whole).encode()}
        engine.deployments.deploy(said, authority, by="command line", note=f"From {file.name}")
        click.echo(f"Deployed. The dates of {engine.calendars.follow()} cases have been worked out again.")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(files.as_csv(whole), encoding="utf-8")
    click.echo(f"Written. The dates of {engine.calendars.follow()} cases have been worked out again.")


def _known(calendars: Calendars, authority: str, school: str | None) -> SchoolCalendar | None:
    """The calendar that there is; None where there is none."""
    name = f"schools/{school}" if school else authority
    return calendars(authority, school) if name in calendars.digests() else None


def _say_calendar(reading: Reading) -> None:
    for year, halves in groupby((placed.half for placed in reading.half_terms), key=lambda half: half.school_year):
        click.echo(f"School year {year}")
        for half in halves:
            click.echo(f"  {half.name}  {_said(half.first)} to {_said(half.last)}")
    if reading.inset:
        click.echo("INSET days: " + ", ".join(_said(day) for day in sorted(reading.inset)))
    if remarks := reading.remarks():
        click.echo("Look at these:")
        for each in remarks:
            click.echo(f"  {each}")
    if reading.passed_over:
        click.echo("These were passed over, since they are no terms, half-terms, breaks or INSET days:")
        for each in reading.passed_over:
            click.echo(f"  {each}")


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
