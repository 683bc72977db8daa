"""What a project's folders say: which forms, roles, decision tables and processes an authority has.

A project holds ``processes/<authority>/``, ``forms/<authority>/``, ``config/authorities/<authority>.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.diagram import nodes, read_xml
from engine.errors import ParseFailed
from engine.lint.core import Known


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
        return Known(
            forms=self._forms(),
            roles=self._roles(authority),
            decisions=_ids(processes, ".dmn", "decision") if processes else None,
            processes=_ids(processes, ".bpmn", "process") if processes else None,
        )

    def _processes(self, authority: str) -> Path | None:
        folder = self.root / "processes"
        own = folder / authority
        return next((here for here in (own, folder) if here.is_dir()), None)

    def _forms(self) -> frozenset[str] | None:
        folder = self.root / "forms"
        if not folder.is_dir():
            return None
        files = folder.rglob("*.form")
        return frozenset(file.relative_to(folder).with_suffix("").as_posix() for file in files)

    def _roles(self, authority: str) -> frozenset[str] | None:
        folder = self.root / "config" / "authorities"
        own = folder / f"{authority}.yaml"
        files = [own] if own.is_file() else sorted(folder.glob("*.yaml"))
        return frozenset(role for file in files for role in role_ids(file)) if files else None


def role_ids(file: Path) -> Iterator[str]:
    """Give the role ids of an authority's file: its ``roles``, by id, or a list of ids or of mappings."""
    settings: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    roles: Any = settings.get("roles", ()) if isinstance(settings, dict) else ()
    for role in roles:
        yield str(role["id"]) if isinstance(role, dict) else str(role)


def _ids(folder: Path, suffix: str, tag: str) -> frozenset[str]:
    files = sorted(folder.rglob(f"*{suffix}"))
    return frozenset(key for file in files for key in ids_in(file.read_bytes(), str(file), tag))


def ids_in(data: bytes, file: str, tag: str) -> Iterator[str]:
    """Give the ids of the elements named ``tag``; a file that can't be read has none (its check says why)."""
    try:
        root = read_xml(data, file)
    except ParseFailed:
        return
    yield from (nodes.attr(node, "id") for node in root.iter(f"{{*}}{tag}") if node.get("id"))
