"""PW-741 and PW-742: a condition decides something, and by answers that were given.

Every condition over questions whose answers can be counted is tried with all of them (engine/lint/names/possible.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.diagram import Element, SequenceFlow, strip_feel
from engine.feel import Node
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.names import OPEN, World, nothing, possible, read
from engine.lint.names.constant import constant
from engine.lint.names.flows import Flow
from engine.lint.names.origins import Origin, Origins, origins
from engine.lint.names.possible import Tried
from engine.lint.names.reading import null_tested
from engine.lint.names.shapes import BOOLEAN
from engine.lint.names.sources import tree
from engine.lint.names.wording import words
from engine.lint.sites import after
from engine.lint.wants import unfit

_PARTS = frozenset({"Conjunction", "Disjunction", "ParenthesizedExpression", "Expression"})
_TRUTHS = frozenset({"Comparison", "FunctionInvocation"})


@dataclass(frozen=True)
class Asked:
    """An expression with its tree and the names that it takes from variables."""

    text: str
    tree: Node

    @cached_property
    def names(self) -> frozenset[str]:
        """Its variables."""
        return read(self.tree, OPEN).reads


@dataclass(frozen=True)
class Held:
    """A condition of which it is known, on every way to a place, whether it held."""

    asked: Asked
    true: bool


class Place:
    """What is known where a condition is asked: behind an element, on every way to it."""

    def __init__(self, world: World, flow: Flow, element: Element) -> None:
        self.world, self.flow, self.element = world, flow, element
        self._origins: dict[str, Origins] = {}

    @cached_property
    def _locals(self) -> frozenset[str]:
        """The names that only the activities around see: loop variables and input parameters."""
        ids = [*self.flow.diagram.scopes(self.element.id), self.element.id]
        around = [self.flow.graph.elements[each] for each in ids if each in self.flow.graph.elements]
        return frozenset(name for each in around for name in self.world.locals(self.flow, each))

    def asked(self, text: str) -> Asked | None:
        """An expression, where it can be read and gives the same on every day."""
        inner = strip_feel(text)
        found = tree(self.world.feel, inner) if inner else None
        return Asked(inner, found) if found is not None and possible.is_timeless(found) else None

    def origins(self, name: str) -> Origins:
        """Which questions a name comes from here."""
        if name not in self._origins:
            hidden = name in self._locals
            place = self.flow.graph.leave(self.element.id)
            found = Origins(others=True) if hidden else origins(self.world, self.flow, place, name)
            self._origins[name] = found
        return self._origins[name]

    @cached_property
    def held(self) -> list[Held]:
        """The conditions that led here, as far back as there is one way only."""
        return [each for each in _held(self) if each.asked.names]

    def hiding(self, names: frozenset[str]) -> list[Asked]:
        """What hides the questions that these names come from, where each comes from one."""
        said = {text for name in names for each in self.origins(name).questions for text in each.hidden}
        return [each for text in sorted(said) if (each := self.asked(text)) is not None]

    def domain(self, names: frozenset[str], trees: list[Node]) -> dict[str, list[object]] | None:
        """Everything that these names can be; None where one has no end."""
        found = {name: possible.values(self.origins(name), trees, name) for name in sorted(names)}
        return {name: each for name, each in found.items() if each is not None} if None not in found.values() else None

    def trial(self, asked: Asked | None, names: frozenset[str], anywhere: bool = False) -> Tried | None:
        """All cases of these names that can come here (or anywhere), with what the condition gives in each."""
        own = [asked] if asked is not None else []
        more = self.hiding(names) + ([] if anywhere else [each.asked for each in self.held])
        trees = [one.tree for one in (*own, *more)]
        around = [each for each in more if self.domain(each.names, trees) is not None]
        found = self._tried(own, around, names)
        return found or self._tried(own, [each for each in around if each.names <= names], names)

    def _tried(self, own: list[Asked], around: list[Asked], names: frozenset[str]) -> Tried | None:
        every = frozenset(names).union(*(each.names for each in around))
        domain = self.domain(every, [one.tree for one in (*own, *around)])
        texts = list(dict.fromkeys(each.text for each in (*own, *around)))
        return possible.tried(self.world.feel, texts, domain) if domain is not None else None

    def comes(self, found: Tried, at: int, anywhere: bool = False) -> bool:
        """Whether a case can come here (or anywhere): the conditions before held, and what is hidden has no answer."""
        for each in () if anywhere else self.held:
            gave = found.gave.get(each.asked.text)
            if gave is not None and gave[at] is not each.true:
                return False
        return all(self._fits(found, at, name) for name in found.cases[at])

    def _fits(self, found: Tried, at: int, name: str) -> bool:
        known = self.origins(name)
        if len(known.questions) != 1 or known.unset:
            return True
        [origin] = known.questions
        texts = [strip_feel(text) for text in origin.hidden]
        hidden = [found.gave[text][at] is True for text in texts if text in found.gave]
        if len(hidden) < len(texts):
            return True
        blank = found.cases[at][name] is None
        return any(hidden) or origin.optional if blank else not any(hidden)


def _held(place: Place) -> Iterator[Held]:
    flow, here = place.flow, place.element
    passed = {flow.graph.leave(here.id)}
    seen: set[str] = set()
    while here.id not in seen:
        seen.add(here.id)
        taken = _only_way(flow, here)
        source = flow.graph.elements.get(taken.source) if taken is not None else _scope_begun(flow, here)
        if source is None or source.kind == "boundaryEvent":
            return
        if taken is not None:
            yield from (each for each in _led(place, taken, source) if _stays(flow, each.asked, passed))
            passed.add(flow.graph.leave(source.id))
        here = source


def _only_way(flow: Flow, element: Element) -> SequenceFlow | None:
    """The flow into an element that has one."""
    into = [flow.diagram.flows[each] for each in element.incoming if each in flow.diagram.flows]
    return into[0] if len(into) == 1 else None


def _scope_begun(flow: Flow, element: Element) -> Element | None:
    """The subprocess that begins at a start event."""
    around = flow.graph.elements.get(element.parent) if element.kind == "startEvent" else None
    return around if around is not None and not around.triggered_by_event else None


def _led(place: Place, taken: SequenceFlow, source: Element) -> Iterator[Held]:
    """What is known of the conditions of a gateway from which one way was taken."""
    if source.kind not in ("exclusiveGateway", "inclusiveGateway"):
        return
    if taken.condition:
        asked = place.asked(taken.condition)
        yield from [Held(asked, True)] if asked is not None else []
    elif source.default == taken.id:
        for other in place.flow.diagram.flows_from(source):
            asked = place.asked(other.condition) if other.condition else None
            yield from [Held(asked, False)] if asked is not None else []


def _stays(flow: Flow, asked: Asked, passed: set[int]) -> bool:
    """Whether nothing on the way since has set what a condition read."""
    return not any(setter.place in passed for name in asked.names for setter, _ in flow.setting(name))


def _conditions(look: Look, world: World) -> Iterator[tuple[SequenceFlow, Place, Asked]]:
    """The conditions of flows that can be read and have no other fault."""
    for process in look.processes():
        flow = world.flows.get(process.key)
        if flow is not None and flow.diagram is look.diagram and not flow.graph.too_large:
            yield from _of_flow(world, flow)


def _of_flow(world: World, flow: Flow) -> Iterator[tuple[SequenceFlow, Place, Asked]]:
    places: dict[str, Place] = {}
    for each in flow.graph.flows:
        source = flow.graph.elements.get(each.source) if each.condition else None
        if source is not None:
            place = places.setdefault(source.id, Place(world, flow, source))
            asked = place.asked(each.condition)
            if asked is not None and asked.names and not _is_wrong(world, place, asked):
                yield each, place, asked


def _is_wrong(world: World, place: Place, asked: Asked) -> bool:
    """Whether something else is wrong with a condition, so that it is not yet worth trying."""
    reading = read(asked.tree, after(world, place.flow, place.element))
    wrong = [each for each in reading.remarks if each.kind != "unsure"]
    return bool(wrong or nothing(asked.tree, world.feel) or constant(asked.tree) or unfit(BOOLEAN, reading.shape))


# -- blanks -------------------------------------------------------------------------------------------------------


@rule("PW-741", section=OURS, severity="warning", plain="off")
def what_decides_is_answered(look: Look) -> Iterator[Fault]:
    """What a condition turns on was answered: its question is required, is not hidden on a way here, or the condition tests
    it for null."""
    world = look.world
    told: set[tuple[str, str]] = set()
    for part, place, asked in _conditions(look, world) if world is not None else ():
        for name in sorted(asked.names - set(null_tested(asked.tree))):
            origin = _blank(place, asked, name)
            if origin is not None and (part.source, name) not in told:
                told.add((part.source, name))
                yield _unanswered(part, asked, name, origin)


def _unanswered(part: SequenceFlow, asked: Asked, name: str, origin: Origin) -> Fault:
    why = "need not be answered" if origin.optional else "can be hidden on a way here"
    question = short(origin.question.label or origin.question.key, 60)
    message = (
        f'the condition "{short(asked.text)}" turns on "{name}", and its question "{question}" {why}: without an answer'
        " it is decided in silence."
    )
    remedy = f"Make it required and ask it on every way here, or say what holds without one: {name} != null and ..."
    return fault(part, message, remedy)


def _blank(place: Place, asked: Asked, name: str) -> Origin | None:
    """The question that may have left a name without an answer where that changes what a condition gives."""
    blank = [each for each in place.origins(name).questions if each.optional or each.hidden]
    if not blank:
        return None
    found = place.trial(asked, asked.names)
    if found is not None:
        return blank[0] if _turns(place, found, asked, name) else None
    return _untried(place, name, blank)


def _untried(place: Place, name: str, blank: list[Origin]) -> Origin | None:
    """As far as can be told where a condition reads what has no end: an optional question that no way here has tested."""
    alone = place.trial(None, frozenset({name}))
    if alone is not None and not any(_comes_blank(place, alone, name)):
        return None
    optional = [each for each in blank if each.optional]
    tested = any(name in each.asked.names for each in place.held)
    return optional[0] if optional and not tested else None


def _comes_blank(place: Place, found: Tried, name: str) -> Iterator[bool]:
    """By case whether it can come here and has no answer to the question of this name."""
    return (case[name] is None and place.comes(found, at) for at, case in enumerate(found.cases))


def _turns(place: Place, found: Tried, asked: Asked, name: str) -> bool:
    """Whether a condition gives in a case without this answer something else than it would with one."""
    gave = found.gave[asked.text]
    by_rest: dict[str, set[bool | None]] = {}
    for at, case in enumerate(found.cases):
        if case[name] is not None:
            by_rest.setdefault(_rest(case, name), set()).add(gave[at])
    blank = (at for at, comes in enumerate(_comes_blank(place, found, name)) if comes)
    return any(by_rest.get(_rest(found.cases[at], name), set()) - {gave[at]} for at in blank)


def _rest(case: object, name: str) -> str:
    assert isinstance(case, dict)
    return repr([value for key, value in case.items() if key != name])


# -- constants ------------------------------------------------------------------------------------------------------


@rule("PW-742", section=OURS, plain="off")
def condition_decides(look: Look) -> Iterator[Fault]:
    """A condition, and each part of one, is true for some of the answers that can come there and not for others."""
    world = look.world
    for part, place, asked in _conditions(look, world) if world is not None else ():
        for each in _whole_and_parts(place, asked):
            always = _always(place, each, anywhere=each is not asked)
            if always is not None:
                said = "always true" if always else "never true"
                where = "" if each is asked else f' in "{short(asked.text)}"'
                message = f'the condition "{short(each.text)}"{where} is {said}, whatever can be answered.'
                yield fault(part, message, _constant_remedy(place, each))
                break


def _constant_remedy(place: Place, asked: Asked) -> str:
    said = [f"{name}: {_answers(place, name)}" for name in sorted(asked.names)]
    return f"Compare it with an answer that there is, on the ways that lead here ({short('; '.join(said), 90)})."


def _answers(place: Place, name: str) -> str:
    found = place.domain(frozenset({name}), [])
    return ", ".join("none" if each is None else str(each) for each in (found or {}).get(name, ())) or "any"


def _whole_and_parts(place: Place, asked: Asked) -> Iterator[Asked]:
    yield asked
    for node in _truths(asked.tree):
        if node is not asked.tree and not any(True for _ in null_tested(node)):
            again = place.asked(source(node, asked.text))
            if again is not None and again.names and again.text != asked.text:
                yield again


def _truths(node: Node) -> Iterator[Node]:
    if node.kind in _TRUTHS:
        yield node
    elif node.kind in _PARTS:
        for part in node.parts:
            yield from _truths(part)


def source(node: Node, text: str) -> str:
    """The text of a part of an expression."""
    first, last = _ends(node)
    return text[first:last] or words(node)


def _ends(node: Node) -> tuple[int, int]:
    if not node.parts:
        return node.at, node.at + len(node.text)
    ends = [_ends(part) for part in node.parts]
    return ends[0][0], max(last for _, last in ends)


def _always(place: Place, asked: Asked, anywhere: bool) -> bool | None:
    """True for a condition that always holds, False for one that never does, None for any other. Of a part it is asked
    ``anywhere``: one that is always true on its way alone is said twice, and does no harm."""
    found = place.trial(asked, asked.names, anywhere)
    if found is None:
        return None
    gave = {found.gave[asked.text][at] for at in range(len(found.cases)) if place.comes(found, at, anywhere)}
    if gave == {True}:
        return True
    return False if gave and True not in gave else None


def always_finds_a_way(look: Look, world: World, gateway: Element) -> bool:
    """Whether for every answer that can come to a gateway one of its conditions is true; False where that cannot be told."""
    flow = world.flows.get(gateway.process)
    if flow is None or flow.diagram is not look.diagram or flow.graph.too_large:
        return False
    place = Place(world, flow, gateway)
    together = _any_of([place.asked(each.condition) for each in look.diagram.flows_from(gateway)])
    asked = place.asked(together) if together else None
    return asked is not None and _always(place, asked, anywhere=False) is True


def _any_of(ways: list[Asked | None]) -> str:
    """A condition that is true when one of these is; empty where one cannot be read."""
    known = [f"({each.text})" for each in ways if each is not None]
    return " or ".join(known) if len(known) == len(ways) else ""
