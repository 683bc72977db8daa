"""The register of policy clauses: what an element's clause ids stand for, and in which document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from engine.yaml_files import read_yaml


@dataclass(frozen=True)
class Clause:
    """A duty, in our own words, and where it stands."""

    id: str
    says: str
    at: str
    document: str
    authority: str = ""
    kind: str = ""
    source: str = ""
    """The id of its document in the register."""


def load(folder: Path) -> dict[str, Clause]:
    """The clauses of every authority, from ``processes/<authority>/clauses.yaml``."""
    found: dict[str, Clause] = {}
    for path in sorted(folder.glob("*/clauses.yaml")):
        data: dict[str, Any] = read_yaml(path) or {}
        titles = {key: str(source.get("title", key)) for key, source in (data.get("sources") or {}).items()}
        for row in data.get("clauses") or []:
            source = max((key for key in titles if row["id"].startswith(key)), key=len, default="")
            document, kind = titles.get(source, source), str(row.get("kind", ""))
            found[row["id"]] = Clause(
                row["id"], row["says"], str(row.get("at", "")), document, path.parent.name, kind, source
            )
    return found


def of_authority(authority: str) -> dict[str, list[Clause]]:
    """An authority's clauses by the document that they stand in, in the register's order."""
    known: dict[str, Clause] = current_app.extensions["clauses"]
    found: dict[str, list[Clause]] = {}
    for clause in known.values():
        if clause.authority == authority:
            found.setdefault(clause.document, []).append(clause)
    return found


def named(ids: Iterable[str]) -> list[Clause]:
    """The clauses with these ids that the register knows."""
    known: dict[str, Clause] = current_app.extensions["clauses"]
    return [known[each] for each in ids if each in known]
