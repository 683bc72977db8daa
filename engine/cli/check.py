"""``pathways check``: the rules that deployment runs, for files on disk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from engine.cli.configuration import check_authority
from engine.errors import NothingToRead
from engine.feel import Feel
from engine.lint import Finding, rules
from engine.lint.bundle import expanded
from engine.lint.project import Project, check_files


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--plain", is_flag=True, help="Take plain BPMN: forms and roles are not needed.")
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder with forms/ and config/ (else the one around each file).",
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules and stop.")
@click.pass_context
def check(
    context: click.Context,
    files: tuple[Path, ...],
    as_json: bool,
    plain: bool,
    project: Path | None,
    list_rules: bool,
) -> None:
    """Check diagrams (.bpmn), decision tables (.dmn) and forms (.form), or whole folders of them.

    Exits 1 when there are errors; warnings do not refuse.
    """
    if list_rules:
        click.echo("\n".join(f"{each.code}  {each.severity:7}  {each.title}  ({each.section})" for each in rules()))
        return
    if not files:
        raise click.UsageError("Name at least one file or folder.")
    try:
        paths = list(expanded(files))
    except NothingToRead as nothing:
        raise click.ClickException(str(nothing)) from None
    home = Project(project.resolve()) if project else None
    found = check_files(paths, home, Feel.shared(), strict=not plain)
    unchecked: list[str] = []
    if not plain:
        found += _of_authorities(paths, home)
        unchecked = sorted(_unchecked(paths, home))
    click.echo(_as_json(paths, found, unchecked) if as_json else _as_page(paths, found, unchecked))
    context.exit(1 if any(finding.severity == "error" for finding in found) else 0)


def _of_authorities(paths: Sequence[Path], home: Project | None) -> list[Finding]:
    """What is wrong with the files of the authorities whose diagrams, tables or forms are checked."""
    projects = ((home or Project.around(path), path) for path in paths)
    whose = {(project.root, project.authority_of(path)) for project, path in projects}
    return [each for root, authority in sorted(whose) for each in check_authority(Project(root), authority)]


def _unchecked(paths: Sequence[Path], home: Project | None) -> Iterator[str]:
    """What the rules could not look at, since its folder is not there."""
    for root in {(home or Project.around(path)).root for path in paths}:
        if not (root / "config" / "authorities").is_dir():
            yield f"Not checked: roles and settings, since there is no config/authorities in {root}."
        if not (root / "forms").is_dir():
            yield f"Not checked: whether forms exist and what they ask, since there is no forms/ in {root}."


def _as_json(paths: Sequence[Path], found: Sequence[Finding], unchecked: Sequence[str]) -> str:
    count = Counter(finding.severity for finding in found)
    answer = {
        "files": [str(path) for path in paths],
        "errors": count["error"],
        "warnings": count["warning"],
        "unchecked": list(unchecked),
        "findings": [asdict(finding) for finding in found],
    }
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _as_page(paths: Sequence[Path], found: Sequence[Finding], unchecked: Sequence[str]) -> str:
    return "\n".join([*_as_text(paths, found), *unchecked])


def _as_text(paths: Sequence[Path], found: Sequence[Finding]) -> Iterator[str]:
    for file, group in groupby(found, key=lambda finding: finding.file):
        yield file
        for finding in group:
            rule = f"{finding.code} {finding.severity}"
            yield f"  line {finding.line}: {rule}: {_what(finding)}{finding.message}"
            yield f"      {finding.remedy} [{finding.section}]"
    count = Counter(finding.severity for finding in found)
    files, errors, warnings = len(paths), count["error"], count["warning"]
    yield f"{_number(files, 'file')} checked: {_number(errors, 'error')}, {_number(warnings, 'warning')}."


def _what(finding: Finding) -> str:
    name = f' "{finding.name}"' if finding.name else ""
    return f"{finding.element}{name}: " if finding.element or name else ""


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
