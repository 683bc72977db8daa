"""``pathways compare``: what is different between two versions of a process, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from engine.compare import Comparison, Section, compare
from engine.compare.files import names_around, on_disk
from engine.errors import PathwaysError


@click.command("compare")
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@click.pass_context
def compare_files(context: click.Context, old: Path, new: Path, as_json: bool) -> None:
    """Say in words what is different between OLD and NEW: two diagrams, decision tables, forms, or folders of them.

    The forms and tables that the diagrams use are compared too, where their project has them. Two councils' processes
    can be compared as well as two versions of one. Exits 1 when there are differences.
    """
    try:
        found = compare(on_disk(old), on_disk(new), names_around(old, new))
    except PathwaysError as error:
        raise click.ClickException(str(error)) from None
    click.echo(_as_json(found) if as_json else "\n".join(in_words(found)))
    context.exit(0 if found.same else 1)


def _as_json(found: Comparison) -> str:
    sections = [
        {"kind": each.kind, "name": each.name, "changes": list(map(asdict, each.changes))} for each in found.sections
    ]
    return json.dumps({"same": found.same, "sections": sections}, indent=2, ensure_ascii=False)


def in_words(found: Comparison) -> Iterator[str]:
    """The differences as lines of text, a heading a document."""
    if found.same:
        yield "Nothing is different."
    for section in found.sections:
        if section.changes:
            yield f"{_HEADS[section.kind]} “{section.name}”"
            yield from (f"  {line}" for line in _lines(section))


_HEADS = {"diagram": "Process", "form": "Form", "table": "Decision table", "settings": "Configuration"}


def _lines(section: Section) -> Iterator[str]:
    yield from (each.sentence for each in section.told)
    if section.moved:
        yield f"Only elsewhere in the drawing, with the same meaning: {len(section.moved)}."
