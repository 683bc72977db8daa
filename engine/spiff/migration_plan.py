"""Which place of a running case is which in another version of its diagram. Pure: read from the stored tokens alone.

What waits at an element of the same id and kind, in the same scope, goes on there. Where the other version has no such
element, somebody has to choose one (a *gap*); where nothing that can be chosen would be right, the case can't be moved, and
it is said why. Events that wait beside the flow, or behind an event-based gateway, follow the diagram: what it has no
more waits no more, and what it has newly begins to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from engine.errors import StateUnreadable
from engine.spiff import state as stored
from engine.spiff.activities import CallActivity, SubProcess
from engine.spiff.gateways import InclusiveGateway, ParallelGateway
from engine.spiff.memo import Completed, Listener
from engine.spiff.moves import Begin, Choice, Ended, Gap, Moved, Plan, spot
from engine.spiff.state import Record
from engine.spiff.tree import Definition, Node

#: How much alike two names are that may mean the same element, from 0 to 1.
ALIKE = 0.6
#: Elements that nobody can be put on: they begin what is around them, or wait beside something.
_NO_PLACE = {"startEvent", "boundaryEvent"}
_SCOPES = {"process", "subProcess", "transaction"}


@dataclass(frozen=True)
class _Fate:
    """What becomes of a token: its element before and after; ``after`` is None for one that ends or can't be placed."""

    record: Record
    before: Node
    after: Node | None
    how: Literal["kept", "ended", "open"]


def plan(before: Definition, after: Definition, state: bytes, mapping: Mapping[str, str]) -> Plan:
    """What moving a case from one version to another comes to. ``mapping`` gives for the keys of gaps the element that was
    chosen. Raises StateUnreadable."""
    next_id, records = stored.records(state)
    return _Walk(before, after, mapping, Plan(next_id)).taken(records)


