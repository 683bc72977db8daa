"""What an instance waits for, as it is stored, and what a step changes in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, CompoundSelect, bindparam, case, literal, null, select, union_all
from sqlalchemy.orm import Session

from engine.store.tables import OPEN, EventSubscription, Incident, Job, UserTask

#: The kind of the incident that says that nothing can move in a case.
STUCK = "stuck"
#: What a step may find waiting: a task, a timer or a subscription.
Waits = TypeVar("Waits")


@dataclass(frozen=True)
class OpenRow:
    """A row of something that waits. ``mark`` is a task's digest, a job's status (with ~ when its date is an estimate) or a
    subscription's key."""

    id: int
    mark: str
    due: datetime | None


@dataclass
class Waiting:
    """All that an instance waits for, as stored: tasks and jobs by token, subscriptions by token, kind and name; by token,
    incidents of steps that failed; and the incident that says that nothing can move."""

    tasks: dict[str, OpenRow] = field(default_factory=dict)
    jobs: dict[str, OpenRow] = field(default_factory=dict)
    subscriptions: dict[str, OpenRow] = field(default_factory=dict)
    incidents: dict[str, OpenRow] = field(default_factory=dict)
    stuck: dict[str, OpenRow] = field(default_factory=dict)


def waiting_of(session: Session, instance_id: int) -> Waiting:
    """Everything that an instance waits for, in one query."""
    found = Waiting()
    for kind, row_id, token, mark, due in session.execute(_all_that_waits(), {"instance": instance_id}):
        getattr(found, kind)[token] = OpenRow(row_id, mark, due)
    return found


@cache  # each step asks it, and making it costs more than asking it
def _all_that_waits() -> CompoundSelect[*tuple[Any, ...]]:
    instance_id: BindParameter[int] = bindparam("instance")
    tasks = select(
        literal("tasks").label("kind"), UserTask.id, UserTask.token, UserTask.mark.label("mark"), UserTask.due
    ).where(UserTask.instance_id == instance_id, UserTask.status == OPEN)
    status = case((Job.estimated, Job.status + "~"), else_=Job.status)
    jobs = select(literal("jobs"), Job.id, Job.token, status, Job.due).where(Job.instance_id == instance_id)
    waits = EventSubscription
    subscriptions = select(
        literal("subscriptions"), waits.id, waits.token + "/" + waits.kind + "/" + waits.name, waits.key, null()
    ).where(waits.instance_id == instance_id)
    kind = case((Incident.kind == STUCK, STUCK), else_="incidents")
    troubles = select(kind, Incident.id, Incident.token, literal(""), null()).where(
        Incident.instance_id == instance_id, Incident.resolved.is_(None), Incident.kind.in_(("step", STUCK))
    )
    return union_all(tasks, jobs, subscriptions, troubles)


@dataclass(frozen=True)
class Turn(Generic[Waits]):
    """What a step changes in one table: the rows that are known, what waits now, and the keys at which both say the
    same."""

    known: Mapping[str, OpenRow]
    waiting: Mapping[str, Waits]
    same: Collection[str]

    @property
    def gone(self) -> dict[str, OpenRow]:
        return {key: row for key, row in self.known.items() if key not in self.waiting}

    @property
    def stale(self) -> dict[str, OpenRow]:
        return {key: row for key, row in self.known.items() if key not in self.same}

    @property
    def changed(self) -> dict[int, Waits]:
        return {self.known[key].id: each for key, each in self.wanted.items() if key in self.known}

    @property
    def fresh(self) -> list[Waits]:
        return [each for key, each in self.waiting.items() if key not in self.known]

    @property
    def wanted(self) -> dict[str, Waits]:
        return {key: each for key, each in self.waiting.items() if key not in self.same}


def turn_of(
    known: Mapping[str, OpenRow], waiting: Mapping[str, Waits], is_same: Callable[[OpenRow, Waits], bool]
) -> Turn[Waits]:
    """Compare, key by key, the rows that are known with what waits now."""
    same = {key for key, each in waiting.items() if key in known and is_same(known[key], each)}
    return Turn(known, waiting, same)
