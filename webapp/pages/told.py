"""The stories that carry the clauses of the policies: tests that play a case through the diagrams, with the way that each went,
as it was measured when they ran (``processes/<authority>/stories.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app


@dataclass(frozen=True)
class Story:
    """A story, and the elements that it went through, by process."""

    id: str
    """Module and name of its test."""
    went: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """What it tells, as its test is called."""
        words = self.id.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        return words[:1].upper() + words[1:]


def load(folder: Path) -> dict[str, tuple[Story, ...]]:
    """By clause id, the stories that name it and go through what carries it."""
    found: dict[str, list[Story]] = {}
    for path in sorted(folder.glob("*/stories.json")):
        for clauses, story in _read(path):
            for clause in clauses:
                found.setdefault(clause, []).append(story)
    return {clause: tuple(stories) for clause, stories in found.items()}


def _read(path: Path) -> Iterator[tuple[list[str], Story]]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        yield row["clauses"], Story(row["story"], {key: tuple(elements) for key, elements in row["went"].items()})


def of_clause(clause: str) -> tuple[Story, ...]:
    """The stories of a clause."""
    known: dict[str, tuple[Story, ...]] = current_app.extensions["told"]
    return known.get(clause, ())
