"""Which known word a misspelt one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA


def near(name: str, names: Iterable[str]) -> str:
    """The name that ``name`` was probably meant to be; empty when none is near. Case and spaces count little."""
    allowed = 1 if len(name) <= 4 else 2 if len(name) <= 9 else 3
    ranked = min(((_distance(name, each, allowed), each) for each in names), default=(allowed + 1, ""))
    return ranked[1] if ranked[0] <= allowed else ""


def _distance(a: str, b: str, most: int) -> int:
    """How many letters to add, drop, change or swap make one word of the other, or more than ``most``; a letter's case costs
    nothing when nothing else differs."""
    if a.casefold() == b.casefold():
        return 0 if a == b else 1
    return OSA.distance(a, b, score_cutoff=most)
