"""Schools, their register and calendars."""

from __future__ import annotations

from engine.errors.base import PathwaysError


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


class CalendarInvalid(PathwaysError):
    """The school calendar {file} cannot be used: line {line}: {reason}."""


class CalendarMissing(PathwaysError):
    """There is no school calendar to count terms and half-terms by. Put one under config/calendars, or use days or months."""
