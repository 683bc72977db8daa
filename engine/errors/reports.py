"""Reports that are drafted from the cases."""

from __future__ import annotations

from engine.errors.base import PathwaysError


class ReportNotFound(PathwaysError):
    """There is no such report, or it is not for your roles."""


class ReportNotYours(PathwaysError):
    """This report is written by {whom}, and you do not act as one of them."""


class ReportKept(PathwaysError):
    """This report was approved and is kept as it is. Make another one where something has to be said anew."""


class ReportMovedOn(PathwaysError):
    """{by} has saved this report meanwhile. Open it once more and look at what was saved."""


class ReportOfBarred(PathwaysError):
    """This report tells of a case from which you are barred. Somebody else must write it."""


class ReportTemplateWrong(PathwaysError):
    """The template {template} of this report cannot be used: {reason}. Tell whoever looks after config/reports."""
