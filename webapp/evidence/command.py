"""``pathways pack``: what anybody who was handed an evidence pack can ask of it."""

from __future__ import annotations

from pathlib import Path

import click

from webapp.evidence import checksums


@click.group("pack")
def pack() -> None:
    """Evidence packs."""


@pack.command("verify")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def verify(context: click.Context, file: Path) -> None:
    """Look whether FILE, an evidence pack, is as it was made. Exits 1 when it is not.

    The SHA-256 that it prints stands in Pathways too, with the case's or school's packs: so a pack that was made anew as a
    whole is told from the one that was handed over.
    """
    found = checksums.verify(file)
    for problem in found.problems:
        click.echo(problem)
    files = f"{found.intact} {'file is as it was' if found.intact == 1 else 'files are as they were'}"
    click.echo(f"{file.name}: {'it was changed' if found.problems else 'as it was made'}; {files}.")
    if not found.problems:
        click.echo(f"SHA-256 of the file: {checksums.digest(file.read_bytes())}")
    context.exit(1 if found.problems else 0)
