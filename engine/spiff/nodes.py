"""What every BPMN flow node has in common, as a SpiffWorkflow task spec: tokens arrive, run or wait, and leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.errors import NoFlowTaken, NotWaiting
from engine.spiff.tree import Instance, Token, truth

if TYPE_CHECKING:
    from engine.diagram import Element
    from engine.spiff.parser import Definition


#: Elements that hold other elements.
SCOPES = {"process", "subProcess", "transaction"}


@dataclass(frozen=True)
class Flow:
    """A sequence flow: its id, the element it leads to, its FEEL condition and whether it is its source's default."""

    id: str
    target: str
    condition: str | None = None
    is_default: bool = False


class NodeSpec(TaskSpec):
    """A flow node. Subclasses say what happens on arrival (`enter`), when run (`execute`) and on the way out (`choose`)."""

    #: Whether the element shows in the history (the invisible root of a process does not).
    visible = True

    def __init__(self, definition: Definition, name: str, element: Element | None = None) -> None:
        super().__init__(definition.spec, name)
        self.definition = definition
        self._element = element
        self.flows: list[Flow] = []
        self.incoming: list[str] = []
        self.given = {p.name: p.text for p in element.inputs} if element else {}
        self.handed_back = {p.name: p.text for p in element.outputs} if element else {}

    @property
    def element(self) -> Element:
        """The element of the diagram that this node runs."""
        assert self._element is not None
        return self._element

    @property
    def element_id(self) -> str:
        """The element's id in the diagram."""
        return str(self.name)

    @property
    def process(self) -> str:
        """The key of the process that the element belongs to."""
        return self.definition.key

    @property
    def kind(self) -> str:
        """The element's BPMN kind, such as ``userTask``."""
        return self.element.kind

    @property
    def label(self) -> str:
        """The element's name, or its id when it has none."""
        return (self._element.name if self._element else "") or self.element_id

    # -- SpiffWorkflow's hooks --------------------------------------------------------------------------------

    def _predict(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is predicted: a token exists once it has arrived."""

    def test(self) -> None:
        """SpiffWorkflow refuses a spec without inputs; the rules in ``engine.lint`` say which elements need them."""

    def _update_hook(self, my_task: Token) -> bool:
        return self.enter(my_task)

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.workflow.queue.append(str(my_task.id))

    def _run_hook(self, my_task: Token) -> bool:
        self.execute(my_task)
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        self.completed(my_task)

    def _on_cancel(self, my_task: Token) -> None:
        self.cancelled(my_task)

    # -- BPMN -------------------------------------------------------------------------------------------------

    def accept(self, instance: Instance, scope: Token, via: str) -> None:
        """A token arrives by the sequence flow ``via``."""
        instance.place(self, scope, via)

    def enter(self, token: Token) -> bool:
        """Prepare for running; true to run at once, false to wait."""
        return True

    def execute(self, token: Token) -> None:
        """Do the element's work."""

    def completed(self, token: Token) -> None:
        """Record the end, send tokens on, and drop this one."""
        if self.visible:
            token.workflow.record(token, "completed")
        self.leave(token)
        token.workflow.discard(token)

    def cancelled(self, token: Token) -> None:
        """The token was withdrawn: record it where a person could have seen it."""
        if self.visible and not token.is_listener and "race" not in token.memo:
            token.workflow.record(token, "cancelled")

    def settle(self, token: Token, changed: bool) -> bool:
        """All is quiet: go on if this element waited for that (``changed``: variables have changed). True if it did."""
        return False

    def waits_for(self, token: Token, kind: str, name: str) -> int | None:
        """Which event definition at this token waits for this message or signal; None when it does not wait for it."""
        return None

    def receive(self, token: Token, payload: Mapping[str, Any], name: str) -> None:
        """A message or signal of this name has come for this token."""
        raise NotWaiting(token=token.id)

    def called_ended(self, token: Token, root: Token) -> None:
        """A process that this element called has ended."""
        raise NotWaiting(token=token.id)

    def home_of_children(self, name: str) -> Definition | None:
        """The definition that a token inside this one belongs to, ``name`` being that token's spec."""
        return self.definition

    def event_subprocess_starts(self, scope: Token) -> list[NodeSpec]:
        """The start events of the event subprocesses that watch over this scope."""
        if "loop" in scope.memo or self.kind not in SCOPES:
            return []
        inside = self.process if self.kind == "process" else self.element_id
        return list(self.definition.event_starts.get(inside, ()))

    def boundary_events(self) -> list[NodeSpec]:
        """The boundary events attached to this element."""
        return list(self.definition.boundary.get(self.element_id, ()))

    def leave(self, token: Token) -> None:
        """Send a token along each sequence flow that is taken."""
        send(token, self.choose(token))

    def choose(self, token: Token) -> list[Flow]:
        """The flows taken on the way out of an activity or event: BPMN 2.0.2 section 13.2.1, 'Sequence Flow'.

        Unconditional ones always, conditional ones when true, the default when no condition is. Raises NoFlowTaken.
        """
        true = self.true_flows(token)
        always = [flow for flow in self.flows if flow.condition is None and not flow.is_default]
        default = [] if true else [flow for flow in self.flows if flow.is_default]
        taken = [flow for flow in self.flows if flow in always or flow in true or flow in default]
        if self.flows and not taken:
            raise NoFlowTaken(element=self.label)
        return taken

    def true_flows(self, token: Token) -> list[Flow]:
        """The conditional flows whose condition is true, in the diagram's order; all asked in one call."""
        asked = [flow for flow in self.flows if flow.condition is not None and not flow.is_default]
        if not asked:
            return []
        instance = token.workflow
        texts = [flow.condition or "" for flow in asked]
        values = instance.context.feel.evaluate_many(texts, instance.variables(token), now=instance.context.now)
        return [flow for flow, text, value in zip(asked, texts, values, strict=True) if truth(text, value)]


class RootSpec(NodeSpec):
    """The scope of a whole process: holds its variables and its tokens, and ends when the last token has."""

    visible = False

    @property
    def kind(self) -> str:
        return "process"

    def enter(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        return False

    def settle(self, token: Token, changed: bool) -> bool:
        return end_if_empty(token)

    def leave(self, token: Token) -> None:
        """A called process ends: its caller goes on. A top-level process has nowhere to go."""
        caller = token.parent
        if caller is not None:
            caller.task_spec.called_ended(caller, token)


def end_if_empty(scope: Token) -> bool:
    """Complete a scope in which nothing runs any more; its listeners go with it. True if it has ended."""
    if scope.state != TaskState.STARTED or scope.running():
        return False
    for listener in scope.inside():
        scope.workflow.cancel_token(listener)
    scope._ready()
    return True


def send(token: Token, flows: list[Flow]) -> None:
    """Send one token along each of these flows, inside the token's scope."""
    scope = token.scope if token.parent is not None else None
    if scope is None:
        return
    for flow in flows:
        token.task_spec.definition.nodes[flow.target].accept(token.workflow, scope, flow.id)


def win_race(token: Token) -> None:
    """The first event behind an event-based gateway withdraws the others."""
    race = token.memo.pop("race", None)
    if race is None:
        return
    for other in token.scope.inside():
        if other.memo.get("race") == race:
            token.workflow.cancel_token(other)
