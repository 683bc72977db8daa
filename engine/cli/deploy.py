"""``pathways deploy``: diagrams, decision tables and forms from files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from engine.cli.common import known_authority, with_engine
from engine.errors import AuthorityUnsaid, DeploymentRefused
from engine.lint.bundle import expanded, read_file
from engine.lint.project import Project
from engine.runtime import Engine


@click.command("deploy")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--authority", default=None, help="Whose they are; else the folder under processes/ or forms/ says so.")
@click.option("--by", default="command line", show_default=True, help="Who deploys.")
@click.option("--note", default="", help="What has changed, for whoever reads the versions.")
@click.option("--plain", is_flag=True, help="Take plain BPMN: forms and roles are not needed.")
@with_engine
def deploy(engine: Engine, paths: tuple[Path, ...], authority: str | None, by: str, note: str, plain: bool) -> None:
    """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form), or whole folders of them.

    A diagram may end in .xml too.
    """
    for owner, files in sorted(_by_authority(expanded(paths), authority).items()):
        if owner or not plain:
            _require_owner(engine, owner, files)
        try:
            done = engine.deployments.deploy(files, owner, by, note, strict=not plain)
        except DeploymentRefused as refused:
            for finding in refused.findings:
                click.echo(str(finding), err=True)
            raise click.ClickException(f"{owner or 'These files'}: not deployed; nothing has been changed.") from None
        for finding in done.warnings:
            click.echo(str(finding), err=True)
        brought = [f"{key} {version}" for key, version in {**done.processes, **done.decisions, **done.forms}.items()]
        click.echo(f"{owner}: " + (", ".join(brought) if brought else "nothing is new"))


def _require_owner(engine: Engine, owner: str, files: Iterable[str]) -> None:
    """Raise AuthorityUnsaid or AuthorityUnknown, rather than find that nothing which the files name exists."""
    if owner:
        known_authority(engine, owner)
    elif engine.config.authorities:
        raise AuthorityUnsaid(files=", ".join(sorted(files)[:3]), known=", ".join(sorted(engine.config.authorities)))


def _by_authority(paths: Iterable[Path], authority: str | None) -> dict[str, dict[str, bytes]]:
    """The files' contents by authority and by their name inside their project."""
    found: dict[str, dict[str, bytes]] = {}
    for path in paths:
        project = Project.around(path)
        owner = project.authority_of(path) if authority is None else authority
        resolved = path.resolve()
        name = resolved.relative_to(project.root.resolve()).as_posix()
        found.setdefault(owner, {})[name] = read_file(resolved)
    return found
