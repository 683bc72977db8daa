"""What follows when a school calendar is replaced: whose dates have to be worked out again.

The ``setting`` table remembers what each calendar said (a digest) when dates were last worked out, so that any worker sees
a change, a file that was edited by hand included, and none is followed twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from engine.store.tables import OPEN, Job, ProcessInstance, Setting, UserTask

_SETTING = "calendars"


def followed(session: Session) -> dict[str, str] | None:
    """The digests of the calendars by which dates were worked out last; None when that was never noted."""
    value = session.scalar(select(Setting.value).where(Setting.name == _SETTING))
    return dict(value) if value is not None else None


def remember(session: Session, digests: Mapping[str, str]) -> None:
    """Note the calendars by which all dates have been worked out; the caller commits."""
    session.merge(Setting(name=_SETTING, value=dict(digests)))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of the calendars that are new, gone, or say something else."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def affected(session: Session, names: list[str]) -> list[int]:
    """The open cases of these authorities and schools that wait for a date, the oldest first."""
    authorities = [name for name in names if "/" not in name]
    urns = [name.removeprefix("schools/") for name in names if "/" in name]
    timers = exists().where(Job.instance_id == ProcessInstance.id)
    tasks = exists().where(
        UserTask.instance_id == ProcessInstance.id, UserTask.status == OPEN, UserTask.due.is_not(None)
    )
    return list(
        session.scalars(
            select(ProcessInstance.id)
            .where(ProcessInstance.status == "active", or_(timers, tasks))
            .where(or_(ProcessInstance.authority.in_(authorities), ProcessInstance.school_urn.in_(urns)))
            .order_by(ProcessInstance.id)
        )
    )
