"""The live part of a process instance: SpiffWorkflow's task tree, holding only tokens that can still affect execution.

SpiffWorkflow's own tree keeps every task that ever ran below its predecessor and predicts those to come, so each step walks
a tree that grows with every loop. Here a token's parent is the scope that it runs in (the process, a subprocess, a called
process, a multi-instance body), nothing is predicted, and a finished token leaves the tree at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.errors import ExpressionFailed, StepLimitReached
from engine.steps import Categorised, HistoryStep, Notification, StepContext, Thrown

if TYPE_CHECKING:
    from engine.spiff.nodes import NodeSpec
    from engine.spiff.parser import Definition

#: Elements that one step may run before the diagram is taken to loop for ever.
STEP_LIMIT = 5_000

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):
    """A SpiffWorkflow task that stands for one token: where it is, how it came there and what it has to remember.

    ``memo`` holds what must survive between steps (JSON values only):

    ==============  =================================================================================
    vars            the variables of a process or called process (on its root token)
    locals          variables seen only by this token and those inside it
    listener        "boundary" or "event-subprocess": waits beside the flow, is not itself a token
    host            the id of the activity that a boundary listener is attached to
    race            the id shared by the events that follow one event-based gateway
    timers          by index of the event definition: when it falls due, and why
    loop            the state of a loop or multi-instance body;  instance: this token is one of its instances
    arrived         tokens received by a gateway or activity that waits for more, by sequence flow
    done            activities of this scope that can be compensated, oldest first
    ==============  =================================================================================
    """

    task_spec: NodeSpec
    workflow: Instance

    def __init__(
        self,
        instance: Instance,
        spec: NodeSpec,
        parent: Token | None,
        token_id: str,
        via: str = "",
        memo: dict[str, Any] | None = None,
        state: int = TaskState.WAITING,
    ) -> None:
        super().__init__(instance, spec, parent, state=state, id=token_id)
        self.via = via
        self.entered: datetime = instance.context.now
        self.memo: dict[str, Any] = memo if memo is not None else {}

    def _set_state(self, value: int) -> None:
        # SpiffWorkflow logs each change with the ids of all tasks of the instance; that is a cost for every loop.
        self._state = value

    @property
    def scope(self) -> Token:
        """The scope that this token runs in."""
        parent = self.parent
        assert isinstance(parent, Token), "the root of an instance has no scope"
        return parent

    @property
    def live(self) -> bool:
        """Whether the token can still affect execution."""
        return bool(self._state & LIVE)

    @property
    def is_listener(self) -> bool:
        """Whether this is an event that waits beside the flow (boundary event, start of an event subprocess)."""
        return "listener" in self.memo

    def inside(self) -> list[Token]:
        """The live tokens directly inside this scope, listeners included, oldest first."""
        return [child for child in self.children if child is not None and child.live]

    def running(self) -> list[Token]:
        """The live tokens directly inside this scope that keep it from ending."""
        return [child for child in self.inside() if not child.is_listener]


class Instance(Workflow):
    """The tree of one process instance during one step, and what the step has brought about so far."""

    def __init__(self, definition: Definition, context: StepContext, *, prune: bool = True) -> None:
        super().__init__(definition.spec, deserializing=True)
        self.definition = definition
        self.context = context
        self.prune = prune
        self.next_id = 1
        self.queue: deque[str] = deque()
        self.changed = False
        self.history: list[HistoryStep] = []
        self.thrown: list[Thrown] = []
        self.notifications: list[Notification] = []
        self.categories: list[Categorised] = []
        self._steps = 0

    # -- the tree ---------------------------------------------------------------------------------------------

    def place(self, spec: NodeSpec, scope: Token | None, via: str = "", memo: dict[str, Any] | None = None) -> Token:
        """Put a new token on ``spec`` inside ``scope`` and let the element decide whether it runs now or waits."""
        token = self.add(spec, scope, via, memo)
        spec._update(token)
        return token

    def add(self, spec: NodeSpec, scope: Token | None, via: str = "", memo: dict[str, Any] | None = None) -> Token:
        """Put a new waiting token on ``spec`` without running it."""
        token = Token(self, spec, scope, str(self.next_id), via, memo)
        self.next_id += 1
        if scope is None:
            self.task_tree = token
        return token

    def tokens(self, start: Token | None = None) -> Iterator[Token]:
        """All live tokens at or below ``start`` (the root unless given), parents before children."""
        stack = [start or self.task_tree]
        while stack:
            token = stack.pop()
            yield token
            stack.extend(reversed(token.inside()))

    def find(self, token_id: str) -> Token | None:
        """The live token with this id, if there is one."""
        token = self.tasks.get(token_id)
        return token if isinstance(token, Token) and token.live else None

    def cancel_token(self, token: Token) -> None:
        """Take a token and all inside it out of the instance; what people saw of it is recorded as cancelled."""
        if not token.live:
            return
        for child in token.inside():
            self.cancel_token(child)
        token._set_state(TaskState.CANCELLED)
        token.task_spec._on_cancel(token)
        self.discard(token)

    def discard(self, token: Token) -> None:
        """Drop a finished token from the tree: its story is in the history, and nothing looks back at it."""
        if self.prune and token.parent is not None and token.id in self.tasks:
            self._remove_task(token.id)

    def _task_completed_notify(self, task: Task) -> None:
        # SpiffWorkflow would look at every waiting task of the tree here; `settle` does so once, when all is quiet.
        pass

    # -- running ----------------------------------------------------------------------------------------------

    def run_until_quiet(self) -> None:
        """Run every ready token, then whatever becomes possible because all is quiet, until only waiting is left."""
        while True:
            while self.queue:
                self._run_one(self.queue.popleft())
            if not self._settle():
                return

    def _run_one(self, token_id: str) -> None:
        token = self.tasks.get(token_id)
        if token is None or token.state != TaskState.READY:
            return
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise StepLimitReached(steps=STEP_LIMIT, element=token.task_spec.label)
        token.run()

    def _settle(self) -> bool:
        """Give each element that waits for the rest to be quiet its turn; true when that made something ready."""
        changed, self.changed = self.changed, False
        for token in sorted(self.tokens(), key=_depth, reverse=True):
            if token.live and token.task_spec.settle(token, changed):
                return True
        return bool(self.queue) or self.changed

    # -- variables --------------------------------------------------------------------------------------------

    def variables(self, token: Token) -> dict[str, Any]:
        """What expressions at this token see: its process's variables, covered by locals from the outside in."""
        layers: list[Mapping[str, Any]] = []
        at: Token | None = token
        while at is not None:
            if "locals" in at.memo:
                layers.append(at.memo["locals"])
            if "vars" in at.memo:
                layers.append(at.memo["vars"])
                break
            at = at.parent
        seen: dict[str, Any] = {"settings": self.context.settings} if self.context.settings else {}
        for layer in reversed(layers):
            seen.update(layer)
        return seen

    def set_variables(self, token: Token, values: Mapping[str, Any]) -> None:
        """Set each variable where it lives: in the innermost locals that have it, or else in the process."""
        for name, value in values.items():
            self._holder(token, name)[name] = value
        if values:
            self.changed = True

    def _holder(self, token: Token, name: str) -> dict[str, Any]:
        at: Token | None = token
        while at is not None:
            if name in at.memo.get("locals", ()):
                return _dict(at.memo["locals"])
            if "vars" in at.memo:
                return _dict(at.memo["vars"])
            at = at.parent
        raise AssertionError("every token runs inside a process")

    def evaluate(self, token: Token, expression: str) -> Any:
        """The value of a FEEL expression at this token."""
        return self.context.feel.evaluate(expression, self.variables(token), now=self.context.now)

    def value(self, token: Token, text: str) -> Any:
        """A text from the diagram: literal, or FEEL when it begins with ``=``."""
        return self.evaluate(token, text) if text.lstrip().startswith("=") else text

    def holds(self, token: Token, expression: str) -> bool:
        """Whether a condition is true; null counts as false, anything else that is no boolean is an error."""
        return truth(expression, self.evaluate(token, expression))

    # -- the record -------------------------------------------------------------------------------------------

    def record(self, token: Token, how: Literal["completed", "cancelled"]) -> None:
        """Add the end of an element to the history of this step."""
        spec = token.task_spec
        self.history.append(
            HistoryStep(
                token=str(token.id),
                process=spec.process,
                element=spec.element_id,
                name=spec.label,
                kind=spec.kind,
                via=token.via,
                how=how,
                entered=token.entered,
                ended=self.context.now,
            )
        )


def truth(expression: str, value: Any) -> bool:
    """A condition's value as true or false. Raises ExpressionFailed for a value that is neither, nor null."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ExpressionFailed(expression=expression, reason=f"it gives {value!r}, not true or false")


def _depth(token: Token) -> int:
    return int(token.depth)


def _dict(value: Any) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value
