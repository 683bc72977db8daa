"""One answer: from what was typed (or sent as JSON) to the value that is stored, by the kind of question.

:func:`parse` turns an answer that is not blank into its value; :func:`enforce` holds the value against the
question's rules. Both raise marshmallow's ValidationError with one message for the person.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError

from engine.errors import ExpressionFailed, ExpressionLimit
from engine.forms import wording
from engine.forms.conditions import Asking, as_text
from engine.forms.dates import PARTS, DateFault, in_words, read_date
from engine.forms.model import Component

CAP = 20_000  # characters; nothing that a person types into one box is longer
MOST_FILES = 100  # that answer one question
MAX_DIGITS = 15  # what JSON, JavaScript and FEEL hold exactly

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_UNUSABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.[0-9]+)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9]{6,15}")


def parse(component: Component, given: Any, asking: Asking) -> Any:
    """The value of an answer that is not blank."""
    return _PARSERS[component.kind](component, given, asking)


def enforce(component: Component, value: Any, asking: Asking) -> None:
    """Raise when a value does not fulfil the question's rules."""
    for rule in _RULES.get(component.kind, ()):
        rule(component, value, asking)


def refuse(component: Component, says: str) -> ValidationError:
    """The error to raise: the answer's name and what it must be."""
    return ValidationError(wording.wrong(component, says))


def showable(text: str) -> str:
    """What was typed, without the characters that no page can hold, so that it can be shown again."""
    return _UNUSABLE.sub("", _LINE_ENDS.sub("\n", text))


def _text(component: Component, given: Any, asking: Asking) -> str:
    text = _LINE_ENDS.sub("\n", _string(component, given))
    if _UNUSABLE.search(text):
        raise refuse(component, "must not include a character that cannot be used")
    return text.strip() if component.kind == "textarea" else " ".join(text.split("\n")).strip()


def _string(component: Component, given: Any) -> str:
    if isinstance(given, Mapping | list) or given is None:
        raise refuse(component, "must be text")
    text = as_text(given)
    if len(text) > CAP:
        raise refuse(component, f"must be {CAP:,} characters or less")
    return text


def _number(component: Component, given: Any, asking: Asking) -> int | float:
    text = _string(component, given).strip().replace("\u2212", "-")
    if not _NUMBER.fullmatch(text) or not re.search("[0-9]", text):
        raise refuse(component, "must be a number, like 30" if component.rules.decimals == 0 else "must be a number")
    return _in_range(component, text.replace(",", "").lstrip("+"))


def _in_range(component: Component, text: str) -> int | float:
    whole, _, places = text.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > MAX_DIGITS:
        raise refuse(component, f"must be {MAX_DIGITS} digits or fewer")
    decimals = component.rules.decimals
    if decimals is not None and len(places.rstrip("0")) > decimals:
        raise refuse(component, _places(decimals))
    value = float(text)
    return int(value) if value.is_integer() else value


def _places(decimals: int) -> str:
    if decimals == 0:
        return "must be a whole number"
    return f"must have {decimals} decimal place{'s' if decimals > 1 else ''} or fewer"


def _date(component: Component, given: Any, asking: Asking) -> str:
    if isinstance(given, date | str):
        return _iso(component, as_text(given))
    if not isinstance(given, Mapping):
        raise refuse(component, "must be a real date")
    found = read_date(*(_string(component, given.get(part) or "") for part in PARTS))
    if isinstance(found, DateFault):
        raise refuse(component, found.says)
    return found.isoformat()


