"""What a step tells people says no answer that a form keeps from them: words that are made of one are withheld.

Who may read what a notification's parameter is made of is read from the diagrams and forms of the case (:mod:`engine.lint.kept`),
as its forms stand now: what was kept until a moment of the case is open from then on. Of several roles each is told what it may
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from engine.deployments.registry import Loaded, Registry
from engine.diagram import Element
from engine.feel import Feel
from engine.lint.kept import Kept, Sources, kept, said, words
from engine.steps import Notification, Outcome

#: What stands in place of words that are withheld.
WITHHELD = "What there is to say is kept to others. What is for you to read stands in the case."


@dataclass(frozen=True)
class _Told:
    """A notification, the element that sends it, and by parameter the roles that may read what it is made of."""

    notification: Notification
    element: Element
    readers: dict[str, frozenset[str]]

    def withheld(self, role: str) -> frozenset[str]:
        """The parameters that a role may not read."""
        return frozenset(name for name, roles in self.readers.items() if role not in roles)

    def without(self, names: frozenset[str], to: Iterable[str]) -> Notification:
        """The same to some of its roles, without these parameters."""
        told = replace(self.notification, to=tuple(to), school=False)
        if "subject" in names:
            told = replace(told, subject=self.element.name or "There is something to read")
        if "text" in names:
            told = replace(told, text=WITHHELD)
        return replace(told, meeting=None) if "meeting" in names else told


def withhold(session: Session, registry: Registry, feel: Feel, loaded: Loaded, outcome: Outcome) -> Outcome:
    """The outcome of a step as people may be told of it."""
    if not outcome.notifications:
        return outcome
    sources = registry.sources(session, loaded)
    if not any(form is not None and form.confidential() for form in sources.forms.values()):
        return outcome
    forms = {key: form.in_case(outcome.variables, feel) if form else None for key, form in sources.forms.items()}
    told = _as_read(replace(sources, forms=forms), outcome.notifications)
    return replace(outcome, notifications=tuple(told))


def _as_read(sources: Sources, notifications: Iterable[Notification]) -> Iterator[Notification]:
    known = kept(sources)
    for each in notifications:
        element = _element(sources, each)
        readers = _readers(element, known) if element is not None else {}
        yield from _apart(_Told(each, element, readers)) if element is not None and readers else (each,)


def _readers(element: Element, known: Kept) -> dict[str, frozenset[str]]:
    read = {name: words(text) & known.keys() for name, text in said(element).items()}
    return {name: frozenset.intersection(*(known[one] for one in names)) for name, names in read.items() if names}


def _apart(told: _Told) -> Iterator[Notification]:
    """The same for each group of its roles that may read as much of it."""
    if told.notification.school:  # nothing is kept to the roles of those who open its mail
        yield replace(told.without(frozenset(told.readers), ()), school=True)
    groups: dict[frozenset[str], list[str]] = {}
    for role in told.notification.to:
        groups.setdefault(told.withheld(role), []).append(role)
    yield from (told.without(names, roles) for names, roles in groups.items())


def _element(sources: Sources, told: Notification) -> Element | None:
    found = (each.elements.get(told.element) for each in sources.diagrams)
    return next((each for each in found if each is not None and each.process == told.process), None)
