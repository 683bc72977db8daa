"""PW-744: times that are made of answers, tried with the options and limits of their questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.calendar import timers
from engine.diagram import Element
from engine.errors import PathwaysError, TimerNotUnderstood
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.decided import Asked, Place
from engine.lint.names import World, possible, samples
from engine.lint.names.wording import quote
from engine.lint.names.world import SETTINGS
from engine.lint.sites import Site, sites


@rule("PW-744", section=OURS, severity="warning", plain="off")
def answers_make_a_time(look: Look) -> Iterator[Fault]:
    """A timer or due date that is made of answers is one for all of them: each option is in the words of timers, a number is
    whole and more than nothing."""
    world = look.world
    for site in sites(look, world) if world is not None else ():
        if world is not None and site.timer is not None and isinstance(site.part, Element):
            wrong = _wrong(world, site, site.part)
            if wrong is not None:
                yield fault(site.part, *wrong, site.line)


def _wrong(world: World, site: Site, element: Element) -> tuple[str, str] | None:
    """What is wrong with the first time that is none, and what to do; only of what is made of answers."""
    place = Place(world, world.flows[element.process], element)
    asked = place.asked(site.text)
    names = asked.names - {SETTINGS} if asked is not None else frozenset()
    if asked is None or not names or not all(place.origins(name).questions for name in names):
        return None
    free = [name for name in sorted(names) if _is_free(place, name)]
    if free:
        message = f'{site.what} is made of "{free[0]}", which anything can be written in.'
        return message, "Ask for a number and a unit that is chosen, or for a date."
    return _no_time(place, asked, site)


def _no_time(place: Place, asked: Asked, site: Site) -> tuple[str, str] | None:
    for value in _values(place, asked):
        try:
            timers.from_value(value, site.timer or "any")
        except TimerNotUnderstood as error:
            reason = short(str(error.details.get("reason", ""))).rstrip(".")
            message = f"{site.what} can be {quote(str(value))} by the answers of which it is made: {reason}."
            return message, "Offer only options that are words of timers, and let a number be whole and at least 1."
    return None


def _is_free(place: Place, name: str) -> bool:
    return any(each.question.kind in ("textfield", "textarea") for each in place.origins(name).questions)


def _values(place: Place, asked: Asked) -> Iterator[Any]:
    """What an expression gives for some of the answers that it reads, null left out."""
    given = {name: _given(place, name) for name in sorted(asked.names)}
    domain = {name: each for name, each in given.items() if each is not None}
    for case in possible.cases(domain) if domain.keys() == given.keys() else ():
        try:
            found = place.world.feel.evaluate(asked.text, case)
        except PathwaysError:
            continue
        if found is not None:
            yield found


def _given(place: Place, name: str) -> list[Any] | None:
    """Some of what questions set a name to; whatever else sets it may give more."""
    if name == SETTINGS:
        return [dict(place.world.around.settings or {})]
    each = [samples.of_question(origin.question) for origin in place.origins(name).questions]
    return None if None in each else [value for some in each for value in some or ()]
