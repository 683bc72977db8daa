"""What a process that others call is handed by its caller, made up: it begins without a form, and reads names that only the
caller sets.

Which names these are, and of what kinds their values, lint knows (engine/lint/names) from the diagrams that call it. What an
expression tests for null it can do without, so that is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.calendar.timers import ZONE
from engine.decisions.model import Table
from engine.diagram import Diagram, Element, SequenceFlow, strip_feel
from engine.feel import Feel
from engine.lint.bundle import Bundle, read_bundle
from engine.lint.core import Known, Look
from engine.lint.names import OPEN, Shape, Surroundings, World, read, sources
from engine.lint.names.elements import crossing, hands_all
from engine.lint.names.flows import Flow
from engine.lint.names.graph import always
from engine.lint.names.reading import null_tested
from engine.lint.names.world import SCHOOL, SETTINGS
from engine.lint.sites import Site, sites
from engine.rehearsal.stage import Prepared

_MADE_UP: Mapping[str, Any] = {"number": 1, "boolean": True}


def handed(prepared: Prepared, files: Mapping[str, bytes], process: str, at: datetime) -> dict[str, Any]:
    """What the callers of a process hand it that it cannot do without; ``files`` are those of the stage. Nothing where no
    diagram calls it, or where all that it reads it asks for itself."""
    own, around = _bundle(prepared, files), _bundle(prepared, prepared.around())
    diagrams = [*own.diagrams.values(), *around.diagrams.values()]
    settings = prepared.world.settings(prepared.authority)
    known = Surroundings({**around.asked, **own.asked}, {**around.tables, **own.tables}, settings)
    world = World(diagrams, known, prepared.world.feel)
    if process not in world.flows or not world.callers.get(process):
        return {}
    flow = world.flows[process]
    begins = flow.graph.leave(next(iter(_starts(flow))))
    found = {name: world.lookup(flow, begins, name) for name in sorted(_Needs(world, prepared.world.feel).of(process))}
    return {name: made_up(variable.shape, at) for name, variable in found.items() if variable is not None}


def made_up(shape: Shape, at: datetime) -> Any:
    """A value of this kind: one of those that it can have, else today, one, yes or a few words."""
    if shape.values:
        return min(shape.values, key=str)
    if shape.only("list"):
        return [made_up(shape.item, at)] if shape.item is not None and shape.item.known else []
    if shape.only("context"):
        return {name: made_up(each, at) for name, each in shape.fields.items()}
    return _plain(shape, at)


def _plain(shape: Shape, at: datetime) -> Any:
    if shape.iso or "date" in shape.kinds:
        return at.astimezone(ZONE).date().isoformat()
    return next((value for kind, value in _MADE_UP.items() if kind in shape.kinds), "Noted.")


def _bundle(prepared: Prepared, files: Mapping[str, bytes]) -> Bundle:
    return read_bundle(files, prepared.authority, True, prepared.world.feel)


def _starts(flow: Flow) -> Iterator[str]:
    """The plain start event of a process, by which a caller begins it."""
    for each in flow.graph.elements.values():
        if each.kind == "startEvent" and each.parent == flow.key and not each.event_definitions:
            yield each.id


def _place(flow: Flow, site: Site) -> int | None:
    """Where in a process an expression is read; None where it is another process's, or its own as a whole."""
    part = site.part
    if isinstance(part, Element):
        return flow.graph.enter(part.id) if part.id in flow.graph.elements else None
    source = part.source if isinstance(part, SequenceFlow) else ""
    return flow.graph.leave(source) if source in flow.graph.elements else None


class _Needs:
    """The names that processes take from their callers and do not test for null."""

    def __init__(self, world: World, feel: Feel) -> None:
        self.world, self.feel = world, feel
        self._found: dict[str, frozenset[str]] = {}

    def of(self, process: str) -> frozenset[str]:
        """Those of one process, and of what it calls."""
        if process not in self._found:
            self._found[process] = frozenset()  # of one that calls itself the first round says all
            flow = self.world.flows.get(process)
            names = (
                set() if flow is None else {name for name, at in self._read(flow) if self._is_brought(flow, name, at)}
            )
            self._found[process] = frozenset(names)
        return self._found[process]

    def _read(self, flow: Flow) -> Iterator[tuple[str, int]]:
        """Each name that is read somewhere, and the place."""
        for site in self._sites(flow.diagram):
            place = _place(flow, site)
            if place is not None:
                yield from ((name, place) for name in self._names(site.text, tested=site.timer is not None))
        for element in flow.graph.elements.values():
            here = flow.graph.enter(element.id)
            yield from ((name, here) for text in self._inputs(element) for name in self._names(text))
            yield from ((name, here) for name in self._handed_on(element))

    def _sites(self, diagram: Diagram) -> Iterator[Site]:
        look = Look(diagram, (diagram,), Known(), self.feel, True, lambda: self.world)
        return sites(look, self.world)

    def _names(self, text: str, tested: bool = False) -> frozenset[str]:
        """The names that an expression reads; those that it tests for null only where it must come to something, as a time."""
        parsed = sources.tree(self.feel, strip_feel(text)) if text else None
        if parsed is None:
            return frozenset()
        names = read(parsed, OPEN).reads
        return names if tested else names - set(null_tested(parsed))

    def _inputs(self, element: Element) -> Iterator[str]:
        """What the decision table of a task is asked of."""
        decision = (self.world.around.decisions or {}).get(element.decision_ref)
        if decision is not None and isinstance(decision.expression, Table):
            yield from (each.expression.text for each in decision.expression.inputs)

    def _handed_on(self, element: Element) -> Iterator[str]:
        """What a called process takes from this one by the same name, or by a mapping of names."""
        if element.kind != "callActivity":
            return
        mappings = crossing(element, "in")
        mapped = {each.target: each.source for each in mappings if each.target}
        for name in self.of(element.called_element):
            if name in mapped:
                yield from [mapped[name]] if mapped[name] else []
            elif hands_all(mappings):
                yield name

    def _is_brought(self, flow: Flow, name: str, at: int) -> bool:
        """Whether the caller sets a name, and the process itself does not on every way to a place."""
        if name in (SCHOOL, SETTINGS):
            return False
        starts = set(_starts(flow))
        setting = [setter for setter, _ in flow.setting(name)]
        own = {setter.place for setter in setting if setter.by not in starts and setter.sure(name)}
        return any(setter.by in starts for setter in setting) and not always(flow.graph, own)[at]
