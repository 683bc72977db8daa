"""Every error that Pathways raises. The docstring of a class is the message that a person reads.

A docstring says what happened and what to do about it; names in braces are filled from the error's own attributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class PathwaysError(Exception):
    """Pathways could not do this."""

    def __init__(self, **details: Any) -> None:
        self.details = details
        for name, value in details.items():
            setattr(self, name, value)
        super().__init__(str(self))

    def __str__(self) -> str:
        return self._worded(self.details)

    def told(self, called: Callable[[str], str]) -> str:
        """The message with people and roles by their names: ``called`` names those in ``by`` and ``whom``."""
        people = {name: called(str(self.details[name])) for name in ("by", "whom") if name in self.details}
        return self._worded(self.details | people)

    def _worded(self, details: dict[str, Any]) -> str:
        message = " ".join((type(self).__doc__ or "").split())
        return message.format_map(_Named(details))


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
    """The timer "{text}" is not understood: {reason}. Use ISO 8601, or words such as "1 half-term",
    "15 working days", "start of next term" or "last Friday of term"."""


class TimerImpossible(PathwaysError):
    """At "{element}" it cannot be said how long to wait: {reason}. {made}. Correct that, and try again."""

    names: tuple[str, ...]  # the variables that the time is made of


class StepLimitReached(PathwaysError):
    """The case went round {steps} steps without waiting for anyone, last at "{element}": the diagram loops for ever."""


class NotWaiting(PathwaysError):
    """Nothing waits under {token} any more: it has been completed, cancelled or moved on."""


class NoFlowTaken(PathwaysError):
    """At "{element}" no way out fits and none is the default, so the case cannot go on."""


class ConditionUndecided(PathwaysError):
    """{what} gives {gives}, not true or false: {expression}. Something that it asks of may be missing or misspelt."""

    seen: str  # names and values of its variables, for whoever mends it; not part of the message


class ValueMissing(PathwaysError):
    """{what} gives null where a value is needed: {expression}. Something that it asks of may be missing or misspelt."""

    seen: str  # as in ConditionUndecided


class AnswerKept(PathwaysError):
    """The answer is kept, but the case could not go on with it, and a manager has been told. It need not be given
    again; one that is given anew takes its place. What went wrong: {reason}."""

    reason: str


class CaseStuck(PathwaysError):
    """Nothing can move in this case any more: {elements} can never go on, since what is still missing there cannot come.
    Cancel the case, and have the diagram mended before the next one."""


class UncaughtError(PathwaysError):
    """The error "{code}" thrown at "{element}" is caught by no boundary event or event subprocess."""


class DiagramRefused(ParseFailed):
    """The file {file} is refused: {reason}."""


class FormUnreadable(PathwaysError):
    """The form "{form}" cannot be read: {reason}, at {path}. Correct the form and deploy it again."""


class FormInvalid(PathwaysError):
    """The form was not accepted: {errors}. Correct these answers and send the form again."""

    errors: dict[str, list[str]]  # input name -> messages for the person
    raw: dict[str, Any]  # what was typed, by key, so that the page can show it again (engine/forms/posted.py)


class CalledProcessMissing(PathwaysError):
    """ "{element}" calls the process "{process}", which is not deployed."""


class NoSchool(PathwaysError):
    """ "{element}" puts a school in a category, and this case is not for a school. Start the case for a school."""


class NoCategory(PathwaysError):
    """ "{element}" puts a school in a category, and its parameter `category` gives none."""


class EventNotReportable(PathwaysError):
    """Nothing called "{event}" can be reported here: no process names it, or the case waits for it no more. Go back and
    choose what has happened again."""


class AlreadyReported(PathwaysError):
    """ "{event}" was reported by {by} on {at}, after this page was opened. Nothing was reported again. If it has happened
    once more, open the page anew and report it."""


class NotAReporter(PathwaysError):
    """ "{event}" is reported by {whom}. Tell them what has happened."""


class LiveCaseExists(PathwaysError):
    """{school} has an open case of “{process}” already: case {instance}. Nothing new was begun. Go on in that case."""


class DrawnOnOldVersion(PathwaysError):
    """Version {version} of “{process}” was deployed by {by} after this drawing was opened: to deploy it would take those
    changes back. Nothing was deployed, and your drawing is kept."""


class OtherProcess(PathwaysError):
    """This drawing is of the process {found}, and you are changing {wanted}. Open that process to deploy it there. Nothing
    was deployed, and your drawing is kept."""


class NotForThisSchool(PathwaysError):
    """“{process}” is not for {school}, as the register has it now ({type}). Nothing was begun. If the register is wrong,
    have it corrected."""


class SchoolNeeded(PathwaysError):
    """“{process}” is always about a school. Choose the school first."""


class NotForSchools(PathwaysError):
    """The process {key} is not started for many schools: none of its start events has the property forEach=school."""


class MovedDateNotFound(PathwaysError):
    """There is no date {moved} that waits to be confirmed: somebody may have done it already."""


class BatchNotFound(PathwaysError):
    """There is no start for many schools with the number {batch}."""


class StepNotLawful(PathwaysError):
    """{school}: "{element}" is only for where {condition}, and that is not so. Nothing was done and nothing is lost: correct
    the register and try again, or cancel the case."""


class StateUnreadable(PathwaysError):
    """The stored state of this case cannot be read: {reason}. Nothing has been changed; tell whoever looks after Pathways."""


class NoSuchStart(PathwaysError):
    """The process "{process}" cannot be started at {element}: it has no such start event."""


class ScopeMissing(PathwaysError):
    """A query was made without saying for which authority: {statement}. Call set_scope(session, ...) before the first
    query, and use mapped classes, not tables or text, in queries."""


class OtherAuthority(PathwaysError):
    """This belongs to another authority."""


class DeploymentRefused(PathwaysError):
    """These files were not deployed: {summary}. Nothing has been changed. Correct what is listed and deploy again."""

    findings: list[Any]  # engine.lint.Finding, errors and warnings, in the order of file and line


class DeploymentEmpty(PathwaysError):
    """There is nothing to deploy: no .bpmn, .xml, .dmn or .form file was given."""


class NothingToRead(PathwaysError):
    """There is nothing to read in {folder}: it holds no file that ends in {kinds}."""


class DefinitionNotFound(PathwaysError):
    """No process with the key "{key}" is deployed."""


class InstanceNotFound(PathwaysError):
    """There is no case {instance}."""


class InstanceEnded(PathwaysError):
    """Case {instance} has ended ({status}), so nothing in it can be changed."""


class InstanceBusy(PathwaysError):
    """Somebody else changed case {instance} at the same moment. Nothing of yours has been saved; look again and repeat it."""


class TaskNotFound(PathwaysError):
    """There is no task {task}."""


class TaskNotOpen(PathwaysError):
    """This task is no longer open: it was {how} by {by} on {at}."""


class TaskNotYours(PathwaysError):
    """This task is for {whom}, and you do not act as one of them."""


class TaskClaimed(PathwaysError):
    """This task has been claimed by {by}."""


class NotOnBehalf(PathwaysError):
    """An answer to "{task}" may be recorded for others by {whom}, and you do not act as one of them."""


class AnswerNotDispensable(PathwaysError):
    """The case cannot go on without an answer to "{task}": its diagram does not say what holds then (property noAnswer)."""


class AnswerNotDue(PathwaysError):
    """An answer to "{task}" may still come: its date, {due}, has not passed."""


class NotAStarter(PathwaysError):
    """The process "{process}" is started by {whom}, and you do not act as one of them."""


class SchoolNotFound(PathwaysError):
    """There is no school with the URN {urn} in this authority's register."""