def _iso(component: Component, text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise refuse(component, "must be a real date") from None


def _choice(component: Component, given: Any, asking: Asking) -> Any:
    for option in asking.options(component):
        if as_text(option.value) == as_text(given) and not isinstance(given, Mapping | list):
            return option.value
    raise ValidationError(wording.missing(component))  # not on the page, so: choose again


def _checklist(component: Component, given: Any, asking: Asking) -> list[Any]:
    wanted = {as_text(value) for value in given} if isinstance(given, list) else {as_text(given)}
    options = asking.options(component)
    if not wanted <= {as_text(option.value) for option in options}:
        raise ValidationError(wording.missing(component))
    return [option.value for option in options if as_text(option.value) in wanted]


def _files(component: Component, given: Any, asking: Asking) -> list[str]:
    """The names of the files that were added: what is sent knows them, and no browser says them."""
    if not isinstance(given, list) or not all(isinstance(each, str) and each.strip() for each in given):
        raise ValidationError(wording.missing(component))
    if len(given) > (MOST_FILES if component.multiple else 1):
        raise refuse(component, f"must be {f'{MOST_FILES} files or fewer' if component.multiple else 'one file'}")
    return [each[:CAP] for each in given]


def _tick(component: Component, given: Any, asking: Asking) -> bool:
    if given is True or (isinstance(given, str) and given in {"true", "on"}):
        return True
    raise refuse(component, "must be ticked or not ticked")


def _lengths(component: Component, value: str, asking: Asking) -> None:
    longest, shortest = (asking.limit(limit) for limit in (component.rules.max_length, component.rules.min_length))
    if isinstance(longest, int | float) and len(value) > longest:
        raise refuse(component, f"must be {int(longest):,} characters or less")
    if isinstance(shortest, int | float) and len(value) < shortest:
        raise refuse(component, f"must be {math.ceil(shortest):,} characters or more")


def _format(component: Component, value: str, asking: Asking) -> None:
    if component.rules.format == "email" and not _EMAIL.fullmatch(value):
        raise ValidationError(component.error or "Enter an email address in the correct format, like name@example.org")
    if component.rules.format == "phone" and not _PHONE.fullmatch(re.sub(r"[\s()-]", "", value)):
        raise ValidationError(component.error or "Enter a phone number, like 01632 960 001")


def _pattern(component: Component, value: str, asking: Asking) -> None:
    """Patterns are the form's, so they are matched by FEEL, as the browser would, and with its limit of
    time."""
    if not component.rules.pattern:
        return
    try:
        fits = asking.feel.evaluate("matches(value, pattern)", {"value": value, "pattern": component.rules.pattern})
    except (ExpressionFailed, ExpressionLimit):
        fits = False
    if fits is not True:
        raise ValidationError(wording.shape(component))


def _size(component: Component, value: float, asking: Asking) -> None:
    least, most = asking.limit(component.rules.min), asking.limit(component.rules.max)
    if isinstance(least, int | float) and value < least:
        raise refuse(component, f"must be {as_text(least)} or more")
    if isinstance(most, int | float) and value > most:
        raise refuse(component, f"must be {as_text(most)} or less")


def limits_of(component: Component, asking: Asking) -> tuple[date | None, date | None]:
    """The first and the last day that a question for a date takes; None where there is none."""
    return _day(asking.limit(component.rules.min)), _day(asking.limit(component.rules.max))


def _period(component: Component, value: str, asking: Asking) -> None:
    earliest, latest = limits_of(component, asking)
    if earliest and value < earliest.isoformat():
        raise refuse(component, f"must be the same as or after {in_words(earliest)}")
    if latest and value > latest.isoformat():
        raise refuse(component, f"must be the same as or before {in_words(latest)}")


def _school_day(component: Component, value: str, asking: Asking) -> None:
    """A meeting is on a school day, unless the form's own question says why it is not."""
    if not component.reason_key or asking.variables.get(component.reason_key):
        return
    if closed := asking.why_closed(date.fromisoformat(value)):
        raise refuse(component, f"{closed}: choose a school day, or say below why it is that day")


def _day(limit: Any) -> date | None:
    try:
        return date.fromisoformat(as_text(limit)[:10])
    except ValueError:
        return None


_PARSERS: dict[str, Callable[[Component, Any, Asking], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _date,
    "radio": _choice,
    "select": _choice,
    "checklist": _checklist,
    "checkbox": _tick,
    "filepicker": _files,
}
_RULES: dict[str, tuple[Callable[[Component, Any, Asking], None], ...]] = {
    "textfield": (_lengths, _format, _pattern),
    "textarea": (_lengths, _pattern),
    "number": (_size,),
    "datetime": (_period, _school_day),
}
