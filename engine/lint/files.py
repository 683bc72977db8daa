"""Checking files by their kind: diagrams (.bpmn), decision tables (.dmn) and forms (.form)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.decisions import parse_decisions
from engine.diagram import LIMITS, Diagram, read, read_bounded
from engine.errors import DiagramRefused, ParseFailed, PathwaysError
from engine.feel import Feel
from engine.forms import check_form
from engine.lint import check
from engine.lint.core import OURS, Finding, short
from engine.lint.project import Project, ids_in

UNREADABLE, DECISION, FORM = "PW-000", "PW-991", "PW-992"
"""The codes of what is found outside the rules: a file that can't be read, a decision table, a form."""
KINDS = (".bpmn", ".xml", ".dmn", ".form")


@dataclass
class _Batch:
    """The files that are checked together: those of one authority."""

    diagrams: list[Diagram] = field(default_factory=list)
    decisions: set[str] = field(default_factory=set)


def check_files(
    paths: Iterable[Path], project: Project | None = None, feel: Feel | None = None, strict: bool = True
) -> list[Finding]:
    """Check these files together with what their project holds; give the findings, sorted by file and line.

    Without ``project`` each file's own is found around it.
    """
    batches: dict[tuple[Path, str], _Batch] = {}
    found: list[Finding] = []
    for path in paths:
        home = project or Project.around(path)
        batch = batches.setdefault((home.root, home.authority_of(path)), _Batch())
        found.extend(_take(path, home, batch, feel))
    for (root, authority), batch in batches.items():
        found.extend(_check_batch(batch, Project(root), authority, feel, strict))
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.code))


def _check_batch(batch: _Batch, project: Project, authority: str, feel: Feel | None, strict: bool) -> list[Finding]:
    known = project.known(authority)
    if known.decisions is not None or batch.decisions:
        known = replace(known, decisions=(known.decisions or frozenset()) | batch.decisions)
    return check(batch.diagrams, known, feel, strict)


def _take(path: Path, project: Project, batch: _Batch, feel: Feel | None) -> Iterator[Finding]:
    """Read one file into the batch; give what is wrong with it by itself."""
    name = str(path)
    try:
        data = read_bounded(_chunks(path), name)
        if path.suffix == ".form":
            yield from _check_form(data, name, feel)
        elif path.suffix == ".dmn":
            batch.decisions.update(ids_in(data, name, "decision"))
            parse_decisions(data, name, feel)
        else:
            batch.diagrams.append(read(data, name))
    except (DiagramRefused, ParseFailed) as error:
        yield _finding(UNREADABLE, name, str(error), "Mend or replace the file.", "XML 1.0")
    except OSError as error:
        yield _finding(UNREADABLE, name, f"it cannot be opened: {error.strerror}.", "Name a file that exists.")
    except PathwaysError as error:
        yield _finding(DECISION, name, str(error), "Mend the decision table.", "DMN 1.3")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(min(LIMITS.size, 65_536)):
            yield chunk


def _check_form(data: bytes, name: str, feel: Feel | None) -> Iterator[Finding]:
    for problem in check_form(data, feel):
        where = f"at {short(problem.path)}: " if problem.path else ""
        yield replace(
            _finding(FORM, name, f"{where}{short(problem.message)}.", "Mend the form."), severity=problem.severity
        )


def _finding(code: str, file: str, message: str, remedy: str, section: str = OURS) -> Finding:
    return Finding(code, "error", file, 1, "", "", message, remedy, section)
