"""A process of a project on disk, with what it needs to run: as `pathways rehearse` plays it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.diagram import Diagram, read
from engine.errors import ParseFailed
from engine.lint.bundle import decision_ids, read_file
from engine.lint.project import Project


def gather(path: Path) -> tuple[str, dict[str, bytes]]:
    """The authority of a diagram's file, and its files: what it calls, and the forms and tables of all of these.

    Raises DiagramRefused, ParseFailed and OSError.
    """
    home = Project.around(path)
    authority = home.authority_of(path)
    folder = home.root / "processes" / authority if authority else path.parent
    found = _with_called(path, folder)
    files = {f"drawn/{file.name}": read_file(file) for file in found}
    return authority, files | dict(_forms(home, found.values())) | dict(_tables(folder, found.values()))


def around(path: Path) -> dict[str, bytes]:
    """All diagrams, tables and forms of a file's authority, or of its folder: what may call it, and what that asks."""
    home = Project.around(path)
    authority = home.authority_of(path)
    folder = home.root / "processes" / authority if authority else path.parent
    files = [*folder.glob("*.bpmn"), *folder.glob("*.dmn"), *(home.root / "forms" / authority).glob("**/*.form")]
    return {file.relative_to(home.root).as_posix(): read_file(file) for file in sorted(files) if file.is_file()}


def _with_called(path: Path, folder: Path) -> dict[Path, Diagram]:
    """A diagram, those that it calls of its folder, and those that they call."""
    known = {key: file for file, diagram in _diagrams(folder) for key in diagram.processes}
    ahead, found = [path.resolve()], dict[Path, Diagram]()
    while ahead:
        file = ahead.pop()
        if file not in found:
            found[file] = read(read_file(file), str(file))
            ahead += [
                known[each.called_element] for each in found[file].elements.values() if each.called_element in known
            ]
    return found


def _diagrams(folder: Path) -> Iterator[tuple[Path, Diagram]]:
    for file in filter(Path.is_file, sorted(folder.glob("*.bpmn"))):
        try:
            yield file.resolve(), read(read_file(file), str(file))
        except ParseFailed:
            continue


def _forms(home: Project, diagrams: Iterable[Diagram]) -> Iterator[tuple[str, bytes]]:
    for key in {each.form_key for diagram in diagrams for each in diagram.elements.values() if each.form_key}:
        file = home.root / "forms" / f"{key}.form"
        if file.is_file():
            yield f"forms/{key}.form", read_file(file)


def _tables(folder: Path, diagrams: Iterable[Diagram]) -> Iterator[tuple[str, bytes]]:
    wanted = {each.decision_ref for diagram in diagrams for each in diagram.elements.values() if each.decision_ref}
    for file in filter(Path.is_file, sorted(folder.glob("*.dmn")) if wanted else ()):
        content = read_file(file)
        if wanted.intersection(decision_ids(content, str(file))):
            yield f"tables/{file.name}", content
