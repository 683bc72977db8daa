"""Error messages in the style of the GOV.UK Design System, made from a question's label.

A label is either a noun phrase ("Date of meeting"), an instruction ("Describe the evidence") or a question
("What does the evidence show?"). English is bent only where the result is sure to be right; everywhere else
the label is quoted. The form's author has the last word: ``properties.error`` is the message for a missing or
ill-shaped answer, ``properties.name`` a noun phrase ("the evidence") from which all messages are made.
"""

from __future__ import annotations

import re

from engine.forms.dates import MONTHS
from engine.forms.indirect import indirect, noun_phrase
from engine.forms.model import Component

_INSTRUCTION = re.compile(
    r"^(?:describe|explain|give|list|say|state|record|summarise|tell|choose|select|enter|confirm|name|add|set|note|write|"
    r"identify|agree|check|decide|show|rate|attach|upload|provide)\s+(?!of\b|for\b)",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"(?:of|for|to|in|on|at|from|with|by|under|about)\b", re.IGNORECASE)  # half a phrase
_TITLE = re.compile(r"[A-Z][a-z]")
_NUMBER = re.compile(r"^\d+[.)]\s+")
_NAMES = frozenset({"I", "Ofsted", "English", "England", "Barnsley", *(month.capitalize() for month in MONTHS)})
_PREPOSITION = re.compile(r"\s(?=(?:of|for|to|that|who|which|in|on|at|from|with|by|under|about)\s)")


def missing(component: Component) -> str:
    """What to say when nothing was answered: "Enter the reason", "Select at least one area of concern"."""
    if component.error:
        return component.error
    if component.kind == "dynamiclist":
        return f"Add at least one {one(component) or f'entry to {_quoted(component)}'}"
    if component.kind == "checkbox":
        return f"Select {_quoted(component)} to continue"
    if component.kind == "checklist":
        return f"Select at least one {one(component)}" if one(component) else _choose(component)
    return _choose(component)


def _choose(component: Component) -> str:
    label = plain(component)
    if not component.name and _INSTRUCTION.match(label):
        return label
    verb = "Select" if component.kind in {"radio", "select", "checklist"} else "Enter"
    return f"{verb} {what(component) or f'an answer to {_quoted(component)}'}"


def wrong(component: Component, says: str) -> str:
    """What to say about an answer that is there but cannot be accepted: "Date of meeting must include a
    year"."""
    return f"{subject(component)} {says}"


def shape(component: Component) -> str:
    """What to say when an answer does not have the pattern asked for."""
    return component.error or wrong(component, "is not in the correct format")


def subject(component: Component) -> str:
    """The answer as the subject of a sentence."""
    if component.name:
        return upper_first(component.name)
    label = plain(component)
    if noun := noun_phrase(label):
        return upper_first(noun)
    quote = is_question(component) or _INSTRUCTION.match(label)
    return f"Your answer to {_quoted(component)}" if quote else label


def what(component: Component) -> str:
    """The answer as the object of "Enter" or "Select"; nothing when the label cannot be bent to it safely."""
    if component.name:
        return lower_first(component.name)
    label = plain(component)
    if not is_question(component):
        return "" if _LOOSE.match(label) else lower_first(label)
    return lower_first(noun_phrase(label) or indirect(label))


def one(component: Component) -> str:
    """One of what a plural label names: "Areas of concern" -> "area of concern"; nothing when the label is no
    plural noun phrase."""
    phrase = component.name or plain(component)
    if not component.name and (is_question(component) or _INSTRUCTION.match(phrase)):
        return ""
    head, *rest = _PREPOSITION.split(phrase, maxsplit=1)
    head = re.sub(r"^(?:the|all|any)\s+", "", head, flags=re.IGNORECASE)
    single = _singular(head)
    return lower_first(" ".join([single, *rest])) if single else ""


def _singular(noun: str) -> str:
    if noun.lower().endswith("people"):
        return f"{noun[:-6]}person"
    if re.search(r"(?:ss|us|is)$", noun) or not noun.endswith("s"):
        return ""
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-2] if re.search(r"(?:ch|sh|x|ss)es$", noun) else noun[:-1]


def is_question(component: Component) -> bool:
    """Whether the label asks."""
    return component.label.rstrip().endswith("?")


def plain(component: Component) -> str:
    """The label without a number before it and the mark at its end."""
    label = component.label or component.key.replace("_", " ").capitalize()
    return _NUMBER.sub("", label.strip()).rstrip("?:. ")


def _quoted(component: Component) -> str:
    return f'"{plain(component)}{"?" if is_question(component) else ""}"'


def upper_first(text: str) -> str:
    """The text with its first letter a capital."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text with its first letter small, unless it begins with a name or an abbreviation (Ofsted,
    SISG)."""
    word, _, rest = text.partition(" ")
    is_name = word.split("'")[0] in _NAMES or any(letter.isupper() for letter in word[1:]) or _TITLE.match(rest)
    return text if is_name else text[:1].lower() + text[1:]
