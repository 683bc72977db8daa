"""The live part of a process instance: SpiffWorkflow's task tree, holding only tokens that can still affect execution.

SpiffWorkflow's own tree keeps every task that ever ran below its predecessor and predicts those to come, so each step walks
a tree that grows with every loop. Here a token's parent is the scope that it runs in (the process, a subprocess, a called
process, a multi-instance body), nothing is predicted, and a finished token leaves the tree at once.

Token, node and instance speak of one another, so they stand together; what kinds of nodes do is in the modules above.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import Any, Literal

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.diagram import Element
from engine.errors import NotWaiting, StepLimitReached, StepTookTooLong
from engine.spiff.definition import DefinitionOf, Flow
from engine.spiff.memo import Memo
from engine.steps import Categorised, HistoryStep, Notification, StepContext, Thrown

#: Elements that one step may run before the diagram is taken to loop for ever.
STEP_LIMIT = 5_000

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):
    """A SpiffWorkflow task that stands for one token: where it is, how it came there and what it has to remember.

    SpiffWorkflow's hooks for the state of a task have a leading underscore; they are called here and nowhere else.
    """

    task_spec: Node
    workflow: Instance

    def __init__(
        self,
        instance: Instance,
        spec: Node,
        parent: Token | None,
        token_id: str,
        via: str = "",
        memo: Memo | None = None,
        state: int = TaskState.WAITING,
    ) -> None:
        super().__init__(instance, spec, parent, state=state, id=token_id)
        self.via = via
        self.entered: datetime = instance.context.now
        self.memo = memo if memo is not None else Memo()
        self.interrupted = False
        if spec.watches:
            instance.watchers.append(self)

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
    def waits(self) -> bool:
        """Whether the token has come to its element and waits for something before it is run."""
        return bool(self._state == TaskState.WAITING)

    @property
    def is_ready(self) -> bool:
        """Whether the token stands in the queue of those to be run."""
        return bool(self._state == TaskState.READY)

    @property
    def at_work(self) -> bool:
        """Whether the element's own work has begun and not ended: an open user task, a running subprocess."""
        return bool(self._state == TaskState.STARTED)

    @property
    def is_listener(self) -> bool:
        """Whether this is an event that waits beside the flow (boundary event, start of an event subprocess)."""
        return self.memo.listener is not None

    @property
    def stopped(self) -> bool:
        """Whether the scope around has been interrupted or left in this step, so that nothing may follow this token."""
        scope = self.parent
        if self._parent is None:
            return False
        return scope is None or scope.interrupted or not scope.live

    def inside(self) -> list[Token]:
        """The live tokens directly inside this scope, listeners included, oldest first."""
        return [child for child in self.children if child is not None and child.live]

    def running(self) -> list[Token]:
        """The live tokens directly inside this scope that keep it from ending."""
        return [child for child in self.inside() if not child.is_listener]

    # -- what becomes of it -----------------------------------------------------------------------------------

    def arrive(self) -> None:
        """Let the element decide whether the token runs now or waits."""
        with self.workflow.working(self):
            self.task_spec._update(self)

    def ready(self) -> None:
        """Let the token be run: what it waited for has come. Nothing happens to one that has ended."""
        self._ready()

    def begin_work(self) -> None:
        """The element's own work has begun, and will take until something from outside ends it."""
        self._set_state(TaskState.STARTED)

    def withdraw(self) -> None:
        """Take the token back: it no longer affects anything."""
        self._set_state(TaskState.CANCELLED)
        self.task_spec.cancelled(self)


class Node(TaskSpec):
    """A flow node as tokens and their tree see it; :class:`engine.spiff.nodes.NodeSpec` is what all of them share."""

    #: Whether the element shows in the history (the invisible root of a process does not).
    visible = True

    def __init__(self, definition: Definition, name: str, element: Element | None = None) -> None:
        super().__init__(definition.spec, name)
        self.definition = definition
        self._element = element
        self.flows: list[Flow] = definition.outgoing.get(name, [])
        self.incoming: list[str] = definition.incoming.get(name, [])

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
    def listens(self) -> bool:
        """Whether it is an event with something to wait for beside the flow."""
        return False

    @property
    def watches(self) -> bool:
        """Whether it is an event with a condition over variables."""
        return False

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
        """The element's work is done."""

    def cancelled(self, token: Token) -> None:
        """The token was withdrawn."""

    def look(self, token: Token, changed: bool) -> None:
        """Look at the conditions that this token waits for (``changed``: variables have changed since the last look)."""

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

    def event_subprocess_starts(self, scope: Token) -> list[Node]:
        """The start events of the event subprocesses that watch over this scope."""
        return []

    def boundary_events(self) -> list[Node]:
        """The boundary events attached to this element."""
        return list(self.definition.boundary.get(self.element_id, ()))


#: A process as it is executed here.
Definition = DefinitionOf[Node]


