"""All that an authority has deployed as one zip: exported, looked at elsewhere as a whole, and taken in one deployment."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from engine import queries
from engine.configuration import FILES, KINDS, key_of, kind_of
from engine.deployments.store import Deployed
from engine.diagram import LIMITS
from engine.errors import ArchiveUnusable
from engine.lint.bundle import KINDS as ENDINGS
from engine.people.evidence import UNREADABLE
from engine.services.configuration import Configuration
from engine.services.deployments import Deployments
from engine.services.plans import HandedIn, Plans, of_process
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: How many files an archive may have, and how many bytes they may have together: many times what an authority has.
MOST_FILES, MOST_BYTES = 2_000, 60_000_000
#: What it says of itself.
MANIFEST = "pathways.json"
_FORM = re.compile(r"forms/([\w-]+/)?[\w-]+\.form")
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True)
class Entry:
    """A file of an archive: what is in it (diagram, table, form or a kind of document), and whether that is new, changed or the
    same as what is deployed."""

    file: str
    kind: str
    state: str


class Archives:
    """Export and import of an authority as one zip."""

    def __init__(
        self, transactions: Transactions, deployments: Deployments, configuration: Configuration, plans: Plans
    ) -> None:
        self._transactions = transactions
        self._deployments, self._configuration, self._plans = deployments, configuration, plans

    def export(self, by: Scope) -> bytes:
        """The newest version of everything, as a zip that :meth:`propose` takes. The same content gives the same bytes."""
        found = {}
        for name, content in self._deployments.files(by).items():
            room, _, rest = name.partition("/")
            found[f"processes/{PurePosixPath(name).name}" if room == "processes" else f"forms/{rest}"] = content
        for kind in KINDS:
            if content := self._configuration.standing(kind, by).content:
                found[FILES[kind]] = content
        manifest = {"pathways": 1, "authority": by.authority}
        return _packed({MANIFEST: json.dumps(manifest, indent=2).encode(), **found})

    def entries(self, files: Mapping[str, bytes], by: Scope) -> tuple[Entry, ...]:
        """What becomes of each file."""
        with self._transactions.reading(by) as session:
            known = queries.project_files(session, by.authority)
        known |= {FILES[kind]: self._configuration.standing(kind, by).content for kind in KINDS}
        return tuple(Entry(name, _kind(name), _state(known.get(name), files[name])) for name in sorted(files))

    def fresh(self, files: Mapping[str, bytes], by: Scope) -> dict[str, bytes]:
        """Those of these files that say something new."""
        return {each.file: files[each.file] for each in self.entries(files, by) if each.state != SAME}

    def confirm(self, plan_id: int, note: str, by: Scope, takes_effect: date | None = None) -> Deployed | int:
        """Deploy what is new of an archive that was kept, or plan it; as :meth:`Plans.confirm`."""
        with self._transactions.reading(by) as session:
            files = queries.plan_files(session, plan_id)
        return self._plans.confirm(plan_id, note, by, takes_effect, frozenset(self.fresh(files, by)))

    def propose(self, data: bytes, by: Scope) -> int:
        """Keep what an archive would change until somebody confirms it; the number under which it is kept. Raises
        ArchiveUnusable."""
        files = _named(unpacked(data), by.authority)
        if not self.fresh(files, by):
            raise ArchiveUnusable(reason="everything in it is deployed already")
        bundle = self._deployments.read(files, by.authority)
        keys = [*bundle.forms, *bundle.decisions, *map(key_of, bundle.config), *map(of_process, bundle.processes)]
        return self._plans.propose(HandedIn(files, versions=self._plans.numbers(keys, by)), by)


def _kind(name: str) -> str:
    endings = {".form": "form", ".dmn": "table"}
    return kind_of(name) or endings.get(PurePosixPath(name).suffix, "diagram")


def _state(known: bytes | None, content: bytes) -> str:
    return NEW if not known else SAME if known == content else CHANGED


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            made.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip by name: bounded in number and size by what is read and not by what it says of itself, and nowhere but
    where an export puts them. Raises ArchiveUnusable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as found:
            return dict(_read(found))
    except UNREADABLE as error:
        raise ArchiveUnusable(
            reason=f"it cannot be read as a zip ({str(error).rstrip('.') or 'it is damaged'})"
        ) from None


def _read(found: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    infos = [each for each in found.infolist() if not each.is_dir() and each.filename != MANIFEST]
    if len(infos) > MOST_FILES:
        raise ArchiveUnusable(reason=f"it has {len(infos):,} files; {MOST_FILES:,} are the most")
    seen: set[str] = set()
    left = MOST_BYTES
    for info in infos:
        name = info.filename
        if not _is_known(name):
            raise ArchiveUnusable(reason=f"it has {name[:100]!r}, which no export has: take it out")
        if name.lower() in seen:
            raise ArchiveUnusable(reason=f"it has {name} twice")
        seen.add(name.lower())
        with found.open(info) as stream:
            content = stream.read(min(LIMITS.size, left) + 1)
        if len(content) > min(LIMITS.size, left):
            raise ArchiveUnusable(reason=f"{name} is too large, or all files together are")
        left -= len(content)
        yield name, content


def _is_known(name: str) -> bool:
    """Whether an export could have a file by this name; a path that leads elsewhere is none."""
    path = PurePosixPath(name)
    if "\\" in name or path.is_absolute() or ".." in path.parts or not name.isprintable():
        return False
    if name in FILES.values() or _FORM.fullmatch(name):
        return True
    return len(path.parts) == 2 and path.parts[0] == "processes" and path.suffix in (set(ENDINGS) - {".form"})


def _named(files: Mapping[str, bytes], authority: str) -> dict[str, bytes]:
    """The files by the names that they have in this authority. Diagrams name forms by their whole key, which stays."""
    if not files:
        raise ArchiveUnusable(reason="there is nothing in it")
    return {
        f"processes/{authority}/{name.removeprefix('processes/')}" if name.startswith("processes/") else name: content
        for name, content in files.items()
    }
