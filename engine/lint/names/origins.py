"""Which questions a name's value may come from at a place, and whether one of them may have stayed without an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.diagram import Element, strip_feel
from engine.forms import Component
from engine.lint.names.elements import crossing, hands_all
from engine.lint.names.flows import Flow
from engine.lint.names.graph import END, START
from engine.lint.names.scopes import OPEN
from engine.lint.names.sources import shape_of
from engine.lint.names.world import World

#: The kinds of questions that store null when nobody answers them; a checklist stores an empty list, a checkbox false.
NULLABLE = frozenset({"radio", "select", "number", "datetime", "textfield", "textarea"})


@dataclass(frozen=True)
class Origin:
    """A question that may have set a name, and the task that asks it."""

    question: Component
    flow: Flow
    element: Element

    @property
    def optional(self) -> bool:
        """Whether it can be left without an answer while it is shown."""
        return self.question.kind in NULLABLE and not self.question.rules.required

    @property
    def hidden(self) -> frozenset[str]:
        """The conditions that hide it: its own, and those of the groups around it."""
        return frozenset({self.question.hide, *self.question.conditions} - {""})


@dataclass
class Origins:
    """All that may have set a name: questions, and whether anything else may have, or nothing at all."""

    questions: list[Origin] = field(default_factory=list)
    others: bool = False
    unset: bool = False


Asked = tuple[str, int, str]


def origins(world: World, flow: Flow, place: int, name: str) -> Origins:
    """What may have set a name last before a place: the ways back to it end where it is set."""
    found = Origins()
    _back(world, flow, place, name, found, set())
    return found


def _back(world: World, flow: Flow, place: int, name: str, found: Origins, seen: set[Asked]) -> None:
    sets = {setter.place: flow.graph.elements[setter.by] for setter, _ in flow.setting(name)}
    ahead = [place]
    while ahead:
        here = ahead.pop()
        if (flow.key, here, name) in seen:
            continue
        seen.add((flow.key, here, name))
        element = sets.get(here)
        if element is None or not _set(world, flow, element, name, found, seen):
            before = [*flow.graph.surely[here], *flow.graph.perhaps[here]]
            found.unset = found.unset or here == START
            ahead += before


def _set(world: World, flow: Flow, element: Element, name: str, found: Origins, seen: set[Asked]) -> bool:
    """Note what an element sets a name to; whether it is set there on every way."""
    question = _question(world, element, name)
    if question is not None:
        found.questions.append(Origin(question, flow, element))
        if text := strip_feel(element.properties.get("noAnswer", "")):
            silent = shape_of(world.feel, text, OPEN)
            found.others = found.others or silent.entries is None or name in silent.fields  # for its author to say
            return found.others  # else what was before holds on
    elif element.kind == "callActivity" and element.called_element in world.flows:
        return _called(world, flow, element, name, found, seen)
    elif element.kind == "startEvent":
        return _handed_in(world, flow, name, found, seen)
    else:
        found.others = True
    return True


def _question(world: World, element: Element, name: str) -> Component | None:
    """The question of an element's form that sets a name."""
    form = (world.around.forms or {}).get(element.form_key) if element.form_key else None
    question = form.field(name) if form is not None and not element.outputs else None
    return question if question is not None and question.readonly is not True else None


def _called(world: World, flow: Flow, element: Element, name: str, found: Origins, seen: set[Asked]) -> bool:
    called, mappings = world.flows[element.called_element], crossing(element, "out")
    named = [each for each in mappings if each.target == name]
    for each in named:
        if each.expression:
            found.others = True
        else:
            _back(world, called, END, each.source, found, seen)
    if not named and hands_all(mappings):
        _back(world, called, END, name, found, seen)
    return bool(named) or world.surely(called, name)[END]


def _handed_in(world: World, flow: Flow, name: str, found: Origins, seen: set[Asked]) -> bool:
    for caller, call in world.callers.get(flow.key, ()):
        for source in _sources(call, name):
            if source:
                _back(world, caller, caller.graph.enter(call.id), source, found, seen)
            else:
                found.others = True
    return True


def _sources(call: Element, name: str) -> Iterator[str]:
    """The names that a call hands in as this one; empty for an expression."""
    mappings = crossing(call, "in")
    named = [each for each in mappings if each.target == name]
    yield from (each.source if not each.expression else "" for each in named)
    if not named and hands_all(mappings):
        yield name
