"""What an authority says beside its diagrams (its settings): as it stands, what a change of it would touch, and its versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine import queries
from engine.calendar import files
from engine.calendar.files import Calendars
from engine.cases.calendar_preview import Moves, would_move
from engine.compare import Comparison, Version, compare
from engine.configuration import CALENDAR, CLAUSES, FILES, ROLES, SETTINGS, key_of
from engine.configuration.places import Place, named, settings_read
from engine.configuration.splicing import spliced
from engine.deployments.store import AS_THE_FILE_SAID, Deployed
from engine.errors import DocumentNotFound
from engine.lint import Finding
from engine.people.directory import Member
from engine.people.register import day_of
from engine.queries.configuration import DocumentVersion, document_versions, newest_documents, older_running
from engine.queries.drawings import BROWSER
from engine.services.deployments import Deployments
from engine.services.plans import HandedIn, Plans
from engine.store.tenancy import Scope, unconfined
from engine.transactions import Transactions


@dataclass(frozen=True)
class Standing:
    """A document as it counts now. Version 1 is its file while nothing was deployed: then ``version`` is that, and ``at`` None;
    0 where there is neither."""

    kind: str
    content: bytes
    version: int
    at: datetime | None = None
    by: str = ""
    note: str = ""


#: Where the file stands that says what a document says.
_PATHS = {
    SETTINGS: "config/authorities/{authority}.yaml",
    ROLES: "config/authorities/{authority}.yaml",
    CALENDAR: "config/calendars/{authority}.csv",
    CLAUSES: "processes/{authority}/clauses.yaml",
}


class Configuration:
    """The documents of an authority's configuration."""

    def __init__(self, transactions: Transactions, deployments: Deployments, plans: Plans) -> None:
        self._transactions = transactions
        self._deployments, self._plans = deployments, plans

    def standing(self, kind: str, by: Scope) -> Standing:
        """A document as it counts now."""
        with self._transactions.reading(by) as session:
            found = next(iter(document_versions(session, kind)), None)
        if found is not None:
            return Standing(kind, found.content, found.version, found.at, found.by, found.note)
        said = self._deployments.standing(by.authority).get(kind)
        return Standing(kind, said or b"", 0 if said is None else 1)

    def versions(self, kind: str, by: Scope) -> list[DocumentVersion]:
        """All versions, the newest first: what the file says is the only one while nothing was deployed."""
        with self._transactions.reading(by) as session:
            found = document_versions(session, kind)
        standing = self._deployments.standing(by.authority).get(kind)
        if found or standing is None:
            return found
        now = self._transactions.world.clock.now()
        return [DocumentVersion(kind, 1, True, now, "", AS_THE_FILE_SAID, "files", None, standing)]

    def version(self, kind: str, number: int, by: Scope) -> DocumentVersion:
        """One of them. Raises DocumentNotFound."""
        found = next((each for each in self.versions(kind, by) if each.version == number), None)
        if found is None:
            raise DocumentNotFound(key=f"{kind}, version {number}")
        return found

    def compare(self, kind: str, old: bytes, new: bytes) -> Comparison:
        """What is different between two contents of a document, entry by entry."""
        return compare(Version(documents={kind: old}), Version(documents={kind: new}))

    def findings(self, kind: str, content: bytes, by: Scope) -> list[Finding]:
        """What stands against a document, in itself and in the diagrams and tables that read it."""
        return self._deployments.check({FILES[kind]: content}, by.authority, rehearses=False)

    def hand_in(
        self, kind: str, content: bytes, version: int, note: str, by: Scope, takes_effect: date | None = None
    ) -> Deployed | int:
        """Let a document count from now on, from a day, or once it is approved (then the plan's id); ``version`` is the one whose
        place it takes. Raises what :meth:`Plans.hand_in` raises; DocumentOvertaken where another came between."""
        handed = HandedIn({FILES[kind]: content}, note, takes_effect=takes_effect, versions={key_of(kind): version})
        return self._plans.hand_in(handed, by)

    def back(self, kind: str, number: int, version: int, why: str, by: Scope) -> Deployed | int:
        """Let an earlier version count again, as a new one; ``version`` is the newest that was looked at. Raises
        DocumentNotFound, NothingNew, and what :meth:`hand_in` raises."""
        earlier = self.version(kind, number, by)
        note = f"Back to version {number}" + (f": {why.strip()}" if why.strip() else "")
        return self.hand_in(kind, earlier.content, version, note, by)

    def changed_in_browser(self, documents: Mapping[str, bytes], authority: str) -> list[DocumentVersion]:
        """Which of these documents (by kind) have a newest version that came from the browser and says something else: what a
        deployment from files would undo."""
        newest = self._newest(authority)
        return [
            newest[kind]
            for kind, content in documents.items()
            if kind in newest
            and newest[kind].origin == BROWSER
            and not self.compare(kind, newest[kind].content, content).same
        ]

    def _newest(self, authority: str) -> dict[str, DocumentVersion]:
        with self._transactions.reading() as session:
            return newest_documents(session, authority)

    def renewed(self, authority: str) -> dict[str, bytes]:
        """The documents, by kind, of which a version is deployed and the file says something else by now."""
        newest, standing = self._newest(authority), self._deployments.standing(authority)
        return {
            kind: standing.get(kind, b"")
            for kind, each in newest.items()
            if not self.compare(kind, each.content, standing.get(kind, b"")).same
        }

    def files(self, authority: str) -> dict[str, bytes]:
        """The files of the configuration, by their path in a project, that say something else than what is deployed: with what is
        deployed in them, and all else as it stands."""
        folder = self._transactions.world.config.folder
        found: dict[str, bytes] = {}
        newest = self._newest(authority)
        for kind in self.renewed(authority) if folder is not None else ():
            assert folder is not None
            content, name = newest[kind].content, _PATHS[kind].format(authority=authority)
            if kind in (SETTINGS, ROLES):
                text = found.get(name) or (folder.parent / name).read_bytes()
                content = spliced(text.decode(), content.decode(), kind).encode()
            found[name] = content
        return found

    def settings_read(self, by: Scope) -> dict[str, list[Place]]:
        """By the name of a setting, which elements, tables and questions of what is deployed read it; "" who may read any."""
        with self._transactions.reading(by) as session:
            found = settings_read(queries.project_files(session, by.authority))
            for version, content in older_running(session):
                for name, places in settings_read({"older.bpmn": content}).items():
                    older = (replace(each, title=f"{each.title}, version {version}") for each in places)
                    found.setdefault(name, []).extend(older)
            return found

    def named(self, ident: str, by: Scope) -> list[Place]:
        """Where what is deployed, and what cases still run on, names a role or a clause by its id."""
        with self._transactions.reading(by) as session:
            found = named(queries.project_files(session, by.authority), ident)
            for version, content in older_running(session):
                older = named({"older.bpmn": content}, ident)
                found += [replace(each, title=f"{each.title}, version {version}") for each in older]
            return found

    def moves(self, content: bytes, by: Scope) -> Moves:
        """Which dates of open cases another school calendar would move. Raises CalendarInvalid."""
        world = self._transactions.world
        folder = world.calendars
        file = FILES[CALENDAR]
        made = folder.made(content, file) if isinstance(folder, Calendars) else files.read(content, file).calendar()
        with self._transactions.reading() as session:
            return would_move(session, world, by.authority, made)

    def holders(self, role: str, by: Scope) -> list[Member]:
        """Who holds a role today, by name."""
        with self._transactions.reading() as session:
            day = day_of(self._transactions.world.clock.now())
            members = self._transactions.world.directory(session, by.authority, day)
            return sorted((each for each in members if role in each.roles), key=lambda each: each.name)

    def open_cases(self, by: Scope) -> dict[str, int]:
        """How many cases of each process are open, whoever may see them."""
        with self._transactions.reading(by) as session, unconfined(session):
            return queries.live_by_process(session)
