"""PW-743: no value falls to a gateway's default way since one of its letters is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from engine.diagram import Element
from engine.feel import Node
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.decided import Place
from engine.lint.names import World
from engine.lint.names.flows import Flow
from engine.lint.names.shapes import Shape
from engine.lint.names.wording import unquoted
from engine.lint.sites import after

#: How many letters more or less make two values look like one that is misspelt.
LETTERS = 2


@rule("PW-743", section=OURS, severity="warning", plain="off")
def value_is_asked_about_as_it_is_spelt(look: Look) -> Iterator[Fault]:
    """Where conditions name values of a variable, it has no other that is one of these misspelt: that would take the default
    way, and nobody would be told."""
    world = look.world
    for flow, gateway in _choosing(look, world) if world is not None else ():
        assert world is not None
        for name, asked in sorted(_asked(world, flow, gateway).items()):
            values = _texts(_shape(world, flow, gateway, name))
            for value in sorted(values - asked):
                # What is asked about and never is, is told already (PW-872).
                meant = next((each for each in sorted(asked & values) if is_misspelt(value, each)), "")
                if meant:
                    yield _fault(gateway, name, value, meant)


def _fault(gateway: Element, name: str, value: str, meant: str) -> Fault:
    message = (
        f'"{short(name)}" can be "{short(value)}", which takes the default way; the conditions name "{short(meant)}".'
    )
    return fault(gateway, message, "Correct the one that is misspelt, or name both.")


def _choosing(look: Look, world: World) -> Iterator[tuple[Flow, Element]]:
    for process in look.processes():
        flow = world.flows.get(process.key)
        if flow is not None and flow.diagram is look.diagram and not flow.graph.too_large:
            yield from ((flow, each) for each in flow.graph.elements.values() if each.default)


def _asked(world: World, flow: Flow, gateway: Element) -> dict[str, set[str]]:
    """The texts with which its conditions compare each variable."""
    place, found = Place(world, flow, gateway), dict[str, set[str]]()
    for way in flow.diagram.flows_from(gateway):
        asked = place.asked(way.condition) if way.condition else None
        for name, value in _compared(asked.tree) if asked is not None else ():
            found.setdefault(name, set()).add(value)
    return found


def _compared(node: Node) -> Iterator[tuple[str, str]]:
    words = {part.kind: part for part in node.parts}
    if node.kind == "Comparison" and {"VariableName", "StringLiteral"} <= words.keys():
        yield words["VariableName"].word, unquoted(words["StringLiteral"].text)
    for part in node.parts:
        yield from _compared(part)


def _shape(world: World, flow: Flow, gateway: Element, name: str) -> Shape | None:
    found = after(world, flow, gateway).lookup(name)
    return found.shape if found is not None else None


def _texts(shape: Shape | None) -> set[str]:
    """All texts that a variable can be; none where there is no end to them."""
    return {each for each in (shape.values or ()) if isinstance(each, str)} if shape is not None else set()


def is_misspelt(value: str, meant: str) -> bool:
    """Whether a letter or two of one word are left out, doubled or swapped in the other; numbers in them, and other beginnings,
    make them two words."""
    if not (value.isalpha() and meant.isalpha()):
        return False
    changes = [each for each in SequenceMatcher(None, value, meant, autojunk=False).get_opcodes() if each[0] != "equal"]
    return bool(changes) and all(_is_slip(*each) for each in changes) and _letters(changes) <= LETTERS


def _is_slip(kind: str, first: int, *_: int) -> bool:
    return kind in ("insert", "delete") and first > 0


def _letters(changes: Iterable[tuple[str, int, int, int, int]]) -> int:
    return sum(max(b - a, d - c) for _, a, b, c, d in changes)
