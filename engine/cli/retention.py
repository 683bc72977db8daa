"""``pathways retention``: what the retention schedule makes due."""

from __future__ import annotations

import click

from engine.cli.common import known_authority, with_engine
from engine.queries.retention import due_for_deletion
from engine.runtime import Engine


@click.group("retention")
def retention() -> None:
    """Ended cases: what is due for deletion by the retention schedule."""


@retention.command("due")
@click.option("--authority", help="Whose cases; those of every authority unless given.")
@with_engine
def due(engine: Engine, authority: str | None) -> None:
    """Say how many cases wait for a decision, by authority and process. Changes nothing, and nothing is deleted."""
    known = [known_authority(engine.config, authority)] if authority else sorted(engine.config.authorities)
    for each in known:
        home = engine.config.authorities.get(each)
        with engine.reading() as session:
            found = due_for_deletion(session, each)
        said = "; ".join(f"{process}: {number}" for process, number in found) or "none"
        click.echo(f"{each}: {said}")
        if home is not None and not home.retention.usual.own:
            click.echo("  by Pathways' own default: the council has set no retention schedule")
