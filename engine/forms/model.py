"""What a form is made of, once its JSON is read: components, their rules, their options. Plain values, never
changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

QUESTIONS = frozenset(
    {
        "textfield",
        "textarea",
        "number",
        "datetime",
        "radio",
        "select",
        "checklist",
        "checkbox",
        "dynamiclist",
        "filepicker",
    }
)
CHOICES = frozenset({"radio", "select", "checklist"})
#: Never answered beforehand by what was said before: one click would decide as last time.
DECIDING = frozenset({"radio", "select", "checkbox"})
KINDS = QUESTIONS | {"text", "group", "separator"}

#: How deep groups may stand in one another.
MAX_DEPTH = 10

Limit = int | float | str | None  # a string that begins with "=" is FEEL


class Evaluates(Protocol):
    """The part of :class:`engine.feel.Feel` that a form needs to be shown and read."""

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        """The value of a FEEL expression; a leading "=" is allowed."""
        ...


class EvaluatesAt(Protocol):
    """The part of :class:`engine.feel.Feel` that takes the time along."""

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime | None = None) -> Any:
        """The value of a FEEL expression at that time."""
        ...


class Checks(EvaluatesAt, Protocol):
    """The part of :class:`engine.feel.Feel` that checking a form needs."""

    def check(self, expression: str) -> None:
        """Raise :class:`engine.errors.ExpressionInvalid` when the expression cannot be understood."""
        ...


@dataclass(frozen=True)
class AtTime:
    """FEEL at a time of the engine's clock, so that ``today()`` in a form means the case's day and not the
    machine's."""

    feel: EvaluatesAt
    now: datetime  # aware
    why_closed: Callable[[date], str] = lambda day: ""
    """Why school is closed on a day ("is a bank holiday"), empty when it is open, or no calendar is known."""

    def evaluate(self, expression: str, variables: Mapping[str, Any]) -> Any:
        """The value of a FEEL expression at this time."""
        return self.feel.evaluate(expression, variables, self.now)


@dataclass(frozen=True)
class Option:
    """One answer to choose: ``value`` is stored (a string, number or boolean), ``label`` is read."""

    value: Any
    label: str


@dataclass(frozen=True)
class Rules:
    """What an answer must fulfil. Limits may be FEEL, worked out from the process variables ("=...")."""

    required: bool = False
    min_length: Limit = None
    max_length: Limit = None
    min: Limit = None
    max: Limit = None
    pattern: str = ""
    format: str = ""  # "", "email" or "phone" (form-js: validationType)
    decimals: int | None = None


@dataclass(frozen=True)
class Kept:
    """To which roles (ids) an answer is kept, and FEEL of the case's variables that is true once it is open to all who see the
    case (``properties.confidentialUntil``); empty: never."""

    roles: frozenset[str]
    until: str = ""

    @classmethod
    def together(cls, kept: Collection[Kept]) -> Kept:
        """What is kept by each of these: to the roles that all name, until none of them keeps it."""
        ends = [each.until.lstrip().removeprefix("=") for each in kept]
        until = "= " + " and ".join(f"({each})" for each in ends) if ends and all(ends) else ""
        return cls(frozenset.intersection(*(each.roles for each in kept)), until)


@dataclass(frozen=True, eq=False)
class Component:
    """One component of a form-js form.

    ``hide`` is the component's own condition; ``conditions`` adds those of the groups around it: it is hidden
    when any is true. ``kept`` says to which roles the answer is kept, by the component itself and by the groups around
    it: whoever sees it has a role of each.
    """

    kind: str
    path: str
    id: str = ""
    key: str = ""
    label: str = ""
    description: str = ""
    text: str = ""
    rules: Rules = Rules()
    options: tuple[Option, ...] = ()
    options_expression: str = ""
    hide: str = ""
    conditions: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    readonly: bool | str = False
    default: Any = None
    prefix: str = ""
    suffix: str = ""
    accept: tuple[str, ...] = ()
    """The endings of the files that a question for files takes, such as ``pdf``; none for all that the installation takes."""
    multiple: bool = False
    repetitions: int = 1
    fixed_rows: bool = False
    children: tuple[Component, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def confidential(self) -> frozenset[str] | None:
        """The role ids that may see the answer; None is everyone."""
        return frozenset.intersection(*(each.roles for each in self.kept)) if self.kept else None

    @property
    def inside(self) -> tuple[Component, ...]:
        """The questions of each row, for a list; of the group, for a group."""
        return questions(self.children)

    @property
    def error(self) -> str:
        """The form author's own words for "this is missing or has the wrong shape", from
        ``properties.error``."""
        return self.properties.get("error", "")

    @property
    def name(self) -> str:
        """A short noun phrase for the answer, used in error messages, from ``properties.name`` ("the
        evidence")."""
        return self.properties.get("name", "")

    @property
    def reason_key(self) -> str:
        """The key of the question that says why this date is no school day, where it has to be one (``schoolDay``)."""
        return self.properties.get("schoolDay", "")

    @property
    def lasting(self) -> bool:
        """Whether what was answered holds until it is changed (``properties.prefill`` = "keep"): a group's members."""
        return self.properties.get("prefill") == "keep"

    @property
    def entry(self) -> str:
        """What one entry of a list is called, from ``properties.entry`` ("governor")."""
        return self.properties.get("entry", "") or "entry"


def may_see(component: Component, roles: Collection[str] | None) -> bool:
    """Whether a person with these roles may see the answer; ``roles`` None stands for the engine itself,
    which may."""
    return roles is None or component.confidential is None or not component.confidential.isdisjoint(roles)


def questions(components: tuple[Component, ...]) -> tuple[Component, ...]:
    """Every component that asks something, in page order, out of its groups; the questions of a list stay
    inside the list."""
    found: list[Component] = []
    for component in components:
        if component.kind == "group":
            found.extend(questions(component.children))
        elif component.kind in QUESTIONS:
            found.append(component)
    return tuple(found)
