"""Every error that Pathways raises. The docstring of a class is the message that a person reads.

A docstring says what happened and what to do about it; names in braces are filled from the error's own attributes.
"""

from __future__ import annotations

from typing import Any


class PathwaysError(Exception):
    """Pathways could not do this."""

    def __init__(self, **details: Any) -> None:
        self.details = details
        for name, value in details.items():
            setattr(self, name, value)
        super().__init__(str(self))

    def __str__(self) -> str:
        message = " ".join((type(self).__doc__ or "").split())
        return message.format_map(_Named(self.details))


class _Named(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "unknown"


class ParseFailed(PathwaysError):
    """The diagram {file} cannot be read: {reason}."""


class ExpressionInvalid(PathwaysError):
    """The expression "{expression}" cannot be understood: {reason}."""


class ExpressionFailed(PathwaysError):
    """The expression "{expression}" could not be worked out: {reason}."""


class ExpressionLimit(PathwaysError):
    """The expression "{expression}" was stopped because it used too much {resource}."""


class TimerNotUnderstood(PathwaysError):
    """The timer "{text}" is not understood: {reason}. Use an ISO 8601 date, duration or cycle, or words such as
    "1 half-term", "every month", "15 working days", "start of next term" or "1 September"."""


class StepLimitReached(PathwaysError):
    """The case went round {steps} steps without waiting for anyone, last at "{element}": the diagram loops for ever."""


class NotWaiting(PathwaysError):
    """Nothing waits under {token} any more: it has been completed, cancelled or moved on."""


class NoFlowTaken(PathwaysError):
    """At "{element}" no way out fits and none is the default, so the case cannot go on."""


class UncaughtError(PathwaysError):
    """The error "{code}" thrown at "{element}" is caught by no boundary event or event subprocess."""


class DiagramRefused(ParseFailed):
    """The file {file} is refused: {reason}."""


class FormUnreadable(PathwaysError):
    """The form "{form}" cannot be read: {reason}, at {path}. Correct the form and deploy it again."""


class FormInvalid(PathwaysError):
    """The form was not accepted: {errors}. Correct these answers and send the form again."""

    errors: dict[str, list[str]]  # input name -> messages for the person
    raw: dict[str, Any]  # what was typed, by key, so that the page can show it again (engine/forms/typed.py)


class CalledProcessMissing(PathwaysError):
    """"{element}" calls the process "{process}", which is not deployed."""


class StateUnreadable(PathwaysError):
    """The stored state of this case cannot be read: {reason}. Nothing has been changed; tell whoever looks after Pathways."""


class NoSuchStart(PathwaysError):
    """The process "{process}" cannot be started at {element}: it has no such start event."""
