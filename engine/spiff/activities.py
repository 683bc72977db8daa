"""Activities: tasks, subprocesses, transactions and call activities, with loops and boundary events around them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.decisions import map_result
from engine.errors import CalledProcessMissing, NoCategory, NoSchool
from engine.spiff import loops
from engine.spiff.compensation import handler_ended, remember
from engine.spiff.memo import Listener, Memo
from engine.spiff.messages import message_key, throw_message
from engine.spiff.nodes import NodeSpec, end_if_empty, open_scope, win_race
from engine.spiff.timers import due_changed, keep_due, last_day
from engine.spiff.tree import Definition, Instance, Token
from engine.spiff.values import evaluate, holds, require, require_lawful, require_named, role_names, unfit, value
from engine.steps import Categorised, Meeting, Notification

#: The topic of an external task that tells people something.
NOTIFY = "notify"
#: The topics of external tasks that put the case's school in a category, and that list the live cases of a process.
CATEGORY, LIVE_CASES = "category", "live-cases"


class Activity(NodeSpec):
    """What all activities share: quantities, loops, boundary events, input and output parameters, compensation."""

    def accept(self, instance: Instance, scope: Token, via: str) -> None:
        wanted = int(self.element.start_quantity)
        if wanted <= 1:
            super().accept(instance, scope, via)
            return
        gathering = next((t for t in scope.inside() if t.task_spec is self and t.memo.arrived is not None), None)
        if gathering is None:
            gathering = instance.add(self, scope, via, Memo(arrived={}))
        arrived = gathering.memo.arrived or {}
        gathering.memo.arrived = {**arrived, via: arrived.get(via, 0) + 1}
        self.gathered(gathering)

    def gathered(self, token: Token) -> None:
        """Begin when as many tokens have come as the activity begins with."""
        if sum((token.memo.arrived or {}).values()) >= int(self.element.start_quantity):
            token.memo.arrived = None
            token.arrive()

    def enter(self, token: Token) -> bool:
        if token.memo.instance is None:
            self.attach_boundary_events(token)
            token.workflow.look()
            if not token.live:
                return False
            if self.element.loop is not None:
                return loops.begin(self, token)
        self._take_inputs(token)
        if self.begin(token):
            return True
        token.begin_work()
        return False

    def begin(self, token: Token) -> bool:
        """Start the activity's own work; true when it can be done at once, false when it waits."""
        return True

    def attach_boundary_events(self, host: Token) -> None:
        """Let every boundary event that waits for something from outside listen beside this activity."""
        for event in self.definition.boundary.get(self.element_id, ()):
            if event.listens:
                host.workflow.place(event, host.scope, "", Memo(listener=Listener(str(host.id))))

    def detach_boundary_events(self, host: Token) -> None:
        """Withdraw the boundary events of an activity that has ended."""
        for token in host.scope.inside():
            if token.memo.listener == Listener(str(host.id)):
                host.workflow.cancel_token(token)

    def settle(self, token: Token, changed: bool) -> bool:
        return token.memo.loop is None and self.settle_body(token, changed)

    def settle_body(self, token: Token, changed: bool) -> bool:
        """As :meth:`NodeSpec.settle`, for an activity that is not the body of a loop."""
        return False

    def _run_hook(self, my_task: Token) -> bool:
        # The body of a loop has no work of its own: its instances have done it.
        return True if my_task.memo.loop is not None else super()._run_hook(my_task)

    def completed(self, token: Token) -> None:
        if token.memo.loop is not None:
            loops.ended(self, token)
            self.finish(token)
            return
        self._keep_last_day(token)
        self._give_outputs(token)
        token.workflow.record(token, "completed")
        if token.memo.instance is None:
            self.finish(token)
            return
        token.workflow.look()
        if not token.stopped:
            loops.instance_ended(self, token)

    def finish(self, token: Token) -> None:
        """The whole activity has ended (all its loops): note it for compensation and go on."""
        self.detach_boundary_events(token)
        remember(self, token)
        token.workflow.look()
        for _ in range(0 if token.stopped else int(self.element.completion_quantity)):
            self.leave(token)
        if token.memo.undoes_for:
            handler_ended(token)
        token.workflow.discard(token)

    def cancelled(self, token: Token) -> None:
        if token.memo.loop is None:
            super().cancelled(token)
        if token.memo.instance is None:
            self.detach_boundary_events(token)

    # -- parameters -------------------------------------------------------------------------------------------

    def parameters(self, token: Token, texts: Mapping[str, str]) -> dict[str, Any]:
        """The values of a ``camunda:inputOutput`` mapping at this token."""
        return {name: value(token, text) for name, text in texts.items()}

    def _take_inputs(self, token: Token) -> None:
        if self.given or self.handed_back:
            values = self.parameters(token, self.given)
            token.workflow.set_locals(token, values)

    def take_new_inputs(self, token: Token) -> None:
        """The diagram is another one: work out the input parameters that this token has not had yet."""
        known = token.memo.locals or {}
        fresh = {name: text for name, text in self.given.items() if name not in known}
        if fresh or (self.handed_back and token.memo.locals is None):
            token.workflow.set_locals(token, self.parameters(token, fresh))

    def require_unless_allowed(self, token: Token, found: Any, text: str, what: str) -> None:
        """Null is an error, unless the element's property ``nullAllowed`` says that it is a result like any other.

        Raises ValueMissing.
        """
        if self.element.properties.get("nullAllowed") != "true":
            require(token, found, text, what)

    def _keep_last_day(self, token: Token) -> None:
        """Where the diagram asks for it (``lastDay``), keep the last day of a period that the activity's answers give."""
        properties = self.element.properties
        if name := properties.get("lastDay", ""):
            day = last_day(token, properties.get("lastDayOf", ""), properties.get("lastDayFrom", ""))
            token.workflow.set_variables(token, {name: day})

    def _give_outputs(self, token: Token) -> None:
        if self.handed_back and token.parent is not None:
            token.workflow.set_variables(token.scope, self.parameters(token, self.handed_back))

    def submit(self, token: Token, values: Mapping[str, Any]) -> None:
        """Take values from outside: kept inside the activity where the diagram collects them, shared otherwise."""
        loop = self.element.loop
        if self.handed_back or (loop is not None and loop.output_collection):
            token.workflow.set_locals(token, values)
        else:
            token.workflow.set_variables(token, values)