class _Walk:
    """One look at the tokens of a case, from the outside in, those in the flow before those beside it."""

    def __init__(self, before: Definition, after: Definition, mapping: Mapping[str, str], found: Plan) -> None:
        self.before, self.after, self.mapping, self.plan = before, after, mapping, found
        self.fates: dict[str, _Fate] = {}

    def taken(self, records: list[Record]) -> Plan:
        beside = [record for record in records if record.memo.listener is not None]
        flow = [record for record in records if record.memo.listener is None]
        for record in flow:
            self._take(record)
        self._races(record for record in flow if record.memo.race)
        for record in beside:
            self._listener(record)
        self._finish([self.fates[record.id] for record in records])
        return self.plan

    def _finish(self, fates: list[_Fate]) -> None:
        kept = [fate for fate in fates if fate.how == "kept"]
        for fate in kept:
            self._new_listeners(fate)
        self.plan.records = [self._renamed(fate) for fate in kept]

    # -- the flow -------------------------------------------------------------------------------------------------

    def _take(self, record: Record) -> None:
        parent = self.fates[record.parent] if record.parent else None
        before = self._before(record, parent)
        if parent is not None and parent.after is None:
            self._note(record, before, None, "open")
        elif record.element.startswith("process:"):
            self._process(record, before, parent)
        elif parent is not None and record.memo.instance is not None:
            self._keep(record, before, parent.after)
        elif parent is not None:
            self._place(record, before, parent)

    def _before(self, record: Record, parent: _Fate | None) -> Node:
        home = self.before if parent is None else parent.before.home_of_children(record.element)
        spec = home.spec.task_specs.get(record.element) if home is not None else None
        if not isinstance(spec, Node):
            raise StateUnreadable(reason=f'the element "{record.element}" is not in the diagram')
        return spec

    def _note(self, record: Record, before: Node, after: Node | None, how: Literal["kept", "ended", "open"]) -> None:
        self.fates[record.id] = _Fate(record, before, after, how)

    def _keep(self, record: Record, before: Node, after: Node | None) -> None:
        self._note(record, before, after, "kept")
        if after is not None:
            problem = f"“{before.label}” is being undone just now (compensation)"
            self._check([problem] if record.memo.to_undo or record.memo.undoes_for else [])
            self._check(self._undoable(record.memo.completed, before.definition, after.definition))

    def _check(self, problems: Iterable[str]) -> None:
        self.plan.problems += [each for each in problems if each not in self.plan.problems]

    def _undoable(self, done: Iterable[Completed], before: Definition, after: Definition) -> Iterator[str]:
        """What is done and could be undone so far must be so still."""
        for each in done:
            name = before.nodes[each.element].label if each.element in before.nodes else each.element
            if each.element in before.compensation and self._wanted(before, each.element) not in after.compensation:
                yield f"“{name}” is done and can still be undone in this case, and the new version has no way to undo it"
            yield from self._undoable(each.inside, before, after)

    def _process(self, record: Record, before: Node, parent: _Fate | None) -> None:
        if parent is None:
            self._keep(record, before, self.after.root)
            return
        assert parent.after is not None
        called = parent.after.definition.called.get(parent.after.element.called_element)
        if called is None:
            self._check([f"“{parent.after.label}” calls a process that is not deployed"])
            self._note(record, before, None, "open")
        else:
            self._keep(record, before, called.root)

    def _place(self, record: Record, before: Node, parent: _Fate) -> None:
        assert parent.after is not None
        home = parent.after.definition
        chosen = self.mapping.get(f"{before.process}/{before.element_id}", "")
        after = home.nodes.get(chosen or before.element_id)
        if after is not None and self._fits(record, before, after, parent):
            if chosen:
                self._ask(before, self._choices(record, before, parent))
                self.plan.moved.append(Moved(spot(before), spot(after), True))
            elif _is_leaf(before):
                self.plan.stays.append(spot(before))
            self._keep(record, before, after)
        elif record.memo.race:
            self._note(record, before, None, "open")  # until it is known what becomes of its rivals
        else:
            self._choose(record, before, parent, after if chosen else None)

    def _choose(self, record: Record, before: Node, parent: _Fate, chosen: Node | None) -> None:
        """What waits here can't go on under the same id: it begins where somebody chose, or somebody has to choose."""
        choices = self._choices(record, before, parent)
        gap = self._ask(before, choices)
        if chosen is not None and any(each.element == chosen.element_id for each in choices):
            self._restart(record, before, chosen)
            return
        self._note(record, before, None, "open")
        if choices:
            self.plan.gaps += [] if gap in self.plan.gaps else [gap]
        else:
            self._check([_nothing_fits(record, before)])

    def _ask(self, before: Node, choices: list[Choice]) -> Gap:
        """Note for which place an element is or has to be chosen."""
        new = {each.element for each in choices if each.element not in before.definition.nodes}
        gap = Gap(spot(before), tuple(choices), _suggested(before, choices, new))
        self.plan.asked += [] if gap in self.plan.asked or not choices else [gap]
        return gap

    def _restart(self, record: Record, before: Node, chosen: Node) -> None:
        self._note(record, before, None, "ended")
        self.plan.moved.append(Moved(spot(before), spot(chosen), False))
        self.plan.begins.append(Begin(record.parent or "", chosen))
        if not record.memo.race:
            self.plan.ended.append(Ended(record.id, spot(before), record.via, record.entered))

    def _choices(self, record: Record, before: Node, parent: _Fate) -> list[Choice]:
        """The elements of the same scope that may be chosen. What has something inside only goes on where that fits."""
        assert parent.after is not None
        found = []
        for node in parent.after.definition.nodes.values():
            goes_on = self._fits(record, before, node, parent)
            anew = _is_leaf(before) and record.memo.loop is None and _takes_tokens(node, parent.after)
            if goes_on or anew:
                found.append(Choice(node.element_id, node.label, node.kind, goes_on))
        return found

    def _fits(self, record: Record, before: Node, after: Node, parent: _Fate) -> bool:
        """Whether what waits at one element can go on at the other as it is."""
        assert parent.after is not None
        if before.kind != after.kind or after.element.parent != _inside(parent.after):
            return False
        alike = _shape(before) == _shape(after) and _waits_alike(before, after)
        return alike and self._arrived(record, before, after) is not None

    def _wanted(self, definition: Definition, element: str) -> str:
        return self.mapping.get(f"{definition.key}/{element}", element)

    def _arrived(self, record: Record, before: Node, after: Node) -> dict[str, int] | None:
        """The tokens that have come, by the other version's flows; {} for what waits for no more; None where a flow is gone."""
        arrived: dict[str, int] = {}
        for via, count in (record.memo.arrived or {}).items():
            now = self._flow(via, before, after)
            if now is None:
                return None
            arrived[now] = arrived.get(now, 0) + count
        return arrived

    def _flow(self, via: str, before: Node, after: Node) -> str | None:
        """The flow into the other version's element: of the same id, or else from the same element as this one came."""
        if via in after.incoming:
            return via
        source = self._wanted(before.definition, before.definition.graph.source.get(via, ""))
        same = [flow for flow in after.incoming if after.definition.graph.source[flow] == source]
        return same[0] if len(same) == 1 else None

    # -- behind an event-based gateway ------------------------------------------------------------------------------

    def _races(self, records: Iterable[Record]) -> None:
        """Of several events the first of which counts, those that are there still wait on, with those that are new."""
        races: dict[str, list[_Fate]] = {}
        for record in records:
            if self.fates[record.parent or ""].after is not None:
                races.setdefault(record.memo.race, []).append(self.fates[record.id])
        for race, fates in races.items():
            self._race(race, self.fates[fates[0].record.parent or ""], fates)

    def _race(self, race: str, parent: _Fate, fates: list[_Fate]) -> None:
        kept = [fate.after for fate in fates if fate.after is not None]
        gone = [fate for fate in fates if fate.after is None]
        if kept:
            self.plan.lost += [spot(fate.before) for fate in gone]
            self._rivals(race, parent.record.id, kept)
        else:
            self._no_race(gone, parent)

    def _no_race(self, gone: list[_Fate], parent: _Fate) -> None:
        """None of the events is there any more: one element is chosen for them all."""
        first = next((fate for fate in gone if self._chosen(fate, parent)), gone[0])
        self._choose(first.record, first.before, parent, self._chosen(first, parent))

    def _chosen(self, fate: _Fate, parent: _Fate) -> Node | None:
        assert parent.after is not None
        chosen = self.mapping.get(f"{fate.before.process}/{fate.before.element_id}", "")
        return parent.after.definition.nodes.get(chosen)

    def _rivals(self, race: str, scope: str, kept: list[Node]) -> None:
        nodes, there = kept[0].definition.nodes, {node.element_id for node in kept}
        for gateway in nodes.values():
            ahead = {flow.target: flow.id for flow in gateway.flows}
            if gateway.kind == "eventBasedGateway" and not there.isdisjoint(ahead):
                fresh = ((target, via) for target, via in ahead.items() if target not in there)
                self.plan.begins += [Begin(scope, nodes[target], race=race, via=via) for target, via in fresh]
                return

    # -- beside the flow --------------------------------------------------------------------------------------------

    def _listener(self, record: Record) -> None:
        listener, parent = record.memo.listener, self.fates[record.parent or ""]
        assert listener is not None
        before, host = self._before(record, parent), self.fates[listener.host] if listener.host else parent
        if host.after is None:
            self._note(record, before, None, host.how)
            return
        after = self._same(before, _attached(host.after) if listener.host else _event_starts(host.after))
        self.plan.lost += [] if after is not None else [spot(before)]
        self._note(record, before, after, "kept" if after is not None else "ended")

    def _same(self, before: Node, there: Iterable[Node]) -> Node | None:
        """Which of these events is the one that waited so far."""
        wanted = self._wanted(before.definition, before.element_id)
        return next((node for node in there if node.element_id == wanted and _waits_alike(before, node)), None)

    def _new_listeners(self, fate: _Fate) -> None:
        """What waits newly beside an activity or in a scope. What the version before had, and has fired, is not new."""
        record, before, after = fate.record, fate.before, fate.after
        if after is None or record.memo.arrived is not None or record.memo.listener is not None:
            return
        if record.memo.instance is None and record.parent:
            host = Listener(record.id)
            for node in self._fresh(before, _attached(before), _attached(after)):
                self.plan.begins.append(Begin(record.parent, node, listener=host))
        if record.memo.loop is None:
            for node in self._fresh(before, _event_starts(before), _event_starts(after)):
                self.plan.begins.append(Begin(record.id, node, listener=Listener()))

    def _fresh(self, before: Node, olds: Iterable[Node], news: Iterable[Node]) -> Iterator[Node]:
        known = [(self._wanted(before.definition, old.element_id), old) for old in olds]
        for node in news:
            if node.listens and not any(i == node.element_id and _waits_alike(old, node) for i, old in known):
                yield node

    # -- what is stored ---------------------------------------------------------------------------------------------

    def _renamed(self, fate: _Fate) -> Record:
        record, memo = fate.record, fate.record.memo
        assert fate.after is not None
        record.element = str(fate.after.name)
        if memo.arrived is not None:
            memo.arrived = self._arrived(record, fate.before, fate.after)
        record.via = self._flow(record.via, fate.before, fate.after) or ""
        home = fate.before.definition
        memo.completed = [self._completed(each, home) for each in memo.completed]
        _rename_item(record, fate.before, fate.after)
        return record

    def _completed(self, done: Completed, home: Definition) -> Completed:
        inside = tuple(self._completed(each, home) for each in done.inside)
        return Completed(self._wanted(home, done.element), inside)


