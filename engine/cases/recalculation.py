"""What follows when a school calendar is replaced: whose dates have to be worked out again.

The ``setting`` table remembers what each calendar said (a digest) when dates were last worked out, so that any worker sees
a change, a file that was edited by hand included, and none is followed twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import exists, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.calendar.files import BANK_HOLIDAYS
from engine.cases.waiting import Waiting
from engine.deployments.registry import Loaded
from engine.errors import MovedDateNotFound
from engine.steps import Outcome, WaitingTimer, WaitingUserTask
from engine.store.tables import OPEN, START, Job, MovedDate, ProcessInstance, Setting, UserTask

_SETTING = "calendars"


def followed(session: Session) -> dict[str, str] | None:
    """The digests of the calendars by which dates were worked out last; None when that was never noted."""
    value = session.scalar(select(Setting.value).where(Setting.name == _SETTING))
    return dict(value) if value is not None else None


def remember(session: Session, digests: Mapping[str, str]) -> None:
    """Note the calendars by which all dates have been worked out; the caller commits."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    noted = insert(Setting).values(name=_SETTING, value=dict(digests))
    # Two workers that start on an empty database both note them: the later one has its way, and neither fails.
    session.execute(noted.on_conflict_do_update(index_elements=[Setting.name], set_={"value": noted.excluded.value}))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of the calendars that are new, gone, or say something else."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def affected(session: Session, names: list[str]) -> list[int]:
    """The open cases of these authorities and schools that wait for a date, the oldest first; bank holidays are for all."""
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
            .where(
                true()
                if BANK_HOLIDAYS in names
                else or_(ProcessInstance.authority.in_(authorities), ProcessInstance.school_urn.in_(urns))
            )
            .order_by(ProcessInstance.id)
        )
    )


def authorities(session: Session, names: list[str]) -> list[str]:
    """The authorities whose start timers go by these calendars; all that have one when the bank holidays are among them."""
    if BANK_HOLIDAYS in names:
        return sorted(session.scalars(select(Job.authority).where(Job.kind == START).distinct()))
    return [name for name in names if "/" not in name]


def note_moved(
    session: Session, instance: ProcessInstance, loaded: Loaded, waiting: Waiting, outcome: Outcome, now: datetime
) -> None:
    """Note for a manager which dates of notices that were given a step has moved; ``waiting`` is as it was before."""
    for each, before, after in moved(waiting, outcome):
        if not each.from_notice:
            continue
        session.add(
            MovedDate(
                authority=instance.authority,
                instance_id=instance.id,
                definition_id=loaded.ids[each.process],
                element=each.element,
                before=before,
                after=after,
                noticed=now,
                confirmed=None,
                confirmed_by=None,
            )
        )


def moved(waiting: Waiting, outcome: Outcome) -> Iterator[tuple[WaitingTimer | WaitingUserTask, datetime, datetime]]:
    """What waits for another date after a step than before it: from when to when."""
    rows = {**waiting.jobs, **waiting.tasks}
    waits: list[WaitingTimer | WaitingUserTask] = [*outcome.timers, *outcome.user_tasks]
    for each in waits:
        known = rows.get(each.token)
        if known and known.due and each.due and known.due != each.due:
            yield each, known.due, each.due


def confirm(session: Session, moved_id: int, by: str, now: datetime) -> None:
    """A manager has seen that a date moved, and who has to know it has been told. Raises MovedDateNotFound."""
    found = session.get(MovedDate, moved_id)
    if found is None or found.confirmed is not None:
        raise MovedDateNotFound(moved=moved_id)
    found.confirmed, found.confirmed_by = now, by
