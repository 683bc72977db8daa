"""What authorities have deployed of their configuration, over what their files say. A version that is deployed wins over the
file, as that of a diagram does; while there is none the file counts.

Each process of the installation (web, scheduler) looks once a second whether something was deployed, so that none has to be
started anew. What is running goes on meanwhile with what it knew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from engine.calendar.files import Calendars
from engine.configuration import CALENDAR, CLAUSES, kind_of_key
from engine.people.authorities import Authority
from engine.store.database import Opened
from engine.store.tables import ConfigDefinition, Resource
from engine.store.tenancy import Scope, set_scope

#: How long a process may go on with what another process has changed, in seconds.
AGE = 1.0
#: By authority and kind of document, the id of its newest version's content.
Seen = Mapping[tuple[str, str], int]


class Authorities(Mapping[str, Authority]):
    """The authorities as their files and what they have deployed say. It is a mapping that changes while it is used."""

    def __init__(
        self, files: Mapping[str, Authority], opened: Opened, folder: Path | None, calendars: Calendars | None
    ) -> None:
        self._files, self._opened = files, opened
        self._folder, self._calendars = folder, calendars
        self._made: dict[str, Authority] = {}
        self._said: Mapping[str, Mapping[str, bytes]] = {}
        self._registers: dict[str, bytes] = {}
        self._seen: Seen = {}
        self._until = 0.0
        self._lock = Lock()

    def __getitem__(self, authority: str) -> Authority:
        return self._made.get(authority) or self._files[authority]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def documents(self, authority: str) -> dict[str, bytes]:
        """What an authority's files say, a document a kind: it counts for what is not deployed."""
        found = self._files.get(authority)
        if found is None:
            return {}
        calendar = self._calendars.said(authority) if self._calendars is not None else None
        said = found.documents() | ({CALENDAR: calendar} if calendar is not None else {})
        clauses = self._clauses(authority)
        return said | ({CLAUSES: clauses} if clauses else {})

    def clauses(self, authority: str) -> bytes:
        """The register of clauses that counts now, deployed or else of the file; nothing where there is neither."""
        found = self._said.get(authority, {}).get(CLAUSES)
        return found if found is not None else self._clauses(authority)

    def _clauses(self, authority: str) -> bytes:
        """The register as its file said when it was first asked for."""
        if authority not in self._registers:
            root = self._folder.parent if self._folder is not None else None
            path = root / "processes" / authority / "clauses.yaml" if root is not None else None
            self._registers[authority] = path.read_bytes() if path is not None and path.is_file() else b""
        return self._registers[authority]

    def forget(self) -> None:
        """Look again at the next question: this process has just changed something."""
        self._until = 0.0

    def refresh(self) -> None:
        """Look whether something was deployed, unless that was done just now."""
        if monotonic() < self._until or not self._files or not self._lock.acquire(blocking=False):
            return
        try:
            self._until = monotonic() + AGE
            self._look()
        except (OperationalError, ProgrammingError):
            self._until = 0.0  # the tables are not there yet: whoever needs one is told
        finally:
            self._lock.release()

    def _look(self) -> None:
        with self._opened.reading() as session:
            set_scope(session, Scope.all_authorities())
            table = ConfigDefinition
            newest = select(table.authority, table.key, table.resource_id).where(table.latest)
            seen = {(row.authority, kind_of_key(row.key)): row.resource_id for row in session.execute(newest)}
            if seen != self._seen:
                documents = _documents(session, seen)
                self._made = {
                    authority: self._files[authority].saying(said)
                    for authority, said in documents.items()
                    if authority in self._files
                }
                self._said, self._seen = documents, seen
                if self._calendars is not None:
                    calendars = {authority: i for (authority, kind), i in seen.items() if kind == CALENDAR}
                    self._calendars.put_over(
                        {authority: (i, documents[authority][CALENDAR]) for authority, i in calendars.items()}
                    )


def _documents(session: Session, seen: Seen) -> dict[str, dict[str, bytes]]:
    """The contents of the newest versions, by authority and kind."""
    chosen = select(Resource.id, Resource.content).where(Resource.id.in_(set(seen.values())))
    contents = {i: content for i, content in session.execute(chosen)}
    found: dict[str, dict[str, bytes]] = {}
    for (authority, kind), resource in seen.items():
        found.setdefault(authority, {})[kind] = contents[resource]
    return found
