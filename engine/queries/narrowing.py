"""What a list of cases is narrowed to, by walks along the indexes of what is open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_before
from engine.queries.common import AnySelect
from engine.queries.standing import Spot, standing_at
from engine.store.sought import key_mentions, mentions
from engine.store.tables import (
    ACTIVE,
    OPEN,
    UNDELIVERED,
    ArchivedText,
    EventSubscription,
    Incident,
    Job,
    Message,
    ProcessDefinition,
    ProcessInstance,
    School,
    UserTask,
)

FINISHED = "finished"
_STEPS = frozenset({"userTask", "receiveTask", "intermediateCatchEvent"})
#: Schools that a text is looked up among, at most.
_SCHOOLS = 500
_FEW = 2_000
#: What PostgreSQL calls words as they are written, in the text of the statement: an index is used only so.
_SIMPLE: ColumnElement[str] = literal_column("'simple'")


@dataclass(frozen=True)
class InstanceFilters:
    """What a list of cases is narrowed to; every empty field leaves all through."""

    school: str = ""
    process: str = ""
    status: str = ""
    """active, completed, cancelled, or finished: the last two."""
    text: str = ""
    """Part of the business key, or of the school's name or URN, or the number of a case."""
    troubled: bool = False
    """Only cases with an open incident, or that threw a message that found nobody."""
    version: int | None = None
    stage: str = ""
    """Where they wait: the id of an element, or the key of a called process."""
    spot: Spot | None = None
    """Where they stand on one diagram."""
    late_at: datetime | None = None
    """Only cases with a task that is late at this moment."""
    due_before: datetime | None = None
    """Only cases in which something falls due before this moment."""
    began_from: datetime | None = None
    began_before: datetime | None = None
    people: tuple[str, ...] = ()
    """Usernames that the text may mean: cases in which one of them has an open task are found, too."""
    archive: bool = False
    """Cases of the archive, and no others; else all but these."""
    ended_from: datetime | None = None
    ended_before: datetime | None = None
    words: str = ""
    """Words, or their beginnings, that a case of the archive says to everybody who sees it: all of them."""


def conditions(session: Session, filters: InstanceFilters) -> list[ColumnElement[bool]]:
    """What holds of the cases that are listed, of which a few may be looked up first."""
    found = [make(filters) for wanted, make in _NARROWED if wanted(filters)]
    found += [_among(session, cases(filters)) for wanted, cases in _OF_WHAT_WAITS if wanted(filters)]
    found += [standing_at(session, filters.spot)] if filters.spot else []
    found += [_words(session, filters)] if filters.words else []
    return [*found, _mentioned(session, filters)] if filters.text else found


def _among(session: Session, cases: AnySelect) -> ColumnElement[bool]:
    """Cases by a query for their ids. A few are asked for first and looked up: the database would else go through all cases to
    find them. Where there are many, going through the cases soon meets enough."""
    few = list(session.scalars(cases.limit(_FEW + 1)))
    return ProcessInstance.id.in_(few if len(few) <= _FEW else cases)


def _archive(filters: InstanceFilters) -> ColumnElement[bool]:
    return ProcessInstance.archived.is_not(None) if filters.archive else ProcessInstance.archived.is_(None)


def _words(session: Session, filters: InstanceFilters) -> ColumnElement[bool]:
    """Cases of the archive whose words begin so. PostgreSQL finds most of what is none of them by an index, whose idea of a word
    may be another; it is looked at anyway."""
    words = re.findall(r"\w+", filters.words.casefold())
    said = [ArchivedText.words.contains(f" {word}", autoescape=True) for word in words]
    if words and session.get_bind().dialect.name == "postgresql":
        sought = " & ".join(f"{word}:*" for word in words)
        found: Any = func.to_tsvector(_SIMPLE, ArchivedText.words)
        said.append(found.op("@@")(func.to_tsquery(_SIMPLE, sought)))
    return ProcessInstance.id.in_(select(ArchivedText.instance_id).where(*said))


def _status(filters: InstanceFilters) -> ColumnElement[bool]:
    if filters.status == "active":
        return ProcessInstance.status == ACTIVE
    if filters.status == FINISHED:
        return ProcessInstance.status.in_(("completed", "cancelled"))
    return ProcessInstance.status == filters.status


