"""The markings that a process can reach: where its tokens can be at one time.

Conditions are free choices, boundary events and event subprocesses may happen or not, so more is explored than can
happen: a join that no marking completes never completes. Subprocesses are explored in place. The order is fixed, so
the same diagram always gives the same.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.diagram import Diagram, Element
from engine.diagram.names import SUBPROCESSES
from engine.lint.net import Net, elements_in, quantity

MOST_MARKINGS = 20_000
MOST_WORK = 1_000_000
"""Tokens that are moved or left where they are, in all moves together."""
_Marking = tuple[int, ...]
"""The places of the tokens, in order; a place with two tokens stands there twice."""


@dataclass
class Budget:
    """How much may still be explored: shared by all the processes of a file."""

    markings: int = MOST_MARKINGS
    work: int = MOST_WORK

    def spend(self, tokens: int) -> bool:
        """Take one marking of so many tokens; false when there is no more."""
        self.markings -= 1
        self.work -= tokens + 1
        return self.markings >= 0 and self.work >= 0


@dataclass
class Explored:
    """What was found of one process."""

    markings: int = 0
    complete: bool = True
    """Whether every marking was looked at: false when the bound was reached."""
    exact: bool = True
    """Whether every token was followed: a third token in one place is not."""
    reached: set[str] = field(default_factory=set)
    """Elements that a token reaches."""
    completed: set[str] = field(default_factory=set)
    """Joins, and activities with a startQuantity, that begin."""
    stuck: dict[str, None] = field(default_factory=dict)
    """Those at which a token can wait for ever, in the order in which they are found."""
    crowded: dict[str, None] = field(default_factory=dict)
    """Elements before which two tokens can be at one time."""


@dataclass(frozen=True)
class _Move:
    marking: _Marking
    walked: frozenset[str]
    completes: str = ""
    certain: bool = True
    """Whether it comes about by itself: a message from outside may never come."""


@dataclass(frozen=True)
class Standing:
    """Where a token of a running case stands: ``at`` an element, ``arrived`` by a flow at a join, or ``inside`` a subprocess."""

    how: Literal["at", "arrived", "inside"]
    key: str


def explore(
    diagram: Diagram,
    process: str,
    budget: Budget,
    optional: bool = True,
    first: Sequence[Standing] | None = None,
) -> Explored:
    """Explore one process, from its start or from where the tokens of a case stand. Without ``optional``, events that don't
    interrupt never happen."""
    return _Exploration(Net(diagram, process, optional), budget, first).run()


class _Exploration:
    def __init__(self, net: Net, budget: Budget, first: Sequence[Standing] | None = None) -> None:
        self.net, self.budget, self.standing = net, budget, first
        self.diagram = net.diagram
        self.found = Explored()
        self.behind: dict[str, dict[str, frozenset[str]]] = {}
        own = elements_in(self.diagram, net.process)
        self.most = max([2, *(quantity(one.start_quantity) for one in own)])

    def run(self) -> Explored:
        """Go through the markings, the nearest first."""
        seen: set[_Marking] = set()
        ahead: deque[_Marking] = deque()
        for marking in self._first():
            self._meet(marking, seen, ahead)
        while ahead:
            marking = ahead.popleft()
            if not self.budget.spend(len(marking)):
                self.found.complete = False
                break
            self.found.markings += 1
            self._look(marking, seen, ahead)
        self.found.complete = self.found.complete and self.net.whole
        return self.found

    def _first(self) -> Iterator[_Marking]:
        arms = self.net.scope_arms(self.net.process)
        if self.standing is not None:
            yield self._add((), [*(each for one in self.standing for each in self._places(one)), *arms])
            return
        for flows in self.net.starts(self.net.process):
            walked = self.net.walk(flows)
            self.found.reached |= walked.elements
            yield self._add((), [*walked.places, *arms])

    def _places(self, standing: Standing) -> list[int]:
        if standing.how == "arrived":
            return [self.net.place("on", standing.key)]
        element = self.diagram.elements[standing.key]
        if standing.how == "inside":
            return [self.net.place("inside", element.id), *self.net.scope_arms(element.id), *self.net.arms(element)]
        if self.net.rests(element):
            return self.net.arrival(element)
        return list(self.net.walk(self.net.ways(element)[0]).places)

    def _meet(self, marking: _Marking, seen: set[_Marking], ahead: deque[_Marking]) -> None:
        if marking not in seen:
            seen.add(marking)
            ahead.append(marking)

    def _look(self, marking: _Marking, seen: set[_Marking], ahead: deque[_Marking]) -> None:
        moving = False
        for move in self._moves(marking):
            self.budget.work -= len(marking)
            if self.budget.work < 0:
                self.found.complete = False
                return
            moving = moving or move.certain
            self.found.reached |= move.walked
            if move.completes:
                self.found.completed.add(move.completes)
            self._meet(move.marking, seen, ahead)
        if not moving:
            self._note_waiting(marking)

    def _note_waiting(self, marking: _Marking) -> None:
        for number in marking:
            element = self._element(number)
            place = self.net.places[number]
            if place.kind == "on" or (place.kind == "before" and self._needs(element) > 1):
                self.found.stuck.setdefault(element)

    def _element(self, number: int) -> str:
        """Give the element before which a token of this place waits."""
        place = self.net.places[number]
        return self.diagram.flows[place.id].target if place.kind == "on" else place.id

    def _needs(self, element: str) -> int:
        return quantity(self.diagram.elements[element].start_quantity)

    # -- moves ---------------------------------------------------------------------------------------------------

    def _moves(self, marking: _Marking) -> Iterator[_Move]:
        for key, full in self._arrived(marking).items():
            yield from self._join(marking, self.diagram.elements[key], full)
        for number in sorted(set(marking)):
            place = self.net.places[number]
            if place.kind == "on":
                continue
            if place.kind == "before":
                yield from self._before(marking, number, self.diagram.elements[place.id])
            elif place.kind == "inside":
                yield from self._inside(marking, self.diagram.elements[place.id])
            else:
                yield from self._armed(marking, number)

    def _arrived(self, marking: _Marking) -> dict[str, list[int]]:
        """Give the joins at which tokens wait, each with the places of one token a flow."""
        found: dict[str, list[int]] = {}
        for number in dict.fromkeys(marking):
            if self.net.places[number].kind == "on":
                found.setdefault(self._element(number), []).append(number)
        return found

    def _join(self, marking: _Marking, join: Element, full: list[int]) -> Iterator[_Move]:
        if join.kind == "parallelGateway":
            ready = len(full) == len(join.incoming)
        else:
            ready = not self._comes(set(marking), join, {self.net.places[one].id for one in full})
        if ready:
            rest = self._without(marking, full)
            yield from self._leave(rest, join, completes=join.id)

    def _comes(self, here: set[int], join: Element, full: set[str]) -> bool:
        """Whether a token can still come to a flow that has none (BPMN 2.0.2 table 13.3)."""
        if join.id not in self.behind:
            self.behind[join.id] = self.net.behind(join)
        behind = self.behind[join.id]
        empty = [key for key in behind if key not in full]
        self.budget.work -= len(here) * len(behind)
        places = {self.net.position(one, join.parent) for one in here if self.net.counts(one)} - {"", join.id}
        return any(
            any(at in behind[key] for key in empty) and not any(at in behind[key] for key in full) for at in places
        )

    def _before(self, marking: _Marking, number: int, element: Element) -> Iterator[_Move]:
        needed = quantity(element.start_quantity)
        if marking.count(number) < needed:
            return
        rest = self._without(marking, [number] * needed)
        completes = element.id if needed > 1 else ""
        if element.kind in SUBPROCESSES:
            yield from self._enter(marking, rest, element, completes)
        elif element.kind == "endEvent":
            yield from self._end(rest, element)
        else:
            yield from self._leave(self._disarmed(rest, element), element, completes)
            yield from self._interrupted(self._disarmed(rest, element), element)

    def _enter(self, marking: _Marking, rest: _Marking, element: Element, completes: str) -> Iterator[_Move]:
        inside = self.net.place("inside", element.id)
        if inside in marking:
            # It runs already; a second one at the same time is followed once that has ended.
            self.found.exact = False
            return
        if element.loop is not None:
            yield from self._leave(rest, element, completes)
        arms = [*self.net.scope_arms(element.id), *self.net.arms(element)]
        for flows in self.net.starts(element.id):
            walked = self.net.walk(flows)
            yield _Move(self._add(rest, [inside, *walked.places, *arms]), walked.elements, completes)

    def _inside(self, marking: _Marking, element: Element) -> Iterator[_Move]:
        busy = any(self.net.counts(one) and self.net.within(one, element.id) for one in marking)
        left = self._left(marking, element)
        if not busy:
            yield from self._leave(left, element)
        yield from self._interrupted(left, element)

    def _interrupted(self, left: _Marking, element: Element) -> Iterator[_Move]:
        for event in self.diagram.boundary_events(element.id):
            if event.cancel_activity and "compensate" not in event.event_kinds:
                yield from self._leave(left, event, certain="timer" in event.event_kinds)

    def _armed(self, marking: _Marking, number: int) -> Iterator[_Move]:
        key = self.net.places[number].id
        rest = self._without(marking, [number])
        event = self.diagram.elements.get(key)
        if not any(self.net.counts(one) for one in marking):
            return
        if event is not None and event.kind in {"boundaryEvent", "startEvent"}:
            yield from self._leave(rest, event, certain="timer" in event.event_kinds)
        else:
            cleared = tuple(one for one in rest if not self.net.within(one, key))
            for _, start in self.net.handlers(key):
                if start.interrupting:
                    yield from self._leave(cleared, start, certain="timer" in start.event_kinds)

    def _end(self, rest: _Marking, end: Element) -> Iterator[_Move]:
        kinds = set(end.event_kinds)
        caught = list(self._caught(rest, end, kinds & {"error", "cancel"}))
        yield from caught
        if not caught:
            scope = self.net.process if "error" in kinds else end.parent
            yield _Move(tuple(one for one in rest if not self._goes(one, scope, kinds)), frozenset())

    def _goes(self, number: int, scope: str, kinds: set[str]) -> bool:
        return bool(kinds & {"terminate", "error", "cancel"}) and self.net.within(number, scope)

    def _caught(self, rest: _Marking, end: Element, kinds: set[str]) -> Iterator[_Move]:
        """Give where an error or a cancellation goes on: at whatever around it catches one."""
        for scope in self.diagram.scopes(end.id) if kinds else ():
            if "error" in kinds:
                yield from self._handled(rest, scope)
            if host := self.diagram.elements.get(scope):
                yield from self._at_border(rest, host, kinds)

    def _handled(self, rest: _Marking, scope: str) -> Iterator[_Move]:
        """Give where an error goes on in a scope: in each of its event subprocesses for errors."""
        cleared = tuple(one for one in rest if not self.net.within(one, scope))
        for _, start in self.net.handlers(scope):
            if "error" in start.event_kinds:
                yield from self._leave(cleared, start)

    def _at_border(self, rest: _Marking, host: Element, kinds: set[str]) -> Iterator[_Move]:
        for event in self.diagram.boundary_events(host.id):
            if kinds & set(event.event_kinds):
                yield from self._leave(self._left(rest, host), event)

    def _leave(self, rest: _Marking, element: Element, completes: str = "", certain: bool = True) -> Iterator[_Move]:
        for walked in self.net.exits(element):
            yield _Move(self._add(rest, walked.places), walked.elements, completes, certain)

    # -- markings ------------------------------------------------------------------------------------------------

    def _add(self, marking: _Marking, places: Sequence[int]) -> _Marking:
        if not places:
            return marking
        counts = Counter(marking)
        for number in places:
            most = self.most if self.net.counts(number) else 1
            if counts[number] < most:
                counts[number] += 1
            elif self.net.counts(number):
                self.found.exact = False
            if counts[number] > 1 and self._needs(self._element(number)) == 1:
                self.found.crowded.setdefault(self._element(number))
        return tuple(sorted(counts.elements()))

    def _without(self, marking: _Marking, places: Iterable[int]) -> _Marking:
        left = list(marking)
        for number in places:
            left.remove(number)
        return tuple(left)

    def _disarmed(self, rest: _Marking, element: Element) -> _Marking:
        """Take the events on its border away with the last token before the element."""
        gone = self.net.arms(element)
        if not gone or self.net.place("before", element.id) in rest:
            return rest
        return tuple(one for one in rest if one not in gone)

    def _left(self, marking: _Marking, element: Element) -> _Marking:
        """Give the marking after a subprocess was left, with all that was in it."""
        gone = {self.net.place("inside", element.id), *self.net.arms(element)}
        return tuple(one for one in marking if one not in gone and not self.net.within(one, element.id))
