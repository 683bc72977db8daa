"""The diary of a rehearsal: each task, meeting, letter and deadline, with its date, for whom, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.common import Elements
from engine.queries.notices import TASK
from engine.rehearsal.answered import Questions
from engine.rehearsal.play import Played
from engine.rehearsal.ways import Way, ways
from engine.store.tables import History, Incident, Message, Notification, ProcessInstance, SchoolCategory, UserTask

#: What a line of the diary is about, in the order in which lines of one moment stand.
BEGAN, ANSWERED, FIRED, WENT, SENT, TOLD, CATEGORY, ASKED, ENDED, TROUBLE = (
    "began",
    "answered",
    "timer",
    "way",
    "message",
    "letter",
    "category",
    "task",
    "ended",
    "trouble",
)
_ORDER = {
    what: at for at, what in enumerate((BEGAN, FIRED, ANSWERED, WENT, SENT, TOLD, CATEGORY, ASKED, ENDED, TROUBLE))
}


@dataclass(frozen=True)
class Line:
    """One line: at what moment, what, at which element, for whom, and why."""

    at: datetime
    what: str
    element: str
    name: str
    process: str = ""
    """The name of the process that the element stands in."""
    roles: tuple[str, ...] = ()
    """Whom it is for, or who is told."""
    due: datetime | None = None
    why: str = ""
    """How the date was found, or what is said."""
    clauses: tuple[str, ...] = ()
    """What of the policy the element carries."""
    more: tuple[tuple[str, str], ...] = field(default=())
    """Of an answer: questions and answers, as they were given. Of a way that was taken: what its gateway tested, as it was."""


def diary(played: Played) -> list[Line]:
    """Everything that happened, in its order."""
    with played.stage.transactions.reading() as session:
        rows = [*session.scalars(select(UserTask))]
        ids = {row.definition_id for row in rows} | {fired.definition_id for fired in played.fired}
        ids |= {row for row in session.scalars(select(ProcessInstance.definition_id))}
        ids |= {row for row in session.scalars(select(History.definition_id)) if row is not None}
        elements = Elements(session, ids)
        questions = Questions.of(session)
        went = (_went(way, elements, questions) for way in ways(played, session))
        told = [*_tasks(rows, elements, questions), *_fired(played, elements), *went, *_rest(session, elements)]
    return sorted(told, key=lambda line: (line.at, _ORDER[line.what]))


def _line(elements: Elements, definition_id: int | None, element: str, at: datetime, what: str, **more: object) -> Line:
    info = elements.info(definition_id, element)
    process = elements.process(definition_id)[1] if definition_id is not None else ""
    return Line(at, what, element, info.name, process, clauses=info.clauses, **more)  # type: ignore[arg-type]


def _went(way: Way, elements: Elements, questions: Questions) -> Line:
    tested = tuple(questions.pair(name, value) for name, value in way.values.items())
    said = f"{way.to}, since no other way’s condition is true" if way.otherwise else way.to
    return _line(elements, way.definition_id, way.gateway, way.at, WENT, why=said, more=tested)


def _tasks(rows: list[UserTask], elements: Elements, questions: Questions) -> Iterator[Line]:
    for row in rows:
        roles = tuple(row.candidate_groups)
        yield _line(elements, row.definition_id, row.element, row.created, ASKED, roles=roles, due=row.due)
        if row.ended is not None and row.status == "completed":
            said = questions.pairs(row.values or {})
            yield _line(elements, row.definition_id, row.element, row.ended, ANSWERED, roles=roles, more=said)
        elif row.ended is not None:
            yield _line(elements, row.definition_id, row.element, row.ended, ANSWERED, roles=roles, why="withdrawn")


def _fired(played: Played, elements: Elements) -> Iterator[Line]:
    for fired in played.fired:
        yield _line(elements, fired.definition_id, fired.element, fired.at, FIRED, why=fired.why)


def _told(session: Session, elements: Elements, cases: Mapping[int, ProcessInstance]) -> Iterator[Line]:
    of_cases = Notification.kind != TASK, Notification.instance_id.in_(list(cases))
    for told in session.scalars(select(Notification).where(*of_cases).order_by(Notification.id)):
        whose = cases[told.instance_id or 0].definition_id
        yield _line(elements, whose, told.element, told.created, TOLD, roles=(told.role,), why=told.subject)


def _rest(session: Session, elements: Elements) -> Iterator[Line]:
    cases = {row.id: row for row in session.scalars(select(ProcessInstance))}
    for case in cases.values():
        yield from _case(case, elements.process(case.definition_id)[1])
    yield from _told(session, elements, cases)
    for message in session.scalars(select(Message).where(Message.source_id.is_not(None))):
        yield _line(elements, message.definition_id, message.element or "", message.sent, SENT, why=message.name)
    for put in session.scalars(select(SchoolCategory)):
        yield Line(put.since, CATEGORY, "", put.category, why=put.reason)
    for incident in session.scalars(select(Incident)):
        found = cases.get(incident.instance_id or 0)
        definition = found.definition_id if found else None
        yield _line(elements, definition, incident.element, incident.created, TROUBLE, why=incident.message)


def _case(case: ProcessInstance, name: str) -> Iterator[Line]:
    yield Line(case.started, BEGAN, "", name, name)
    if case.ended is not None:
        yield Line(case.ended, ENDED, "", name, name, why=case.reason or "")
