"""The lines of a diary as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.calendar.timers import ZONE
from engine.rehearsal.diary import ANSWERED, ASKED, BEGAN, CATEGORY, ENDED, FIRED, SENT, TOLD, WENT, Line


def said(line: Line) -> str:
    """What a line says, without its date, people and clauses."""
    return _SAID[line.what](line) if line.what in _SAID else f"{line.name}: {line.why}"


def _asked(line: Line) -> str:
    due = f", due on {line.due.astimezone(ZONE):%-d %B %Y}" if line.due else ", without a date"
    return f"{line.name} is asked{due}"


_SAID: Mapping[str, Callable[[Line], str]] = {
    BEGAN: lambda line: f"A case begins: {line.name}",
    ASKED: _asked,
    ANSWERED: lambda line: f"{line.name} is {line.why or 'done'}",
    FIRED: lambda line: f"{line.name}: its time has come" + (f" ({line.why})" if line.why else ""),
    WENT: lambda line: f"{'It goes' if line.name == line.element else f'{line.name}:'} on to {line.why}",
    SENT: lambda line: f"{line.name}: the message “{line.why}” is sent",
    TOLD: lambda line: f"{line.name}: “{line.why}” is sent",
    CATEGORY: lambda line: f"The school is put in the category “{line.name}”" + (f": {line.why}" if line.why else ""),
    ENDED: lambda line: f"The case ends: {line.name}" + (f" ({line.why})" if line.why else ""),
}
