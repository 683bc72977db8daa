"""Answers replaced by whoever gave them, while nothing has followed from them but that the case waits.

Afterwards somebody has been told of them, worked on with them, or been sent another way because of them: then they stand, and a
note stands beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import stepping
from engine.cases.stepping import World
from engine.deployments.registry import Loaded
from engine.diagram import Diagram, Element, SequenceFlow
from engine.errors import AnswerCounts, InstanceEnded, NotTheAuthor, TaskNotFound
from engine.forms import mentions
from engine.lint.expressions import expressions_of
from engine.queries.common import Elements
from engine.steps import SetVariables
from engine.store.tables import Correction, History, ProcessInstance, UserTask
from engine.store.tenancy import Scope

#: Elements that only lead on: the case may have passed them since.
_LEAD_ON = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
_ENDS = ("completed", "cancelled", "skipped")


def replace(session: Session, world: World, task_id: int, values: Mapping[str, Any], reason: str, scope: Scope) -> None:
    """Put other answers in the place of those of a completed task; what they were is kept, with who, when and why.

    Raises TaskNotFound, NotTheAuthor, AnswerCounts, and what the step raises.
    """
    task = session.get(UserTask, task_id)
    if task is None:
        raise TaskNotFound(task=task_id)
    name = _name(session, task)
    if task.status != "completed" or task.ended_by != scope.username:
        raise NotTheAuthor(task=name)
    try:
        instance = stepping.lock(session, task.instance_id)
    except InstanceEnded:
        raise AnswerCounts(task=name, reason="the case has ended") from None
    session.refresh(task)
    was = dict(task.values or {})
    changed = {key for key in {*was, *values} if was.get(key) != values.get(key)}
    if not changed:
        return
    loaded = world.registry.get(session, instance.definition_id)
    _check(session, loaded, (instance, task), name, changed)
    stepping.step(session, world, instance, SetVariables(dict(values)), by=scope.username, element=task.element)
    task.values = dict(values)
    note = {"instance_id": instance.id, "task_id": task.id, "text": "", "reason": reason, "was": was}
    session.add(Correction(authority=task.authority, by=scope.username, at=world.clock.now(), **note))


def is_open(session: Session, world: World, task_id: int) -> bool:
    """Whether the answers of a completed task may be replaced still, as far as that does not turn on what is changed."""
    task = session.get(UserTask, task_id)
    instance = session.get(ProcessInstance, task.instance_id) if task else None
    if task is None or instance is None or instance.status != "active" or instance.suspended is not None:
        return False
    try:
        _check(session, world.registry.get(session, instance.definition_id), (instance, task), "", ())
    except AnswerCounts:
        return False
    return True


def _check(
    session: Session, loaded: Loaded, of: tuple[ProcessInstance, UserTask], name: str, changed: Collection[str]
) -> None:
    """Raises AnswerCounts where something has followed from the answers."""
    instance, task = of
    diagram = loaded.definition.diagram
    own = diagram.elements.get(task.element) if task.definition_id == instance.definition_id else None
    if own is None or any(diagram.elements[each].loop is not None for each in _around(own, diagram.elements)):
        raise AnswerCounts(task=name, reason="they are collected with those of others")
    if reason := _worked_out(instance, task, diagram, changed):
        raise AnswerCounts(task=name, reason=reason)
    for passed in _passed(session, instance, task):
        element = diagram.elements.get(passed.element) if passed.definition_id == instance.definition_id else None
        if reason := _stands_since(element, diagram.flows_from(element) if element else (), changed):
            raise AnswerCounts(task=name, reason=reason)


def _stands_since(element: Element | None, flows: Iterable[SequenceFlow], changed: Collection[str]) -> str:
    """Why the answers stand since the case has passed an element; empty where it only leads on, whatever was changed."""
    if element is None or not _leads_on(element):
        return "the case has moved on"
    decides = any(mentions(flow.condition, changed) for flow in flows)
    return "they decided which way the case went" if decides else ""


def _leads_on(element: Element) -> bool:
    """Whether nothing happens at an element but that a path goes on, or ends beside others."""
    return element.kind in _LEAD_ON or (element.kind == "endEvent" and not element.event_definitions)


def _worked_out(instance: ProcessInstance, task: UserTask, diagram: Diagram, changed: Collection[str]) -> str:
    """Why the answers stand since something that waits has them already: a date, whom it asks, or another process."""
    read = [each.text for each in diagram.elements[task.element].outputs]
    for definition_id, element in _entered(instance, task):
        if definition_id != instance.definition_id:
            return "another process works with them"
        around = (each for each in diagram.elements.values() if element in (each.id, each.attached_to))
        read += [each.feel for part in around for each in expressions_of(part)]
    worked_out = any(mentions(each, changed) for each in read)
    return "a date, or whom the case asks next, was worked out with them" if worked_out else ""


def _entered(instance: ProcessInstance, task: UserTask) -> Iterator[tuple[int, str]]:
    """Where the case waits that it has come to since the task was completed."""
    for definition_id, element, _, _, *entered in instance.active:
        # Rows of older versions do not say since when: those stand where they stood.
        if entered and task.ended is not None and datetime.fromisoformat(entered[0]) >= task.ended:
            yield definition_id, element


def _around(element: Element, elements: Mapping[str, Element]) -> Iterator[str]:
    """An element, and the subprocesses that it stands in."""
    at = element.id
    while at in elements:
        yield at
        at = elements[at].parent


def _passed(session: Session, instance: ProcessInstance, task: UserTask) -> Sequence[History]:
    """What has ended in the case since the task did."""
    mine = History.instance_id == instance.id
    done = select(History.seq).where(mine, History.token == task.token, History.how == "completed")
    seq = session.scalar(done.order_by(History.seq.desc()).limit(1)) or 0
    return session.scalars(select(History).where(mine, History.seq > seq, History.how.in_(_ENDS))).all()


def _name(session: Session, task: UserTask) -> str:
    return Elements(session, [task.definition_id]).info(task.definition_id, task.element).name
