"""Starting, changing and ending cases, and the messages that reach them."""

from __future__ import annotations

from engine.errors.base import PathwaysError


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


class NotForThisSchool(PathwaysError):
    """“{process}” can't begin for {school} now: it is not for a school such as this one, as the register has it ({type}), or
    something else stands against it. Nothing was begun. If the register is wrong, have it corrected; if not, ask whoever manages
    cases."""


class SchoolHasClosed(PathwaysError):
    """{school} has closed, as the register has it now, and “{process}” begins for open schools only. Nothing was begun. If
    the register is wrong, have it corrected."""


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


class MigrationImpossible(PathwaysError):
    """This case stays on its version: {reason}."""


class MigrationNotFound(PathwaysError):
    """There is no move of running cases with the number {migration}."""


class MigrationMovedOn(PathwaysError):
    """The move of case {instance} can't be undone any more: {reason}. Nothing was changed. To bring the case back, move it to the
    earlier version as it is now."""


class MigrationElsewhere(PathwaysError):
    """Cases of “{process}” can't be moved to a version of “{other}”."""


class NothingToMove(PathwaysError):
    """There is no case to move: none of “{process}” runs on another version, or none was chosen."""


class NoSuchStart(PathwaysError):
    """The process "{process}" cannot be started at {element}: it has no such start event."""


class InstanceNotFound(PathwaysError):
    """There is no case {instance}."""


class ReasonMissing(PathwaysError):
    """No reason was given. Say why: it stands in the story of the case for ever."""


class PeriodStatutory(PathwaysError):
    """“{element}” is a statutory period: nobody shortens it, and it is lengthened only where that is told to those who have it.
    Report on the case that the period is extended, or end what it belongs to."""


class MoveRefused(PathwaysError):
    """The case cannot go on there: {reason}."""


class CaseSuspended(PathwaysError):
    """Case {instance} is suspended: nothing in it goes on, and nothing in it can be done, until somebody who manages cases
    resumes it. What is typed in its tasks is kept."""


class CaseNotSuspended(PathwaysError):
    """Case {instance} is not suspended any more. Look at it as it is now."""


class InstanceEnded(PathwaysError):
    """Case {instance} has ended ({status}), so nothing in it can be changed."""


class InstanceBusy(PathwaysError):
    """Somebody else changed this case at the same moment. Nothing of yours has been saved; look again and repeat it."""


class NotAManager(PathwaysError):
    """This is for those who manage cases. Ask one of them."""


class NotAMover(PathwaysError):
    """Running cases are moved to another version by those who manage cases or own the processes. Ask one of them."""


class BarNamesNobody(PathwaysError):
    """Nobody here is called “{named}”: who has a conflict of interest is said by user name, e-mail address or role."""


class BarRefused(PathwaysError):
    """{person} is barred from this case already."""


class BarNotFound(PathwaysError):
    """There is no such bar, or it has been lifted already. Look at the case's page of conflicts again."""


class NotAStarter(PathwaysError):
    """The process "{process}" is started by {whom}, and you do not act as one of them."""


class MessageNotExpected(PathwaysError):
    """Nothing waits for the message "{name}" with these keys ({keys}), and no process starts with it."""


class MessageAmbiguous(PathwaysError):
    """The message "{name}" fits several cases of one process ({instances}). Nothing was delivered; give a key that fits one."""


class MessageNotFound(PathwaysError):
    """There is no message {message} that found nobody: somebody may have seen to it already."""


class MessageNotAwaited(PathwaysError):
    """Case {instance} does not wait for the message "{name}". Nothing was delivered; choose a case that waits for it."""


class CaseArchived(PathwaysError):
    """Case {instance} is in the archive: it can be read and searched, and nothing is added to it."""


class HoldNotFound(PathwaysError):
    """There is no such legal hold, or it was lifted already."""


class HoldNames(PathwaysError):
    """{problem}."""


class DayTooFar(PathwaysError):
    """The day must not be later than {last}: no day is set further ahead than ten years."""


class DisposalNotFound(PathwaysError):
    """This case is not on the list of what is due for deletion: it was decided already, or is there no more."""


class CaseHeld(PathwaysError):
    """Case {instance} is under a legal hold, and is not deleted until that is lifted."""


class NotForRecords(PathwaysError):
    """Only whoever looks after records decides what is deleted and what is held: a role with the capability records."""


class OwnProposal(PathwaysError):
    """Whoever put case {instance} on the list does not approve its deletion too: that needs a second person."""
