"""Checking and deploying diagrams, decision tables and forms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine import queries
from engine.cases import retirement, start_events, stepping
from engine.deployments import store
from engine.deployments.binding import Storing
from engine.deployments.store import Deployed
from engine.errors import DrawnOnOldVersion, NotRetired, OtherProcess, ReasonMissing
from engine.lint import Finding
from engine.lint.bundle import Bundle, read_bundle
from engine.people import permissions
from engine.people.register import day_of
from engine.queries import ChangedRow, DefinitionRow
from engine.queries.drawings import FILES
from engine.store import given
from engine.store.tables import Deployment, ProcessDefinition
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Deployments:
    """Diagrams, decision tables and forms: what is wrong with them, and new versions of them."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world
        #: What else looks at diagrams before they are deployed, given files, authority and {process key: file}: the saved
        #: rehearsals, which stand above this floor.
        self.rehearsed: Callable[[Mapping[str, bytes], str, Mapping[str, str]], list[Finding]] | None = None

    def check(self, resources: Mapping[str, bytes], authority: str = "", strict: bool = True) -> list[Finding]:
        """Everything that :meth:`deploy` would find in these files, errors and warnings, by file and line."""
        bundle = self._read(resources, authority, strict)
        with self._transactions.reading() as session:
            found = self._inspect(session, bundle, authority, strict)
        return found + self._rehearse(bundle, authority, found)

    def _rehearse(self, bundle: Bundle, authority: str, found: list[Finding]) -> list[Finding]:
        """What the saved rehearsals find, once nothing else stands against the diagrams."""
        if self.rehearsed is None or any(each.severity == "error" for each in found):
            return []
        return self.rehearsed(bundle.files, authority, bundle.processes)

    def deploy(
        self,
        resources: Mapping[str, bytes],
        authority: str = "",
        by: str | Scope = "",
        note: str = "",
        strict: bool = True,
        based_on: int | None = None,
        origin: str = FILES,
    ) -> Deployed:
        """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form): {file name: content}.

        New cases run on the new versions, running cases stay on theirs. ``strict=False`` takes plain BPMN without
        forms and roles. ``based_on`` is the version that a drawing was made from, where that is known: it must still be
        the latest, and the drawing of the same process. ``origin`` says where it comes from, FILES or BROWSER. Raises
        DeploymentRefused (with ``findings``), DeploymentEmpty, DrawnOnOldVersion, OtherProcess and GivenRefused; nothing is
        written then.
        """
        scope = permissions.who(by)
        authority = scope.within(authority)
        bundle = self._read(resources, authority, strict)
        if self.rehearsed is not None and bundle.processes:
            store.refuse(self._rehearsed_first(bundle, authority, strict))
        with self._transactions.writing(scope) as session:
            findings = self._inspect(session, bundle, authority, strict)
            store.refuse(findings)
            if based_on is not None:
                _check_base(queries.definition(session, based_on), bundle, session)
            now, warnings = self._world.clock.now(), tuple(findings)
            storing = Storing(session, authority, now, scope.username, note, strict, bundle, warnings)
            return self._store(replace(storing, origin=origin))

    def back(self, definition_id: int, latest: int, by: str | Scope, why: str = "") -> Deployed:
        """Deploy what an earlier version ran on (its diagram, forms and tables) as a new version, with a note that says so.

        ``latest`` is the version that is gone back from: it must still be the latest. Nothing is new where both say the same.
        Raises DefinitionNotFound, and what :meth:`deploy` raises.
        """
        scope = permissions.who(by)
        with self._transactions.reading(scope) as session:
            row = queries.definition(session, definition_id)
            bound = queries.bound_files(session, definition_id)
            strict = session.get_one(Deployment, session.get_one(ProcessDefinition, definition_id).deployment_id).strict
        forms = {f"forms/{key}.form": content for key, content in bound.forms.items()}
        files = {**bound.diagrams, **bound.tables, **forms}
        note = f"Back to version {row.version}" + (f": {why.strip()}" if why.strip() else "")
        return self.deploy(files, scope.authority, scope, note, strict, based_on=latest, origin=queries.BROWSER)

    def changed_in_browser(self, resources: Mapping[str, bytes], authority: str) -> list[ChangedRow]:
        """The processes of these files whose newest version came from the browser and says something else: what a deployment
        from files would undo."""
        bundle = self._read(resources, authority, strict=False)
        hashes = {key: hashlib.sha256(bundle.files[file]).hexdigest() for key, file in bundle.processes.items()}
        with self._transactions.reading() as session:
            found = queries.changed_in_browser(session, authority, bundle.processes)
        return [row for row in found if row.content_hash != hashes[row.key]]

    def files(self, scope: Scope) -> dict[str, bytes]:
        """The newest version of every diagram, table and form of an authority, by its path in a project."""
        with self._transactions.reading(scope) as session:
            return queries.project_files(session, scope.authority)

    def put(self, resources: Mapping[str, bytes], authority: str) -> Deployed:
        """Store files that were checked before, as versions that were deployed have been, and check nothing: for a
        rehearsal's database, which forgets them."""
        scope = Scope.all_authorities()
        bundle = self._read(resources, authority, strict=True)
        with self._transactions.writing(scope) as session:
            return self._store(Storing(session, authority, self._world.clock.now(), "", "", True, bundle))

    def _store(self, storing: Storing) -> Deployed:
        """Write new versions, and let their start events listen."""
        session, authority = storing.session, storing.authority
        deployed, fresh = store.store(storing)
        loaded = [
            self._world.registry.fresh(session, i)
            for key, i in fresh.items()
            if retirement.of(session, authority, key) is None
        ]
        start_events.listen(session, self._world.registry, self._listening(authority, storing.now), loaded)
        return deployed

    def _listening(self, authority: str, now: datetime) -> start_events.Listening:
        return start_events.Listening(authority, now, self._world.calendars(authority, None), self._world.feel)

    def retire(self, process: str, reason: str, by: Scope) -> None:
        """Let no new case of a process begin, by hand, by message, by timer or for many schools; cases that run go on, and so do
        those that call it. Raises DefinitionNotFound, ReasonMissing, ProcessRetired."""
        if not reason.strip():
            raise ReasonMissing()
        with self._transactions.writing(by) as session:
            loaded = self._world.registry.get(session, stepping.latest_id(session, by.authority, process))
            retirement.check(session, loaded, by.authority)
            now = self._world.clock.now()
            retirement.begin(session, by.authority, process, by.username, reason.strip(), now)

    def take_up(self, process: str, by: Scope) -> None:
        """Take a retirement back: new cases begin again, and the start events of the newest version listen. Raises
        DefinitionNotFound, NotRetired."""
        with self._transactions.writing(by) as session:
            loaded = self._world.registry.get(session, stepping.latest_id(session, by.authority, process))
            found = retirement.of(session, by.authority, process)
            if found is None:
                raise NotRetired(process=loaded.name)
            now = self._world.clock.now()
            found.ended, found.ended_by = now, by.username
            start_events.listen(session, self._world.registry, self._listening(by.authority, now), [loaded])

    def _rehearsed_first(self, bundle: Bundle, authority: str, strict: bool) -> list[Finding]:
        """What saved rehearsals find, before the transaction in which all else is looked at: they take their time."""
        with self._transactions.reading() as session:
            if not queries.has_rehearsals(session, authority, bundle.processes):
                return []
            found = self._inspect(session, bundle, authority, strict)
        return self._rehearse(bundle, authority, found)

    def _read(self, resources: Mapping[str, bytes], authority: str, strict: bool) -> Bundle:
        return read_bundle(given.files(resources), authority, strict, self._world.feel)

    def _inspect(self, session: Session, bundle: Bundle, authority: str, strict: bool) -> list[Finding]:
        roles = self._world.config.roles(authority)
        settings = self._world.settings(authority)
        people = self._world.directory(session, authority, day_of(self._world.clock.now())) if strict else ()
        known = {each.username for each in people}
        return store.inspect(session, bundle, authority, roles, settings, self._world.feel, strict, known)


def _check_base(base: DefinitionRow, bundle: Bundle, session: Session) -> None:
    """Raises OtherProcess for a drawing of another process, DrawnOnOldVersion when a newer version was deployed since."""
    if base.key not in bundle.processes:
        raise OtherProcess(found=", ".join(sorted(bundle.processes)), wanted=base.key)
    latest = queries.latest_definition(session, base.key)
    if latest.id != base.id:
        raise DrawnOnOldVersion(version=latest.version, process=latest.name, by=latest.deployed_by)
