"""Tasks, their answers, notes and files."""

from __future__ import annotations

from engine.errors.base import PathwaysError


class TaskNotFound(PathwaysError):
    """There is no task {task}."""


class TaskNotOpen(PathwaysError):
    """This task is no longer open: it was {how} by {by} on {at}."""


class TaskNotYours(PathwaysError):
    """This task is for {whom}, and you do not act as one of them."""


class TaskClaimed(PathwaysError):
    """This task has been claimed by {by}."""


class RemindedToday(PathwaysError):
    """Those who are asked for “{task}” have been reminded today already. You can remind them again tomorrow."""


class NotTheirTask(PathwaysError):
    """“{task}” is not for {by}: none of its roles is theirs today, or they cannot sign in. Choose somebody else, or let them
    be covered for."""


class SecondHalf(PathwaysError):
    """Two persons must agree here, whatever roles they hold: “{other}” {what} {by}, so “{task}” is for somebody else. Ask a
    colleague of the same role, or whoever manages cases, to see to it."""


class FileRefused(PathwaysError):
    """“{file}” was not added: {reason}."""


class FileNotFound(PathwaysError):
    """There is no such file for you, or it was removed."""


class NoPreview(PathwaysError):
    """There is no preview of this file: {reason}. Save the file to look at it."""


class FilesNotKept(PathwaysError):
    """Files cannot be kept here just now: {reason}."""


class CommentRefused(PathwaysError):
    """Your comment was not added: {reason}."""


class RestRefused(PathwaysError):
    """“{task}” cannot rest until then: {reason}."""


class NotTheAuthor(PathwaysError):
    """Only whoever completed “{task}” can add a note of correction to it."""


class AnswerCounts(PathwaysError):
    """The answers to “{task}” cannot be replaced any more: {reason}. Add a note of correction, which stands beside them."""


class NotOnBehalf(PathwaysError):
    """An answer to "{task}" may be recorded for others by {whom}, and you do not act as one of them."""


class AnswerNotDispensable(PathwaysError):
    """The case cannot go on without an answer to "{task}": its diagram does not say what holds then (property noAnswer)."""


class AnswerNotDue(PathwaysError):
    """An answer to "{task}" may still come: its date, {due}, has not passed."""
