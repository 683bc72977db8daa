"""Why somebody did something, in a sentence of their own: a reason for stopping a case, a note of a deployment."""

from __future__ import annotations

from engine.forms import showable

#: How many characters a reason may have: it is read as one line of a story.
LONGEST = 2_000


def reason(given: str, missing: str, name: str) -> tuple[str, str]:
    """What was entered, as it can be stored, and what is wrong with it: ``missing``, or that ``name`` is too long."""
    text = showable(given).strip()
    more = len(text) - LONGEST
    if more > 0:
        return text, f"{name} must be {LONGEST:,} characters or less: it has {more:,} too many"
    return text, "" if text else missing
