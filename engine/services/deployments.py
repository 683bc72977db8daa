"""Checking and deploying diagrams, decision tables and forms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from engine import queries
from engine.cases import permitting, retirement, start_events, stepping
from engine.configuration import ROLES
from engine.configuration.register import read_register
from engine.configuration.roles import read_roles
from engine.deployments import store
from engine.deployments.binding import Storing
from engine.deployments.store import Deployed
from engine.errors import DeploymentEmpty, DrawnOnOldVersion, NothingNew, NotRetired, OtherProcess, ReasonMissing
from engine.lint import Finding
from engine.lint.bundle import Bundle, read_bundle
from engine.people import permissions
from engine.people.authorities import Authority
from engine.people.register import day_of
from engine.queries import ChangedRow, DefinitionRow
from engine.queries.drawings import FILES
from engine.store import given
from engine.store.tables import Deployment, ProcessDefinition
from engine.store.tenancy import Scope
from engine.transactions import Transactions


@dataclass(frozen=True)
class Earlier:
    """The files of an earlier version, with the note of deploying them again, and whether they were checked strictly."""

    files: Mapping[str, bytes]
    note: str
    strict: bool


@dataclass(frozen=True)
class Twin:
    """A process of a file that is new by its id (``key``), and seems to be one that is in use (``old``)."""

    file: str
    key: str
    old: str


class Deployments:
    """Diagrams, decision tables and forms: what is wrong with them, and new versions of them."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world
        #: What else looks at diagrams before they are deployed, given files, authority and {process key: file}: the saved
        #: rehearsals, which stand above this floor.
        self.rehearsed: Callable[[Mapping[str, bytes], str, Mapping[str, str]], list[Finding]] | None = None

    def check(
        self, resources: Mapping[str, bytes], authority: str = "", strict: bool = True, rehearses: bool = True
    ) -> list[Finding]:
        """Everything that :meth:`deploy` would find in these files, errors and warnings, by file and line; without what saved
        rehearsals find, which takes its time, where ``rehearses`` is false."""
        bundle = self._read(resources, authority, strict)
        with self._transactions.reading() as session:
            found = self._inspect(session, bundle, authority, strict)
        return found + (self._rehearse(bundle, authority, found) if rehearses else [])

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
        then: Callable[[Session, Deployed], None] | None = None,
    ) -> Deployed:
        """Deploy diagrams (.bpmn), decision tables (.dmn) and forms (.form): {file name: content}.

        New cases run on the new versions, running cases stay on theirs. ``strict=False`` takes plain BPMN without
        forms and roles. ``based_on`` is the version that a drawing was made from, where that is known: it must still be
        the latest, and the drawing of the same process. ``origin`` says where it comes from, FILES or BROWSER; ``then`` is
        done in the same transaction. Raises DeploymentRefused (with ``findings``), DeploymentEmpty, DrawnOnOldVersion,
        OtherProcess and GivenRefused; nothing is written then.
        """
        scope = permissions.who(by)
        authority = scope.within(authority)
        bundle = self._read(resources, authority, strict)
        if self.rehearsed is not None and bundle.processes:
            store.refuse(self._rehearsed_first(bundle, authority, strict))
        with self._transactions.writing(scope) as session:
            findings = self._looked_at(session, bundle, authority, strict, based_on)
            now, warnings = self._world.clock.now(), tuple(findings)
            storing = Storing(session, authority, now, scope.username, note, strict, bundle, warnings)
            deployed = self._store(replace(storing, origin=origin, standing=self.standing(authority)))
            if then is not None:
                then(session, deployed)
        if deployed.config:
            self._transactions.authorities.forget()
        return deployed

    def standing(self, authority: str) -> dict[str, bytes]:
        """What the files of the configuration say, by kind of document: it counts while none of the kind is deployed."""
        return self._transactions.authorities.documents(authority)

    def read(self, resources: Mapping[str, bytes], authority: str) -> Bundle:
        """These files by their kind."""
        return self._read(resources, authority, strict=True)

    def prepare(self, resources: Mapping[str, bytes], by: Scope, strict: bool, based_on: int | None) -> Bundle:
        """What :meth:`deploy` would look at, without storing it: for what is to be deployed later. Raises what that raises, and
        NothingNew."""
        bundle = self._read(resources, by.authority, strict)
        if not bundle.files:
            raise DeploymentEmpty()
        if self.rehearsed is not None and bundle.processes:
            store.refuse(self._rehearsed_first(bundle, by.authority, strict))
        with self._transactions.reading(by) as session:
            self._looked_at(session, bundle, by.authority, strict, based_on)
            if not store.is_new(session, by.authority, bundle, self.standing(by.authority)):
                raise NothingNew()
        return bundle

    def _looked_at(
        self, session: Session, bundle: Bundle, authority: str, strict: bool, based_on: int | None
    ) -> list[Finding]:
        """What is found in a bundle that can be deployed. Raises what :meth:`deploy` raises."""
        findings = self._inspect(session, bundle, authority, strict)
        store.refuse(findings)
        if based_on is not None:
            _check_base(queries.definition(session, based_on), bundle, session)
        return findings

    def earlier(self, definition_id: int, by: Scope, why: str = "") -> Earlier:
        """What an earlier version ran on (its diagram, forms and tables), to be deployed again. Raises DefinitionNotFound."""
        with self._transactions.reading(by) as session:
            row = queries.definition(session, definition_id)
            bound = queries.bound_files(session, definition_id)
            strict = session.get_one(Deployment, session.get_one(ProcessDefinition, definition_id).deployment_id).strict
        forms = {f"forms/{key}.form": content for key, content in bound.forms.items()}
        note = f"Back to version {row.version}" + (f": {why.strip()}" if why.strip() else "")
        return Earlier({**bound.diagrams, **bound.tables, **forms}, note, strict)

    def twins(self, resources: Mapping[str, bytes], authority: str) -> list[Twin]:
        """The processes of these files that are new by their id, and that by their file's name or by their own name are what a
        process in use was which is not among the files."""
        bundle = self._read(resources, authority, strict=False)
        with self._transactions.reading(Scope(authority)) as session:
            known, retired = queries.definitions(session), queries.retired(session)
        left = [row for row in known if row.key not in bundle.processes and row.key not in retired]
        fresh = bundle.processes.keys() - {row.key for row in known}
        found = ((key, _twin(bundle.processes[key], _name(bundle, key), left)) for key in sorted(fresh))
        return [Twin(bundle.processes[key], key, old.key) for key, old in found if old is not None]

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
        if (home := self._world.config.authorities.get(authority)) and ROLES in storing.bundle.config:
            old = store.document(storing, ROLES)
            new = storing.bundle.files[storing.bundle.config[ROLES]]
            permitting.tell(session, self._world, permitting.Change.of(home, old, new, storing.by))
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
        reports = self._world.config.reports
        clauses = _clauses(self._transactions.authorities.clauses(authority)) or None
        looked = store.inspect(
            session, bundle, authority, roles, settings, self._world.feel, strict, known, reports, clauses
        )
        return looked + list(self._locked_out(bundle, authority))

    def _locked_out(self, bundle: Bundle, authority: str) -> Iterator[Finding]:
        """What stands against roles that are handed in: that nobody could mend them, or that the authority's file names one that
        would be gone."""
        home = self._world.config.authorities.get(authority)
        if bundle.said.roles is None or home is None:
            return
        file = bundle.config[ROLES]
        found, _ = read_roles(bundle.files[file])
        for capability, what in (("own-processes", "change processes"), ("administer", "keep people and roles")):
            if home.may(home.roles, capability) and not any(capability in each.capabilities for each in found.values()):
                yield store.refusal(file, f"no role would permit to {what}.", "Leave one that does.")
        for role, what in _named(home).items():
            if role not in found:
                yield store.refusal(file, f'the role "{role}" {what}, as the authority’s file says.', "Leave it.")


