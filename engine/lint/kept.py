"""PW-734: what a notification says is no answer that a form keeps from those whom it tells, whichever way it came there.

An answer is followed by its name: what a script, a parameter, a mapping, a loop, a decision or another form's question makes of
a name is kept to those to whom the name is. What is said to roles that a diagram works out is withheld when the case runs
(:mod:`engine.cases.withholding`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.diagram import Diagram, Element, is_feel, strip_feel
from engine.forms import Component, Form
from engine.lint.core import OURS, Fault, Look, fault, rule
from engine.lint.names.elements import collection, crossing, results

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_KEY = re.compile(r"([^\W\d]\w*)\s*:")
#: The parameters of a notification that are read by those whom it tells.
SAID = ("subject", "text", "meeting")

Kept = Mapping[str, frozenset[str]]
"""By the name of a variable, the roles that may read it; a name that is not there is everybody's."""


@dataclass(frozen=True)
class Sources:
    """Diagrams that hand variables to each other, and the forms and decisions that they name."""

    diagrams: tuple[Diagram, ...]
    forms: Mapping[str, Form | None]
    decisions: Mapping[str, object]


@rule("PW-734", section=OURS, plain="off")
def nothing_kept_is_told(look: Look) -> Iterator[Fault]:
    """A notification tells no answer that a form keeps from a role that it tells."""
    if look.known.forms is None:
        return
    telling = [each for each in look.elements("serviceTask", "sendTask") if each.topic == "notify"]
    if not telling:
        return
    diagrams = family(look.diagram, (*look.diagrams, *look.known.others))
    known = kept(Sources(diagrams, look.known.forms, look.known.decisions or {}), lasting=True)
    for element in telling:
        for name, word, out in _quoted(element, known):
            yield fault(
                element,
                f'The parameter {name} quotes "{word}", which its form keeps from {", ".join(out)}.',
                "Say that there is something to be read, not what it says; or tell roles that may read it.",
            )


def _quoted(element: Element, known: Kept) -> Iterator[tuple[str, str, list[str]]]:
    """The parameters of a notification that read something, what that is, and from whom of those who are told it is kept."""
    told = _roles(element)
    for name, text in said(element).items():
        for word in sorted(words(text) & known.keys()):
            if out := sorted(told - known[word]):
                yield name, word, out


def said(element: Element) -> dict[str, str]:
    """The FEEL of what a notification says, by the name of the parameter."""
    given = {each.name: each.text for each in element.inputs if each.name in SAID}
    return {name: strip_feel(text) for name, text in given.items() if is_feel(text)}


def words(text: str) -> frozenset[str]:
    """The names that an expression may read."""
    return frozenset(_WORD.findall(_QUOTED.sub('""', text)))


def _roles(element: Element) -> frozenset[str]:
    """Whom a notification tells, where the diagram writes it out."""
    (text,) = [each.text for each in element.inputs if each.name == "to"] or [""]
    if not is_feel(text):
        return frozenset(each.strip() for each in text.split(",") if each.strip())
    return frozenset(each.strip('"') for each in _QUOTED.findall(text) if each != '""')


def family(diagram: Diagram, others: Iterable[Diagram]) -> tuple[Diagram, ...]:
    """A diagram with those that it calls and that call it, however indirectly: between them variables cross."""
    every = {id(each): each for each in (diagram, *others)}
    found, ahead = {id(diagram): diagram}, [diagram]
    while ahead:
        here = ahead.pop()
        for key, each in every.items():
            if key not in found and (_calls(here, each) or _calls(each, here)):
                found[key] = each
                ahead.append(each)
    return tuple(found.values())


def _calls(one: Diagram, other: Diagram) -> bool:
    return any(each.called_element in other.processes for each in one.elements.values() if each.called_element)


def kept(sources: Sources, *, lasting: bool = False) -> dict[str, frozenset[str]]:
    """What is kept from whom. ``lasting`` leaves out what becomes open as a case goes on."""
    found = kept_by_forms(sources, lasting=lasting)
    made = [(name, read) for name, read in _made(sources) if read]
    while any([_follow(found, name, read) for name, read in made]):
        pass
    return found


def kept_by_forms(sources: Sources, *, lasting: bool = False) -> dict[str, frozenset[str]]:
    """What forms keep from whom, by the names of their questions alone."""
    found: dict[str, frozenset[str]] = {}
    for question in _questions(sources):
        if question.confidential is not None and not (lasting and all(each.until for each in question.kept)):
            _narrow(found, question.key, question.confidential)
    return found


def _follow(found: dict[str, frozenset[str]], name: str, read: Collection[str]) -> bool:
    """Keep a name to those to whom all is open that it is made of; whether that is news."""
    return any([_narrow(found, name, found[each]) for each in read if each in found])


def _narrow(found: dict[str, frozenset[str]], name: str, roles: frozenset[str]) -> bool:
    before = found.get(name)
    found[name] = roles if before is None else before & roles
    return found[name] != before


def _questions(sources: Sources) -> Iterator[Component]:
    for form in _forms(sources):
        yield from form.fields


def asked_by(sources: Sources, element: Element) -> Iterator[Component]:
    """The questions of an element's form."""
    form = sources.forms.get(element.form_key) if element.form_key else None
    yield from form.fields if form is not None else ()


def _forms(sources: Sources) -> Iterator[Form]:
    keys = {each.form_key for diagram in sources.diagrams for each in diagram.elements.values() if each.form_key}
    yield from (form for key in sorted(keys) if (form := sources.forms.get(key)) is not None)


Made = tuple[str, frozenset[str]]
"""A name that something sets, and the names of which it is made."""


def _made(sources: Sources) -> Iterator[Made]:
    for question in _questions(sources):
        if isinstance(question.default, str) and is_feel(question.default):
            yield question.key, words(strip_feel(question.default))
    for diagram in sources.diagrams:
        for element in diagram.elements.values():
            yield from made_by(sources, diagram, element)


def made_by(sources: Sources, diagram: Diagram, element: Element) -> Iterator[Made]:
    """What an element sets, and of which names it makes that."""
    worked_out = _reads(sources, element)
    if element.result_variable:
        yield element.result_variable, worked_out
    elif worked_out:
        yield from ((name, worked_out) for name in _KEY.findall(element.script))
    for each in (*(element.inputs if element.topic != "notify" else ()), *element.outputs):
        yield each.name, words(strip_feel(each.text)) if is_feel(each.text) else frozenset()
    for mapping in (*crossing(element, "in"), *crossing(element, "out")):
        yield mapping.target, words(mapping.expression or mapping.source)
    yield from _by_loop(sources, diagram, element)


def _reads(sources: Sources, element: Element) -> frozenset[str]:
    """The names of which an element's result is made."""
    texts = [element.script, element.camunda("expression")]
    if element.decision_ref:
        texts.append(_unquoted(sources.decisions.get(element.decision_ref)))
    return frozenset().union(*(words(strip_feel(each)) for each in texts if each))


def _unquoted(decision: object) -> str:
    """All that a decision may read: every word of it."""
    return repr(decision).replace('"', " ").replace("'", " ") if decision is not None else ""


def _by_loop(sources: Sources, diagram: Diagram, element: Element) -> Iterator[Made]:
    loop = element.loop
    if loop is None:
        return
    if loop.element_variable:
        yield loop.element_variable, words(strip_feel(collection(diagram, element)))
    if collected := results(diagram, element):
        form = sources.forms.get(element.form_key)
        asked = frozenset(each.key for each in form.fields) if form is not None else frozenset[str]()
        yield collected, asked | words(strip_feel(element.properties.get("outputElement", "")))
