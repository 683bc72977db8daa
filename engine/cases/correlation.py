"""Which waiting instance a message fits, and which process it starts.

A message has a name and keys. It fits an element that waits for that name under one of the keys' values: the
element's ``correlationKey``, or else its case's business key. A key is also tried with its name before it, since
business keys are often written so: ``{"urn": "100001"}`` fits the business key "URN 100001". A message without keys
fits whatever waits for its name.

As in Zeebe a message reaches one case of each process at most; in it, the case's own process and every call that waits for it
(``engine/spiff/step.py``). Where several cases of one process fit, nothing is
delivered: nobody could say which was meant. Where no case waits, a process that has a message start event of the name
is started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.errors import MessageAmbiguous
from engine.schools import successions
from engine.store.keys import spellings
from engine.store.tables import ACTIVE, EventSubscription, ProcessInstance


@dataclass(frozen=True)
class Match:
    """A subscription that a message fits; without ``instance_id`` it is a start event."""

    id: int
    instance_id: int | None
    definition_id: int
    process: str
    token: str
    element: str


def match(
    session: Session,
    authority: str,
    name: str,
    keys: Mapping[str, Any],
    target: int | None = None,
    kind: str = "message",
    school: str | None = None,
) -> list[Match]:
    """What waits for a message: at most one case a process. Raises MessageAmbiguous.

    ``target`` narrows it to one case, ``school`` to the cases of one school (its URN), whatever the keys. Where nothing waits for
    a school that another took over from, that one is meant.
    """
    found = _match(session, authority, name, keys, target, kind, school)
    if found or target is not None:
        return found
    newer = successions.successor(session, authority, school) if school else None
    followed = successions.followed(session, authority, keys)
    if newer is None and followed == keys:
        return found
    return _match(session, authority, name, followed, target, kind, newer or school)


def _match(
    session: Session,
    authority: str,
    name: str,
    keys: Mapping[str, Any],
    target: int | None,
    kind: str,
    school: str | None,
) -> list[Match]:
    waiting = _waiting(authority, kind, name).where(EventSubscription.instance_id.is_not(None))
    if target is not None:
        waiting = waiting.where(EventSubscription.instance_id == target)
    elif school is not None:
        waiting = waiting.where(EventSubscription.instance_id.in_(of_school(authority, school)))
    elif keys:
        waiting = waiting.where(EventSubscription.key.in_(spellings(keys)))
    chosen: dict[str, Match] = {}
    for each in _matches(session, waiting):
        first = chosen.setdefault(each.process, each)
        if first.instance_id != each.instance_id:
            raise MessageAmbiguous(name=name, instances=f"{first.instance_id}, {each.instance_id}")
    return list(chosen.values())


def of_school(authority: str, urn: str) -> Select[int]:
    """The ids of the open cases of a school."""
    return select(ProcessInstance.id).where(
        ProcessInstance.authority == authority, ProcessInstance.school_urn == urn, ProcessInstance.status == ACTIVE
    )


def starts(session: Session, authority: str, name: str, kind: str = "message") -> list[Match]:
    """The start events that a message or signal starts a process by, of the latest versions."""
    return _matches(session, _waiting(authority, kind, name).where(EventSubscription.instance_id.is_(None)))


def listeners(session: Session, authority: str, name: str, source: int | None) -> list[Match]:
    """The cases that wait for a signal, each once; not the one that threw it, where it has been heard already."""
    waiting = _waiting(authority, "signal", name).where(EventSubscription.instance_id.is_not(None))
    if source is not None:
        waiting = waiting.where(EventSubscription.instance_id != source)
    return list({each.instance_id: each for each in _matches(session, waiting)}.values())


def _waiting(authority: str, kind: str, name: str) -> Select[EventSubscription]:
    wanted = EventSubscription
    return (
        select(wanted)
        .where(wanted.authority == authority, wanted.name == name, wanted.kind == kind)
        .order_by(wanted.instance_id, wanted.id)
    )


def _matches(session: Session, chosen: Select[EventSubscription]) -> list[Match]:
    return [
        Match(row.id, row.instance_id, row.definition_id, row.process, row.token, row.element)
        for row in session.scalars(chosen)
    ]
