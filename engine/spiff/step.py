"""One step of a process instance: a pure function from stored state and a trigger to an outcome. No database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from engine.errors import MoveRefused, NotWaiting, TimeSpent
from engine.feel import until
from engine.spiff import modification, timers
from engine.spiff import state as stored
from engine.spiff.activities import ReceiveTask, UserTask
from engine.spiff.events import CatchEvent
from engine.spiff.memo import Memo
from engine.spiff.nodes import open_scope
from engine.spiff.tree import Definition, Instance, Token
from engine.spiff.values import needed, require, require_named, role_names
from engine.steps import (
    ActiveToken,
    CalendarChanged,
    Complete,
    Fire,
    MoveToken,
    Outcome,
    Receive,
    Redate,
    SetVariables,
    Start,
    StepContext,
    StepFailed,
    StuckToken,
    Subscription,
    Trigger,
    WaitingTimer,
    WaitingUserTask,
)


def advance(definition: Definition, state: bytes | None, trigger: Trigger, context: StepContext) -> Outcome:
    """Run one trigger until the instance waits or has ended. ``state`` is None for :class:`~engine.steps.Start` and only then.

    Raises NotWaiting when the trigger's token no longer waits, and StepFailed for any error of an expression, timer or
    flow on the way, with the element at which it happened: then nothing has happened, since the stored state is not
    touched. MoveRefused is raised as it is.
    """
    instance = Instance(definition, context)
    try:
        with until(instance.ends):
            if state is not None:
                instance = stored.load(definition, state, context)
                _renew(instance, context.school)
            apply(instance, trigger)
            return outcome(instance)
    except (MoveRefused, NotWaiting):
        raise
    except Exception as error:
        at = instance.at
        cause = instance.took_too_long(at.task_spec.label) if at and isinstance(error, TimeSpent) else error
        raise StepFailed(at.task_spec.element_id if at and at.task_spec.visible else "", cause) from error


def _renew(instance: Instance, school: Mapping[str, Any] | None) -> None:
    """Let ``school`` be what the register says now, in the process and wherever it was handed on to since."""
    known = (instance.task_tree.memo.variables or {}).get("school")
    if school is None or known == school:
        return
    same = {school["urn"], _urn(known)}
    held = (each for token in instance.tokens() for each in (token.memo.variables, token.memo.locals))
    for variables in held:
        if variables is not None and _urn(variables.get("school")) in same - {None}:
            variables["school"] = dict(school)
    instance.set_variables(instance.task_tree, {"school": dict(school)})


def _urn(school: Any) -> str | None:
    return school.get("urn") if isinstance(school, dict) else None


def apply(instance: Instance, trigger: Trigger) -> None:
    """Run one trigger on an instance in memory, until only waiting is left."""
    _HANDLERS[type(trigger)](instance, trigger)
    instance.run_until_quiet()


def _start(instance: Instance, trigger: Start) -> None:
    root = instance.place(instance.definition.root, None, "", Memo(variables=dict(trigger.variables)))
    open_scope(root, instance.definition, instance.definition.key, trigger.element)


def _complete(instance: Instance, trigger: Complete) -> None:
    token = _waiting(instance, trigger.token)
    if not isinstance(token.task_spec, UserTask) or not _is_open_user_task(token):
        raise NotWaiting(token=trigger.token)
    token.task_spec.complete(token, trigger.values)


def _fire(instance: Instance, trigger: Fire) -> None:
    token_id, _, index = trigger.token.partition(".")
    token = _waiting(instance, token_id)
    if not isinstance(token.task_spec, CatchEvent) or int(index or "0") not in token.memo.beats:
        raise NotWaiting(token=trigger.token)
    token.task_spec.timer_fired(token, int(index or "0"))


def _receive(instance: Instance, trigger: Receive) -> None:
    token = _waiting(instance, trigger.token)
    if not _hears(token, trigger.name):
        raise NotWaiting(token=trigger.token)
    for each in (token, *_others(instance, token, trigger.name)):
        if _hears(each, trigger.name):  # what one of them did may have ended another
            each.task_spec.receive(each, trigger.payload, trigger.name)


def _hears(token: Token, name: str) -> bool:
    return any(token.task_spec.waits_for(token, kind, name) is not None for kind in ("message", "signal"))


def _others(instance: Instance, first: Token, name: str) -> list[Token]:
    """Who else in the case hears what one of its tokens does: of a signal whoever waits for it; of a message, under the same
    key, one token each of the case's own process and of every call, which are instances of a process each."""
    found = [each for each in instance.tokens() if each is not first and _hears(each, name)]
    if first.task_spec.waits_for(first, "signal", name) is not None:
        return found
    calls = {_call(first): first}
    for each in found:
        if each.memo.key == first.memo.key:
            calls.setdefault(_call(each), each)
    return list(calls.values())[1:]


