"""What people have typed and not handed in: saved as they type, given back on any machine, and gone when it is no use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.store.tables import Draft, UserTask
from engine.store.tenancy import Scope

#: How long what somebody typed can be copied after their task has ended, when it was another who completed it.
AFTER_THE_TASK = timedelta(days=30)
#: How long what was typed into any other form is kept after it was last saved.
UNTOUCHED = timedelta(days=90)
Fields = Iterable[tuple[str, str]]


def save(session: Session, scope: Scope, place: str, given: dict[str, Any]) -> None:
    """Keep a draft of this person; one of the same place gives way. ``given``: task_id, title, fields, saved."""
    if _overwritten(session, scope, place, given):
        return
    try:
        with session.begin_nested():
            session.add(Draft(username=scope.username, place=place, **given))
    except IntegrityError:  # the same form, saved from two windows at the same moment
        _overwritten(session, scope, place, given)


def _overwritten(session: Session, scope: Scope, place: str, given: dict[str, Any]) -> bool:
    of_theirs = update(Draft).where(Draft.username == scope.username, Draft.place == place)
    done = session.execute(of_theirs.values(**given).execution_options(synchronize_session=False))
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def discard(session: Session, scope: Scope, place: str) -> None:
    """Forget a draft of this person, if there is one."""
    session.execute(delete(Draft).where(Draft.username == scope.username, Draft.place == place))


def handed_in(session: Session, scope: Scope, task_id: int) -> None:
    """Forget what somebody had saved of a task that they now end. What others typed stays for them to copy."""
    session.execute(delete(Draft).where(Draft.username == scope.username, Draft.task_id == task_id))


def forget_old(session: Session, now: datetime) -> int:
    """Forget, of everybody, what is of no use any more; how many drafts that was."""
    ended = exists(select(UserTask.id).where(UserTask.id == Draft.task_id, UserTask.ended < now - AFTER_THE_TASK))
    untouched = and_(Draft.task_id.is_(None), Draft.saved < now - UNTOUCHED)
    done = session.execute(delete(Draft).where(or_(ended, untouched)).execution_options(synchronize_session=False))
    assert isinstance(done, CursorResult)
    return int(done.rowcount)