class Instance(Workflow):
    """The tree of one process instance during one step, and what the step has brought about so far."""

    def __init__(self, definition: Definition, context: StepContext, *, prune: bool = True) -> None:
        super().__init__(definition.spec, deserializing=True)
        self.definition = definition
        self.context = context
        self.prune = prune
        self.next_id = 1
        self.queue: deque[str] = deque()
        self.at: Token | None = None
        self.watchers: list[Token] = []
        self.changed = False
        self._unseen = False
        self.history: list[HistoryStep] = []
        self.thrown: list[Thrown] = []
        self.notifications: list[Notification] = []
        self.decided: dict[str, tuple[str, Any]] = {}
        """What business rule tasks that run now have decided, by their tokens, until that is recorded."""
        self.categories: list[Categorised] = []
        self._steps = 0
        self.ends = monotonic() + context.budget

    # -- the tree ---------------------------------------------------------------------------------------------

    def place(self, spec: Node, scope: Token | None, via: str = "", memo: Memo | None = None) -> Token:
        """Put a new token on ``spec`` inside ``scope`` and let the element decide whether it runs now or waits."""
        token = self.add(spec, scope, via, memo)
        token.arrive()
        return token

    def add(self, spec: Node, scope: Token | None, via: str = "", memo: Memo | None = None) -> Token:
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
        token.withdraw()
        self.discard(token)

    def interrupt(self, scope: Token) -> None:
        """End everything in a scope, what has just completed in it included: its token goes no further."""
        scope.interrupted = True
        for token in scope.inside():
            self.cancel_token(token)

    def discard(self, token: Token) -> None:
        """Drop a finished token from the tree: its story is in the history, and nothing looks back at it."""
        if self.prune and token.parent is not None and token.id in self.tasks:
            self._remove_task(token.id)

    def _task_completed_notify(self, task: Task) -> None:
        # SpiffWorkflow would look at every waiting task of the tree here; `settle` does so once, when all is quiet.
        pass

    @contextmanager
    def working(self, token: Token) -> Iterator[None]:
        """Note at which token the step is. When the step fails, :attr:`at` still says where."""
        before, self.at = self.at, token
        yield
        self.at = before

    # -- running ----------------------------------------------------------------------------------------------

    def run_until_quiet(self) -> None:
        """Run every ready token, then whatever becomes possible because all is quiet, until only waiting is left."""
        while True:
            while self.queue:
                self._run_one(self.queue.popleft())
                self.look()
            self.look()
            if not self.queue and not self._settle():
                return

    def look(self) -> None:
        """Look at conditions: where a wait has just begun, and everywhere when variables have changed.

        The innermost are looked at first. Whoever calls this from within an element must see whether its token is still
        live, or :attr:`Token.stopped`.
        """
        changed, self._unseen = self._unseen, False
        self.watchers = [token for token in self.watchers if token.live]
        for token in sorted(self.watchers, key=lambda token: token.depth, reverse=True):
            if token.waits:
                with self.working(token):
                    token.task_spec.look(token, changed)

    def _run_one(self, token_id: str) -> None:
        token = self.find(token_id)
        if token is None or not token.is_ready:
            return
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise StepLimitReached(steps=STEP_LIMIT, element=token.task_spec.label)
        if monotonic() > self.ends:
            raise self.took_too_long(token.task_spec.label)
        with self.working(token):
            token.run()

    def took_too_long(self, element: str) -> StepTookTooLong:
        """The error of a step that has spent its time."""
        return StepTookTooLong(seconds=f"{self.context.budget:g}", element=element)

    def _settle(self) -> bool:
        """Give each element that waits for the rest to be quiet its turn; true when that made something ready."""
        changed, self.changed = self.changed, False
        for token in sorted(self.tokens(), key=lambda token: token.depth, reverse=True):
            with self.working(token):
                if token.live and token.task_spec.settle(token, changed):
                    return True
        return bool(self.queue) or self.changed

    # -- variables --------------------------------------------------------------------------------------------

    def variables(self, token: Token) -> dict[str, Any]:
        """What expressions at this token see: its process's variables, covered by locals from the outside in."""
        layers: list[Mapping[str, Any]] = []
        at: Token | None = token
        while at is not None:
            layers.append(at.memo.locals or {})
            if at.memo.variables is not None:
                layers.append(at.memo.variables)
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
            self.look_again()

    def look_again(self) -> None:
        """Variables have changed, or the diagram that asks for them: all that waits for them looks again."""
        self.changed = self._unseen = True

    def set_locals(self, token: Token, values: Mapping[str, Any]) -> None:
        """Set variables that only this token and those inside it see."""
        token.memo.locals = {**(token.memo.locals or {}), **values}
        self.look_again()

    def _holder(self, token: Token, name: str) -> dict[str, Any]:
        at: Token | None = token
        while at is not None:
            if at.memo.locals is not None and name in at.memo.locals:
                return at.memo.locals
            if at.memo.variables is not None:
                return at.memo.variables
            at = at.parent
        raise AssertionError("every token runs inside a process")

    # -- the record -------------------------------------------------------------------------------------------

    def record(self, token: Token, how: Literal["completed", "cancelled", "skipped"]) -> None:
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
                decided=self.decided.pop(str(token.id), None),
            )
        )