class PassThrough(Activity):
    """An abstract or manual task: nothing for an engine to do (BPMN 2.0.2 section 13.3.3)."""


class UserTask(Activity):
    """Waits for a person. Its due date is worked out when the task is made, and when the date it counts from changes."""

    def begin(self, token: Token) -> bool:
        if self.element.due_date:
            keep_due(token, self.element.due_date)
        return False

    def settle_body(self, token: Token, changed: bool) -> bool:
        if changed and token.at_work and token.memo.due is not None and self.element.due_date:
            due_changed(token, self.element.due_date)
        return False

    def complete(self, token: Token, values: Mapping[str, Any]) -> None:
        """A person has answered. The school may have changed since they were asked."""
        require_lawful(token)
        self.submit(token, values)
        token.ready()


class ScriptTask(Activity):
    """Works out a FEEL expression and keeps the result in ``resultVariable``; a context without one sets each entry."""

    def execute(self, token: Token) -> None:
        instance, element = token.workflow, self.element
        found = evaluate(token, element.script)
        self.require_unless_allowed(token, found, element.script, "The script")
        if element.result_variable:
            instance.set_variables(token, {element.result_variable: found})
        elif isinstance(found, dict):
            instance.set_variables(token, found)


class BusinessRuleTask(Activity):
    """Asks a decision. One that gives nothing, as when no rule fits, is an error unless ``nullAllowed`` is ``true``."""

    def execute(self, token: Token) -> None:
        instance, element = token.workflow, self.element
        result = instance.context.decide(element.decision_ref, instance.variables(token))
        self.require_unless_allowed(token, result, element.decision_ref, "The decision")
        mapped = map_result(result, element.map_decision_result)
        instance.decided[str(token.id)] = (element.decision_ref, result)
        if element.result_variable:
            instance.set_variables(token, {element.result_variable: mapped})
        elif isinstance(mapped, dict):
            instance.set_variables(token, mapped)


