"""Files and folders on disk as a side of a comparison, with the forms and tables that their diagrams use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.compare.parts import Names, Version
from engine.diagram import Diagram, read
from engine.errors import ParseFailed
from engine.lint.bundle import decision_ids, expanded, form_key, read_file
from engine.lint.project import Project, named_roles


def on_disk(path: Path) -> Version:
    """A diagram with the forms and tables of its project that it uses, a table, a form, or a folder of them.

    Raises DiagramRefused, NothingToRead and OSError.
    """
    found = Version()
    for file in expanded([path]):
        content = read_file(file)
        if file.suffix == ".form":
            found = replace(found, forms={**found.forms, form_key(file.as_posix(), ""): content})
        elif file.suffix == ".dmn":
            found = replace(found, tables={**found.tables, file.name: content})
        else:
            found = _with_diagram(found, file, content)
    return found


def _with_diagram(found: Version, file: Path, content: bytes) -> Version:
    diagram = read(content, str(file))
    home = Project.around(file)
    return Version(
        {**found.diagrams, file.name: content},
        {**dict(_tables(home, diagram)), **found.tables},
        {**dict(_forms(home, diagram)), **found.forms},
    )


def _forms(home: Project, diagram: Diagram) -> Iterator[tuple[str, bytes]]:
    for key in {each.form_key for each in diagram.elements.values() if each.form_key}:
        file = home.root / "forms" / f"{key}.form"
        if file.is_file():
            yield key, read_file(file)


def _tables(home: Project, diagram: Diagram) -> Iterator[tuple[str, bytes]]:
    wanted = {each.decision_ref for each in diagram.elements.values() if each.decision_ref}
    folder = home.root / "processes"
    for file in sorted(folder.rglob("*.dmn")) if wanted and folder.is_dir() else ():
        try:
            content = read_file(file)
            ids = decision_ids(content, str(file))
        except ParseFailed:
            continue
        if wanted.intersection(ids):
            yield file.name, content


def names_around(*paths: Path) -> Names:
    """What the projects around these files call roles and processes."""
    known: dict[str, dict[str, str]] = {"role": {}, "process": {}}
    for path in paths:
        inside = path / "any" if path.is_dir() else path
        home = Project.around(inside)
        for file in sorted((home.root / "config" / "authorities").glob("*.yaml")):
            known["role"] |= named_roles(file)
        for diagram in home.known(home.authority_of(inside)).others:
            known["process"] |= {key: process.name for key, process in diagram.processes.items()}
    return Names(known)
