"""Both engines on one diagram, move by move, until they part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lxml import etree

from engine.spiff.tree import Definition
from engine.steps import (
    Complete,
    Fire,
    Receive,
    Start,
    StepContext,
    Subscription,
    Trigger,
    Variables,
    WaitingTimer,
    WaitingUserTask,
)
from tests.engine.differential.ours import Ours
from tests.engine.differential.stock import Stock

Waiting = WaitingUserTask | WaitingTimer | Subscription


Side = Literal["ours", "stock"]
#: What is put around each step of a side, to measure it.
Meter = Callable[[Side], AbstractContextManager[None]]


def unmeasured(side: Side) -> AbstractContextManager[None]:
    """The meter that measures nothing."""
    return nullcontext()


@dataclass(frozen=True)
class Move:
    """What somebody or something outside may do: to an element, by number to which of several tokens there."""

    kind: Literal["start", "complete", "fire", "receive"]
    element: str
    number: int = 0
    waiting: Waiting | None = None


@dataclass(frozen=True)
class Parting:
    """Where the two go different ways: at which element, after which move, and in what."""

    element: str
    move: Move
    how: str


class Pair:
    """One case on both engines."""

    def __init__(
        self, definition: Definition, context: StepContext, roots: list[etree._Element], meter: Meter = unmeasured
    ) -> None:
        self._meter = meter
        self.definition = definition
        known = {definition.key: definition, **definition.called}.values()
        self._starts = {e.id for each in known for e in each.elements if e.kind == "startEvent"}
        self.ours = Ours(definition, context)
        self.stock = Stock(roots, definition.key, self.ours.answer)

    def start(self, variables: Variables, element: str) -> Parting | None:
        """Begin at a start event."""
        plain = not self.definition.diagram.elements[element].event_definitions
        return self._step(Move("start", element), Start(variables, None if plain else element))

    def moves(self) -> list[Move]:
        """What may happen next."""
        out = self.ours.out
        return [
            *_moves("complete", out.user_tasks),
            *_moves("fire", out.timers),
            *_moves("receive", out.subscriptions),
        ]

    def begins_event_subprocess(self, move: Move) -> bool:
        """Whether the move is what an event subprocess listens for."""
        return move.element in self._starts

    def make(self, move: Move, values: Variables) -> Parting | None:
        """Make a move on both sides; ``values`` are what is answered or told. Raises what our engine's step raises."""
        waiting = move.waiting
        if isinstance(waiting, WaitingTimer):
            return self._step(move, Fire(waiting.token), waiting.due)
        if isinstance(waiting, Subscription):
            return self._step(move, Receive(waiting.token, waiting.name, values))
        assert waiting is not None
        return self._step(move, Complete(waiting.token, values))

    def _step(self, move: Move, trigger: Trigger, due: datetime | None = None) -> Parting | None:
        self.stock.completed.clear()
        with self._meter("ours"):
            self.ours.step(trigger, due)
        try:
            with self._meter("stock"):
                self._stock(move)
        except Exception as error:  # whatever it is, SpiffWorkflow could not follow
            return Parting(move.element, move, f"SpiffWorkflow fails: {error}")
        return self._parting(move)

    def _stock(self, move: Move) -> None:
        if move.kind == "start":
            self.stock.start()
        elif move.kind == "complete":
            self.stock.complete(move.element, move.number)
        elif move.kind == "fire":
            self.stock.fire(move.element, move.number)
        else:
            assert isinstance(move.waiting, Subscription)
            self.stock.receive(move.element, move.number, move.waiting.name)

    def _parting(self, move: Move) -> Parting | None:
        """Named by the first element that only one of them has completed, or else by the move."""
        ours, stock = self.ours, self.stock
        by_name = [
            *_more("SpiffWorkflow alone completes", stock.completed - ours.completed),
            *_more("ours alone completes", ours.completed - stock.completed),
        ]
        differ = [*by_name, *self._differ_in_waiting()]
        if not differ:
            return None
        element = by_name[0][0] if by_name else move.element
        return Parting(element, move, "; ".join(how for _, how in differ))

    def _differ_in_waiting(self) -> Iterator[tuple[str, str]]:
        ours, stock = self.ours, self.stock
        yield from _more("SpiffWorkflow alone waits at", self._shared(stock.waiting()) - ours.waiting())
        yield from _more("ours alone waits at", self._shared(ours.waiting()) - stock.waiting())
        if ours.done != stock.done:
            yield "", f"the case has ended in {'ours' if ours.done else 'SpiffWorkflow'} only"

    def _shared(self, waiting: Counter[str]) -> Counter[str]:
        """Without the starts of event subprocesses, which SpiffWorkflow makes only when they happen."""
        return Counter({element: number for element, number in waiting.items() if element not in self._starts})


def _moves(kind: Literal["complete", "fire", "receive"], waiting: Sequence[Waiting]) -> list[Move]:
    seen: Counter[str] = Counter()
    found = []
    for each in waiting:
        found.append(Move(kind, each.element, seen[each.element], each))
        seen[each.element] += 1
    return found


def _more(how: str, elements: Counter[str]) -> Iterator[tuple[str, str]]:
    return ((element, f"{how} {element}") for element in elements)