def _named(home: Authority) -> dict[str, str]:
    """The roles that an authority's file names elsewhere, and for what."""
    groups = home.sign_in.groups.values() if home.sign_in is not None else ()
    found = dict.fromkeys((role for roles in groups for role in roles), "is given by a group of the council’s accounts")
    return found | ({home.approval: "approves deployments"} if home.approval else {})


@lru_cache(maxsize=50)
def _clauses(document: bytes) -> frozenset[str]:
    """The ids of the clauses of a register."""
    return frozenset(read_register(document)[0].duties) if document else frozenset()


def _name(bundle: Bundle, key: str) -> str:
    return bundle.diagrams[bundle.processes[key]].processes[key].name


def _twin(file: str, name: str, rows: list[DefinitionRow]) -> DefinitionRow | None:
    """The process that stood in a file, or bears a name."""
    return next((row for row in rows if row.file == file or row.name.casefold() == name.casefold()), None)


def _check_base(base: DefinitionRow, bundle: Bundle, session: Session) -> None:
    """Raises OtherProcess for a drawing of another process, DrawnOnOldVersion when a newer version was deployed since."""
    if base.key not in bundle.processes:
        raise OtherProcess(found=", ".join(sorted(bundle.processes)), wanted=base.key)
    latest = queries.latest_definition(session, base.key)
    if latest.id != base.id:
        raise DrawnOnOldVersion(version=latest.version, process=latest.name, by=latest.deployed_by)
