"""Text in a form that quotes the case: ``{{ school.name }}`` anywhere in it, or the whole text FEEL
("=...")."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.forms.conditions import Asking, as_text

_QUOTED = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


def expressions(text: str) -> list[str]:
    """The FEEL expressions in a text."""
    return [text] if text.startswith("=") else [found.strip() for found in _QUOTED.findall(text)]


def fill(text: str, asking: Asking, quote: Callable[[str], str] = str) -> str:
    """The text with its expressions worked out; ``quote`` makes a value safe for the markup that the text is
    written in."""
    if text.startswith("="):
        return quote(as_text(asking.value(text)))
    return _QUOTED.sub(lambda found: quote(as_text(asking.value(found[1].strip()))), text)
