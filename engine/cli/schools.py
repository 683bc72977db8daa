"""``pathways schools``: the register of schools."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from engine.cli.common import known_authority, with_engine
from engine.runtime import Engine
from engine.schools.gias import Line
from engine.schools.register import Imported


@click.group("schools")
def schools() -> None:
    """The register of schools."""


@schools.command("import")
@click.argument("files", metavar="FILE...", type=click.File("rb"), nargs=-1, required=True)
@click.option("--authority", required=True, help="Whose schools they are.")
@with_engine
def import_schools(engine: Engine, files: tuple[Any, ...], authority: str) -> None:
    """Bring the register up to date from CSV files: one of schools, one of the links between them, or both.

    The file of schools has the columns urn, name, phase, type (and diocese, trust, maintained, status, headteacher, governance,
    link_adviser, category, email), or is the establishment extract of "Get information about schools", of which the authority's
    own open schools are taken. A school that has closed is marked; none is removed. Live cases of a school whose type, status,
    trust, diocese or headteacher changed are told, and named.

    The file of links is that of "Get information about schools" (links_edubasealldata). By it a school that follows another
    takes nothing over yet: it waits until a manager confirms it, on the page of the schools.
    """
    given = {Path(each.name).name: each.read() for each in files}
    done = engine.schools.import_files(given, known_authority(engine.config, authority), "the command line")
    _say_schools(done)
    _say_touched(done)
    for pair in done.linked.waiting:
        click.echo(f"Waits for a manager: {pair.new} {pair.new_name} follows {pair.old} {pair.old_name}.")
    if done.linked.known:
        click.echo(f"Links between schools that were known: {done.linked.known}.")
    if done.elsewhere:
        click.echo(f"Lines of other authorities: {done.elsewhere}.")
    _say_lines("Not followed", done.linked.not_followed)
    _say_lines("Passed over", done.passed_over)
    _say_lines("Could not be read", done.unreadable)


def _say_schools(done: Imported) -> None:
    click.echo(f"{done.added} schools added, {done.changed} changed, {done.unchanged} as they were.")
    for school in done.new:
        click.echo(f"  added    {school.urn} {school.name}")
    for school in done.altered:
        what = "; ".join(f"{name}: {_word(old)} to {_word(new)}" for name, (old, new) in school.columns.items())
        click.echo(f"  changed  {school.urn} {school.name}: {what}")


def _say_touched(done: Imported) -> None:
    if done.touched:
        click.echo(f"Live cases of schools that changed, {len(done.touched)}:")
    for case in done.touched:
        told = "told" if case.told else "its page says so"
        click.echo(
            f"  case {case.instance_id} ({case.process}) of {case.urn} {case.school}: {', '.join(case.changed)}; {told}"
        )


def _word(value: Any) -> str:
    return {True: "yes", False: "no", "": "nothing"}.get(value) or str(value)


def _say_lines(title: str, lines: Iterable[Line]) -> None:
    """The lines of a file by why they brought nothing."""
    by_reason = groupby(sorted(lines, key=lambda line: (line.why, line.number)), key=lambda line: line.why)
    for why, group in by_reason:
        found = list(group)
        click.echo(f"{title}, {len(found)}: {why}")
        for line in found:
            click.echo(f"  line {line.number}: {line.urn} {line.name}".rstrip())
