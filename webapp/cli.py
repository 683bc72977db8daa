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
from engine.cli.main import main
from engine.errors import SampleYearTorn
from engine.scheduler import Scheduler
from webapp import create_app, settings
from webapp.current import the_engine
from webapp.db import db
from webapp.people import accounts
from webapp.sample import first_start, page, year


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
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--threads", default=8, show_default=True, type=int)
def run(sample_mode: bool, empty: bool, host: str, port: int, threads: int) -> None:
    """Start the web application and one worker: the embedded case, on SQLite unless DATABASE_URL says otherwise."""
    from waitress.server import create_server

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each heartbeat that a long drain passes over
    listening = _listen(host, port)
    if sample_mode:
        os.environ["PATHWAYS_SAMPLE"] = "1"
    if sample_mode and not empty:
        _make_the_year()
    app = create_app()
    upgrade(app)
    with app.app_context():
        if sample_mode:
            page.seed(Path(app.config["ROOT"]))
        scheduler = Scheduler(the_engine())
    server = create_server(app, sockets=[listening], threads=threads)
    scheduler.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # let the job in hand end
    _greet(app, f"http://{host}:{listening.getsockname()[1]}")
    try:
        server.run()
    finally:
        scheduler.close()


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
                cases = year.make(db.engine, Path(app.config["ROOT"]), the_engine().config, _say_so)
            except SampleYearTorn as torn:
                raise click.ClickException(str(torn)) from None
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
def account(username: str, name: str, authority: str, roles: tuple[str, ...], password: str) -> None:
    """Give a person an account, or a known one another name, password and roles."""
    app = create_app()
    upgrade(app)
    known = app.extensions["authorities"].get(authority)
    if known is None:
        raise click.ClickException(f"There is no config/authorities/{authority}.yaml.")
    if unknown := sorted(set(roles) - set(known.roles)):
        raise click.ClickException(f"{authority} has no role {unknown[0]}. Its roles are: {', '.join(known.roles)}.")
    if len(password) < accounts.SHORTEST:
        raise click.ClickException(f"The password must have {accounts.SHORTEST} characters or more.")
    with app.app_context():
        accounts.keep(username, name, authority, roles, password)
        nowhere = the_engine().people.scope(authority, roles, username).confined == frozenset()
    click.echo(f"{username} can sign in.")
    if nowhere:
        click.echo("The register of people ties them to no school today, so they see nothing: pathways people import.")


@main.command("seed")
def seed() -> None:
    """Put the sample people, schools and diagrams into the database."""
    app = create_app({"SAMPLE": True})
    upgrade(app)
    with app.app_context():
        for line in page.seed(Path(app.config["ROOT"])):
            click.echo(line)


if __name__ == "__main__":
    main()
