"""Separation of duties: what two persons must decide together is not done twice by one (property ``separateFrom``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import SecondHalf
from engine.queries.common import ElementInfo, Elements
from engine.store.tables import UserTask


@dataclass(frozen=True)
class OtherHalf:
    """The task that keeps a person from doing another: its name, and when they did it; None while they have claimed it."""

    name: str
    done: datetime | None


def other_half(
    session: Session, instance_id: int, definition_id: int, info: ElementInfo, username: str
) -> OtherHalf | None:
    """What keeps a person from doing a task: of a task that is to be done by another, the last in the case was theirs."""
    apart = info.said("separate_from") or ()
    if not apart or not username:
        return None
    last = (
        select(func.max(UserTask.id))
        .where(
            UserTask.instance_id == instance_id, UserTask.definition_id == definition_id, UserTask.element.in_(apart)
        )
        .group_by(UserTask.element)
    )
    columns = UserTask.element, UserTask.status, UserTask.assignee, UserTask.ended_by, UserTask.ended
    for row in session.execute(select(*columns).where(UserTask.id.in_(last)).order_by(UserTask.id)):
        whose = row.assignee if row.status == "open" else row.ended_by
        if whose == username:
            return OtherHalf(Elements(session, [definition_id]).info(definition_id, row.element).name, row.ended)
    return None


def refuse_second_half(
    session: Session, instance_id: int, definition_id: int, info: ElementInfo, username: str
) -> None:
    """Raises SecondHalf when a person has done, or claimed, what another must do."""
    other = other_half(session, instance_id, definition_id, info, username)
    if other is not None:
        what = f"was done on {other.done:%-d %B %Y} by" if other.done else "has been claimed by"
        raise SecondHalf(task=info.name, other=other.name, by=username, what=what)
