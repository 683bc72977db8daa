"""PW-23x: errors and escalations, over all diagrams of an authority: what is thrown is caught around it, what is caught is
thrown inside, and no event waits beside what never waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from engine.diagram import Diagram, Element, EventDefinition
from engine.lint.core import OURS, Fault, Look, fault, meant, rule, short, words

_KINDS = ("error", "escalation")
_Where = tuple[Diagram, Element]


@dataclass(frozen=True, eq=False)
class _All:
    """All diagrams that are known together: of each process its diagram, and what calls it."""

    processes: Mapping[str, Diagram]
    callers: Mapping[str, list[_Where]]

    @cached_property
    def coming(self) -> Mapping[tuple[str, str], set[tuple[str, str]]]:
        """What may come to each event, by its process and id: kinds and codes."""
        found: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for diagram in {id(each): each for each in self.processes.values()}.values():
            for thrower, one in _coded(diagram.elements.values()):
                for event in self.around(diagram, thrower) if thrower.throwing else ():
                    found.setdefault((event.process, event.id), set()).add((one.kind, one.code))
        return found

    def around(self, diagram: Diagram, thrower: Element) -> Iterator[Element]:
        """The events to which what an element throws may come: those of the scopes around it, and of what calls these."""
        ahead, seen = [(diagram, thrower)], {thrower.process}
        while ahead:
            drawn, here = ahead.pop()
            yield from _of_scopes(drawn, here)
            for calling, call in self.callers.get(here.process, ()):
                yield from calling.boundary_events(call.id)
                if call.process not in seen:
                    seen.add(call.process)
                    ahead.append((calling, call))

    def is_closed(self, process: str) -> bool:
        """Whether all that a process calls, however indirectly, is known."""
        ahead, seen = [process], {process}
        while ahead:
            drawn = self.processes.get(here := ahead.pop())
            if drawn is None:
                return False
            called = {each.called_element for each in drawn.of_kind("callActivity") if each.process == here}
            ahead += called - seen
            seen |= called
        return True


@lru_cache(maxsize=4)
def _all(diagrams: tuple[Diagram, ...]) -> _All:
    """Those that are checked together, before those deployed already: made once for all of them."""
    processes: dict[str, Diagram] = {}
    callers: dict[str, list[_Where]] = {}
    for diagram in diagrams:
        processes = {**dict.fromkeys(diagram.processes, diagram), **processes}
        for call in diagram.of_kind("callActivity"):
            callers.setdefault(call.called_element, []).append((diagram, call))
    return _All(processes, callers)


def _coded(elements: Iterable[Element]) -> Iterator[tuple[Element, EventDefinition]]:
    for element in elements:
        yield from ((element, one) for one in element.event_definitions if one.kind in _KINDS)


def _of_scopes(diagram: Diagram, element: Element) -> Iterator[Element]:
    """The events that catch for the scopes around an element; an event subprocess doesn't catch what itself throws."""
    scopes = diagram.scopes(element.id)
    for scope in scopes:
        for child in diagram.children(scope):
            if child.triggered_by_event and child.id not in scopes:
                yield from diagram.starts(child.id)
        yield from diagram.boundary_events(scope)


def _takes(event: Element, kind: str, code: str) -> bool:
    return any(one.kind == kind and (not one.ref or one.code == code) for one in event.event_definitions)


@rule("PW-228", section=OURS, severity="warning")
def thrown_code_is_caught(look: Look) -> Iterator[Fault]:
    """An error or escalation that is thrown is caught around it: in its process, or by one that calls it."""
    everything = _all((*look.diagrams, *look.known.others))
    for event, one in _coded(look.elements()):
        if event.throwing and one.code:
            around = [each for each in everything.around(look.diagram, event) if each.catching]
            if not any(_takes(each, one.kind, one.code) for each in around):
                yield _uncaught(event, one, around)


def _uncaught(event: Element, one: EventDefinition, around: list[Element]) -> Fault:
    caught = {other.code for each in around for other in each.event_definitions if other.kind == one.kind}
    message = f'nothing around it catches the {one.kind} "{short(one.code)}".'
    remedy = "Catch it with a boundary event or an event subprocess, here or where the process is called."
    return fault(event, message, meant(one.code, caught - {""}) + remedy, one.line)


@rule("PW-230", section=OURS, plain="off")
def caught_code_is_thrown(look: Look) -> Iterator[Fault]:
    """An error or escalation that is caught is thrown inside: by what stands there, or by a process that is called there."""
    everything = _all((*look.diagrams, *look.known.others))
    for event, one in _coded(look.elements()):
        if event.catching and everything.is_closed(event.process):
            thrown = {code for kind, code in everything.coming.get((event.process, event.id), ()) if kind == one.kind}
            if not thrown or (one.ref and one.code not in thrown):
                yield _unthrown(event, one, thrown)


def _unthrown(event: Element, one: EventDefinition, thrown: set[str]) -> Fault:
    said = f'the {one.kind} "{short(one.code)}"' if one.ref else f"an {one.kind}"
    remedy = "Throw it there, or take this event out."
    return fault(event, f"nothing inside throws {said}.", meant(one.code, thrown) + remedy, one.line)


_AT_ONCE = words("scriptTask sendTask serviceTask businessRuleTask manualTask task")
_WAITING = frozenset({"message", "signal", "timer"})


@rule("PW-231", section=OURS, plain="warning")
def event_waits_beside_what_waits(look: Look) -> Iterator[Fault]:
    """A boundary event for a message, signal or timer is on an activity that waits: what is done at once leaves it no time."""
    for event in look.elements("boundaryEvent"):
        host = look.diagram.elements.get(event.attached_to)
        counted = host is not None and host.loop is not None and host.loop.event is not None
        if host is not None and host.kind in _AT_ONCE and not counted and _WAITING.intersection(event.event_kinds):
            message = f'"{short(host.name or host.id)}" is done at once and never waits, so this can never happen.'
            yield fault(event, message, "Attach it to what waits: a user task, a receive task, a subprocess or a call.")
