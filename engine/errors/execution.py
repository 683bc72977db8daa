"""Steps of a case that could not be taken."""

from __future__ import annotations

from engine.errors.base import PathwaysError


class StepLimitReached(PathwaysError):
    """The case went round {steps} steps without waiting for anyone, last at "{element}": the diagram loops for ever."""


class StepTookTooLong(PathwaysError):
    """At "{element}" the case had been busy for more than {seconds} seconds without waiting for anyone, and was stopped, since
    nobody else can work meanwhile. Its expressions or tables ask for too much."""


class NotWaiting(PathwaysError):
    """Nothing waits under {token} any more: it has been completed, cancelled or moved on."""


class NoFlowTaken(PathwaysError):
    """At "{element}" no way out fits and none is the default, so the case cannot go on."""


class ConditionUndecided(PathwaysError):
    """{what} gives {gives}, not true or false: {expression}. Something that it asks of may be missing or misspelt."""

    seen: str  # names and values of its variables, for whoever mends it; not part of the message


class NobodyNamed(PathwaysError):
    """{what} names nobody: {expression}. Nobody would be asked, and nobody is not everybody: name at least one."""

    seen: str  # as in ConditionUndecided


class NotAddressed(PathwaysError):
    """ "{element}" is given to {whom}, and {authority} has {no_such}: {said}. Nobody could do it. Correct who it is
    given to."""


class AnswerKept(PathwaysError):
    """The answer is kept, but the case could not go on with it, and a manager has been told. It need not be given
    again; one that is given anew takes its place. What went wrong: {reason}."""

    reason: str


class StartKept(AnswerKept):
    """The case could not begin, and a manager has been told. What was entered is kept, and need not be entered again: the
    manager can begin the case with it when this is mended. What went wrong: {reason}."""


class CaseStuck(PathwaysError):
    """Nothing can move in this case any more: {elements} can never go on, since what is still missing there cannot come.
    Have the diagram mended and move the case to the mended version, or cancel the case."""


class UncaughtError(PathwaysError):
    """The error "{code}" thrown at "{element}" is caught by no boundary event or event subprocess."""


class CalledProcessMissing(PathwaysError):
    """ "{element}" calls the process "{process}", which is not deployed."""


class NoSchool(PathwaysError):
    """ "{element}" puts a school in a category, and this case is not for a school. Start the case for a school."""


class NoCategory(PathwaysError):
    """ "{element}" puts a school in a category, and its parameter `category` gives none."""


class CategoryHeld(PathwaysError):
    """ "{element}" would put {school} in the category “{wanted}”, and case {case} of {process}, which is open, holds it in
    “{category}”. Try again when that case has ended, or skip this step."""


class IncidentNotFound(PathwaysError):
    """There is no open incident {incident}."""


class JobLost(PathwaysError):
    """This worker no longer owns job {job}: it took too long, and another worker has taken it over. Nothing was written."""


class WorkerKilled(PathwaysError):
    """The worker stopped without a word {attempts} times while it ran this job, so it is not tried again by itself."""
