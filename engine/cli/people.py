"""``pathways people``: the register of people of schools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from engine.cli.common import known_authority, with_engine
from engine.people.entries import Brought
from engine.runtime import Engine


@click.group("people")
def people() -> None:
    """The register of people of schools."""


@people.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--authority", required=True, help="Whose people they are.")
@with_engine
def import_people(engine: Engine, file: Any, authority: str) -> None:
    """Bring the register of people up to date from a CSV file.

    FILE has the columns email, name, role, from, and one of school (URNs), diocese and trust in each line; and if wanted
    until (the last day), except (URNs that are taken out of the diocese's or trust's) and username. It may come from
    Excel. Safe to repeat: what is the same stays, and nobody who is not in the file is changed.
    """
    done = engine.people.import_file(file.read(), known_authority(engine.config, authority))
    counts = f"{len(done.added)} added, {len(done.changed)} changed, {len(done.ended)} ended"
    click.echo(f"{counts}, {done.unchanged} as they were, {len(done.unreadable)} lines could not be read.")
    _say("added", done.added)
    _say("changed", done.changed)
    _say("ended", done.ended)
    for line in done.unreadable:
        click.echo(f"  line {line.number}: {f'{line.name}: ' if line.name else ''}{line.why}")


def _say(word: str, brought: Iterable[Brought]) -> None:
    for each in brought:
        click.echo(f"  {word:8} {each.name}: {each.role}, {each.what}{f' ({each.change})' if each.change else ''}")
