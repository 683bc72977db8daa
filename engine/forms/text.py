"""Text in a form that quotes the case: ``{{ school.name }}`` anywhere in it, or the whole text FEEL
("=...")."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.forms.conditions import Asking, as_text

_OPEN, _SHUT = "{{", "}}"


def expressions(text: str) -> list[str]:
    """The FEEL expressions in a text."""
    return [text] if text.startswith("=") else [found.strip() for _, found in _parts(text) if found is not None]


def _parts(text: str) -> Iterator[tuple[str, str | None]]:
    """The text in pieces, each with the expression that follows it; the last has none.

    Looked through once, from left to right: a pattern would look from each brace to the end for the one that shuts it.
    """
    at = 0
    while (start := text.find(_OPEN, at)) >= 0:
        end = text.find(_SHUT, start + len(_OPEN) + 1)  # an expression has a character at least
        if end < 0:
            break  # nothing is shut from here on
        yield text[at:start], text[start + len(_OPEN) : end]
        at = end + len(_SHUT)
    yield text[at:], None


def fill(text: str, asking: Asking, quote: Callable[[str], str] = str) -> str:
    """The text with its expressions worked out; ``quote`` makes a value safe for the markup that the text is
    written in."""
    if text.startswith("="):
        return quote(as_text(asking.value(text)))
    return "".join(
        words + ("" if found is None else quote(as_text(asking.value(found.strip())))) for words, found in _parts(text)
    )
