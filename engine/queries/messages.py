"""Messages that were thrown and found nobody: what they said, who threw them, and which cases were near."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engine.errors import MessageNotFound
from engine.lint.bundle import parsed
from engine.lint.messages import caught
from engine.queries.common import PER_PAGE, AnyRow, Elements, of_school
from engine.queries.definitions import forms_of
from engine.store.keys import spellings
from engine.store.tables import (
    UNDELIVERED,
    EventSubscription,
    Message,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    School,
)

#: How many cases near a message are named.
MOST_NEAR = 20


@dataclass(frozen=True)
class MessageRow:
    """A message that found nobody. ``trouble`` is nobody or ambiguous; ``element`` is where it was thrown, ``element_name``
    its name, both empty when it came from outside."""

    id: int
    kind: str
    name: str
    keys: Mapping[str, Any]
    payload: Mapping[str, Any]
    source_id: int | None
    source_name: str
    sent: datetime
    status: str
    trouble: str
    element: str
    element_name: str


@dataclass(frozen=True)
class NearCase:
    """A case that may have been meant. ``waits``: it waits for the message now, under ``key``; ``fits``: under one of the
    message's keys, or with such a business key."""

    instance_id: int
    definition_id: int
    process_name: str
    business_key: str
    school_name: str
    status: str
    ended: datetime | None
    waits: bool
    key: str
    fits: bool


@dataclass(frozen=True)
class MessageNote:
    """What a manager did with a message: resent, redirected (to ``case``) or rested."""

    did: str
    by: str
    reason: str
    case: int | None
    at: datetime


@dataclass(frozen=True)
class MessageDetail:
    """All that the page of one message needs. ``forms`` are those of the case that threw it and of the cases near;
    ``expressions`` say of what each part of the payload was made."""

    row: MessageRow
    near: tuple[NearCase, ...]
    notes: tuple[MessageNote, ...]
    forms: tuple[bytes, ...]
    expressions: Mapping[str, str]


def undelivered(session: Session, instance: int | None = None, limit: int = PER_PAGE) -> list[MessageRow]:
    """Messages that found nobody, the newest first; ``instance``: only those that this case threw."""
    chosen = select(Message).where(Message.status == UNDELIVERED).order_by(Message.id.desc()).limit(limit)
    chosen = chosen if instance is None else chosen.where(Message.source_id == instance)
    return _rows(session, list(session.scalars(chosen)))


def message(session: Session, message_id: int) -> MessageDetail:
    """A message that found nobody, or that a manager has seen to. Raises MessageNotFound."""
    found = session.scalars(select(Message).where(Message.id == message_id)).one_or_none()
    if found is None or (found.status != "undelivered" and not found.notes):
        raise MessageNotFound(message=message_id)
    near = _near(session, found)
    versions = dict.fromkeys([*_version_of(session, found.source_id), *(each.definition_id for each in near)])
    return MessageDetail(
        row=_rows(session, [found])[0],
        near=near,
        notes=tuple(_note(each) for each in found.notes or ()),
        forms=tuple(dict.fromkeys(form for each in versions for form in forms_of(session, each))),
        expressions=_expressions(session, found),
    )


def _rows(session: Session, found: list[Message]) -> list[MessageRow]:
    elements = Elements(session, [each.definition_id for each in found])
    sources = _sources(session, {each.source_id for each in found if each.source_id is not None})
    return [
        MessageRow(
            id=each.id,
            kind=each.kind,
            name=each.name,
            keys=each.keys,
            payload=each.payload,
            source_id=each.source_id,
            source_name=sources.get(each.source_id or 0, ""),
            sent=each.sent,
            status=each.status,
            trouble=each.trouble or "nobody",
            element=each.element or "",
            element_name=elements.info(each.definition_id, each.element).name if each.element else "",
        )
        for each in found
    ]


def _sources(session: Session, ids: set[int]) -> dict[int, str]:
    """What a case that threw something is about: its school, else its business key."""
    rows = session.execute(
        select(ProcessInstance.id, ProcessInstance.business_key, School.name)
        .join(School, of_school(), isouter=True)
        .where(ProcessInstance.id.in_(ids))
    )
    return {case: school or key for case, key, school in rows}


