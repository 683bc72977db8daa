"""An Outcome as rows: instance, user tasks, jobs, subscriptions, history, messages, notifications, outbox.

What waits after the step is compared with what waited before, read in one query, and the difference is written in bulk: a
step costs the same few statements however much waits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2s
from typing import Any

from sqlalchemy import Update, case, delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.cases import keeping, readers
from engine.cases.waiting import STUCK, OpenRow, Waiting, turn_of
from engine.decisions import result_in_words
from engine.deployments.registry import Loaded
from engine.errors import CaseStuck
from engine.jobs import meetings, outbox, queue
from engine.jobs.post import Post
from engine.schools import register
from engine.steps import HistoryStep, Outcome, StuckToken, Subscription, Thrown, WaitingTimer, WaitingUserTask
from engine.store.keys import KEY_LENGTH
from engine.store.tables import (
    NEVER,
    EventSubscription,
    History,
    Incident,
    Job,
    Message,
    Notification,
    ProcessInstance,
    UserTask,
    UserTaskRole,
)

#: ``UserTask.told`` of a task of which nobody has been told yet.
NEW = -2


@dataclass
class Step:
    """What a step is about to write: for which instance, when, by whom; ``token`` is the one that was acted upon, and
    ``element`` where it waited, or the event beside it that was caught."""

    session: Session
    instance: ProcessInstance
    loaded: Loaded
    waiting: Waiting
    now: datetime
    by: str = ""
    token: str = ""
    values: Mapping[str, Any] | None = None
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    post: Post | None = None
    """Where people are told by mail."""
    first: Mapping[str, str] = field(default_factory=dict)
    """To whom tasks that begin are given by default, by token (engine/cases/advisers.py)."""
    element: str = ""

    def definition_id(self, process: str) -> int:
        """The id of the definition that runs this process (the instance's own, or a called one)."""
        return self.loaded.ids[process]


def write(step: Step, outcome: Outcome) -> None:
    """Write the outcome of a step. The instance's row is already locked (or new); the caller commits."""
    seq = step.instance.history_length + 1
    lines = _lines(step, seq, outcome.history)
    _instance(step, outcome, len(lines))
    if lines:
        step.session.execute(insert(History), [{**line, "instance_id": step.instance.id} for line in lines])
    _tasks(step, outcome.user_tasks)
    _subscriptions(step, outcome.subscriptions)
    messages = _messages(step, outcome.thrown)
    _jobs(step, outcome.timers, messages)
    _settle_incidents(step, outcome)
    _tell_of_standstill(step, outcome)
    outbox.notify(step.session, step.instance, outcome.notifications, step.now, step.post)
    if outcome.status != "active":
        call_off(step.session, step.instance, step.now, step.post)
    for each in outcome.categories:
        register.categorise(step.session, step.instance, each, step.now)


def call_off(session: Session, instance: ProcessInstance, now: datetime, post: Post | None) -> None:
    """Tell that the meetings that were still to come do not take place, since their case has ended."""
    outbox.notify(
        session, instance, meetings.over(session, instance, now), now, post, f"off-{instance.id}-{instance.revision}"
    )


def _instance(step: Step, outcome: Outcome, lines: int) -> None:
    instance = step.instance
    instance.state, instance.variables, instance.status = outcome.state, outcome.variables, outcome.status
    instance.active = [
        [step.definition_id(a.process), a.element, a.via, a.token, a.entered.isoformat()] for a in outcome.active
    ]
    instance.history_length += lines
    if outcome.status != "active":
        instance.ended = step.now
    step.session.add(instance)
    step.session.flush()


def _lines(step: Step, seq: int, steps: Iterable[HistoryStep]) -> list[dict[str, Any]]:
    begun = [] if step.token or seq > 1 else [_line(step, seq, how="started", by=step.by, detail=step.detail or None)]
    ended = list(steps)
    acted = _acted_upon(step, ended)
    return begun + [_ended(step, at, each, each in acted) for at, each in enumerate(ended, start=seq + len(begun))]


def _acted_upon(step: Step, ended: Iterable[HistoryStep]) -> list[HistoryStep]:
    """What of the elements that ended was acted upon. The token of an event beside an activity, or of one that begins a part of
    the process, waits on where it stands: what it caught ended by a token of its own."""
    ended = list(ended)
    own = [each for each in ended if each.token == step.token.partition(".")[0]]
    caught = [each for each in ended if each.element == step.element and each.how == "completed"]
    return own if not step.token or any(each.how == "completed" for each in own) else own + caught[:1]


def _ended(step: Step, seq: int, each: HistoryStep, acted: bool) -> dict[str, Any]:
    """An element that ended. Who did it, and what there is to say of it, stands with the one that was acted upon."""
    return _line(
        step,
        seq,
        how=each.how,
        definition_id=step.definition_id(each.process),
        element=each.element,
        token=each.token,
        via=each.via,
        entered=None if each.entered == each.ended else each.entered,
        ended=each.ended,
        by=(step.by or None) if acted else None,
        detail={**(step.detail if acted else {}), **_decided(step, each)} or None,
    )


def _decided(step: Step, each: HistoryStep) -> dict[str, Any]:
    """What a business rule task decided, in words: the tables of a later version may call it otherwise."""
    if each.decided is None:
        return {}
    decision, result = each.decided
    return {"decided": result_in_words(step.loaded.decisions[decision], result)}


def _line(step: Step, seq: int, **known: Any) -> dict[str, Any]:
    empty = {"definition_id": None, "element": "", "token": "", "via": "", "entered": None, "ended": step.now}
    return {**empty, "by": None, "detail": None, **known, "authority": step.instance.authority, "seq": seq}


def rehouse(session: Session, cases: Collection[int], urn: str) -> None:
    """Give what carries the school of these cases another one: tasks, their inbox rows and notifications."""
    tasks = select(UserTask.id).where(UserTask.instance_id.in_(cases))
    for table, whose in (
        (UserTask, UserTask.instance_id.in_(cases)),
        (UserTaskRole, UserTaskRole.task_id.in_(tasks)),
        (Notification, Notification.instance_id.in_(cases)),
    ):
        session.execute(update(table).where(whose).values(school_urn=urn).execution_options(synchronize_session=False))


def add_line(
    session: Session,
    instance: ProcessInstance,
    now: datetime,
    how: str,
    by: str,
    detail: Mapping[str, Any],
    element: str = "",
    definition_id: int | None = None,
) -> None:
    """Add a line to the history that no element's end brings: a stop, an incident, a retry. The instance is locked.

    ``definition_id`` is whose diagram has the element, where its name is to be read.
    """
    add_row(session, instance, now, how=how, by=by, detail=dict(detail), element=element, definition_id=definition_id)


def add_row(session: Session, instance: ProcessInstance, now: datetime, **known: Any) -> None:
    """Add a row to the history with these columns, the others empty. The instance is locked."""
    instance.history_length += 1
    empty = {"definition_id": None, "element": "", "token": "", "via": "", "entered": None, "by": None, "detail": None}
    place = {"authority": instance.authority, "instance_id": instance.id, "seq": instance.history_length}
    session.add(History(**{**empty, "ended": now, **known, **place}))


def _insert(step: Step, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        step.session.execute(insert(table), rows)


def _delete(step: Step, column: InstrumentedAttribute[int], values: list[int]) -> None:
    """Delete the rows of a table in which a column has one of these values."""
    if values:
        step.session.execute(delete(column.class_).where(column.in_(values)))


def _tasks(step: Step, tasks: Iterable[WaitingUserTask]) -> None:
    turn = turn_of(step.waiting.tasks, {task.token: task for task in tasks}, _says_the_same)
    changed = turn.changed
    _end_tasks(step, turn.gone)
    _delete(step, UserTaskRole.task_id, [*(row.id for row in turn.gone.values()), *changed])
    for task_id, task in changed.items():
        _retell(step, task_id, task)
    asked = _insert_tasks(step, turn.fresh) | changed
    _insert(step, UserTaskRole, [row for task_id, task in asked.items() for row in _roles(step, task_id, task)])
    readers.note(step.session, step.instance, step.loaded, asked.values())


def _says_the_same(row: OpenRow, task: WaitingUserTask) -> bool:
    return row.mark == _mark(task)


def _end_tasks(step: Step, gone: Mapping[str, OpenRow]) -> None:
    if gone:
        step.session.execute(update(UserTask), [_ended_task(step, token, row.id) for token, row in gone.items()])


def _ended_task(step: Step, token: str, task_id: int) -> dict[str, Any]:
    done = token == step.token
    return {
        "id": task_id,
        "status": "completed" if done else "cancelled",
        "ended": step.now,
        "ended_by": step.by if done else None,
        "values": dict(step.values) if done and step.values is not None else None,
        "note": (step.note or None) if done else None,
    }


def _retell(step: Step, task_id: int, task: WaitingUserTask) -> None:
    """What the diagram says of an open task has changed with the variables; who has claimed it stays."""
    step.session.execute(
        update(UserTask)
        .where(UserTask.id == task_id)
        .values(
            candidate_groups=list(task.candidate_groups),
            priority=case((UserTask.priority_by.is_not(None), UserTask.priority), else_=task.priority),
            due=task.due,
            due_estimated=task.due_estimated,
            due_order=task.due or NEVER,
            policy_due=task.drawn,
            **_untold(step, task),
            mark=_mark(task),
        )
    )


def _untold(step: Step, task: WaitingUserTask) -> dict[str, Any]:
    """What is not told yet of a task whose date, say, has changed; one that is still new stays so (engine/cases/telling.py)."""
    if step.instance.suspended is not None:
        return {"tell_at": None, "told": NEW + 1}
    return {"tell_at": step.now, "told": case((UserTask.told == NEW, NEW), else_=NEW + 1)}


def _insert_tasks(step: Step, fresh: list[WaitingUserTask]) -> dict[int, WaitingUserTask]:
    if not fresh:
        return {}
    rows = [
        {
            "authority": step.instance.authority,
            "instance_id": step.instance.id,
            "definition_id": step.definition_id(task.process),
            "element": task.element,
            "token": task.token,
            "status": "open",
            "candidate_groups": list(task.candidate_groups),
            "assignee": task.assignee or step.first.get(task.token),
            "by_default": task.token in step.first,
            "priority": task.priority,
            "follow_up": task.follow_up,
            "due": task.due,
            "due_estimated": task.due_estimated,
            "due_order": task.due or NEVER,
            "policy_due": task.drawn,
            "tell_at": step.now,
            "told": NEW,
            "created": step.now,
            "mark": _mark(task),
            "school_urn": step.instance.school_urn,
        }
        for task in fresh
    ]
    statement = insert(UserTask).returning(UserTask.id, sort_by_parameter_order=True)
    return dict(zip(step.session.scalars(statement, rows), fresh, strict=True))


def _mark(task: WaitingUserTask) -> str:
    due = [task.due.isoformat(), task.due_estimated] if task.due else []
    due += [task.drawn.isoformat()] if task.drawn else []
    said = [task.candidate_groups, task.assignee, task.priority, due]
    return blake2s(json.dumps(said).encode(), digest_size=8).hexdigest()


def _roles(step: Step, task_id: int, task: WaitingUserTask) -> list[dict[str, Any]]:
    """The inbox rows of a task: a row a role; the role "" for everyone, unless the task is given to one person."""
    roles = list(dict.fromkeys(task.candidate_groups)) or ([] if task.assignee else [""])
    instance = step.instance
    fixed: dict[str, Any] = {"authority": instance.authority, "school_urn": instance.school_urn, "task_id": task_id}
    fixed["due_order"] = task.due or NEVER
    return [{**fixed, "role": role} for role in roles]


def _subscriptions(step: Step, subscriptions: Iterable[Subscription]) -> None:
    waiting = {f"{each.token}/{each.kind}/{each.name}": each for each in subscriptions}
    turn = turn_of(step.waiting.subscriptions, waiting, _has_the_same_key)
    _delete(step, EventSubscription.id, [row.id for row in turn.stale.values()])
    rows = [_subscription(step, each) for each in turn.wanted.values()]
    _insert(step, EventSubscription, rows)
    keeping.wake(step.session, step.instance.authority, rows, step.now)


def _has_the_same_key(row: OpenRow, subscription: Subscription) -> bool:
    return row.mark == subscription.key[:KEY_LENGTH]


def _subscription(step: Step, waits: Subscription) -> dict[str, Any]:
    return {
        "authority": step.instance.authority,
        "instance_id": step.instance.id,
        "token": waits.token,
        "element": waits.element,
        "definition_id": step.definition_id(waits.process),
        "process": step.instance.process,
        "kind": waits.kind,
        "name": waits.name,
        "key": waits.key[:KEY_LENGTH],
    }


def _messages(step: Step, thrown: Iterable[Thrown]) -> list[int]:
    """Thrown messages and signals become rows, delivered later by the dispatcher: the engine never re-enters itself."""
    rows = [
        {
            "authority": step.instance.authority,
            "kind": t.kind,
            "name": t.name,
            "keys": {"key": t.key} if t.key else {},
            "payload": t.payload,
            "source_id": step.instance.id,
            "target_id": None,
            "status": "waiting",
            "sent": step.now,
            "definition_id": step.definition_id(t.process),
            "element": t.element,
            "keep_until": t.keep_until,
        }
        for t in thrown
    ]
    if not rows:
        return []
    return list(step.session.scalars(insert(Message).returning(Message.id, sort_by_parameter_order=True), rows))


def _jobs(step: Step, timers: Iterable[WaitingTimer], messages: Iterable[int]) -> None:
    turn = turn_of(step.waiting.jobs, {timer.token: timer for timer in timers}, _is_same)
    _delete(step, Job.id, [row.id for row in turn.stale.values()])
    _resolve_failed(step, turn.stale.values())
    rows = [_timer_job(step, timer) for timer in turn.wanted.values()]
    rows += [queue.message_job(step.instance.authority, message_id, step.now) for message_id in messages]
    _insert(step, Job, rows)


def _resolve_failed(step: Step, gone: Iterable[OpenRow]) -> None:
    """The case has moved on, so nobody need look at why its timer failed."""
    failed = [row.id for row in gone if row.mark.startswith("failed")]
    if failed:
        resolved = update(Incident).where(Incident.job_id.in_(failed), Incident.resolved.is_(None))
        step.session.execute(resolved.values(resolved=step.now, resolved_by=step.by))


def _is_same(row: OpenRow, timer: WaitingTimer) -> bool:
    as_drawn = timer.drawn is None or row.mark.startswith("failed")  # else the diagram's own date may be another now
    return row.due == timer.due and row.mark.endswith("~") == timer.estimated and as_drawn


def _timer_job(step: Step, timer: WaitingTimer) -> dict[str, Any]:
    return {
        **queue.job_row(step.instance.authority, "timer", timer.due),
        "instance_id": step.instance.id,
        "token": timer.token,
        "definition_id": step.definition_id(timer.process),
        "element": timer.element,
        "estimated": timer.estimated,
        "policy_due": timer.drawn,
        "since": None if timer.due >= step.now or "late_by" in step.detail else step.now,
        "why": timer.why,
        **({"status": "suspended"} if step.instance.suspended is not None else {}),
    }


def close(session: Session, waiting: Waiting, now: datetime, instance: ProcessInstance) -> None:
    """End everything that an instance waits for: it has been stopped."""
    session.execute(_open_incidents(instance.id).values(resolved=now, resolved_by=""))
    tasks = [row.id for row in waiting.tasks.values()]
    if tasks:
        session.execute(update(UserTask).where(UserTask.id.in_(tasks)).values(status="cancelled", ended=now))
        session.execute(delete(UserTaskRole).where(UserTaskRole.task_id.in_(tasks)))
    session.execute(delete(Job).where(Job.instance_id == instance.id))
    session.execute(delete(EventSubscription).where(EventSubscription.instance_id == instance.id))


def _settle_incidents(step: Step, outcome: Outcome) -> None:
    """A case that has ended has nothing left to mend; a step that failed before has now been done, or can't be any more."""
    found = _open_incidents(step.instance.id)
    if outcome.status == "active":
        waits = {task.token for task in outcome.user_tasks} | {each.token for each in outcome.subscriptions}
        over = [row.id for token, row in step.waiting.incidents.items() if token == step.token or token not in waits]
        if not over:
            return
        found = found.where(Incident.id.in_(over))
    step.session.execute(found.values(resolved=step.now, resolved_by=step.by))


def _tell_of_standstill(step: Step, outcome: Outcome) -> None:
    """A case in which nothing can move is an incident; one that moves again is none any more."""
    stuck = outcome.stuck
    known = next(iter(step.waiting.stuck.items()), None)
    if known is not None and (not stuck or known[0] != stuck[0].token):
        settled = _open_incidents(step.instance.id).where(Incident.kind == STUCK)
        step.session.execute(settled.values(resolved=step.now, resolved_by=step.by))
    if stuck and (known is None or known[0] != stuck[0].token):
        step.session.add(_standstill(step, stuck))


def _standstill(step: Step, stuck: Iterable[StuckToken]) -> Incident:
    first, *_ = stuck
    elements = " and ".join(f'"{each.name}"' for each in stuck)
    return Incident(
        authority=step.instance.authority,
        instance_id=step.instance.id,
        job_id=None,
        kind=STUCK,
        element=first.element,
        token=first.token,
        message=str(CaseStuck(elements=elements)),
        detail=", ".join(f"{each.element} (token {each.token})" for each in stuck),
        answer=None,
        created=step.now,
        resolved=None,
        resolved_by=None,
    )


def _open_incidents(instance_id: int) -> Update:
    """Mail that could not be sent concerns people still when the case has ended, so those incidents stay open."""
    mine = (Incident.instance_id == instance_id, Incident.resolved.is_(None), Incident.kind != "outbox")
    return update(Incident).where(*mine)
