"""The engine's commands: ``pathways deploy``, ``worker``, ``jobs``, ``schools``, ``db``. The web app's CLI includes
them."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine.calendar import Calendars
from engine.check_cli import check
from engine.errors import DeploymentRefused, PathwaysError
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
    calendars = folder / "calendars"
    return Engine(database, config=Config.load(folder), calendar=Calendars(calendars) if calendars.is_dir() else None)


def with_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where the database and the configuration are, and the engine they make."""

    @click.option("--database", envvar="DATABASE_URL", default=DATABASE, show_default=True, help="URL.")
    @click.option(
        "--config", "folder", envvar="PATHWAYS_CONFIG", default="config", show_default=True,
        type=click.Path(path_type=Path, file_okay=False), help="The configuration folder.",
    )  # fmt: skip
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
@with_engine
def worker(engine: Engine) -> None:
    """Fire timers, deliver messages and send mail as they fall due, until stopped. Any number may run on PostgreSQL."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
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
    """Bring the register up to date from a CSV file with the columns urn, name, phase, type (diocese, trust,
    maintained)."""
    done = engine.import_schools(file.read(), authority)
    click.echo(f"{done.added} schools added, {done.changed} changed, {done.unchanged} as they were.")


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