def _troubled(_: InstanceFilters) -> AnySelect:
    incidents = select(Incident.instance_id).where(Incident.instance_id.is_not(None), Incident.resolved.is_(None))
    lost = select(Message.source_id.label("instance_id")).where(
        Message.source_id.is_not(None), Message.status == UNDELIVERED
    )
    return _either(incidents, lost)


def _version(filters: InstanceFilters) -> ColumnElement[bool]:
    versions = select(ProcessDefinition.id).where(ProcessDefinition.version == filters.version)
    return ProcessInstance.definition_id.in_(versions)


#: The tables that say where a case waits, for a person, a date or an event, and which of their rows do.
WAITING: tuple[tuple[Any, list[ColumnElement[bool]]], ...] = (
    (UserTask, [UserTask.status == OPEN]),
    (Job, []),
    (EventSubscription, []),
)


def _stage(filters: InstanceFilters) -> AnySelect:
    """Where an element of this name, or a called process with this key, waits."""
    called = select(ProcessDefinition.id).where(ProcessDefinition.key == filters.stage)
    places = (
        select(table.instance_id).where(
            table.instance_id.is_not(None), (table.element == filters.stage) | table.definition_id.in_(called), *more
        )
        for table, more in WAITING
    )
    return _either(*places)


def _either(*chosen: AnySelect) -> AnySelect:
    return select(union_all(*chosen).subquery().c.instance_id)


def _late(filters: InstanceFilters) -> AnySelect:
    assert filters.late_at is not None
    return _tasks_due_before(late_before(filters.late_at))


def _due(filters: InstanceFilters) -> AnySelect:
    assert filters.due_before is not None
    timers = select(Job.instance_id).where(Job.instance_id.is_not(None), Job.due < filters.due_before)
    return _either(_tasks_due_before(filters.due_before), timers)


def _tasks_due_before(moment: datetime) -> AnySelect:
    return select(UserTask.instance_id).where(UserTask.status == OPEN, UserTask.due_order < moment)


def _mentioned(session: Session, filters: InstanceFilters) -> ColumnElement[bool]:
    """A school by its name or URN, a case by its number, a person by their open tasks; where no school fits, a business key."""
    text = filters.text.strip()
    plain = text.upper().removeprefix("URN").removeprefix("CASE").strip()
    schools = list(session.scalars(_schools_named(text, plain)))
    found: list[ColumnElement[bool]] = [ProcessInstance.school_urn.in_(schools)] if schools else []
    if plain.isdecimal() and len(plain) < 18:
        found += [ProcessInstance.id == int(plain), ProcessInstance.business_key.in_((text, plain, f"URN {plain}"))]
    if filters.people:
        given = select(UserTask.instance_id).where(UserTask.assignee.in_(filters.people), UserTask.status == OPEN)
        found.append(_among(session, given))
    # Part of a key is looked for in every key, so only where the text is nothing else.
    found += [] if schools or plain.isdecimal() else [key_mentions(ProcessInstance.business_key, text)]
    return or_(false(), *found)


def _schools_named(text: str, plain: str) -> AnySelect:
    named = mentions(School.name, text)
    return select(School.urn).where(named | (School.urn == plain)).order_by(School.urn).limit(_SCHOOLS)


_NARROWED: tuple[tuple[Any, Any], ...] = (
    (lambda f: f.status, _status),
    (lambda f: f.archive or f.status != "active", _archive),  # a live case is never there
    (lambda f: f.ended_from is not None, lambda f: ProcessInstance.ended >= f.ended_from),
    (lambda f: f.ended_before is not None, lambda f: ProcessInstance.ended < f.ended_before),
    (lambda f: f.school, lambda f: ProcessInstance.school_urn == f.school),
    (lambda f: f.process, lambda f: ProcessInstance.process == f.process),
    (lambda f: f.version is not None, _version),
    (lambda f: f.began_from is not None, lambda f: ProcessInstance.started >= f.began_from),
    (lambda f: f.began_before is not None, lambda f: ProcessInstance.started < f.began_before),
)

#: What is found by the tables of what is open.
_OF_WHAT_WAITS: tuple[tuple[Any, Any], ...] = (
    (lambda f: f.stage, _stage),
    (lambda f: f.troubled, _troubled),
    (lambda f: f.late_at is not None, _late),
    (lambda f: f.due_before is not None, _due),
)
