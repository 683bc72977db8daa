"""How a rehearsal stands: tokens on the diagrams, who is asked what, what may happen, what is known; and how one may begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.lint.names.sources import payload
from engine.queries import InstanceDetail, TaskDetail
from engine.rehearsal.diary import Line, diary
from engine.rehearsal.handed import handed, made_up
from engine.rehearsal.play import Played, Refused
from engine.rehearsal.recording import Recording
from engine.rehearsal.stage import Prepared, Stage
from engine.store.tables import Resource


@dataclass(frozen=True)
class Beginning:
    """A way in which a case can begin: by a ``person`` (with the form of the start event), a ``message``, or a ``timer``."""

    kind: str
    name: str
    message: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """Values of the kinds that a message is declared to bring; of a process that others call, what they hand it."""

    def of(self, recording: Recording) -> Recording:
        """A recording that begins in this way; what is brought is made up where nothing is said of it."""
        values = recording.values or self.payload
        return replace(recording, message=self.message, waits=self.kind == "timer", values=values)


@dataclass(frozen=True)
class Drawn:
    """A diagram with its tokens: what is active, what was completed, and the flows that were taken."""

    name: str
    xml: str
    active: tuple[str, ...]
    completed: tuple[str, ...]
    flows: tuple[str, ...]


@dataclass(frozen=True)
class Happening:
    """A message that somebody waits for, and the form that asks what to record of it, if there is one."""

    message: str
    title: str
    form: bytes | None


@dataclass(frozen=True)
class Scene:
    """Everything that there is to see of a rehearsal at its moment."""

    at: datetime
    recording: Recording
    diagrams: tuple[Drawn, ...]
    tasks: tuple[TaskDetail, ...]
    happenings: tuple[Happening, ...]
    variables: tuple[Mapping[str, Any], ...]
    next_due: datetime | None
    diary: tuple[Line, ...]
    refused: tuple[Refused, ...]
    ended: bool
    school: Mapping[str, Any]
    """The variable ``school``; empty where there is none."""


def scene(played: Played) -> Scene:
    """How a rehearsal stands after its last move."""
    stage = played.stage
    cases = played.cases()
    next_due, ended, lines, now = stage.jobs.next_due(), played.ended(), tuple(diary(played)), stage.clock.now()
    open_tasks = [task.id for task in stage.tasks.open()]
    with stage.transactions.reading() as session:
        details = [queries.instance_detail(session, case) for case in cases]
        return Scene(
            at=now,
            recording=played.recording,
            diagrams=tuple(_drawn(session, details)),
            tasks=tuple(queries.task(session, each) for each in open_tasks),
            happenings=tuple(_happenings(session, details)),
            variables=tuple(each.variables for each in details),
            next_due=next_due,
            diary=lines,
            refused=tuple(played.refused),
            ended=ended,
            school=next((dict(row.variable) for row in queries.schools(session)), {}),
        )


def _drawn(session: Session, details: list[InstanceDetail]) -> Iterator[Drawn]:
    """Each diagram once, the newest case's marks on it."""
    seen: set[int] = set()
    for detail in reversed(details):
        for view in detail.diagrams:
            if view.definition_id not in seen:
                seen.add(view.definition_id)
                xml = queries.definition_xml(session, view.definition_id).decode()
                yield Drawn(view.name, xml, view.active, view.completed, view.flows)


def _happenings(session: Session, details: list[InstanceDetail]) -> Iterator[Happening]:
    seen: set[str] = set()
    for detail in details:
        events = {e.message: e for e in queries.reportable_events(session, instance=detail.row.id)}
        for waits in detail.subscriptions:
            if waits.kind == "message" and waits.message not in seen:
                seen.add(waits.message)
                event = events.get(waits.message)
                form = queries.form(session, event.form_id) if event else None
                yield Happening(waits.message, event.title if event else waits.name, form)


def beginnings(prepared: Prepared, process: str, at: datetime) -> list[Beginning]:
    """How a case of a process can begin. Raises DefinitionNotFound."""
    stage = Stage(prepared, at)
    with stage.transactions.reading() as session:
        row = queries.latest_definition(session, process)
        definition = stage.world.registry.get(session, row.id).definition
        starts, elements = definition.starts, definition.diagram.elements
        files = {name: content for name, content in session.execute(select(Resource.name, Resource.content))}
        asks = queries.start_form(session, row.id) is not None
    stage.close()
    given = {} if asks or not row.startable else handed(prepared, files, process, at)
    found = [Beginning("person", row.name, payload=given)] if row.startable else []
    for start in starts:
        if start.kind == "message":
            declared = elements[start.element].properties.get("payload", "")
            found.append(Beginning("message", start.name, start.name, dict(_made_up(declared, at))))
        elif start.kind == "timer" and all(each.kind != "timer" for each in found):
            found.append(Beginning("timer", start.text))
    return found


def _made_up(declared: str, at: datetime) -> Iterator[tuple[str, Any]]:
    """A value for each variable of a declared payload."""
    for name, shape in (payload(declared) or {}).items():
        yield name, made_up(shape, at)


def start_form(prepared: Prepared, recording: Recording) -> tuple[bytes | None, dict[str, Any]]:
    """The form with which a case begins, and what it sees."""
    stage = Stage(prepared, recording.begins)
    stage.put(recording.school)
    with stage.transactions.reading() as session:
        content = queries.start_form(session, queries.latest_definition(session, recording.process).id)
        school = next((dict(row.variable) for row in queries.schools(session)), None)
    stage.close()
    return content, {} if school is None else {"school": school}
