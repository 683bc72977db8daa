"""What a step that is not written would change in a case: what begins and ends to wait, which dates move, what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, null, select
from sqlalchemy.orm import Session

from engine.cases import foresight
from engine.cases.foresight import Following
from engine.cases.stepping import World
from engine.queries.common import AnyRow, Elements
from engine.steps import Outcome, Subscription, WaitingTimer, WaitingUserTask
from engine.store.tables import OPEN, EventSubscription, Job, ProcessInstance, UserTask

TASK, TIMER, MESSAGE = "task", "timer", "message"


@dataclass(frozen=True)
class Wait:
    """Something that waits: a task, a timer, or an event (``kind`` message) for what happens outside."""

    kind: str
    name: str
    due: datetime | None = None
    assignee: str = ""


@dataclass(frozen=True)
class Moved:
    """A date that moves. ``drawn`` is the diagram's own where the new one is another; ``clauses`` what its element carries."""

    kind: str
    name: str
    before: datetime | None
    after: datetime | None
    drawn: datetime | None
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """What a change would bring about at once. Tasks that would be asked are among what follows."""

    following: Following
    gone: tuple[Wait, ...]
    """What would not wait any more."""
    begun: tuple[Wait, ...]
    """Timers and events that would begin to wait."""
    moved: tuple[Moved, ...]


Waits = WaitingUserTask | WaitingTimer | Subscription
#: Kind, token and element of what waits.
Key = tuple[str, str, str]


def effect_of(session: Session, world: World, instance: ProcessInstance, outcome: Outcome) -> Effect:
    """What would change by a step with this outcome."""
    ids = world.registry.get(session, instance.definition_id).ids
    before = {(row.kind, row.token, row.element): row for row in _waiting(session, instance.id)}
    after = {(kind, each.token, each.element): each for kind, each in _after(outcome)}
    elements = Elements(session, [*ids.values(), *(row.definition_id for row in before.values())])
    fresh = {key: each for key, each in after.items() if key[0] != TASK and key not in before}
    return Effect(
        following=foresight.following(session, world, instance, outcome),
        gone=tuple(_wait(elements, row) for key, row in before.items() if key not in after),
        begun=tuple(_begun(elements, ids[each.process], key[0], each) for key, each in fresh.items()),
        moved=tuple(_moves(elements, before, after)),
    )


def _moves(elements: Elements, before: Mapping[Key, AnyRow], after: Mapping[Key, Waits]) -> Iterator[Moved]:
    for key in after:
        if key in before and before[key].due != _due(after[key]):
            yield _moved(elements, before[key], after[key])


def _waiting(session: Session, instance_id: int) -> list[AnyRow]:
    """All that the case waits for, as stored."""
    tasks = select(UserTask.token, UserTask.element, UserTask.definition_id, UserTask.due, UserTask.assignee)
    timers = select(Job.token, Job.element, Job.definition_id, Job.due, null().label("assignee"))
    waits = EventSubscription
    events = select(waits.token, waits.element, waits.definition_id, null().label("due"), null().label("assignee"))
    chosen = (
        tasks.where(UserTask.instance_id == instance_id, UserTask.status == OPEN).order_by(UserTask.id),
        timers.where(Job.instance_id == instance_id).order_by(Job.due, Job.id),
        events.where(waits.instance_id == instance_id).order_by(waits.id),
    )
    kinds = zip((TASK, TIMER, MESSAGE), chosen, strict=True)
    return [row for kind, rows in kinds for row in session.execute(rows.add_columns(literal(kind).label("kind")))]


def _after(outcome: Outcome) -> Iterator[tuple[str, Waits]]:
    yield from ((TASK, each) for each in outcome.user_tasks)
    yield from ((TIMER, each) for each in outcome.timers)
    yield from ((MESSAGE, each) for each in outcome.subscriptions)


def _due(each: Waits) -> datetime | None:
    return None if isinstance(each, Subscription) else each.due


def _wait(elements: Elements, row: AnyRow) -> Wait:
    name = elements.info(row.definition_id, row.element).name
    return Wait(row.kind, name, row.due, row.assignee or "")


def _begun(elements: Elements, definition_id: int, kind: str, each: Waits) -> Wait:
    return Wait(kind, elements.info(definition_id, each.element).name, _due(each))


def _moved(elements: Elements, row: AnyRow, each: Waits) -> Moved:
    info = elements.info(row.definition_id, row.element)
    drawn = None if isinstance(each, Subscription) else each.drawn
    return Moved(row.kind, info.name, row.due, _due(each), drawn, info.clauses)
