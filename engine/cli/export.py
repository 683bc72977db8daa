"""``pathways export``: what is deployed, written back as files."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.common import known_authority, with_engine
from engine.runtime import Engine
from engine.store.tenancy import Scope


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@click.option("--authority", "authorities", multiple=True, help="Whose; else everybody's. May be given several times.")
@with_engine
def export(engine: Engine, target: Path, authorities: tuple[str, ...]) -> None:
    """Write the newest version of every diagram, decision table and form to TARGET, as a project has them; and the files of the
    configuration in which something else stands than was deployed since.

    Files that say the same already are left alone; of others, which were written is said.
    """
    for authority in authorities or sorted(engine.config.authorities):
        known_authority(engine.config, authority)
        files = engine.deployments.files(Scope(authority)) | engine.configuration.files(authority)
        for name, content in files.items():
            path = target / name
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                click.echo(str(path))
