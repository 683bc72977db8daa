"""PW-746: what people are told is not lost for one answer that nobody gave.

A text that FEEL puts together with ``+`` is null as a whole when a part of it is, and where a text is needed null is an
incident. Whether a name is set on every way is told by PW-871; here is told of names that are, by a question that was left
blank: since it need not be answered, or was hidden by an answer that can have been given on the way.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.diagram import Element, strip_feel
from engine.feel import Node
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.decided import Place
from engine.lint.names import World
from engine.lint.names.origins import Origin
from engine.lint.names.reading import null_tested
from engine.lint.names.sources import tree
from engine.lint.sites import Site, sites

_TOLD = ('the parameter "text"', 'the parameter "subject"')


@rule("PW-746", section=OURS, severity="warning", plain="off")
def what_is_told_was_answered(look: Look) -> Iterator[Fault]:
    """A text for people is put together of answers that were given: none that may be left blank, unless it is tested for
    null."""
    world = look.world
    for site in sites(look, world) if world is not None else ():
        if world is not None and isinstance(site.part, Element) and _is_told(site):
            yield from _blank(world, site, site.part)


def _is_told(site: Site) -> bool:
    return site.what.startswith(_TOLD) or (site.what.startswith("the form ") and ".text" in site.what)


def _blank(world: World, site: Site, element: Element) -> Iterator[Fault]:
    parsed = tree(world.feel, strip_feel(site.text))
    if parsed is None:
        return
    place = Place(world, world.flows[element.process], element)
    for name in sorted(set(_added(parsed)) - set(null_tested(parsed))):
        for origin in place.origins(name).questions:
            why = _why_blank(place, origin)
            if why:
                yield _fault(site, element, name, origin, why)
                break


def _fault(site: Site, element: Element, name: str, origin: Origin, why: str) -> Fault:
    question = short(origin.question.label or origin.question.key, 60)
    message = (
        f'{site.what} says "{name}", and its question "{question}" {why}: without an answer the whole text is null.'
    )
    remedy = f'Make it required, or say what is told without it: if {name} = null then "" else {name}.'
    return fault(element, message, remedy, site.line)


def _added(node: Node) -> Iterator[str]:
    """The names that a text is put together of whatever else holds: none inside a choice, a call or a list."""
    if node.kind in ("Expression", "ParenthesizedExpression"):
        for part in node.parts:
            yield from _added(part)
    elif node.kind == "ArithmeticExpression":
        for part in node.parts:
            yield from [part.word] if part.kind == "VariableName" else _added(part)


def _why_blank(place: Place, origin: Origin) -> str:
    if origin.optional:
        return "need not be answered"
    return "can be hidden on a way here" if any(_hides(place, text) for text in origin.hidden) else ""


def _hides(place: Place, text: str) -> bool:
    """Whether a question is surely hidden by answers that can have been given where they led here."""
    asked = place.asked(text)
    found = place.trial(asked, asked.names) if asked is not None else None
    if asked is None or found is None:
        return False
    return any(
        found.gave[asked.text][at] is True and place.comes(found, at)
        for at, case in enumerate(found.cases)
        if all(case[name] is not None for name in asked.names)
    )
