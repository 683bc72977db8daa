"""An hour as people write it: "4.15pm", "16:15", "half past" is not one."""

from __future__ import annotations

import re
from datetime import time

_HOUR = re.compile(r"([0-9]{1,2})(?:[.:h ]?([0-9]{2}))?(?::[0-9]{2})? ?([ap]\.?m\.?)?")
_NAMED = {"noon": time(12), "midday": time(12), "12 noon": time(12)}


def hour_of(said: str) -> time | None:
    """The hour that a text says; None for one that says none, or says it in a way that could mean two."""
    text = said.strip().lower()
    found = _HOUR.fullmatch(text)
    if text in _NAMED or found is None:
        return _NAMED.get(text)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
    if half:
        hour = hour % 12 + 12 * (half == "p") if 1 <= hour <= 12 else 24
    elif not found[2]:
        return None  # "4" is no hour: of the morning, or of the afternoon?
    return time(hour, minute) if hour < 24 and minute < 60 else None
