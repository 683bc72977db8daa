"""PW-12x: where tokens wait for ever or come together, found by going through a process's markings
(:mod:`engine.lint.markings`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from engine.diagram import Diagram, Element, Process
from engine.lint.core import OURS, Fault, Look, fault, quoted, rule
from engine.lint.markings import Budget, Explored, explore
from engine.lint.net import elements_in


@dataclass(frozen=True)
class _Seen:
    """What was explored of one process: with all its events, and without those that don't interrupt."""

    process: Process
    full: Explored
    plain: Explored

    @property
    def dead(self) -> list[str]:
        """Joins that no marking completes."""
        known = self.full.complete and self.full.exact
        return [key for key in self.full.stuck if known and key not in self.full.completed]


_EXPLORED: WeakKeyDictionary[Look, list[_Seen]] = WeakKeyDictionary()


def _explored(look: Look) -> list[_Seen]:
    if look not in _EXPLORED:
        _EXPLORED[look] = list(_explore(look))
    return _EXPLORED[look]


def _explore(look: Look) -> Iterator[_Seen]:
    """Explore the processes whose flows are whole: others are refused anyway."""
    budget = Budget()
    broken = _broken(look.diagram)
    for process in look.processes():
        if process.key not in broken:
            full = explore(look.diagram, process.key, budget)
            beside = any(_runs_beside(one) for one in elements_in(look.diagram, process.key))
            plain = explore(look.diagram, process.key, budget, optional=False) if beside else full
            yield _Seen(process, full, plain)


def _broken(diagram: Diagram) -> set[str]:
    if diagram.duplicates or diagram.anonymous or diagram.strays:
        return set(diagram.processes)
    known = diagram.elements
    return {flow.process for flow in diagram.flows.values() if flow.source not in known or flow.target not in known}


def _runs_beside(element: Element) -> bool:
    """Whether it is an event that begins something beside what goes on."""
    boundary = element.kind == "boundaryEvent" and not element.cancel_activity
    return boundary or (element.kind == "startEvent" and not element.interrupting)


@rule("PW-121", section="BPMN 2.0.2 §13.4.1", plain="warning")
def join_can_complete(look: Look) -> Iterator[Fault]:
    """A join that is reached can complete: there is a way in which all that it waits for comes."""
    for seen in _explored(look):
        for key in seen.dead:
            behind = len(_elements(look, seen.process.key) - seen.full.reached)
            never = f", and {behind} elements are never reached" if behind > 1 else ""
            message = f"it waits for ever in every case that comes to it: {_what_it_needs(look, key)}{never}."
            yield fault(look.diagram.elements[key], message, _REMEDY)


_REMEDY = "Join with an exclusive gateway what only one way reaches, and lead loops back to before the split."


def _elements(look: Look, process: str) -> set[str]:
    return {one.id for one in elements_in(look.diagram, process) if one.incoming}


def _what_it_needs(look: Look, key: str) -> str:
    element = look.diagram.elements[key]
    if element.kind == "parallelGateway":
        return f"its {len(element.incoming)} ways in are never all taken"
    if element.kind == "inclusiveGateway":
        return "what it waits for never comes"
    return f"{element.start_quantity} tokens never come together"


@rule("PW-122", section="BPMN 2.0.2 §13.4.1", severity="warning")
def join_always_completes(look: Look) -> Iterator[Fault]:
    """A join completes in every case that comes to it."""
    for seen in _explored(look):
        for key in seen.full.stuck:
            if key not in seen.dead:
                message = "there are cases in which it waits for ever: something that it waits for does not come."
                yield fault(look.diagram.elements[key], message, _REMEDY)


@rule("PW-123", section="BPMN 2.0.2 §13.2.1", severity="warning")
def ways_come_together_in_a_join(look: Look) -> Iterator[Fault]:
    """Ways that are taken at the same time come together in a join, else what follows is done once for each."""
    for seen in _explored(look):
        for key in _first_of(look.diagram, list(seen.plain.crowded), seen.full.stuck):
            message = "two tokens can come to it at the same time, so that what follows is done twice."
            yield fault(look.diagram.elements[key], message, "Join the ways with a parallel or inclusive gateway.")


def _first_of(diagram: Diagram, crowded: list[str], stuck: dict[str, None]) -> Iterator[str]:
    """Give those to which none of the others leads, and that aren't reported as joins."""
    told: set[str] = set()
    for key in crowded:
        if key not in told and key not in stuck:
            yield key
        if key not in told:
            told |= _ahead_of(diagram, key)


def _ahead_of(diagram: Diagram, key: str) -> set[str]:
    found: set[str] = set()
    ahead = [key]
    while ahead:
        here = ahead.pop()
        if here not in found and here in diagram.elements:
            found.add(here)
            ahead += [flow.target for flow in diagram.flows_from(diagram.elements[here])]
    return found


@rule("PW-124", section=OURS, severity="warning")
def markings_are_all_looked_at(look: Look) -> Iterator[Fault]:
    """A process is small enough for all its markings to be looked at."""
    over = [seen.process for seen in _explored(look) if not (seen.full.complete and seen.plain.complete)]
    if over:
        names = quoted(process.key for process in over)
        count = sum(seen.full.markings for seen in _explored(look))
        message = (
            f"{names} has too many markings to look for joins that wait for ever in all; {count:,} were looked at."
        )
        yield fault(over[0], message, "Put parts that run beside each other into processes that are called.")
