"""PW-882: a name that is set and read nowhere, beside one like it that is read: probably a slip of that one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from engine.diagram import Diagram, Element
from engine.forms import expressions as of_form
from engine.lint.core import OURS, Fault, Known, Look, fault, rule, short
from engine.lint.expressions import expressions
from engine.lint.names import World
from engine.lint.names.elements import codes, crossing, results
from engine.spelling import near

_WORD = re.compile(r"[^\W\d]\w*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
#: A shorter name is near to many.
_LONG = 4

Setting = tuple[Element, str, str, int]
"""An element, what of it sets a name, the name, and the line."""


@rule("PW-882", section=OURS, severity="warning", plain="off")
def name_that_is_set_is_read(look: Look) -> Iterator[Fault]:
    """A name that a diagram sets and nothing reads is no slip of one that is read there."""
    world = look.world
    if world is None or look.known.forms is None:
        return
    here = _read_in(look.diagram) | _of_forms(look)
    said = set[str]()
    for element, what, name, line in _unread(look, here):
        meant = near(name, here) if name not in said else ""
        if meant and _is_set(world, element, meant):
            said.add(name)
            yield fault(
                element, f'{what} "{short(name)}" is set, and nothing reads it.', f"Did you mean {meant}?", line
            )


def _unread(look: Look, here: frozenset[str]) -> list[Setting]:
    """What sets a name that is read neither here nor in anything else that is known."""
    setting = [each for element in look.elements() for each in _set(look.diagram, element)]
    if not any(each[2] not in here for each in setting):
        return []
    others = (_read_in(each) for each in (*look.diagrams, *look.known.others))
    everywhere = here.union(*others, _outside(look))
    return [each for each in setting if len(each[2]) > _LONG and each[2] not in everywhere]


def _is_set(world: World, element: Element, name: str) -> bool:
    """Whether anything sets a name in an element's process; where nothing does, PW-870 says so, with the nearest that is."""
    flow = world.flows.get(element.process)
    return flow is not None and name in world.names(flow)


def _set(diagram: Diagram, element: Element) -> Iterator[Setting]:
    """The names that an element sets by itself, with what they are; answers to a form's questions are set by the form."""
    names = [
        ("the result variable", element.result_variable, element.line),
        ("the property lastDay", element.properties.get("lastDay", ""), element.line),
        ("the collected results", results(diagram, element), element.line),
        *(("the code's variable", name, element.line) for name in codes(element)),
        *(("the output parameter", each.name, each.line) for each in element.outputs),
        *(("a camunda:out", each.target, each.line) for each in crossing(element, "out")),
    ]
    return ((element, what, name, line) for what, name, line in names if _WORD.fullmatch(name or ""))


@lru_cache(maxsize=256)
def _read_in(diagram: Diagram) -> frozenset[str]:
    """The words of a diagram's expressions, and the names that it hands to other processes and takes from them."""
    look = Look(diagram, (diagram,), Known(), None, strict=False)
    handed = (each.source for element in diagram.elements.values() for each in element.mappings)
    return _words(each.feel for each in expressions(look)) | _words(handed)


def _of_forms(look: Look) -> frozenset[str]:
    """What the forms that are shown here read: their expressions, and their keys, whose values they show."""
    keys = {each.form_key for each in look.elements()}
    forms = [form for key, form in (look.known.forms or {}).items() if key in keys and form is not None]
    texts = (text for form in forms for _, text in of_form(form.components))
    return _words(texts) | {each.key for form in forms for each in form.fields}


def _outside(look: Look) -> frozenset[str]:
    """Every word of all forms and decision tables, whatever it is for: what stands there may be read."""
    forms = (repr(form.components) for form in (look.known.forms or {}).values() if form is not None)
    return _words(forms) | _words(repr(each) for each in (look.known.decisions or {}).values())


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts if text for word in _WORD.findall(_QUOTED.sub("", text)))
