"""``pathways worker`` and ``pathways jobs``: what falls due."""

from __future__ import annotations

import logging
import signal

import click
from prometheus_client import start_http_server

from engine.cli.common import with_engine
from engine.jobs import metrics
from engine.runtime import Engine
from engine.scheduler import Scheduler


@click.command("worker")
@click.option(
    "--metrics-port",
    type=click.IntRange(1, 65_535),
    default=None,
    help="Show this worker's metrics on 127.0.0.1 at this port.",
)
@with_engine
def worker(engine: Engine, metrics_port: int | None) -> None:
    """Fire timers, deliver messages and send mail as they fall due, until stopped. Any number may run on PostgreSQL."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each heartbeat that a long drain passes over
    if metrics_port is not None:
        metrics.registry.register(metrics.Gauges(engine.jobs.figures))
        start_http_server(metrics_port, "127.0.0.1", metrics.registry)
    scheduler = Scheduler(engine)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop())
    click.echo("Working. Stop with Ctrl+C.")
    scheduler.run()


@click.group("jobs")
def jobs() -> None:
    """Timers and messages that fall due."""


@jobs.command("run")
@with_engine
def run_jobs(engine: Engine) -> None:
    """Do once what is due now, and say how much that was."""
    click.echo(f"{engine.jobs.run_due()} jobs done, {engine.jobs.send_outbox()} mails sent.")
