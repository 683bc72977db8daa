"""Answers that a form accepts, for stories and samples: nobody has typed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

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
) -> dict[str, Any]:
    """Values for a form: those given, and for the rest an option, some text, a tick, one, or today.

    Raises FormInvalid when the form does not take them.
    """
    asking = asking_of(variables, feel, set(roles))
    made = {
        each.key: _answer(each, asking, today, choose, text) for each in form.fields if not asking.readonly(each)
    } | dict(given)
    return form.accept(made, variables, feel, set(roles))


def _answer(question: Component, asking: Asking, today: date, choose: Choose, text: Callable[[Component], str]) -> Any:
    kind = question.kind
    if kind in ("radio", "select", "checklist"):
        options = [option.value for option in asking.options(question)]
        chosen = choose(question, options) if options else None
        return chosen if kind != "checklist" else [chosen] if options else []
    if kind == "datetime":
        return today.isoformat()
    if kind in ("checkbox", "number"):
        return True if kind == "checkbox" else 1
    return [] if kind == "dynamiclist" else text(question)
