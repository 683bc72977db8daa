"""On which line of a form's file something stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def lines(text: str) -> dict[str, int]:
    """The line on which each part of a JSON text begins, by its path: ``components[2].validate.min``. The text is known to
    be JSON."""
    found: dict[str, int] = {}
    for path, at in _values(text):
        found.setdefault(path, at)
    starts = sorted({at for at in found.values()})
    by_place = dict(zip(starts, _line_numbers(text, starts), strict=True))
    return {path: by_place[at] for path, at in found.items()}


def line_of(known: dict[str, int], path: str) -> int:
    """The line of a path, or, where nothing stands there, of what it would stand in; 1 for the file."""
    while path and path not in known:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return known.get(path, 1)


def _line_numbers(text: str, starts: list[int]) -> Iterator[int]:
    line, before = 1, 0
    for at in starts:
        line += text.count("\n", before, at)
        before = at
        yield line


def _values(text: str) -> Iterator[tuple[str, int]]:
    """Each value's path and place, and for an object's entry the place of its key."""
    around: list[tuple[str, int | None]] = []  # the path so far; in a list the number of the next item
    path, key = "", ""
    for token in _TOKEN.finditer(text):
        word, at = token[0], token.start()
        if word in "}]":
            path = around.pop()[0]
        elif word == ",":
            prefix, number = around[-1]
            around[-1] = (prefix, None if number is None else number + 1)
        elif word == ":":
            prefix = around[-1][0]
            path = f"{prefix}.{key}".lstrip(".")
        else:
            path = _of_item(around) or path
            key = word[1:-1] if word.startswith('"') else key
            yield (path, at)
            if word in "{[":
                around.append((path, 0 if word == "[" else None))


def _of_item(around: list[tuple[str, int | None]]) -> str:
    """The path of the next item, inside a list; empty elsewhere."""
    prefix, number = around[-1] if around else ("", None)
    return "" if number is None else f"{prefix}[{number}]"
