"""What a project's folders say: which forms, roles, decision tables and processes an authority has.

A project holds ``processes/<authority>/``, ``forms/<authority>/``, ``config/authorities/<authority>.yaml``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.decisions import Decision
from engine.diagram import Diagram
from engine.errors import DiagramRefused, ParseFailed
from engine.feel import Feel
from engine.forms import Form
from engine.lint.bundle import (
    UNREADABLE,
    check_bundle,
    finding,
    parsed,
    read_bundle,
    read_file,
    readable_decisions,
    readable_form,
)
from engine.lint.core import Finding, Known
from engine.yaml_files import read_yaml


@dataclass(frozen=True)
class Project:
    """A project at ``root``, which need not have all the folders."""

    root: Path

    @classmethod
    def around(cls, path: Path) -> Project:
        """Give the project that ``path`` is in: the nearest folder above it that has forms/ or config/."""
        above = path.resolve().parents
        root = next((here for here in above if (here / "forms").is_dir() or (here / "config").is_dir()), above[0])
        return cls(root)

    def authority_of(self, path: Path) -> str:
        """Give the authority whose folder a file is in: its name under processes/ or forms/, else ""."""
        for room in ("processes", "forms"):
            folder = self.root / room
            if path.resolve().is_relative_to(folder):
                parts = path.resolve().relative_to(folder).parts
                return parts[0] if len(parts) > 1 else ""
        return ""

    def known(self, authority: str) -> Known:
        """Give what diagrams of ``authority`` may refer to; None where the project has no folder."""
        processes = self._processes(authority)
        others = tuple(_diagrams(processes)) if processes else ()
        return Known(
            forms=self._forms(),
            roles=self._roles(authority),
            decisions=_decisions(processes) if processes else None,
            processes=frozenset(key for each in others for key in each.processes) if processes else None,
            clauses=self._clauses(authority),
            settings=self._settings(authority),
            categories=self._categories(authority),
            reports=report_templates(self.root / "config" / "reports"),
            others=others,
            whole=bool(authority and processes),
            as_checked=True,
        )

    def _processes(self, authority: str) -> Path | None:
        folder = self.root / "processes"
        own = folder / authority
        return next((here for here in (own, folder) if here.is_dir()), None)

    def _clauses(self, authority: str) -> frozenset[str] | None:
        """The ids of an authority's register of clauses; None where it has none."""
        file = self.root / "processes" / authority / "clauses.yaml"
        if not authority or not file.is_file():
            return None
        return frozenset(str(row["id"]) for row in _part(file, "clauses"))

    def _forms(self) -> dict[str, Form | None] | None:
        folder = self.root / "forms"
        if not folder.is_dir():
            return None
        return {
            file.relative_to(folder).with_suffix("").as_posix(): readable_form(file.read_bytes())
            for file in sorted(folder.rglob("*.form"))
        }

    def _roles(self, authority: str) -> frozenset[str] | None:
        files = self._authorities(authority)
        return frozenset(role for file in files for role in role_ids(file)) if files else None

    def _settings(self, authority: str) -> dict[str, Any] | None:
        """The settings of an authority; of a file that is nobody's, those of all together."""
        files = self._authorities(authority)
        return {name: value for file in files for name, value in _settings_in(file)} if files else None

    def _categories(self, authority: str) -> frozenset[str] | None:
        """The categories in the authority's file of schools; None where it has none."""
        file = self.root / "config" / "schools" / f"{authority}.csv"
        if not authority or not file.is_file():
            return None
        rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig", errors="replace")))
        return frozenset((row.get("category") or "").strip() for row in rows)

    def _authorities(self, authority: str) -> list[Path]:
        folder = self.root / "config" / "authorities"
        own = folder / f"{authority}.yaml"
        return [own] if own.is_file() else sorted(folder.glob("*.yaml"))


def report_templates(folder: Path) -> frozenset[str] | None:
    """The templates of reports in a folder, such as "barnsley/quarterly"; None where there is no such folder."""
    if not folder.is_dir():
        return None
    return frozenset(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.md"))


def role_ids(file: Path) -> Iterator[str]:
    """Give the role ids of an authority's file: its ``roles``, by id, or a list of ids or of mappings."""
    roles = _part(file, "roles")
    for role in roles if isinstance(roles, list | dict) else ():
        yield str(role.get("id", "")) if isinstance(role, dict) else str(role)


def named_roles(file: Path) -> dict[str, str]:
    """The names of the roles of an authority's file, by id."""
    roles = (role for role in _part(file, "roles") if isinstance(role, dict))
    return {str(role["id"]): str(role.get("name", role["id"])) for role in roles}


def _settings_in(file: Path) -> Iterator[tuple[str, Any]]:
    settings = _part(file, "settings")
    for name, given in settings.items() if isinstance(settings, dict) else ():
        yield str(name), given.get("value") if isinstance(given, dict) else given


def _part(file: Path, name: str) -> Any:
    """What a file says under a name; nothing where it cannot be read: the check of that file says why."""
    try:
        said: Any = read_yaml(file)
    except (UnicodeDecodeError, yaml.YAMLError):
        return {}
    return (said.get(name) or {}) if isinstance(said, dict) else {}


def _decisions(folder: Path) -> dict[str, Decision | None]:
    files = sorted(folder.rglob("*.dmn"))
    return {key: each for file in files for key, each in readable_decisions(file.read_bytes(), str(file)).items()}


def _diagrams(folder: Path) -> Iterator[Diagram]:
    """The diagrams of a folder that can be read; a check of the others says why they cannot."""
    for file in sorted(folder.rglob("*.bpmn")):
        try:
            yield parsed(read_file(file), str(file))
        except ParseFailed:
            continue


def check_files(
    paths: Iterable[Path], project: Project | None = None, feel: Feel | None = None, strict: bool = True
) -> list[Finding]:
    """Check these files together with what their project holds; give the findings, sorted by file and line.

    Without ``project`` each file's own is found around it. Files of one authority are checked as one bundle.
    """
    bundles: dict[tuple[Path, str], dict[str, bytes]] = {}
    found: list[Finding] = []
    for path in paths:
        home = project or Project.around(path)
        files = bundles.setdefault((home.root, home.authority_of(path)), {})
        try:
            files[str(path)] = read_file(path)
        except DiagramRefused as error:
            found.append(finding(UNREADABLE, str(path), str(error), "Mend or replace the file."))
        except OSError as error:
            message = f"it cannot be opened: {error.strerror}."
            found.append(finding(UNREADABLE, str(path), message, "Name a file that exists."))
    for (root, authority), files in bundles.items():
        bundle = read_bundle(files, authority, strict, feel)
        found += check_bundle(bundle, Project(root).known(authority), feel, strict)
    return sorted(found, key=lambda each: (each.file, each.line, each.code))
