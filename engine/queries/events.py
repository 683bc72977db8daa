"""What happens in the world: what people may report, who listens to it, and what a school's record says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import EventNotReportable
from engine.queries.common import AnyRow, AnySelect, Elements
from engine.queries.definitions import form
from engine.schools import register
from engine.spiff import variables_at
from engine.store.tables import (
    ACTIVE,
    EventSubscription,
    ProcessDefinition,
    ProcessInstance,
    ReportedEvent,
    School,
)

#: How many reports about no school are searched for the last one of a case.
LOOKED_AT = 50


@dataclass(frozen=True)
class Listener:
    """A case that waits for an event, or (without ``instance_id``) a process that it begins, and what would follow."""

    instance_id: int | None
    process: str
    process_name: str
    element: str
    consequence: str


@dataclass(frozen=True)
class ReportableEvent:
    """Something that may happen and be reported. ``message`` is its name in the diagrams, ``title`` its name for people.

    ``form_id`` is the version of the form that asks what to record, None when there is nothing to ask.
    """

    message: str
    title: str
    guidance: str
    roles: tuple[str, ...]
    form_id: int | None
    listeners: tuple[Listener, ...]
    process_name: str = ""
    """The name of a process that lets people report it, which tells two of one title apart."""


@dataclass(frozen=True)
class ReportedEventRow:
    """An event on a school's record; ``reached`` are the ids of the cases that were told of it or begun by it."""

    id: int
    message: str
    title: str
    form_id: int | None
    values: Mapping[str, Any]
    reached: tuple[int, ...]
    at: datetime
    by: str
    elsewhere: bool = False
    """Whether it came to cases, none of which the person may see."""


def reportable_events(
    session: Session, school: str | None = None, instance: int | None = None
) -> list[ReportableEvent]:
    """What people may report of a school (its URN), of one case, or of neither, by title, with whoever listens now.

    Of a case, only what it waits for. Else every event that a latest version names, since what no case waits for is
    kept on the school's record.
    """
    waiting = _waiting(session, school, instance)
    known = Elements(session, (each.definition_id for each in waiting))
    places = {row.id: row for row in _definitions(session, {each.definition_id for each in waiting})}
    listeners = _listeners(waiting, known)
    found: dict[str, ReportableEvent] = {}
    for row in waiting:
        info = known.info(row.definition_id, row.element)
        if info.event is not None and row.name not in found:
            forms = places[row.definition_id].forms
            event = _event(info.event, info.name, info.guidance, forms.get(info.form_key), listeners)
            found[row.name] = replace(event, process_name=known.process(row.definition_id)[1])
    if instance is None:
        _add_unheard(session, found, listeners)
    return sorted(found.values(), key=lambda event: event.title)


def reportable_event(
    session: Session, message: str, school: str | None = None, instance: int | None = None
) -> ReportableEvent:
    """One event that may be reported. Raises EventNotReportable."""
    found = next((each for each in reportable_events(session, school, instance) if each.message == message), None)
    if found is None:
        raise EventNotReportable(event=message)
    return found


def event_variables(
    session: Session, message: str, school: str | None = None, instance: int | None = None
) -> dict[str, Any]:
    """What the form of an event sees: the variables where the case waits for it, when one case does; else only the school."""
    rows = (
        select(EventSubscription.token, ProcessInstance.state)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(EventSubscription.kind == "message", EventSubscription.name == message)
    )
    waits = session.execute(_meant(rows, school, instance).limit(2)).all()
    seen = variables_at(waits[0].state, waits[0].token.partition(".")[0]) if len(waits) == 1 else {}
    known = session.scalars(select(School).where(School.urn == school)).first() if school is not None else None
    return {**seen, "school": register.variable(known)} if known is not None else seen


def event_form(session: Session, definition_id: int, form_key: str) -> bytes | None:
    """The JSON of the form that asks what an event of a definition brings; None where it has none."""
    found = _definitions(session, [definition_id])
    return form(session, found[0].forms.get(form_key)) if found and form_key else None


