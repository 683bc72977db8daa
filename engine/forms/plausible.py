"""Answers that a form accepts, for stories and samples: nobody has typed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from engine.forms.answers import limits_of
from engine.forms.conditions import Asking
from engine.forms.form import Form, asking_of
from engine.forms.model import Component, Evaluates

Choose = Callable[[Component, list[Any]], Any]


def first_option(question: Component, options: list[Any]) -> Any:
    """The first that may be chosen."""
    return options[0]


def plausible(
    form: Form,
    variables: Mapping[str, Any],
    feel: Evaluates,
    roles: Iterable[str],
    today: date,
    given: Mapping[str, Any],
    choose: Choose = first_option,
    text: Callable[[Component], str] = lambda question: "Noted.",
    days: Mapping[str, date] = MappingProxyType({}),
) -> dict[str, Any]:
    """Values for a form: those given, and for the rest an option, some text, a tick, one, or a day.

    A day is that of ``days`` by the question's key, else today; where the form doesn't take it, the nearest that it takes.
    Raises FormInvalid when the form does not take what is given.
    """
    asking = asking_of(variables, feel, set(roles))
    made = dict(given)
    for each in form.fields:
        if not asking.readonly(each) and each.key not in given:
            day = days.get(each.key, today)
            made[each.key] = _answer(each, asking.within(made), day, choose, text)
    return form.accept(made, variables, feel, set(roles))


def _answer(question: Component, asking: Asking, day: date, choose: Choose, text: Callable[[Component], str]) -> Any:
    kind = question.kind
    if kind in ("radio", "select", "checklist"):
        options = [option.value for option in asking.options(question)]
        chosen = choose(question, options) if options else None
        return chosen if kind != "checklist" else [] if chosen is None else [chosen]
    if kind == "datetime":
        return _within_limits(question, asking, day).isoformat()
    if kind == "number":
        return _between(asking.limit(question.rules.min), asking.limit(question.rules.max))
    if kind == "checkbox":
        return True
    return [] if kind == "dynamiclist" else text(question)


def _between(least: Any, most: Any) -> Any:
    """The number one, or what is nearest to it of what the form takes."""
    enough = 1 if least is None else max(1, least)
    return enough if most is None else min(enough, most)


def _within_limits(question: Component, asking: Asking, day: date) -> date:
    earliest, latest = limits_of(question, asking)
    return max(min(day, latest or day), earliest or day)
