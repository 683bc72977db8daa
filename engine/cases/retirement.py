"""Retired processes: no new case begins, by hand, by message, by timer or for many schools; those that run go on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded
from engine.errors import ProcessRetired
from engine.store.tables import START, EventSubscription, Job, ProcessDefinition, Retirement


def of(session: Session, authority: str, process: str) -> Retirement | None:
    """The retirement of a process; None for one that is in use."""
    mine = (Retirement.authority == authority, Retirement.process == process, Retirement.ended.is_(None))
    return session.scalars(select(Retirement).where(*mine)).first()


def check(session: Session, loaded: Loaded, authority: str) -> None:
    """Raises ProcessRetired for a process of which no new case begins."""
    found = of(session, authority, loaded.key)
    if found is not None:
        raise ProcessRetired(process=loaded.name, by=found.by, reason=found.reason.rstrip("."))


def begin(session: Session, authority: str, process: str, by: str, reason: str, now: datetime) -> None:
    """Retire a process: its start events listen no more. The caller commits."""
    session.add(Retirement(authority=authority, process=process, reason=reason, by=by, since=now))
    versions = select(ProcessDefinition.id).where(
        ProcessDefinition.authority == authority, ProcessDefinition.key == process
    )
    ids = list(session.scalars(versions))
    session.execute(delete(Job).where(Job.kind == START, Job.definition_id.in_(ids)))
    waits = EventSubscription
    session.execute(delete(waits).where(waits.instance_id.is_(None), waits.definition_id.in_(ids)))