def _is_leaf(node: Node) -> bool:
    """Whether nothing can stand inside the element: a choice made for it concerns it alone."""
    return not isinstance(node, SubProcess | CallActivity) and node.visible


def _inside(scope: Node) -> str:
    """How the elements directly inside a scope name it."""
    return scope.process if scope.kind == "process" else scope.element_id


def _takes_tokens(node: Node, scope: Node) -> bool:
    """Whether a token can be put on an element inside this scope: not beside the flow, nor where it would wait for more."""
    element = node.element
    aside = element.triggered_by_event or element.for_compensation or node.kind in _NO_PLACE
    link = node.kind == "intermediateCatchEvent" and "link" in element.event_kinds
    joins = isinstance(node, ParallelGateway | InclusiveGateway) and len(node.incoming) > 1
    return element.parent == _inside(scope) and not (aside or link or joins)


def _shape(node: Node) -> tuple[object, ...]:
    """What has to be the same for what is inside an element to go on in another."""
    element, loop = node.element, node.element.loop
    again = None if loop is None else (loop.kind, loop.sequential)
    return again, element.triggered_by_event, element.for_compensation, element.called_element


def _waits_alike(before: Node, after: Node) -> bool:
    """Whether two events wait for the same kinds of thing, so that what a token remembers of the one is right for the other."""

    def kinds(node: Node) -> list[tuple[str, bool]]:
        return [(each.kind, node.element.parallel_multiple) for each in node.element.event_definitions]

    return kinds(before) == kinds(after)


