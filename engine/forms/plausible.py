"""Answers that a form accepts, for stories and samples: nobody has typed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from engine.forms.answers import limits_of
from engine.forms.conditions import Asking
from engine.forms.form import Form, asking_of
from engine.forms.model import Component, Evaluates

#: In how many days before or after a day an open one is looked for: the summer holidays are shorter.
FAR = 60
#: What is given where a list of something else than options is asked for.
_LISTS = {"dynamiclist": (), "filepicker": ("document.pdf",)}
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
    One of ``days`` is moved to a day on which school is open, where the form takes one nearby.
    Raises FormInvalid when the form does not take what is given.
    """
    asking = asking_of(variables, feel, set(roles))
    made = dict(given)
    for each in form.fields:
        if not asking.readonly(each) and each.key not in given:
            day = days.get(each.key, today)
            if each.key in days:
                day = _open(each, asking.within(made), day)
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
    return list(_LISTS[kind]) if kind in _LISTS else text(question)


def _between(least: Any, most: Any) -> Any:
    """The number one, or what is nearest to it of what the form takes."""
    enough = 1 if least is None else max(1, least)
    return enough if most is None else min(enough, most)


def _within_limits(question: Component, asking: Asking, day: date) -> date:
    earliest, latest = limits_of(question, asking)
    return max(min(day, latest or day), earliest or day)


def _open(question: Component, asking: Asking, day: date) -> date:
    """The day on which school is open that is nearest to this one, of those that the form takes; this one where none is near."""
    earliest, latest = limits_of(question, asking)
    near = _within_limits(question, asking, day)
    around = (near + timedelta(days=sign * far) for far in range(FAR) for sign in (1, -1))
    taken = (each for each in around if (earliest or each) <= each <= (latest or each))
    return next((each for each in taken if each.weekday() < 5 and not asking.why_closed(each)), near)
