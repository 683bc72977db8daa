"""What would follow if a person gave an answer: the step is taken as it will be, and nothing of it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import stepping
from engine.cases.stepping import World
from engine.errors import TaskNotFound
from engine.steps import Complete, Notification, Outcome
from engine.store.tables import OPEN, ProcessInstance, UserTask


@dataclass(frozen=True)
class Asked:
    """A task that would be asked."""

    name: str
    roles: tuple[str, ...]
    due: datetime | None


@dataclass(frozen=True)
class Following:
    """What an answer would bring about at once: who is told what, who is asked what next, and what cannot be taken back."""

    told: tuple[Notification, ...]
    asked: tuple[Asked, ...]
    ends: bool
    """The case would end."""
    escalates: bool
    """Another process would be called, or told by a message."""
    category: str = ""
    """The category that the school would be put in."""

    def weighs(self, outside: Iterable[str]) -> bool:
        """Whether it ends or escalates the case, categorises its school, or tells somebody of these roles outside,
        or the school itself."""
        roles = {role for each in self.told for role in each.to}
        return (
            any(each.school for each in self.told)
            or self.ends
            or self.escalates
            or bool(self.category)
            or not roles.isdisjoint(outside)
        )


def foresee(session: Session, world: World, task_id: int, values: Mapping[str, Any]) -> Following:
    """What would follow if a task were completed now with these values.

    Raises TaskNotFound for one that is not open, and StepFailed where the case could not go on.
    """
    chosen = select(ProcessInstance, UserTask).join(UserTask, UserTask.instance_id == ProcessInstance.id)
    found = session.execute(chosen.where(UserTask.id == task_id, UserTask.status == OPEN)).first()
    if found is None:
        raise TaskNotFound(task=task_id)
    instance, task = found
    outcome = stepping.tried(session, world, instance, Complete(task.token, dict(values)))
    return following(session, world, instance, outcome)


def following(session: Session, world: World, instance: ProcessInstance, outcome: Outcome) -> Following:
    """What a step of a case would bring about that has come to this outcome and is not written."""
    tokens = set(session.scalars(select(UserTask.token).where(UserTask.instance_id == instance.id)))
    ids = world.registry.get(session, instance.definition_id).ids
    running = {instance.definition_id, *(row[0] for row in instance.active)}
    called = any(ids[each.process] not in running for each in outcome.active)
    return _following(outcome, tokens, called)


def _following(outcome: Outcome, tokens: set[str], called: bool) -> Following:
    fresh = (each for each in outcome.user_tasks if each.token not in tokens)
    return Following(
        told=outcome.notifications,
        asked=tuple(Asked(each.name, each.candidate_groups, each.due) for each in fresh),
        ends=outcome.status != "active",
        escalates=called or bool(outcome.thrown),
        category=outcome.categories[-1].category if outcome.categories else "",
    )