def newest_report(session: Session, message: str, school: str | None, instance: int | None) -> ReportedEventRow | None:
    """The last report of an event about a school (its URN), or of one case that is about no school."""
    chosen = select(ReportedEvent).where(ReportedEvent.message == message, ReportedEvent.urn == school)
    rows = session.scalars(chosen.order_by(ReportedEvent.id.desc()).limit(LOOKED_AT))
    return next((reported_row(row) for row in rows if school is not None or instance in row.reached), None)


def reported_row(row: ReportedEvent) -> ReportedEventRow:
    """A report as its row says."""
    reached = tuple(row.reached)
    return ReportedEventRow(row.id, row.message, row.title, row.form_id, row.values, reached, row.at, row.by)


def _event(
    said: Mapping[str, Any], name: str, guidance: str, form_id: int | None, listeners: Mapping[str, list[Listener]]
) -> ReportableEvent:
    message = str(said["message"])
    heard = tuple(listeners.get(message, ()))
    return ReportableEvent(message, name, guidance, tuple(said["reported_by"]), form_id, heard)


def _waiting(session: Session, school: str | None, instance: int | None) -> list[AnyRow]:
    """The subscriptions to messages that are meant: those of open cases first, then start events."""
    rows = select(
        EventSubscription.instance_id,
        EventSubscription.definition_id,
        EventSubscription.element,
        EventSubscription.name,
        ProcessInstance.school_urn,
    ).join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id, isouter=True)
    rows = rows.where(EventSubscription.kind == "message").order_by(EventSubscription.instance_id, EventSubscription.id)
    return list(session.execute(_meant(rows, school, instance)))


def _meant(rows: AnySelect, school: str | None, instance: int | None) -> AnySelect:
    if instance is not None:
        return rows.where(EventSubscription.instance_id == instance)
    begins = EventSubscription.instance_id.is_(None)
    if school is None:
        return rows.where(begins)
    return rows.where(begins | ((ProcessInstance.school_urn == school) & (ProcessInstance.status == ACTIVE)))


def _definitions(session: Session, ids: Iterable[int]) -> list[AnyRow]:
    rows = select(ProcessDefinition.id, ProcessDefinition.forms).where(ProcessDefinition.id.in_(ids))
    return list(session.execute(rows))


def _listeners(waiting: Iterable[AnyRow], known: Elements) -> dict[str, list[Listener]]:
    """Who hears each message: the cases that wait, or where none does, the processes that it begins."""
    cases: dict[str, list[Listener]] = {}
    begun: dict[str, list[Listener]] = {}
    for row in waiting:
        info = known.info(row.definition_id, row.element)
        key, name = known.process(row.definition_id)
        begins = f"Begins “{name}”." if row.instance_id is None else "The case goes on."
        follows = str(info.event["consequence"]) if info.event else begins  # who reports it may stand elsewhere
        heard = Listener(row.instance_id, key, name, row.element, follows)
        (begun if row.instance_id is None else cases).setdefault(row.name, []).append(heard)
    return begun | cases


def _add_unheard(session: Session, found: dict[str, ReportableEvent], listeners: Mapping[str, list[Listener]]) -> None:
    """Add what the latest versions let people report where nothing waits that may be reported; a process may begin by it."""
    latest = select(
        ProcessDefinition.id, ProcessDefinition.name, ProcessDefinition.elements, ProcessDefinition.forms
    ).where(ProcessDefinition.latest)
    for row in session.execute(latest.order_by(ProcessDefinition.key)):
        for name, _, _, form_key, guidance, _, *more in row.elements.values():
            if more and more[0] and more[0]["message"] not in found:
                event = _event(more[0], name, guidance, row.forms.get(form_key), listeners)
                found[event.message] = replace(event, process_name=row.name)