def _call(token: Token) -> Token | None:
    """The call by which the process of a token runs; None is the case's own process."""
    at = token.parent
    while isinstance(at, Token) and at.task_spec.kind != "callActivity":
        at = at.parent
    return at if isinstance(at, Token) else None


def _set(instance: Instance, trigger: SetVariables) -> None:
    instance.set_variables(instance.task_tree, trigger.variables)


def _redate(instance: Instance, trigger: Redate) -> None:
    for name, at in trigger.dates.items():
        token_id, _, index = name.partition(".")
        token = _waiting(instance, token_id)
        if _is_open_user_task(token) and not index:
            timers.redate_due(token, at)
        elif int(index or "0") in token.memo.beats:
            timers.redate(token, int(index or "0"), at)
        else:
            raise NotWaiting(token=name)


def _move(instance: Instance, trigger: MoveToken) -> None:
    modification.move(instance, _waiting(instance, trigger.token), trigger.to, trigger.alone)


def _recalculate(instance: Instance, trigger: CalendarChanged) -> None:
    for token in instance.tokens():
        timers.recalculate(token)


_HANDLERS: Mapping[type, Callable[[Instance, Any], None]] = {
    Start: _start,
    Complete: _complete,
    Fire: _fire,
    Receive: _receive,
    SetVariables: _set,
    CalendarChanged: _recalculate,
    Redate: _redate,
    MoveToken: _move,
}


def _waiting(instance: Instance, token_id: str) -> Token:
    token = instance.find(token_id)
    if token is None:
        raise NotWaiting(token=token_id)
    return token


def outcome(instance: Instance) -> Outcome:
    """What the instance waits for now, and what the step has added."""
    tokens = list(instance.tokens()) if instance.task_tree.live else []
    root = instance.task_tree
    return Outcome(
        state=stored.dump(instance) if tokens else b"",
        status="active" if tokens else "completed",
        variables=dict(root.memo.variables or {}),
        user_tasks=tuple(map(_user_task, filter(_is_open_user_task, tokens))),
        timers=tuple(chain.from_iterable(map(_timers, tokens))),
        subscriptions=tuple(chain.from_iterable(map(_subscriptions, tokens))),
        active=tuple(map(_active, filter(_is_seen, tokens))),
        history=tuple(instance.history),
        thrown=tuple(instance.thrown),
        notifications=tuple(instance.notifications),
        categories=tuple(instance.categories),
        stuck=_all_stuck(tokens),
    )


def _is_seen(token: Token) -> bool:
    """Whether a person sees the token in the diagram."""
    return token.task_spec.visible and not token.is_listener


def _all_stuck(tokens: Iterable[Token]) -> tuple[StuckToken, ...]:
    """The tokens that wait in vain, when nothing can move any of them on."""
    if any(map(_is_awaited, tokens)):
        return ()
    return tuple(map(_stuck, filter(_waits_in_vain, tokens)))


