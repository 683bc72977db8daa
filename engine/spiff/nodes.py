"""What every BPMN flow node has in common, as a SpiffWorkflow task spec: tokens arrive, run or wait, and leave."""

from __future__ import annotations

from engine.diagram import Element
from engine.spiff.definition import Flow
from engine.spiff.memo import Listener, Memo
from engine.spiff.tree import Definition, Node, Token
from engine.spiff.values import no_flow_taken, require_lawful, true_flows

#: Elements that hold other elements.
SCOPES = {"process", "subProcess", "transaction"}


class NodeSpec(Node):
    """A flow node. Subclasses say what happens on arrival (`enter`), when run (`execute`) and on the way out (`choose`)."""

    def __init__(self, definition: Definition, name: str, element: Element | None = None) -> None:
        super().__init__(definition, name, element)
        self.given = {p.name: p.text for p in element.inputs} if element else {}
        self.handed_back = {p.name: p.text for p in element.outputs} if element else {}

    def _update_hook(self, my_task: Token) -> bool:
        if self.visible and not my_task.is_listener:
            require_lawful(my_task)
        return bool(super()._update_hook(my_task))

    def completed(self, token: Token) -> None:
        """Record the end, send tokens on, and drop this one."""
        if self.visible:
            token.workflow.record(token, "completed")
        token.workflow.look()
        if not token.stopped:
            self.leave(token)
        token.workflow.discard(token)

    def cancelled(self, token: Token) -> None:
        """The token was withdrawn: record it where a person could have seen it."""
        if self.visible and not token.is_listener and not token.memo.race:
            token.workflow.record(token, "cancelled")

    def event_subprocess_starts(self, scope: Token) -> list[Node]:
        if scope.memo.loop is not None or self.kind not in SCOPES:
            return []
        inside = self.process if self.kind == "process" else self.element_id
        return list(self.definition.event_starts.get(inside, ()))

    def leave(self, token: Token) -> None:
        """Send a token along each sequence flow that is taken."""
        send(token, self.choose(token))

    def choose(self, token: Token) -> list[Flow]:
        """The flows taken on the way out of an activity or event: BPMN 2.0.2 section 13.2.1, 'Sequence Flow'.

        Unconditional ones always, conditional ones when true, the default when no condition is. Raises NoFlowTaken.
        """
        true = list(true_flows(token, self.flows))
        taken = [flow for flow in self.flows if _is_taken(flow, true)]
        if self.flows and not taken:
            raise no_flow_taken(token, self.flows, self.label)
        return taken


def _is_taken(flow: Flow, true: list[Flow]) -> bool:
    """Whether a flow is taken where these conditional ones are ``true``."""
    return not true if flow.is_default else flow.condition is None or flow in true


class RootSpec(NodeSpec):
    """The scope of a whole process: holds its variables and its tokens, and ends when the last token has."""

    visible = False

    @property
    def kind(self) -> str:
        return "process"

    def enter(self, token: Token) -> bool:
        token.begin_work()
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
    if not scope.at_work or scope.running():
        return False
    for listener in scope.inside():
        scope.workflow.cancel_token(listener)
    scope.ready()
    return True


def open_scope(scope: Token, definition: Definition, inside: str, start: str | None = None) -> None:
    """Put the first tokens into a process or subprocess, and let its event subprocesses listen.

    ``start`` names the start event that it begins with; see :meth:`DefinitionOf.first_elements`.
    """
    instance = scope.workflow
    for listener in definition.event_starts.get(inside, ()):
        if listener.listens:
            instance.place(listener, scope, "", Memo(listener=Listener()))
    instance.look()
    for element in definition.first_elements(inside, start):
        if scope.live and not scope.interrupted:
            instance.place(definition.nodes[element], scope, "", Memo(happened=True))


def send(token: Token, flows: list[Flow]) -> None:
    """Send one token along each of these flows, inside the token's scope; none any more once that is interrupted."""
    for flow in flows:
        if not token.stopped:
            token.task_spec.definition.nodes[flow.target].accept(token.workflow, token.scope, flow.id)


def win_race(token: Token) -> None:
    """The first event behind an event-based gateway withdraws the others."""
    race, token.memo.race = token.memo.race, ""
    if not race:
        return
    for other in token.scope.inside():
        if other.memo.race == race:
            token.workflow.cancel_token(other)
