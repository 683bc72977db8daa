"""The lines of a CSV file as it is saved by Excel or comes from a register: whatever its encoding and its separator."""

from __future__ import annotations

import csv
from collections.abc import Iterator

#: What may stand between cells: Excel takes the one that Windows is set to.
_SEPARATORS = ",;\t"


def records(data: bytes) -> Iterator[tuple[int, list[str] | str]]:
    """The lines that are not empty, each with the number it begins at; one that is no CSV as what is wrong with it."""
    lines = list(_decoded(data))
    reader = csv.reader(lines, delimiter=_separator(lines))
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"It is no CSV: {error}."
            continue
        if any(cells):
            yield number, [cell.strip() for cell in cells]


def _separator(lines: list[str]) -> str:
    """The one that stands most often in the heading."""
    heading = lines[0] if lines else ""
    return max(_SEPARATORS, key=heading.count)


def _decoded(data: bytes) -> Iterator[str]:
    """The text, line by line: UTF-8, or what Windows writes (the extract has been both)."""
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield line.decode("cp1252", errors="replace")