def _is_awaited(token: Token) -> bool:
    """Whether a person, a date, a message or a condition can move this token on."""
    waits = isinstance(token.task_spec, CatchEvent | ReceiveTask) and not token.is_listener
    return _is_open_user_task(token) or waits


def _waits_in_vain(token: Token) -> bool:
    """Where nothing can move, the innermost tokens are those that wait: a scope only waits for what is in it."""
    return _is_seen(token) and not token.running()


def _stuck(token: Token) -> StuckToken:
    return StuckToken(str(token.id), token.task_spec.element_id, token.task_spec.label)


def _active(token: Token) -> ActiveToken:
    spec = token.task_spec
    return ActiveToken(str(token.id), spec.process, spec.element_id, token.via, token.entered)


def _is_open_user_task(token: Token) -> bool:
    return isinstance(token.task_spec, UserTask) and token.memo.loop is None and token.at_work


def _user_task(token: Token) -> WaitingUserTask:
    with token.workflow.working(token):
        return _asked(token)


def _asked(token: Token) -> WaitingUserTask:
    spec, element, due = token.task_spec, token.task_spec.element, token.memo.due
    groups = _groups(token)
    return WaitingUserTask(
        token=str(token.id),
        process=spec.process,
        element=spec.element_id,
        name=spec.label,
        lane=spec.definition.lane(spec.element_id),
        form_key=element.form_key,
        candidate_groups=tuple(groups),
        assignee=_assignee(token, groups),
        due=due.at if due else None,
        due_estimated=bool(due and due.estimated),
        priority=_priority(needed(token, element.priority, "The priority")),
        local_variables=_locals(token),
        from_notice="from" in element.properties,
        drawn=due.drawn if due else None,
        follow_up=timers.follow_up(token, element.follow_up_date),
    )


def _groups(token: Token) -> list[str]:
    groups = token.task_spec.element.candidate_groups
    if groups and groups[0].lstrip().startswith("="):
        text = ",".join(groups)
        found = needed(token, text, "The candidate groups")
        named = role_names(found)
        require(token, None if None in named else named, text, "One of the candidate groups")
        require_named(token, named, text, "The expression of the candidate groups")
        return named
    return [group for group in groups if group]


def _assignee(token: Token, groups: Sequence[str]) -> str:
    """Who the diagram gives a task to by name; empty for nobody in particular, which takes roles."""
    text = token.task_spec.element.assignee
    found = needed(token, text, "The assignee")
    if text and not (groups and found == ""):
        require_named(token, found, text, "The expression of the assignee")
    return str(found)


def _priority(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 50


def _locals(token: Token) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    at: Token | None = token
    while at is not None and at.memo.variables is None:
        seen = {**(at.memo.locals or {}), **seen}
        at = at.parent
    return seen


def _timers(token: Token) -> list[WaitingTimer]:
    waiting = token.memo.beats if token.waits else {}
    several = len(token.task_spec.element.event_definitions) > 1 if waiting else False
    spec = token.task_spec
    return [
        WaitingTimer(
            token=f"{token.id}.{index}" if several else str(token.id),
            process=spec.process,
            element=spec.element_id,
            name=spec.label,
            due=beat.due,
            estimated=beat.estimated,
            why=beat.why,
            from_notice="from" in spec.element.properties,
            drawn=beat.drawn,
        )
        for index, beat in waiting.items()
    ]


def _subscriptions(token: Token) -> list[Subscription]:
    spec = token.task_spec
    if not spec.visible:
        return []
    wanted: list[tuple[Any, str]] = [
        (d.kind, d.name) for d in spec.element.event_definitions if d.kind in ("message", "signal")
    ]
    if spec.element.kind == "receiveTask":
        wanted = [("message", spec.element.message_name)]
    return [
        Subscription(
            str(token.id),
            spec.process,
            spec.element_id,
            kind,
            name,
            token.memo.key if kind == "message" else "",
        )
        for kind, name in wanted
        if spec.waits_for(token, kind, name) is not None
    ]
