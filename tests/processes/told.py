"""Which stories carry which clause, and through which elements they went: measured while they run, and kept beside the clauses
in ``processes/<authority>/stories.json``, from which the page of what the policies ask for reads it.

A run of stories that went another way than the file says fails; ``--write-stories`` writes the file anew, the stories that were
not run left as they are.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from engine.diagram import read

ROOT = Path(__file__).resolve().parent.parent.parent
#: By authority, by story ("test_redcar_dates::test_..."): the clauses that it names and comes through, and by process the
#: elements that it went through.
Told = dict[str, dict[str, dict[str, Any]]]
WRITE = "make stories"


def file_of(authority: str) -> Path:
    """Where the stories of an authority's clauses are kept."""
    return ROOT / "processes" / authority / "stories.json"


def kept() -> Told:
    """What the files say."""
    return {path.parent.name: _kept(path) for path in sorted(ROOT.glob("processes/*/clauses.yaml"))}


def _kept(clauses: Path) -> dict[str, dict[str, Any]]:
    path = file_of(clauses.parent.name)
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {row["story"]: {"clauses": row["clauses"], "went": row["went"]} for row in rows}


@cache
def places() -> dict[str, tuple[str, list[str]]]:
    """By process, its authority and its elements in the order of the file."""
    found: dict[str, tuple[str, list[str]]] = {}
    for path in sorted(ROOT.glob("processes/*/*.bpmn")):
        for element in read(path.read_bytes(), path.name).elements.values():
            found.setdefault(element.process or element.id, (path.parent.name, []))[1].append(element.id)
    return found


class Ledger:
    """What the stories of a run went through."""

    def __init__(self) -> None:
        self.clauses: dict[str, set[str]] = defaultdict(set)
        self.went: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def note(self, story: Callable[..., Any], clauses: Iterable[str], steps: Iterable[tuple[str, str]]) -> None:
        """A story named clauses and came through them, by these steps: process and element."""
        if isinstance(story, FunctionType):
            name = f"{story.__module__.rpartition('.')[2]}::{story.__name__}"
            self.clauses[name] |= set(clauses)
            self.went[name] |= set(steps)

    def handed_over(self) -> dict[str, Any]:
        """All of it in plain lists, for the process that tells."""
        return {name: [sorted(self.clauses[name]), sorted(map(list, self.went[name]))] for name in self.went}

    def take_over(self, given: Mapping[str, Any]) -> None:
        """What another process noted."""
        for name, (clauses, steps) in given.items():
            self.clauses[name] |= set(clauses)
            self.went[name] |= {(process, element) for process, element in steps}

    def rows(self, carriers: Mapping[tuple[str, str], set[str]]) -> Told:
        """The stories that carry clauses, by authority, with their way through the processes that carry these."""
        found: Told = defaultdict(dict)
        for name, clauses in self.clauses.items():
            carrying = sorted({process for (process, _), carried in carriers.items() if carried & clauses})
            went = {process: _in_order(process, self.went[name]) for process in carrying}
            for authority in {places()[process][0] for process in carrying}:
                found[authority][name] = {
                    "clauses": sorted(clauses),
                    "went": {process: elements for process, elements in went.items() if elements},
                }
        return found


def _in_order(process: str, steps: set[tuple[str, str]]) -> list[str]:
    return [element for element in places()[process][1] if (process, element) in steps]


def differing(told: Told, ran: Iterable[str], whole: bool) -> list[str]:
    """The stories of a run that went where the files do not say; after a run of all stories, also those that the files know
    otherwise."""
    known = {name: row for rows in kept().values() for name, row in rows.items()}
    now = {name: row for rows in told.values() for name, row in rows.items()}
    if whole:
        return sorted(name for name in known.keys() | now.keys() if known.get(name) != now.get(name))
    return sorted(name for name in set(ran) & now.keys() if not _within(now[name], known.get(name)))


def _within(row: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
    """Whether what was gone through is among what is known: of a story with several examples, not all need have been run."""
    return (
        known is not None
        and set(row["clauses"]) <= set(known["clauses"])
        and all(set(elements) <= set(known["went"].get(process, ())) for process, elements in row["went"].items())
    )


def tests() -> set[str]:
    """The tests that tell stories, as their files name them."""
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests/processes").glob("test_*.py")}
    return {f"{stem}::{name}" for stem, text in files.items() for name in re.findall(r"^def (test_\w+)", text, re.M)}


def write(told: Told, ran: Iterable[str], whole: bool) -> None:
    """Write the files anew: the stories that were run, and, unless all were, the others that there still are as they were."""
    others = set() if whole else tests() - set(ran)
    for authority, known in kept().items():
        left = {name: row for name, row in known.items() if name in others}
        rows = sorted({**left, **told.get(authority, {})}.items())
        lines = ",\n".join(json.dumps({"story": name, **row}, ensure_ascii=False) for name, row in rows)
        file_of(authority).write_text(f"[\n{lines}\n]\n", encoding="utf-8")
