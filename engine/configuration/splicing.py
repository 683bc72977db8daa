"""Writing a document back into the file of an authority, all else of which stays as somebody has written it."""

from __future__ import annotations

import re


def spliced(text: str, document: str, name: str) -> str:
    """A YAML text with what it says under a name of its outermost level in the stead of what it said; at its end where it said
    nothing. A comment that stands before the name stays."""
    lines = text.splitlines(keepends=True)
    begins = next((i for i, line in enumerate(lines) if re.match(rf"{re.escape(name)}\s*:", line)), None)
    if begins is None:
        return f"{text.rstrip()}\n\n{document}"
    ends = next((i for i in range(begins + 1, len(lines)) if re.match(r"[^\s\-]", lines[i])), len(lines))
    kept = lines[ends:]
    return "".join([*lines[:begins], document, *(["\n"] if kept else []), *kept])
