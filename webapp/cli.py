"""The command ``pathways``: the engine's commands, and those that need the web application."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask
from sqlalchemy import event

from engine import migrations
from engine.cli.common import telling
from engine.cli.main import main
from engine.errors import PathwaysError
from engine.people.authorities import Authority
from engine.scheduler import Scheduler
from webapp import create_app
from webapp.current import the_engine
from webapp.db import db
from webapp.doctor.command import doctor
from webapp.evidence.command import pack
from webapp.people import accounts, keeping, passwords
from webapp.sample import first_start, page, year
from webapp.security import served
from webapp.settings import settings

main.context_settings["obj"] = accounts.members  # the engine's own commands know nobody's account


class SampleDatabase(PathwaysError):
    """This database holds the sample's invented people, whose password everybody knows. Start with --sample, or name
    another database in DATABASE_URL."""


def upgrade(app: Flask) -> None:
    """Bring the engine's tables and the application's own up to date."""
    with app.app_context():
        the_engine().create_schema()
        with db.engine.connect().execution_options(pathways_writing=True) as connection, connection.begin():
            config = AlembicConfig()
            config.set_main_option("script_location", str(migrations.FOLDER))
            config.attributes["connection"] = connection
            command.upgrade(config, "heads")


@main.command("run")
@click.option(
    "--sample",
    "sample_mode",
    is_flag=True,
    help="Invented people, schools and diagrams, and a clock that can be moved.",
)
@click.option("--empty", is_flag=True, help="Sample mode without the year of invented cases.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--replace", is_flag=True, help="Sample mode: put its diagrams over what was changed in the browser.")
@telling
def run(sample_mode: bool, empty: bool, host: str, port: int, threads: int, replace: bool) -> None:
    """Start the web application and one worker: the embedded case, on SQLite unless DATABASE_URL says otherwise."""
    from waitress.server import create_server

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each heartbeat that a long drain passes over
    listening = _listen(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}"
    os.environ["PATHWAYS_SERVED_AT"] = address
    if sample_mode:
        os.environ["PATHWAYS_SAMPLE"] = "1"
    app = create_app()
    if app.config["SAMPLE"] and not empty:
        _make_the_year()
    upgrade(app)
    with app.app_context():
        _let_in(app, replace)
        scheduler = Scheduler(the_engine())
    server = create_server(app, sockets=[listening], threads=threads, **served(app.config))
    scheduler.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # let the job in hand end
    _greet(app, the_base(app) or address)
    try:
        server.run()
    finally:
        scheduler.close()


def the_base(app: Flask) -> str:
    """The address at which people find this application; nothing where sample mode takes whichever they type."""
    base: str = app.extensions["pathways"].config.base_address
    return base


def _let_in(app: Flask, replace: bool) -> None:
    """Sample people into a database of the sample, and nobody else into one. Raises RealDatabase, SampleDatabase."""
    if app.config["SAMPLE"]:
        for line in page.seed(Path(app.config["ROOT"]), replace):
            if "browser" in line or line.startswith("  "):
                click.echo(line, err=True)
    elif the_engine().installation.holds_sample():
        raise SampleDatabase()


def _listen(host: str, port: int) -> socket.socket:
    """The socket to serve on: asked for before anything is made, so that a port in use is said at once."""
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"Port {port} of {host} is in use, perhaps by another Pathways. Stop that, or choose another port: "
                f"make run PORT={port + 1} (or pathways run --port {port + 1})."
            ) from None
        raise click.ClickException(f"Pathways cannot listen on {host}, port {port}: {error.strerror}.") from None


def _make_the_year() -> None:
    place = settings()["SQLALCHEMY_DATABASE_URI"]
    with first_start.aside(place) as url:
        app = create_app({"SQLALCHEMY_DATABASE_URI": url})
        upgrade(app)
        with app.app_context():
            if url != place:
                event.listen(db.engine, "connect", first_start.unsafe)
                db.engine.dispose()  # connections opened before would still wait
            try:
                page.take()
                cases = year.make(db.engine, Path(app.config["ROOT"]), the_engine().config, _say_so)
            finally:
                db.engine.dispose()
    if cases:
        click.echo(f"{cases} cases were made.", err=True)


def _say_so() -> None:
    click.echo("Making a year of invented cases, the first time only: this takes about half a minute.", err=True)


def _greet(app: Flask, address: str) -> None:
    click.echo(f"Pathways is ready: {address}")
    if app.config["SAMPLE"]:
        click.echo(f"Sample sign-ins (everyone is invented; the password of each is {app.config['SAMPLE_PASSWORD']}):")
        for authority in app.extensions["authorities"].values():
            for person in authority.people:
                roles = ", ".join(authority.roles[role].name for role in sorted(person.roles))
                click.echo(f"  {person.username:55} {roles}")
    click.echo("Stop with Ctrl+C.")
    sys.stdout.flush()


@main.command("account")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--authority", required=True, help="An id of config/authorities.")
@click.option(
    "--role", "roles", multiple=True, required=True, help="A role of that authority; may be given several times."
)
@click.password_option(help="Asked for when it is not given.")
@telling
def account(username: str, name: str, authority: str, roles: tuple[str, ...], password: str) -> None:
    """Give a person an account, or a known one another name, password and roles."""
    app = create_app(serving=False)
    upgrade(app)
    known = _known(app, authority)
    if unknown := sorted(set(roles) - set(known.roles)):
        raise click.ClickException(f"{authority} has no role {unknown[0]}. Its roles are: {', '.join(known.roles)}.")
    with app.app_context():
        _keep(username, name, authority, roles, password)
        nowhere = the_engine().people.scope(authority, roles, username).confined == frozenset()
    if nowhere:
        click.echo("The register of people ties them to no school today, so they see nothing: pathways people import.")


@main.command("administrator")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--authority", required=True, help="An id of config/authorities.")
@click.password_option(help="Asked for when it is not given.")
@telling
def administrator(username: str, name: str, authority: str, password: str) -> None:
    """Give an authority its first administrator, who makes the accounts of everybody else in the browser."""
    app = create_app(serving=False)
    upgrade(app)
    known = _known(app, authority)
    role = next((each.id for each in known.roles.values() if "administer" in each.capabilities), None)
    if role is None:
        raise click.ClickException(f"No role in config/authorities/{authority}.yaml has the capability administer.")
    with app.app_context():
        _keep(username, name, authority, (role,), password)


def _known(app: Flask, authority: str) -> Authority:
    known: dict[str, Authority] = app.extensions["authorities"]
    if authority not in known:
        raise click.ClickException(f"There is no config/authorities/{authority}.yaml.")
    return known[authority]


def _keep(username: str, name: str, authority: str, roles: tuple[str, ...], password: str) -> None:
    """Make the account, where it is one that somebody could sign in with."""
    if problem := passwords.problem(password, name, username):
        raise click.ClickException(f"{problem}.")
    if the_engine().installation.holds_sample() and not the_engine().config.sample:
        raise SampleDatabase()
    keeping.keep(username, name, authority, roles, password)
    click.echo(f"{username} can sign in.")


@main.command("seed")
@click.option("--replace", is_flag=True, help="Put the sample's diagrams over what was changed in the browser.")
@telling
def seed(replace: bool) -> None:
    """Put the sample people, schools and diagrams into a database that is empty or holds the sample already."""
    app = create_app({"SAMPLE": True})
    upgrade(app)
    with app.app_context():
        for line in page.seed(Path(app.config["ROOT"]), replace):
            click.echo(line)


main.add_command(pack)
main.add_command(doctor)

if __name__ == "__main__":
    main()
