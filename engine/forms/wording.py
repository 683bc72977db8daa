"""Error messages in the style of the GOV.UK Design System.

Their words are the form's author's: ``properties.error`` says what to do about a missing or ill-shaped answer
("Enter the date of the meeting"), ``properties.name`` is the noun that the other messages are made of ("the date of
the meeting"). English is not bent by program: a question without them is quoted, in a sentence that is right whatever
its label says, and lint asks for them.
"""

from __future__ import annotations

from engine.forms.model import CHOICES, Component


def missing(component: Component) -> str:
    """What to say when nothing was answered."""
    return component.error or _asked(component)


def _asked(component: Component) -> str:
    if component.kind == "dynamiclist":
        return f"Add at least one entry to {_quoted(component)}"
    if component.kind == "filepicker":
        return f"Add a file to {_quoted(component)}"
    if component.kind == "checkbox":
        return f"Select {_quoted(component)} to continue"
    verb = "Select" if component.kind in CHOICES else "Enter"
    return f"{verb} an answer to {_quoted(component)}"


def wrong(component: Component, says: str) -> str:
    """What to say about an answer that is there but cannot be accepted. ``says`` is the rest of the sentence: "must
    include a year"."""
    return f"{subject(component)} {says}"


def shape(component: Component) -> str:
    """What to say when an answer does not have the pattern asked for."""
    return component.error or wrong(component, "must be in the correct format")


def subject(component: Component) -> str:
    """The answer as the subject of a sentence."""
    name = component.name
    return f"{name[:1].upper()}{name[1:]}" if name else f"Your answer to {_quoted(component)}"


def _quoted(component: Component) -> str:
    label = component.label.strip().rstrip(":") or component.key.replace("_", " ").capitalize()
    return f'"{label}"'
