"""Messages that nobody waits for yet, kept for a time (the property ``keepFor``), as Zeebe's time to live keeps them.

Whoever begins to wait looks for messages that are kept, and whoever keeps a message looks for those who wait. Neither may
miss the other: on PostgreSQL, where both may write at once, both hold a lock on the message's name until they commit, so
that the one who comes second sees what the first has written. Those who begin to wait share it. Whoever keeps a message
never waits for it, since it may hold rows that they need. On SQLite one writes at a time anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.store.keys import spellings
from engine.store.tables import KEPT, WAITING, Job, Message


def wake(session: Session, authority: str, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Let kept messages that fit these new subscriptions be delivered at once, each by its job.

    A job that is claimed is left alone: its worker looks again under the lock.
    """
    waits = [row for row in rows if row["kind"] == "message"]
    if not waits:
        return
    names = {row["name"] for row in waits}
    _share(session, authority, names)
    kept = select(Message.id, Message.name, Message.keys, Message.target_id)
    kept = kept.where(Message.authority == authority, Message.status == KEPT, Message.name.in_(names))
    fitting = [each.id for each in session.execute(kept) if any(_fits(each, row) for row in waits)]
    if fitting:
        waiting = (Job.message_id.in_(fitting), Job.status == WAITING, Job.claim.is_(None))
        session.execute(update(Job).where(*waiting).values(next_try=now))


def _share(session: Session, authority: str, names: Iterable[str]) -> None:
    """Let nobody keep a message of these names unseen before this transaction ends."""
    if _is_shared(session):
        numbers = sorted(_number(authority, name) for name in names)
        session.execute(select(*(func.pg_advisory_xact_lock_shared(each) for each in numbers)))


def hold(session: Session, authority: str, name: str) -> bool:
    """Let nobody begin to wait for a message of this name before this transaction ends; false when somebody does just
    now."""
    if not _is_shared(session):
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_number(authority, name)))))


def _fits(message: Any, row: Mapping[str, Any]) -> bool:
    """Whether a subscription, or a start event (which has no key), may be what the message is for."""
    if message.name != row["name"]:
        return False
    if message.target_id is not None:
        return bool(message.target_id == row["instance_id"])
    return row["instance_id"] is None or not message.keys or row["key"] in spellings(message.keys)


def _is_shared(session: Session) -> bool:
    """Whether several may write to the database at once."""
    return session.get_bind().dialect.name == "postgresql"


def _number(authority: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"message {authority} {name}".encode()).digest()[:8], "big", signed=True)