class ImportNotFound(PathwaysError):
    """There is no import {number} that waits to be confirmed: it may have been done, or another file was brought since."""


class RegisterMoved(PathwaysError):
    """The register has changed since these files were looked at, so that they would do something else now. Nothing was
    changed. Bring the files again."""


class SuccessionNotFound(PathwaysError):
    """There is no succession {number} between schools."""


class SuccessionDecided(PathwaysError):
    """Succession {number} has been decided already. Nothing was changed."""


class SuccessionMoved(PathwaysError):
    """What the new school would take over has changed since the page was made. Nothing was changed. Look at it again."""


class SuccessionUnclear(PathwaysError):
    """The successions cannot be confirmed yet: {what}. Nothing was changed."""


class CalendarNotWritten(PathwaysError):
    """The calendar of school {old} could not be written as that of school {new}: {reason}. Nothing was changed. Copy the file
    by hand, then confirm again."""


class RegisterUnreadable(PathwaysError):
    """The school register cannot be read: line {line}: {reason}. No school has been changed."""


class PeopleUnreadable(PathwaysError):
    """The file of people cannot be read: {reason}. Nobody has been changed."""


class HoldingNotFound(PathwaysError):
    """There is no entry {holding} in the register of people."""


class AuthorityNotFound(PathwaysError):
    """The configuration has no authority "{authority}". Give it config/authorities/{authority}.yaml."""


class AuthorityNumberMissing(PathwaysError):
    """The file is the national extract. Give config/authorities/{authority}.yaml the authority's number in it, as la_code."""


class AuthorityUnknown(PathwaysError):
    """There is no authority "{authority}" in the configuration. {meant} Name one that it has."""


class AuthorityUnsaid(PathwaysError):
    """It is not said whose {files} are. Name an authority with --authority (one of: {known}), or keep the files in its
    folder under processes/ or forms/."""


class DatabaseUnusable(PathwaysError):
    """The database {database} cannot be used: {reason}. Correct its address (--database, DATABASE_URL), for instance
    sqlite:///file.db in a folder that is there, or postgresql://user:password@host/name."""


class ConfigUnreadable(PathwaysError):
    """The configuration file {file} cannot be read: {reason}."""


class MessageNotExpected(PathwaysError):
    """Nothing waits for the message "{name}" with these keys ({keys}), and no process starts with it."""


class MessageAmbiguous(PathwaysError):
    """The message "{name}" fits several cases of one process ({instances}). Nothing was delivered; give a key that fits one."""


class MessageNotFound(PathwaysError):
    """There is no message {message} that found nobody: somebody may have seen to it already."""


class MessageNotAwaited(PathwaysError):
    """Case {instance} does not wait for the message "{name}". Nothing was delivered; choose a case that waits for it."""


class IncidentNotFound(PathwaysError):
    """There is no open incident {incident}."""


class JobLost(PathwaysError):
    """This worker no longer owns job {job}: it took too long, and another worker has taken it over. Nothing was written."""


class WorkerKilled(PathwaysError):
    """The worker stopped without a word {attempts} times while it ran this job, so it is not tried again by itself."""


class ClockUnmovable(PathwaysError):
    """The clock can only be moved in sample mode, and only forward."""


class SampleYearTorn(PathwaysError):
    """The making of the sample year in {database} was interrupted, so only a part of it is there. Empty that database, or
    name another one in DATABASE_URL, and start again; "pathways run --sample --empty" starts without a sample year."""


class FeelNotBuilt(PathwaysError):
    """The FEEL engine is not built. Run "make run" once (or "npm ci --ignore-scripts" and "npm run build")."""


class CalendarInvalid(PathwaysError):
    """The school calendar {file} cannot be used: line {line}: {reason}."""


class CalendarMissing(PathwaysError):
    """There is no school calendar to count terms and half-terms by. Put one under config/calendars, or use days or months."""


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
