"""Expressions, timers, decision tables and values: what could not be understood or worked out."""

from __future__ import annotations

from engine.errors.base import PathwaysError


class ExpressionInvalid(PathwaysError):
    """The expression "{expression}" cannot be understood: {reason}."""


class ExpressionFailed(PathwaysError):
    """The expression "{expression}" could not be worked out: {reason}."""


class ExpressionLimit(PathwaysError):
    """The expression "{expression}" was stopped because it used too much {resource}."""


class TimeSpent(ExpressionLimit):
    """The expression "{expression}" was not worked out: what came before it in the same step took all the time that there is."""


class TimerNotUnderstood(PathwaysError):
    """The timer "{text}" is not understood: {reason}. Use ISO 8601, or words such as "1 half-term",
    "15 working days", "start of next term" or "last Friday of term"."""


class TimerImpossible(PathwaysError):
    """At "{element}" it cannot be said how long to wait: {reason}. {made}. Correct that, and try again."""

    names: tuple[str, ...]  # the variables that the time is made of
    seen: str  # as in ConditionUndecided


class ValueMissing(PathwaysError):
    """{what} gives null where a value is needed: {expression}. Something that it asks of may be missing or misspelt."""

    seen: str  # as in ConditionUndecided


class ValueUnfit(PathwaysError):
    """{what} gives {gives} where {wanted} is needed: {expression}. Correct the diagram, or the answer that it is made of."""

    seen: str  # as in ConditionUndecided


class StateUnreadable(PathwaysError):
    """The stored state of this case cannot be read: {reason}. Nothing has been changed; tell whoever looks after Pathways."""


class FeelNotBuilt(PathwaysError):
    """The FEEL engine is not built. Run "make run" once (or "npm ci --ignore-scripts" and "npm run build")."""


class BusinessKeyTooLong(PathwaysError):
    """A business key may have at most {limit} characters."""


class TextTooLong(PathwaysError):
    """The {what} is too long: it may have {limit} characters, and this one has {length}. Shorten it."""


class TextUnusable(PathwaysError):
    """The {what} holds a character that cannot be stored, {character}. Take it out."""


class GivenRefused(PathwaysError):
    """The {what} cannot be taken: {reason}. Nothing was changed."""


class ValueRefused(PathwaysError):
    """The database takes no such value: {reason}. Correct it."""


class DecisionRefused(PathwaysError):
    """The decision file {file} cannot be run: {element} (line {line}): {reason}."""


class DecisionFailed(PathwaysError):
    """The decision "{decision}" could not be made: {reason}."""
