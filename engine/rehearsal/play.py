"""Playing a rehearsal: time passes from one date to the next, what falls due is done, people do what the moves say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases import stepping
from engine.cases.stepping import StartCase
from engine.errors import MessageNotExpected, PathwaysError, StartKept
from engine.queries import TaskRow
from engine.rehearsal.recording import Move, Recording
from engine.rehearsal.stage import Prepared, Stage
from engine.store.tables import WAITING, History, Job, ProcessInstance
from engine.store.tenancy import Scope

#: Whose name stands with what is done in a rehearsal.
ACTOR = "rehearsal"
#: Moments after which a rehearsal is given up: a diagram that never comes to rest must not hold the server.
MOST_STOPS = 3_000
#: Jobs of one moment after which it is given up.
MOST_JOBS = 500


@dataclass(frozen=True)
class Fired:
    """A timer that fired: where, when, and how its date was found."""

    at: datetime
    element: str
    definition_id: int
    instance_id: int | None
    why: str


@dataclass(frozen=True)
class Refused:
    """A move that could not be made, and why, in words."""

    at: datetime
    move: Move
    reason: str
    waiting: tuple[str, ...]
    """The elements of the tasks that were open instead."""


@dataclass(frozen=True)
class Known:
    """What a case knew after its history had come to a line."""

    case: int
    seq: int
    variables: Mapping[str, Any]


@dataclass
class Played:
    """What came of it, beside the rows on the stage."""

    recording: Recording
    stage: Stage
    fired: list[Fired] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    given_up: bool = False
    known: list[Known] = field(default_factory=list)

    def cases(self) -> list[int]:
        """The ids of the cases that were begun."""
        with self.stage.transactions.reading() as session:
            return list(session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)))

    def ended(self) -> bool:
        """Whether a case was begun, and all that were are over."""
        with self.stage.transactions.reading() as session:
            found = list(session.scalars(select(ProcessInstance.status)))
        return bool(found) and "active" not in found

    def path(self) -> tuple[str, ...]:
        """The elements that were completed, of all cases, in the order of their cases."""
        return tuple(element for case in self.cases() for element in self.stage.cases.trace(case))


class Player:
    """Plays on a stage. ``played`` holds what has come of it so far."""

    def __init__(self, prepared: Prepared, recording: Recording) -> None:
        self.stage = Stage(prepared, recording.begins)
        self.played = Played(replace(recording, moves=()), self.stage)
        self._stops = 0

    def begin(self) -> None:
        """Begin the case as the recording says. Raises what a start raises: NotForThisSchool, what its first step raises..."""
        try:
            self._begin()
        except StartKept as kept:  # no manager hears of it here
            raise kept.__cause__ or kept from None
        self._note()
        self.settle()

    def _note(self) -> None:
        """Note what each case knows whose history has grown."""
        last = {each.case: each.seq for each in self.played.known}
        with self.stage.transactions.reading() as session:
            grown = select(History.instance_id, func.max(History.seq)).group_by(History.instance_id)
            for case, seq in session.execute(grown).all():
                if seq > last.get(case, -1):
                    self.played.known.append(Known(case, seq, dict(queries.variables(session, case))))

    def _begin(self) -> None:
        said, stage = self.played.recording, self.stage
        urn = stage.put(said.school)
        if said.element:
            self._begin_at(said, urn)
        elif said.message:
            keys = {"urn": urn} if urn else {}
            stage.messages.correlate(said.message, keys, said.values, stage.authority, ACTOR)
        elif not said.waits:
            stage.cases.start(said.process, None, said.values, stage.authority, ACTOR, urn)

    def _begin_at(self, said: Recording, urn: str | None) -> None:
        stage, scope = self.stage, Scope.all_authorities(ACTOR)
        with stage.transactions.step(scope) as session:
            definition = stepping.latest_id(session, stage.authority, said.process)
            element = said.element if _has_start(session, stage, definition, said.element) else None
            starting = StartCase(stage.authority, definition, "", said.values, urn, ACTOR, element)
            stepping.start(session, stage.world, starting)

    def settle(self) -> None:
        """Do all that is due now."""
        for _ in range(MOST_JOBS):
            due = self._due_now()
            if due is None:
                break
            if due.kind in ("timer", "start") and due.attempts == 0:
                assert due.definition_id is not None
                self.played.fired.append(
                    Fired(self.stage.clock.now(), due.element, due.definition_id, due.instance_id, due.why)
                )
            if not self.stage.jobs.fire_next_due():
                break
            self._note()
        else:
            self.played.given_up = True
        self.stage.jobs.tell_late()

    def _due_now(self) -> Job | None:
        """The job that is done next, as the queue takes them."""
        due = select(Job).where(Job.status == WAITING, Job.next_try <= self.stage.clock.now())
        with self.stage.transactions.reading() as session:
            return session.scalars(due.order_by(Job.next_try, Job.id).limit(1)).first()

    def pass_to(self, moment: datetime) -> None:
        """Let time pass until a moment, doing all that falls due on the way, each at its own time."""
        while (due := self.next_due()) is not None and due <= moment and not self.played.given_up:
            self._stop_at(max(due, self.stage.clock.now()))
        self.stage.clock.set(max(moment, self.stage.clock.now()))
        self.settle()

    def _stop_at(self, moment: datetime) -> None:
        self._stops += 1
        if self._stops > MOST_STOPS:
            self.played.given_up = True
            return
        self.stage.clock.set(moment)
        self.settle()
        if (after := self.next_due()) is not None and after <= moment:
            self.stage.clock.advance(timedelta(seconds=1))  # what is never done with a moment must not hold it

    def next_due(self) -> datetime | None:
        """When something falls due next; None when nothing waits."""
        return self.stage.jobs.next_due()

    def make(self, move: Move) -> bool:
        """Let time pass to a move, and make it; false, with a note of why, when that cannot be."""
        self.pass_to(move.at)
        refused = self._complete(move) if move.do == "complete" else self._report(move)
        if refused:
            waiting = tuple(sorted({task.element for task in self.open()}))
            self.played.refused.append(Refused(self.stage.clock.now(), move, refused, waiting))
            return False
        self.played.recording = self.played.recording.then(move)
        self._note()
        self.settle()
        return True

    def open(self) -> list[TaskRow]:
        """The open tasks, the oldest first."""
        return self.stage.tasks.open()

    def _complete(self, move: Move) -> str:
        """Complete the oldest open task of an element; why it cannot be, or nothing."""
        there = [task for task in self.open() if task.element == move.name]
        found = next((task for task in there if task.id == move.task), next(iter(there), None))
        if found is None:
            return "It is not asked then."
        return self._tried(lambda: self.stage.tasks.complete(found.id, move.values, ACTOR))

    def _report(self, move: Move) -> str:
        keys = {"urn": self._urn()} if self._urn() else {}
        payload = dict(move.values)
        stage = self.stage
        return self._tried(lambda: stage.messages.correlate(move.name, keys, payload, stage.authority, ACTOR))

    def _urn(self) -> str:
        with self.stage.transactions.reading() as session:
            return next((row.urn for row in queries.schools(session)), "")

    def _tried(self, command: Callable[[], object]) -> str:
        try:
            command()
        except MessageNotExpected:
            return "Nobody waits for it then."
        except PathwaysError as error:
            return str(error)
        return ""


def _has_start(session: Session, stage: Stage, definition_id: int, element: str) -> bool:
    """Whether a version still has a start event; a case is begun at its plain one where it has not."""
    starts = stage.world.registry.get(session, definition_id).definition.starts
    return any(start.element == element for start in starts)


def play(prepared: Prepared, recording: Recording) -> Played:
    """Play a rehearsal as it is recorded: every move at its time, then on to its end. The stage is left open to be looked at.

    Raises what beginning the case raises.
    """
    player = Player(prepared, recording)
    player.begin()
    for move in recording.moves:
        player.make(move)
    if recording.until is not None:
        player.pass_to(recording.until)
    player.played.recording = replace(player.played.recording, until=recording.until)
    return player.played
