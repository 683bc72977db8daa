"""A decision that a file no longer holds under the id by which diagrams ask it: they would not have what is new of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from engine.decisions import Decision
from engine.diagram import Diagram
from engine.lint.core import OURS, Finding, Known, Severity, short
from engine.spelling import near

#: As what else is wrong with files that are deployed together.
CODE = "PW-993"


def renamed(
    tables: Mapping[str, Decision], files: Mapping[str, str], own: tuple[Diagram, ...], known: Known
) -> Iterator[Finding]:
    """Decisions that diagrams ask and that are not in the files any more in which they were. Where the last version stays
    deployed a diagram goes on with it, which is a warning; where files are looked at as they stand it finds none, and the
    only sign of that is a decision that nobody asks."""
    asked = _asked((*own, *known.others))
    idle = _idle(tables, asked, known)
    if known.tabled:
        yield from _kept(asked, idle, files, known)
    else:
        yield from _missing(asked, idle, files, known)


def _idle(tables: Mapping[str, Decision], asked: Mapping[str, str], known: Known) -> dict[str, Decision]:
    """The decisions that no diagram and no other decision asks."""
    required = {key for each in (known.decisions or {}).values() if each is not None for key in each.requires}
    return {key: each for key, each in tables.items() if key not in asked and key not in required}


def _missing(
    asked: Mapping[str, str], idle: Mapping[str, Decision], files: Mapping[str, str], known: Known
) -> Iterator[Finding]:
    """What is asked and is nowhere, where a decision that nobody asks may be meant."""
    missing = [key for key in asked if key not in (known.decisions or {})]
    only = missing[0] if len(missing) == 1 else ""
    for key, decision in idle.items():
        if meant := near(key, missing) or only:
            yield _finding("error", files[key], meant, asked[meant], decision)


def _asked(diagrams: tuple[Diagram, ...]) -> dict[str, str]:
    """The decisions that diagrams ask, each with the name of a process that does."""
    return {
        each.decision_ref: diagram.processes[each.process].name or each.process
        for diagram in diagrams
        for each in diagram.of_kind("businessRuleTask")
        if each.decision_ref
    }


def _kept(
    asked: Mapping[str, str], idle: Mapping[str, Decision], files: Mapping[str, str], known: Known
) -> Iterator[Finding]:
    """What was deployed in a file of the same name, is asked, and stands in none of the files."""
    named = {_name(file): file for file in files.values()}
    for key, process in asked.items():
        file = named.get(_name(known.tabled.get(key, "")))
        if file is not None and key not in files:
            instead = [each for other, each in idle.items() if files[other] == file]
            yield _finding("warning", file, key, process, instead[0] if instead else None)


def _name(file: str) -> str:
    return PurePosixPath(file.replace("\\", "/")).name


def _finding(severity: Severity, file: str, key: str, process: str, instead: Decision | None) -> Finding:
    then = "goes on with the one that was deployed before" if severity == "warning" else "finds none"
    message = f'"{short(process)}" asks the decision "{short(key)}", which is not in this file any more: it {then}.'
    remedy = f'Put "{short(key)}" back, or deploy the file together with a diagram that does not ask it.'
    if instead is None:
        return Finding(CODE, severity, file, 1, "", "", message, remedy, OURS)
    new = short(instead.id)
    remedy = f'Give "{new}" the id "{short(key)}", or let the diagram ask "{new}" and deploy both.'
    return Finding(CODE, severity, file, instead.line, new, short(instead.name), message, remedy, OURS)
