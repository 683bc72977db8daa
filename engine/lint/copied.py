"""PW-735: an answer that a form keeps to certain roles is not copied to where everybody reads it.

What a form keeps is kept under the name of its question. A script, a mapping or a parameter that puts it under another name, a
category of the school, whom a task asks, or a second form that asks the same and keeps nothing, gives it away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.diagram import Element, is_feel, strip_feel
from engine.lint.core import OURS, Fault, Look, fault, rule
from engine.lint.kept import Kept, Made, Sources, asked_by, family, kept_by_forms, made_by, words

_REMEDY = (
    "Ask under a name of its own what everybody may read, or let a form keep the copy too: a question of that name with the"
    " property confidential."
)


@rule("PW-735", section=OURS, severity="warning", plain="off")
def nothing_kept_is_copied(look: Look) -> Iterator[Fault]:
    """An answer that a form keeps to certain roles is not copied to a variable, a category, an addressee or a form that keeps
    it to nobody."""
    if look.known.forms is None:
        return
    diagrams = family(look.diagram, (*look.diagrams, *look.known.others))
    sources = Sources(diagrams, look.known.forms, look.known.decisions or {})
    known = kept_by_forms(sources, lasting=True)
    for element in look.diagram.elements.values() if known else ():
        for name, read in _variables(sources, look, element):
            loose = {word for word in read & known.keys() if not _is_kept(known, name, word)}
            yield from _faults(element, f'The variable "{name}"', loose, known)
        for what, read in (*_said(element), *_asked(sources, element)):
            yield from _faults(element, what, read & known.keys(), known)


def _faults(element: Element, what: str, copied: Collection[str], known: Kept) -> Iterator[Fault]:
    for word in sorted(copied):
        to = ", ".join(sorted(known[word]))
        yield fault(element, f'{what} says "{word}", which its form keeps to {to}.', _REMEDY)


def _variables(sources: Sources, look: Look, element: Element) -> Iterator[Made]:
    """The variables that an element sets, and of what they are made; a parameter of a topic is no variable."""
    own = {each.name for each in element.inputs} if element.topic else set()
    yield from ((name, read) for name, read in made_by(sources, look.diagram, element) if name not in own)


def _said(element: Element) -> Iterator[Made]:
    """What everybody reads who sees the case: the category that a school is put in, and whom a task asks."""
    texts = {"The assignee": element.assignee, "The candidate roles": ",".join(element.candidate_groups)}
    if element.topic == "category":
        texts |= {f"The parameter {each.name} of the category": each.text for each in element.inputs}
    yield from ((what, words(strip_feel(text))) for what, text in texts.items() if is_feel(text))


def _asked(sources: Sources, element: Element) -> Iterator[Made]:
    """The questions of an element's form that nobody is kept from, and of what they are filled in."""
    for question in asked_by(sources, element):
        if question.confidential is None:
            default = question.default if isinstance(question.default, str) else ""
            filled = words(strip_feel(default)) if is_feel(default) else frozenset[str]()
            yield f'The question "{question.key}"', filled | {question.key}


def _is_kept(known: Kept, copy: str, word: str) -> bool:
    """Whether a copy is kept to nobody but those to whom the answer is."""
    return copy in known and known[copy] <= known[word]
