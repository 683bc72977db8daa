"""Rehearsals of an installation's processes: of a version that is deployed, or of a drawing that is not."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import queries
from engine.deployments import store
from engine.diagram import read as read_diagram
from engine.errors import FileOfOtherProcess, ParseFailed, PathwaysError, RehearsalNotFound
from engine.lint import Finding
from engine.lint.bundle import finding, form_key
from engine.rehearsal.coverage import Coverage, Tried, coverage
from engine.rehearsal.expectations import difference, outcome
from engine.rehearsal.play import play
from engine.rehearsal.recording import Recording, read
from engine.rehearsal.replay import Replayed, lived, replay
from engine.rehearsal.stage import Prepared, prepare_stage
from engine.services.deployments import Deployments
from engine.store import given
from engine.store.tables import SavedRehearsal
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: The code of what a saved rehearsal finds.
DIFFERS = "PW-994"
#: How many prepared stages are kept: whoever rehearses step by step asks for the same one again and again.
KEPT = 6
#: How many real cases are played again at most: one takes a fraction of a second.
MOST_REPLAYED = 60


@dataclass(frozen=True)
class SavedRow:
    """A rehearsal that was saved: a test case of its process."""

    id: int
    process: str
    name: str
    recording: Recording
    saved: datetime
    saved_by: str


@dataclass(frozen=True)
class Drawn:
    """A process by its key, in its file, with all files that it runs on."""

    key: str
    file: str
    xml: bytes
    files: Mapping[str, bytes]


class Rehearsals:
    """Trying a process out: nothing that is rehearsed is written to the installation's tables."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._stages: OrderedDict[str, Prepared] = OrderedDict()

    def of_version(self, definition_id: int, at: datetime, scope: Scope) -> Prepared:
        """A stage for a deployed version, with what it calls. Raises DefinitionNotFound."""
        with self._transactions.reading(scope) as session:
            files = queries.running_files(session, definition_id)
        return self._prepared(files, scope.authority, at)

    def drawn(self, drawing_id: int, scope: Scope) -> dict[str, bytes]:
        """A draft of a diagram, with the drafts of what it names. Raises DrawingNotFound."""
        with self._transactions.reading(scope) as session:
            row, content = queries.drawing(session, drawing_id)
            return {row.file: content} | queries.drafts_beside(session, {row.file: content})

    def of_draft(self, drawing_id: int, at: datetime, scope: Scope) -> Prepared:
        """A stage for a draft with the drafts of what it names, and what is deployed of all else that it needs.

        Raises DrawingNotFound, and DeploymentRefused for what could not be deployed either.
        """
        drawn = self.drawn(drawing_id, scope)
        check = Deployments(self._transactions).check
        try:
            files = self._with_drawn(drawn, scope)
        except ParseFailed:
            store.refuse(check(drawn, scope.authority))
            raise
        return self._prepared(files, scope.authority, at, lambda: store.refuse(check(drawn, scope.authority)))

    def _with_drawn(self, drawn: Mapping[str, bytes], scope: Scope) -> dict[str, bytes]:
        """All that a stage needs to play what is drawn. Raises DiagramRefused, ParseFailed."""
        with self._transactions.reading(scope) as session:
            return queries.drawn_files(session, _diagrams(drawn)) | _others(drawn, scope.authority)

    def replay(
        self, process: str, drawn: Mapping[str, bytes], since: datetime, scope: Scope, limit: int = MOST_REPLAYED
    ) -> list[Replayed]:
        """The newest real cases of a process since a moment, played through diagrams that are not deployed, with the newest
        of what they need: what each would do. Nothing of them is changed.

        Raises DiagramRefused, ParseFailed, GivenRefused, FileOfOtherProcess.
        """
        _holds(process, drawn)
        world = self._transactions.world
        with self._transactions.reading(scope) as session:
            files = queries.drawn_files(session, given.files(drawn))
            cases = lived(session, world, process, since, world.clock.now(), limit)
        prepared = prepare_stage(world, scope.authority, files, since, beats=False)
        return [replay(prepared, case) for case in cases]

    def _prepared(
        self, files: Mapping[str, bytes], authority: str, at: datetime, first: Callable[[], None] = lambda: None
    ) -> Prepared:
        """A stage with these files; ``first`` is done before a new one is prepared."""
        said = f"{authority} {at.isoformat()}".encode()
        for name in sorted(files):
            said += name.encode() + hashlib.sha256(files[name]).digest()
        key = hashlib.sha256(said).hexdigest()
        if key not in self._stages:
            first()
            around = partial(self._around, Scope(authority))
            self._stages[key] = prepare_stage(self._transactions.world, authority, files, at, around=around)
        self._stages.move_to_end(key)
        while len(self._stages) > KEPT:
            self._stages.popitem(last=False)
        return self._stages[key]

    def _around(self, scope: Scope) -> dict[str, bytes]:
        with self._transactions.reading(scope) as session:
            return queries.project_files(session, scope.authority)

    def save(self, prepared: Prepared, recording: Recording, scope: Scope) -> str:
        """Save a rehearsal with what comes of it now as what is expected; one of the same name gives way to it.

        Gives why it cannot be saved, when it does not go as it is recorded, or as it expects already; else nothing. Raises what
        beginning it raises.
        """
        played = play(prepared, recording)
        wrong = difference(played)
        kept = replace(recording, expected=outcome(played))
        played.stage.close()
        if not wrong:
            self.keep(kept, scope)
        return wrong

    def keep(self, recording: Recording, scope: Scope) -> None:
        """Keep a rehearsal with its expectations."""
        now, authority = self._transactions.world.clock.now(), scope.authority
        with self._transactions.writing(scope, wakes=False) as session:
            same = SavedRehearsal.process == recording.process, SavedRehearsal.name == recording.name
            session.execute(delete(SavedRehearsal).where(SavedRehearsal.authority == authority, *same))
            session.add(
                SavedRehearsal(
                    authority=authority,
                    process=recording.process,
                    name=recording.name,
                    content=recording.as_json(),
                    saved=now,
                    saved_by=scope.username,
                )
            )

    def saved(self, process: str, scope: Scope) -> list[SavedRow]:
        """The rehearsals that were saved of a process, by name."""
        with self._transactions.reading(scope) as session:
            return _saved(session, scope.authority, [process])

    def coverage(self, definition_id: int, scope: Scope) -> Coverage:
        """Play every saved rehearsal of a process on one of its versions: how each goes, and what they go through together.
        Raises DefinitionNotFound."""
        with self._transactions.reading(scope) as session:
            row = queries.definition(session, definition_id)
            xml = queries.definition_xml(session, definition_id)
            files = queries.running_files(session, definition_id)
            saved = _saved(session, scope.authority, [row.key])
        return self._covered(Drawn(row.key, row.file, xml, files), saved, scope)

    def coverage_of_draft(self, drawing_id: int, scope: Scope) -> Coverage:
        """The same of a draft. Raises DrawingNotFound, DiagramRefused, ParseFailed."""
        with self._transactions.reading(scope) as session:
            row, xml = queries.drawing(session, drawing_id)
            saved = _saved(session, scope.authority, [row.process])
        files = self._with_drawn(self.drawn(drawing_id, scope), scope)
        return self._covered(Drawn(row.process, row.file, xml, files), saved, scope)

    def _covered(self, drawn: Drawn, saved: list[SavedRow], scope: Scope) -> Coverage:
        tried = [self._tried(drawn.files, scope.authority, each) for each in saved]
        return coverage(read_diagram(drawn.xml, drawn.file), drawn.key, tried)

    def _tried(self, files: Mapping[str, bytes], authority: str, row: SavedRow) -> Tried:
        try:
            played = play(self._prepared(files, authority, row.recording.begins), row.recording)
        except PathwaysError as error:
            return Tried(row.id, row.name, f"it cannot begin: {str(error).rstrip('.')}", ())
        found = Tried(row.id, row.name, difference(played), tuple(dict.fromkeys(played.path())))
        played.stage.close()
        return found

    def remove(self, rehearsal_id: int, scope: Scope) -> None:
        """Keep a rehearsal no longer. Raises RehearsalNotFound."""
        with self._transactions.writing(scope, wakes=False) as session:
            found = session.scalars(select(SavedRehearsal).where(SavedRehearsal.id == rehearsal_id)).first()
            if found is None:
                raise RehearsalNotFound(rehearsal=rehearsal_id)
            session.delete(found)

    def findings(self, drawn: Mapping[str, bytes], authority: str, processes: Mapping[str, str]) -> list[Finding]:
        """Which saved rehearsals of these processes ({key: file}) go otherwise with these files: an error each."""
        scope = Scope(authority)
        with self._transactions.reading(scope) as session:
            rows = _saved(session, authority, list(processes))
        files = self._with_drawn(drawn, scope) if rows else {}
        found = []
        for row in rows:
            wrong = self._tried(files, authority, row).wrong
            if wrong:
                said = f"the rehearsal “{row.name}” goes otherwise than it was saved: {wrong}."
                remedy = "Look at it on the page of the process; if that is meant, save it anew or remove it."
                found.append(finding(DIFFERS, processes[row.process], said, remedy))
        return found


def _diagrams(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.endswith((".bpmn", ".xml"))}


def _others(files: Mapping[str, bytes], authority: str) -> dict[str, bytes]:
    """The forms and tables of a deployment, under the names by which a stage knows them."""
    forms = {f"forms/{form_key(n, authority)}.form": c for n, c in files.items() if n.endswith(".form")}
    return forms | {f"tables/{n.rpartition('/')[2]}": c for n, c in files.items() if n.endswith(".dmn")}


def _saved(session: Session, authority: str, processes: list[str]) -> list[SavedRow]:
    chosen = select(SavedRehearsal).where(SavedRehearsal.authority == authority, SavedRehearsal.process.in_(processes))
    return [
        SavedRow(row.id, row.process, row.name, read(row.content), row.saved, row.saved_by)
        for row in session.scalars(chosen.order_by(SavedRehearsal.name))
    ]


def _holds(process: str, drawn: Mapping[str, bytes]) -> None:
    held = sorted(key for name, content in given.files(drawn).items() for key in read_diagram(content, name).processes)
    if process not in held:
        found = f"the process {', '.join(held)}" if held else "no process"
        raise FileOfOtherProcess(found=found, wanted=process)