class ServiceTask(Activity):
    """Does what its topic says, throws a message (send task), or works out a FEEL expression.

    Topics: ``notify`` tells people something, ``category`` puts the case's school in a category, ``live-cases`` lists the
    open cases of a process.
    """

    def execute(self, token: Token) -> None:
        element = self.element
        if element.topic == NOTIFY:
            self._notify(token)
        elif element.topic == CATEGORY:
            self._categorise(token)
        elif element.topic == LIVE_CASES:
            found = token.workflow.context.live_cases(str(self._parameter(token, "process")))
            token.workflow.set_variables(token, {element.result_variable: found})
        elif element.message_name:
            throw_message(token, element.message_name, self.given)
        elif element.camunda("expression"):
            found = evaluate(token, element.camunda("expression"))
            self.require_unless_allowed(token, found, element.camunda("expression"), "The expression")
            if element.result_variable:
                token.workflow.set_variables(token, {element.result_variable: found})

    def _parameter(self, token: Token, name: str) -> Any:
        """A parameter that the topic can't do without, where the diagram gives it. Raises ValueMissing."""
        text = self.given.get(name, "")
        found = value(token, text)
        require(token, found, text, f"The parameter {name}")
        return found

    def _categorise(self, token: Token) -> None:
        given, instance = self.parameters(token, self.given), token.workflow
        school = instance.variables(token).get("school")
        if not isinstance(school, dict) or not school.get("urn"):
            raise NoSchool(element=self.label)
        category = given.get("category")
        if category in (None, ""):
            raise NoCategory(element=self.label)
        if self.element.properties.get("whereHeld") == "leave" and instance.context.held_category():
            return
        said = Categorised(str(category), str(given.get("reason") or ""), self.element.id, self.label)
        instance.categories.append(said)
        instance.set_variables(token, {"school": {**school, "category": said.held}})

    def _notify(self, token: Token) -> None:
        given = self.parameters(token, self.given)
        roles = role_names(self._parameter(token, "to"))
        require_named(token, roles, self.given.get("to", ""), "The parameter to")
        token.workflow.notifications.append(
            Notification(
                self.process,
                self.element_id,
                tuple(roles),
                self._said(token, given, "subject") or self.label,
                self._said(token, given, "text"),
                self._meeting(token, given.get("meeting")),
                self._is_to_school(token),
            )
        )

    def _is_to_school(self, token: Token) -> bool:
        """Whether a notification tells the school itself too. Raises ConditionUndecided."""
        text = self.element.properties.get("toSchool", "")
        return bool(text) and holds(token, text, "The property toSchool")

    def _meeting(self, token: Token, given: Any) -> Meeting | None:
        """The meeting to which a notification invites, none where the diagram names none. Raises ValueMissing, ValueUnfit."""
        if not (text := self.given.get("meeting", "")):
            return None
        require(token, given, text, "The parameter meeting")
        try:
            day = given["date"]
            day = date.fromisoformat(day) if isinstance(day, str) else day
            said = {name: str(given.get(name) or "") for name in ("time", "place")}
            if isinstance(day, date) and isinstance(given["name"], str):
                over, moves = (given.get(name) is True for name in ("cancelled", "moves"))
                return Meeting(given["name"], day, said["time"], said["place"], over, moves)
        except (KeyError, TypeError, ValueError):
            pass
        wanted = "a context with name (a text) and date, and time and place where they are known"
        raise unfit(token, given, text, "The parameter meeting", wanted)

    def _said(self, token: Token, given: Mapping[str, Any], name: str) -> str:
        """A text of a notification, empty where the diagram gives none. Raises ValueMissing for one that is null, as when an
        answer that it joins is missing."""
        if self.given.get(name, ""):
            require(token, given[name], self.given[name], f"The parameter {name}")
        return str(given.get(name) or "")


class ReceiveTask(Activity):
    """Waits for a message."""

    def begin(self, token: Token) -> bool:
        token.memo.key = message_key(token)
        return False

    def waits_for(self, token: Token, kind: str, name: str) -> int | None:
        waiting = token.at_work and token.memo.loop is None
        return 0 if waiting and kind == "message" and self.element.message_name == name else None

    def receive(self, token: Token, payload: Mapping[str, Any], name: str) -> None:
        self.submit(token, payload)
        win_race(token)
        token.ready()


class SubProcess(Activity):
    """An embedded subprocess or transaction: a scope inside its process, sharing the process's variables."""

    def begin(self, token: Token) -> bool:
        # A scope must be running before its first token is placed, or an empty one could not end.
        token.begin_work()
        start, token.memo.start = token.memo.start, ""
        open_scope(token, self.definition, self.element_id, start or None)
        return False

    def settle_body(self, token: Token, changed: bool) -> bool:
        return end_if_empty(token)


class CallActivity(Activity):
    """Runs another process inside this case, with its own variables: those handed in, and handed back at its end."""

    def begin(self, token: Token) -> bool:
        called = self.definition.called.get(self.element.called_element)
        if called is None:
            raise CalledProcessMissing(process=self.element.called_element, element=self.label)
        token.begin_work()
        given = self.mapped(token, "in")
        root = token.workflow.place(called.root, token, "", Memo(variables=given))
        open_scope(root, called, called.key)
        return False

    def home_of_children(self, name: str) -> Definition | None:
        return (
            self.definition.called.get(self.element.called_element) if name.startswith("process:") else self.definition
        )

    def called_ended(self, token: Token, root: Token) -> None:
        """The called process has ended: take over what it hands back."""
        token.workflow.set_variables(token, self.mapped(root, "out"))
        token.ready()

    def mapped(self, source: Token, direction: str) -> dict[str, Any]:
        """The variables that cross the border: all when the diagram says nothing (as if ``variables="all"``)."""
        instance = source.workflow
        seen = instance.variables(source)
        seen.pop("settings", None)  # every process sees those anyway
        mappings = [m for m in self.element.mappings if m.direction == direction and not m.business_key]
        if not mappings:
            return dict(seen)
        values: dict[str, Any] = {}
        for mapping in mappings:
            if mapping.all:
                values.update(seen)
            elif mapping.expression:
                values[mapping.target] = evaluate(source, mapping.expression)
            elif mapping.target:
                values[mapping.target] = seen.get(mapping.source)
        return values
