"""The engine's commands: ``pathways deploy``, ``worker``, ``jobs``, ``schools``, ``calendar``, ``db``. The web app's CLI includes
them."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from prometheus_client import start_http_server

from engine import calendar_files, metrics, timers
from engine.calendar_files import Calendars
from engine.check_cli import check
from engine.errors import DeploymentRefused, PathwaysError
from engine.gias import Line
from engine.lint.project import Project
from engine.runtime import Engine
from engine.scheduler import Scheduler
from engine.settings import Config

KINDS = (".bpmn", ".dmn", ".form")


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


@click.group("pathways")
def main() -> None:
    """Run improvement processes straight from their diagrams."""


@main.command("deploy")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--authority", default=None, help="Whose they are; else the folder under processes/ or forms/ says so.")
@click.option("--by", default="command line", show_default=True, help="Who deploys.")
@click.option("--note", default="", help="What has changed, for whoever reads the versions.")
@click.option("--plain", is_flag=True, help="Take plain BPMN: forms and roles are not needed.")
@with_engine
def deploy(engine: Engine, paths: tuple[Path, ...], authority: str | None, by: str, note: str, plain: bool) -> None:
    """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form), or whole folders of them."""
    for owner, files in sorted(_by_authority(_expanded(paths), authority).items()):
        try:
            done = engine.deploy(files, owner, by, note, strict=not plain)
        except DeploymentRefused as refused:
            for finding in refused.findings:
                click.echo(str(finding), err=True)
            raise click.ClickException(f"{owner or 'These files'}: not deployed; nothing has been changed.") from None
        for finding in done.warnings:
            click.echo(str(finding), err=True)
        brought = [f"{key} {version}" for key, version in {**done.processes, **done.decisions, **done.forms}.items()]
        click.echo(f"{owner}: " + (", ".join(brought) if brought else "nothing is new"))


def _expanded(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix in KINDS)
        else:
            yield path


def _by_authority(paths: Iterable[Path], authority: str | None) -> dict[str, dict[str, bytes]]:
    """The files' contents by authority and by their name inside their project."""
    found: dict[str, dict[str, bytes]] = {}
    for path in paths:
        project = Project.around(path)
        owner = project.authority_of(path) if authority is None else authority
        resolved = path.resolve()
        name = resolved.relative_to(project.root.resolve()).as_posix()
        found.setdefault(owner, {})[name] = resolved.read_bytes()
    return found


@main.command("worker")
@click.option("--metrics-port", type=int, default=None, help="Show this worker's metrics on 127.0.0.1 at this port.")
@with_engine
def worker(engine: Engine, metrics_port: int | None) -> None:
    """Fire timers, deliver messages and send mail as they fall due, until stopped. Any number may run on PostgreSQL."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each heartbeat that a long drain passes over
    if metrics_port is not None:
        metrics.registry.register(metrics.Gauges(engine.figures))
        start_http_server(metrics_port, "127.0.0.1", metrics.registry)
    scheduler = Scheduler(engine)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop())
    click.echo("Working. Stop with Ctrl+C.")
    scheduler.run()


@main.group("jobs")
def jobs() -> None:
    """Timers and messages that fall due."""


@jobs.command("run")
@with_engine
def run_jobs(engine: Engine) -> None:
    """Do once what is due now, and say how much that was."""
    click.echo(f"{engine.run_due_jobs()} jobs done, {engine.send_outbox()} letters sent.")


@main.group("schools")
def schools() -> None:
    """The register of schools."""


@schools.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--authority", required=True, help="Whose schools they are.")
@with_engine
def import_schools(engine: Engine, file: Any, authority: str) -> None:
    """Bring the register up to date from a CSV file.

    FILE has the columns urn, name, phase, type (and diocese, trust, maintained, governance, link_adviser, category), or is
    the establishment extract of "Get information about schools", of which the authority's own open schools are taken. A
    school that has closed is marked; none is removed.
    """
    done = engine.import_schools(file.read(), authority)
    click.echo(f"{done.added} schools added, {done.changed} changed, {done.unchanged} as they were.")
    for school in done.new:
        click.echo(f"  added    {school.urn} {school.name}")
    for school in done.altered:
        what = "; ".join(f"{name}: {_word(old)} to {_word(new)}" for name, (old, new) in school.columns.items())
        click.echo(f"  changed  {school.urn} {school.name}: {what}")
    if done.elsewhere:
        click.echo(f"Lines of other authorities: {done.elsewhere}.")
    _say_lines("Passed over", done.passed_over)
    _say_lines("Could not be read", done.unreadable)


def _word(value: Any) -> str:
    return {True: "yes", False: "no", "": "nothing"}.get(value) or str(value)


def _say_lines(title: str, lines: Iterable[Line]) -> None:
    """The lines of a file by why they brought nothing."""
    by_reason = groupby(sorted(lines, key=lambda line: (line.why, line.number)), key=lambda line: line.why)
    for why, group in by_reason:
        found = list(group)
        click.echo(f"{title}, {len(found)}: {why}")
        for line in found:
            click.echo(f"  line {line.number}: {line.urn} {line.name}".rstrip())


@main.group("calendar")
def calendar() -> None:
    """School calendars: what a timer gives, and bringing in a published one."""


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


@calendar.command("next")
@click.argument("timer")
@click.option("--from", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day it is counted from.")
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
    calendars = engine.calendars
    assert calendars is not None
    reading = calendar_files.read(file.read_bytes(), file.name)
    target = calendars.path(authority, school)
    whole = calendar_files.replace_years(calendars(authority, school) if target.exists() else None, reading)
    _say_calendar(reading)
    if not yes:
        click.confirm(f"Write this to {target}?", abort=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(calendar_files.as_csv(whole), encoding="utf-8")
    click.echo(f"Written. The dates of {engine.follow_calendars()} cases have been worked out again.")


def _say_calendar(reading: calendar_files.Reading) -> None:
    for year, halves in groupby((placed.half for placed in reading.half_terms), key=lambda half: half.school_year):
        click.echo(f"School year {year}")
        for half in halves:
            click.echo(f"  {half.name}  {_said(half.first)} to {_said(half.last)}")
    if reading.inset:
        click.echo("INSET days: " + ", ".join(_said(day) for day in sorted(reading.inset)))
    if reading.passed_over:
        click.echo("These were passed over, since they are no terms, half-terms, breaks or INSET days:")
        for each in reading.passed_over:
            click.echo(f"  {each}")


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


@main.group("db")
def db() -> None:
    """The database."""


@db.command("upgrade")
@with_engine
def upgrade(engine: Engine) -> None:
    """Make the engine's tables, or bring them up to date."""
    engine.create_schema()
    click.echo("The engine's tables are up to date.")


main.add_command(check)
