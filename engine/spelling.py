"""Which known word a misspelt one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def near(name: str, names: Iterable[str]) -> str:
    """The name that ``name`` was probably meant to be; empty when none is near. Case and spaces count little."""
    ranked = sorted((distance(name, each), each) for each in names if abs(len(each) - len(name)) <= 3)
    allowed = 1 if len(name) <= 4 else 2 if len(name) <= 9 else 3
    return ranked[0][1] if ranked and ranked[0][0] <= allowed else ""


def distance(a: str, b: str) -> int:
    """How many letters to add, drop, change or swap make one word of the other; a letter's case costs nothing when
    nothing else differs."""
    if a.casefold() == b.casefold():
        return 0 if a == b else 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