def _attached(node: Node) -> list[Node]:
    return node.boundary_events() if node.visible else []


def _event_starts(node: Node) -> list[Node]:
    return list(node.definition.event_starts.get(_inside(node), ())) if node.kind in _SCOPES else []


def _rename_item(record: Record, before: Node, after: Node) -> None:
    """A run of a multi-instance activity knows its item by the name that the diagram gives it."""
    if record.memo.instance is None or not record.memo.locals:
        return
    (old, new) = (_item(node) for node in (before, after))
    if old and new and old != new and old in record.memo.locals:
        record.memo.locals = {new if name == old else name: each for name, each in record.memo.locals.items()}


def _item(node: Node) -> str:
    loop = node.element.loop
    return (loop.element_variable or loop.input_item) if loop is not None else ""


def _nothing_fits(record: Record, before: Node) -> str:
    if record.memo.loop is not None:
        return f"It is inside “{before.label}”, which is done once for each of several, and the new version has nothing like it"
    if isinstance(before, CallActivity):
        return f"It is in the process that “{before.label}” calls, and the new version calls that process nowhere there"
    return f"It is inside “{before.label}”, and the new version has nothing like it that could take what is in it"


def _suggested(before: Node, choices: list[Choice], new: set[str]) -> str:
    """The element that is likely meant: of the same kind, by its name; else the only new one of that kind."""
    alike = [each for each in choices if each.kind == before.kind]
    ranked: list[Choice] = sorted(alike, key=_likeness(before.label), reverse=True)
    if ranked and _likeness(before.label)(ranked[0]) >= ALIKE:
        return ranked[0].element
    only = [each.element for each in alike if each.element in new]
    return only[0] if len(only) == 1 else ""


def _likeness(name: str) -> Callable[[Choice], float]:
    return lambda choice: SequenceMatcher(None, name.casefold(), choice.name.casefold()).ratio()