def _version_of(session: Session, instance_id: int | None) -> list[int]:
    return list(session.scalars(select(ProcessInstance.definition_id).where(ProcessInstance.id == instance_id)))


def _note(said: Mapping[str, Any]) -> MessageNote:
    return MessageNote(said["did"], said["by"], said["reason"], said["case"], datetime.fromisoformat(said["at"]))


# -- the cases near it ------------------------------------------------------------------------------------------------


def _near(session: Session, found: Message) -> tuple[NearCase, ...]:
    """Cases that wait for such a message, whatever their key, and those of processes that ever do that have its key, or
    are about the school of the case that threw it: those that fit first."""
    waiting = _waiting(session, found)
    keys = spellings(found.keys)
    school = session.scalar(select(ProcessInstance.school_urn).where(ProcessInstance.id == found.source_id))
    alike: list[ColumnElement[bool]] = [ProcessInstance.business_key.in_(keys)]
    alike += [ProcessInstance.school_urn == school] if school is not None else []
    first = or_(*alike, ProcessInstance.id.in_([case for case, key in waiting.items() if key in keys]))
    receives = ProcessInstance.process.in_(_receivers(session, found.name)) & or_(*alike)
    rows = session.execute(
        select(
            ProcessInstance.id,
            ProcessInstance.definition_id,
            ProcessInstance.business_key,
            ProcessInstance.status,
            ProcessInstance.ended,
            School.name.label("school_name"),
        )
        .join(School, of_school(), isouter=True)
        .where(ProcessInstance.id.in_(waiting) | receives)
        .order_by(first.desc(), ProcessInstance.id.in_(waiting).desc(), ProcessInstance.id.desc())
        .limit(MOST_NEAR)
    ).all()
    names = Elements(session, [row.definition_id for row in rows])
    cases = [_near_case(row, names, waiting.get(row.id), keys) for row in rows if row.id != found.source_id]
    return tuple(sorted(cases, key=lambda each: (not each.fits, not each.waits, each.instance_id)))


def _waiting(session: Session, found: Message) -> dict[int, str]:
    """The keys under which cases wait for such a message now."""
    rows = session.execute(
        select(EventSubscription.instance_id, EventSubscription.key)
        .where(
            EventSubscription.kind == found.kind,
            EventSubscription.name == found.name,
            EventSubscription.instance_id.is_not(None),
        )
        .order_by(EventSubscription.id)
    )
    return {case: key for case, key in rows if case is not None}


def _near_case(row: AnyRow, names: Elements, key: str | None, keys: list[str]) -> NearCase:
    return NearCase(
        instance_id=row.id,
        definition_id=row.definition_id,
        process_name=names.process(row.definition_id)[1],
        business_key=row.business_key,
        school_name=row.school_name or "",
        status=row.status,
        ended=row.ended,
        waits=key is not None,
        key=key or "",
        fits=not keys or (row.business_key if key is None else key) in keys,
    )


def _receivers(session: Session, name: str) -> set[str]:
    """The processes that wait for a message of this name somewhere, themselves or in a process that they call."""
    rows = session.execute(
        select(ProcessDefinition.key, ProcessDefinition.calls, Resource.name, Resource.content)
        .join(Resource, Resource.id == ProcessDefinition.resource_id)
        .where(ProcessDefinition.latest)
    ).all()
    found = {row.key for row in rows if name in _caught(row.content, row.name).get(row.key, ())}
    more = {""}
    while more:
        more = {row.key for row in rows if row.key not in found and not found.isdisjoint(row.calls)}
        found |= more
    return found


@lru_cache(maxsize=256)
def _caught(content: bytes, file: str) -> dict[str, set[str]]:
    """The messages that each process of a file waits for."""
    found: dict[str, set[str]] = {}
    for element in parsed(content, file).elements.values():
        found.setdefault(element.process, set()).update(caught(element))
    return found


def _expressions(session: Session, found: Message) -> dict[str, str]:
    """Of what the diagram makes each part of what a message says."""
    row = session.execute(
        select(Resource.content, Resource.name)
        .join(ProcessDefinition, ProcessDefinition.resource_id == Resource.id)
        .where(ProcessDefinition.id == found.definition_id)
    ).one_or_none()
    element = parsed(row.content, row.name).elements.get(found.element or "") if row is not None else None
    return {each.name: each.text for each in element.inputs} if element is not None else {}
