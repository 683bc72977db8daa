"""Diagrams, forms and their deployment."""

from __future__ import annotations

from typing import Any

from engine.errors.base import PathwaysError


class ParseFailed(PathwaysError):
    """The diagram {file} cannot be read: {reason}."""


class DiagramRefused(ParseFailed):
    """The file {file} is refused: {reason}."""


class FormUnreadable(PathwaysError):
    """The form "{form}" cannot be read: {reason}, at {path}. Correct the form and deploy it again."""


class FormInvalid(PathwaysError):
    """The form was not accepted: {errors}. Correct these answers and send the form again."""

    errors: dict[str, list[str]]  # input name -> messages for the person
    raw: dict[str, Any]  # what was typed, by key, so that the page can show it again (engine/forms/posted.py)


class DrawnOnOldVersion(PathwaysError):
    """Version {version} of “{process}” was deployed by {by} after this drawing was opened: to deploy it would take those
    changes back. Nothing was deployed, and your drawing is kept."""


class OtherProcess(PathwaysError):
    """This drawing is of the process {found}, and you are changing {wanted}. Open that process to deploy it there. Nothing
    was deployed, and your drawing is kept."""


class CodeLater(PathwaysError):
    """Too many codes were entered or asked for: another code can be sent from {at}. Your link is not lost. If it cannot wait,
    ask whoever sent it."""


class FileOfOtherProcess(PathwaysError):
    """This file has {found}, not the process {wanted}, whose cases are to be played. Choose that process's file."""


class ProcessRetired(PathwaysError):
    """“{process}” is retired: no new case begins. Cases that run go on. {by} retired it: {reason}."""


class NotRetired(PathwaysError):
    """“{process}” is not retired: somebody may have taken that back already."""


class VersionNotFound(PathwaysError):
    """“{process}” has no version {version}."""


class DeploymentRefused(PathwaysError):
    """These files were not deployed: {summary}. Nothing has been changed. Correct what is listed and deploy again."""

    findings: list[Any]  # engine.lint.Finding, errors and warnings, in the order of file and line


class DeploymentEmpty(PathwaysError):
    """There is nothing to deploy: no .bpmn, .xml, .dmn or .form file, and no document of the configuration, was given."""


class NothingNew(PathwaysError):
    """Nothing was deployed: this is the same as the deployed version."""


class DocumentNotFound(PathwaysError):
    """No form or decision with the key "{key}" is deployed."""


class DocumentOvertaken(PathwaysError):
    """Version {version} of “{key}” was deployed after yours was begun: to deploy it would take those changes back. Nothing was
    deployed, and your draft is kept."""


class ArchiveUnusable(PathwaysError):
    """The archive is not taken: {reason}. Nothing was changed."""


class PermissionsKept(PathwaysError):
    """What the role {role} permits, and whether it counts for all schools, is changed by an administrator who does not hold it.
    Nothing was saved."""


class PlanNotFound(PathwaysError):
    """There is no planned deployment {plan}."""


class PlanOver(PathwaysError):
    """This deployment no longer waits: somebody has seen to it meanwhile."""


class NotAnApprover(PathwaysError):
    """This deployment is for {whom} to approve, and you do not act as one of them."""


class OwnDeployment(PathwaysError):
    """Somebody else has to approve what you have handed in yourself."""


class DateNotAhead(PathwaysError):
    """The day on which a deployment takes effect must be after today, and within two years."""


class NothingToRead(PathwaysError):
    """There is nothing to read in {folder}: it holds no file that ends in {kinds}."""


class DefinitionNotFound(PathwaysError):
    """No process with the key "{key}" is deployed."""


class DefinitionGone(DefinitionNotFound):
    """No version of a process with the id {version} is deployed."""  # only callers of the library name one by its id


class RehearsalUnreadable(PathwaysError):
    """The rehearsal cannot be read: {reason}."""


class RehearsalNotFound(PathwaysError):
    """There is no rehearsal {rehearsal}."""


class DrawingNotFound(PathwaysError):
    """There is no draft {drawing}."""


class DrawingUnusable(PathwaysError):
    """The draft cannot be saved: {reason}."""
