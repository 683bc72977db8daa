"""Events: BPMN 2.0.2 section 10.5, in every position that an engine can run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.spiff import compensation, propagation, timers
from engine.spiff.memo import Memo
from engine.spiff.messages import message_key, throw_message
from engine.spiff.nodes import NodeSpec, win_race
from engine.spiff.tree import Token
from engine.spiff.values import holds, value

#: Event definitions that wait for something from outside the flow (the rest are found when they are thrown).
LISTENING = {"message", "signal", "timer", "conditional"}


class CatchEvent(NodeSpec):
    """Waits for one of its event definitions (all of them when ``parallelMultiple``), then sends a token on."""

    @property
    def listens(self) -> bool:
        return any(d.kind in LISTENING for d in self.element.event_definitions)

    @property
    def watches(self) -> bool:
        return any(d.kind == "conditional" for d in self.element.event_definitions)

    def enter(self, token: Token) -> bool:
        if token.memo.happened or not self.listens:
            return True
        self._arm(token)
        return False

    def _arm(self, token: Token) -> None:
        for index, definition in enumerate(self.element.event_definitions):
            if definition.kind == "timer":
                timers.arm(token, index, definition)
            elif definition.kind == "message":
                token.memo.key = message_key(token)

    def waits_for(self, token: Token, kind: str, name: str) -> int | None:
        """Which event definition waits for this message or signal, if one does."""
        if not token.waits:
            return None
        events = enumerate(self.element.event_definitions)
        return next((i for i, d in events if d.kind == kind and d.name == name), None)

    def receive(self, token: Token, payload: Mapping[str, Any], name: str) -> None:
        """A message or signal of this name has come."""
        events = enumerate(self.element.event_definitions)
        index = next(i for i, d in events if d.kind in ("message", "signal") and d.name == name)
        self._occurred(token, index, payload)

    def timer_fired(self, token: Token, index: int) -> None:
        """The timer with this index has fallen due."""
        token.memo.fired_at = token.memo.beats[index].due
        self._occurred(token, index, {})

    def look(self, token: Token, changed: bool) -> None:
        """A condition fires on becoming true; at the first look, when the wait begins, it counts as false before."""
        if not changed and token.memo.held is not None:
            return
        before, now = token.memo.held or {}, self._holding(token)
        token.memo.held = now
        for index, is_true in now.items():
            if is_true and not before.get(index, False) and token.waits:
                self._occurred(token, index, {})

    def _holding(self, token: Token) -> dict[int, bool]:
        conditions = {i: d.text for i, d in enumerate(self.element.event_definitions) if d.kind == "conditional"}
        return {index: holds(token, text, "The condition") for index, text in conditions.items()}

    def settle(self, token: Token, changed: bool) -> bool:
        if token.waits and changed:
            self._retime(token)
        if token.waits:
            timers.require_date(token)
        return False

    def _retime(self, token: Token) -> None:
        for index, definition in enumerate(self.element.event_definitions):
            if definition.kind == "timer":
                timers.variables_changed(token, index, definition)

    def _occurred(self, token: Token, index: int, payload: Mapping[str, Any]) -> None:
        if self.element.parallel_multiple and not self._all_seen(token, index, payload):
            return
        self.fire(token, index, payload)

    def _all_seen(self, token: Token, index: int, payload: Mapping[str, Any]) -> bool:
        token.workflow.set_variables(token, payload)
        seen = token.memo.seen
        seen.extend([] if index in seen else [index])
        token.memo.beats.pop(index, None)
        return len(seen) == len(self.element.event_definitions)

    def fire(self, token: Token, index: int, payload: Mapping[str, Any]) -> None:
        """What was waited for has happened."""
        token.workflow.set_variables(token, payload)
        win_race(token)
        token.ready()

    def listen_again(self, token: Token, index: int) -> None:
        """A listener that does not interrupt waits on, unless its timer has had its last beat."""
        token.memo.seen = []
        definition = self.element.event_definitions[index]
        if definition.kind == "timer" and not timers.rearm(token, index, definition) and not token.memo.beats:
            token.workflow.cancel_token(token)


class StartEvent(CatchEvent):
    """Begins a process or subprocess; that of an event subprocess listens while its scope runs."""

    def fire(self, token: Token, index: int, payload: Mapping[str, Any]) -> None:
        scope = token.scope
        propagation.start_event_subprocess(scope, self, payload)
        if token.live:
            self.listen_again(token, index)


class BoundaryEvent(CatchEvent):
    """Attached to an activity: ends it, or goes on beside it."""

    def fire(self, token: Token, index: int, payload: Mapping[str, Any]) -> None:
        listener = token.memo.listener
        host = token.workflow.find(listener.host) if listener else None
        assert host is not None, "a boundary event goes when its activity does"
        propagation.leave_by_boundary(host, self, payload)
        if token.live:
            self.listen_again(token, index)


class ThrowEvent(NodeSpec):
    """An intermediate throw or end event. What it throws takes effect as it completes, so it is never its own victim."""

    def enter(self, token: Token) -> bool:
        for definition in self.element.event_definitions:
            if definition.kind == "cancel":
                _cancel_others(token)
            if definition.kind in ("compensate", "cancel"):
                return compensation.begin(token, definition.ref)
        return True

    def leave(self, token: Token) -> None:
        for definition in self.element.event_definitions:
            self._throw(token, definition)
        if not token.stopped:
            super().leave(token)

    def _throw(self, token: Token, definition: Any) -> None:
        if definition.kind == "message":
            throw_message(token, definition.name, self.given)
        elif definition.kind == "signal":
            payload = {name: value(token, text) for name, text in self.given.items()}
            propagation.throw_signal(token, definition.name, payload)
        elif definition.kind == "error":
            propagation.throw_error(token, definition.code)
        elif definition.kind == "escalation":
            propagation.throw_escalation(token, definition.code)
        elif definition.kind == "cancel":
            propagation.cancel_transaction(token)
        elif definition.kind == "terminate":
            _cancel_others(token)
        elif definition.kind == "link":
            self._follow_link(token, definition.name)

    def _follow_link(self, token: Token, name: str) -> None:
        if not token.stopped:
            target = self.definition.links[(self.element.parent, name)]
            token.workflow.place(self.definition.nodes[target], token.scope, "", Memo(happened=True))


def _cancel_others(token: Token) -> None:
    for other in token.scope.inside():
        if other is not token:
            token.workflow.cancel_token(other)
