"""``pathways deploy``: diagrams, decision tables and forms from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from engine.cli.common import known_authority, with_engine
from engine.cli.compare import in_words
from engine.configuration import CALENDAR, CLAUSES, FILES, TITLES, kind_of, kind_of_key
from engine.deployments.store import Deployed
from engine.errors import AuthorityUnsaid, DeploymentRefused
from engine.lint.bundle import expanded, holds, read_file
from engine.lint.project import Project
from engine.people.authorities import load_authority
from engine.runtime import Engine
from engine.store.tenancy import Scope


@click.command("deploy")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--authority", default=None, help="Whose they are; else the folder under processes/ or forms/ says so.")
@click.option("--by", default="command line", show_default=True, help="Who deploys.")
@click.option("--note", default="", help="What has changed, for whoever reads the versions.")
@click.option("--plain", is_flag=True, help="Take plain BPMN: forms and roles are not needed.")
@click.option("--replace", is_flag=True, help="Put files over what was changed in the browser.")
@click.option("--beside", is_flag=True, help="Let a process under a new id stand beside the one that it seems to be.")
@with_engine
def deploy(
    engine: Engine,
    paths: tuple[Path, ...],
    authority: str | None,
    by: str,
    note: str,
    plain: bool,
    replace: bool,
    beside: bool,
) -> None:
    """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form), or whole folders of them; of an authority's file
    (config/authorities/*.yaml) its settings and roles, its calendar (config/calendars/*.csv) and its clauses (clauses.yaml).

    A diagram may end in .xml too. What was changed in the browser is not put over: what the files would change is said
    instead. `pathways export` writes it back as files.
    """
    for owner, files in sorted(_by_authority(expanded(paths), authority).items()):
        if owner or not plain:
            _require_owner(engine, owner, files)
        if not replace:
            _refuse_to_undo(engine, owner, files)
        if not beside:
            _refuse_twins(engine, owner, files)
        done = _deployed(engine, owner, files, by=by, note=note, strict=not plain)
        documents = {TITLES[kind_of_key(key)]: version for key, version in done.config.items()}
        whole = {**done.processes, **done.decisions, **done.forms, **documents}
        brought = [f"{key} {version}" for key, version in whole.items()]
        click.echo(f"{owner}: " + (", ".join(brought) if brought else "nothing is new"))


def _deployed(engine: Engine, owner: str, files: dict[str, bytes], **how: Any) -> Deployed:
    """Deploy files of one authority, and say what was found in them. Raises ClickException when they are refused."""
    try:
        done = engine.deployments.deploy(files, owner, **how)
    except DeploymentRefused as refused:
        for finding in refused.findings:
            click.echo(str(finding), err=True)
        raise click.ClickException(f"{owner or 'These files'}: not deployed; nothing has been changed.") from None
    for finding in done.warnings:
        click.echo(str(finding), err=True)
    return done


def _refuse_to_undo(engine: Engine, owner: str, files: dict[str, bytes]) -> None:
    """Raise ClickException, with the difference, for files of processes that were changed in the browser."""
    changed = list(undone(engine, owner, files))
    if changed:
        click.echo("\n".join(changed), err=True)
        raise click.ClickException(
            f"{owner or 'These files'}: not deployed, since this was changed in the browser. Write it back with pathways export,"
            " or put the files over it with --replace."
        )


def _refuse_twins(engine: Engine, owner: str, files: Mapping[str, bytes]) -> None:
    """Raise ClickException for processes that are new by their id, and by file or name what another was that is not among the
    files: whether they were renamed, or are others, only whoever deploys can say."""
    twins = engine.deployments.twins(files, owner)
    for each in twins:
        click.echo(
            f"{each.file}: the process {each.key} is new, and seems to be {each.old} under another id.", err=True
        )
    if twins:
        raise click.ClickException(
            "Not deployed, since two processes would stand beside each other. Give the process its id back, or deploy with"
            " --beside and retire the other on its page: its cases run on."
        )


def undone(engine: Engine, owner: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """What was changed in the browser and these files would undo, a process after the other, in words."""
    scope = Scope(owner)
    documents = {kind: content for name, content in files.items() if (kind := kind_of(name))}
    yield from _undone_documents(engine, owner, documents)
    files = {name: content for name, content in files.items() if not kind_of(name)}
    for row in engine.deployments.changed_in_browser(files, owner):
        yield f"{row.name}: version {row.version} was deployed in the browser by {row.by}. The file would change:"
        drawn = {name: content for name, content in files.items() if holds(content, name, row.key)}
        yield from (f"  {line}" for line in in_words(engine.comparisons.drawing(row.definition_id, drawn, scope)))


def _undone_documents(engine: Engine, owner: str, documents: Mapping[str, bytes]) -> Iterator[str]:
    for each in engine.configuration.changed_in_browser(documents, owner):
        yield f"{TITLES[each.kind]}: version {each.version} came from the browser, by {each.by}. The file would change:"
        found = engine.configuration.compare(each.kind, each.content, documents[each.kind])
        yield from (f"  {line}" for line in in_words(found))


def _require_owner(engine: Engine, owner: str, files: Iterable[str]) -> None:
    """Raise AuthorityUnsaid or AuthorityUnknown, rather than find that nothing which the files name exists."""
    if owner:
        known_authority(engine.config, owner)
    elif engine.config.authorities:
        raise AuthorityUnsaid(files=", ".join(sorted(files)[:3]), known=", ".join(sorted(engine.config.authorities)))


def _documents(path: Path) -> tuple[str, dict[str, bytes]] | None:
    """Whose documents of the configuration a file holds, and these; None for a file of another kind."""
    place = path.resolve().parent
    if path.suffix == ".yaml" and place.name == "authorities":
        home = load_authority(path)
        return home.id, {FILES[kind]: each for kind, each in home.documents().items()}
    if path.suffix == ".csv" and place.name == "calendars":
        return path.stem, {FILES[CALENDAR]: read_file(path)}
    return (place.name, {path.name: read_file(path)}) if path.name == FILES[CLAUSES] else None


def _by_authority(paths: Iterable[Path], authority: str | None) -> dict[str, dict[str, bytes]]:
    """The files' contents by authority and by their name inside their project."""
    found: dict[str, dict[str, bytes]] = {}
    for path in paths:
        if documents := _documents(path):
            found.setdefault(authority or documents[0], {}).update(documents[1])
            continue
        project = Project.around(path)
        owner = project.authority_of(path) if authority is None else authority
        resolved = path.resolve()
        name = resolved.relative_to(project.root.resolve()).as_posix()
        found.setdefault(owner, {})[name] = read_file(resolved)
    return found
