"""What a condition, a decision table and a long expression cost, asked of V8 each time anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import engine.feel
from engine.feel import Feel, Item

NOW = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
ROUNDS = 400
SCHOOL = {"name": "Ash Grove", "type": "maintained", "category": "targeted support", "grades": [2, 3, 4], "diocese": ""}
VARIABLES: dict[str, Any] = {
    "school": SCHOOL,
    "outcome": "stage 1",
    "risk": 7,
    "areas": ["attendance", "governance"],
    "meeting_date": "2026-10-14",
    "rows": [{"n": n, "ok": n % 2 == 0} for n in range(20)],
}
ASKED: dict[str, list[Item]] = {
    "a condition": [("expression", 'outcome = "stage 1" and risk > 5', None)],
    "a gateway of three": [("expression", f'outcome = "stage {n}" or school.category = "x"', None) for n in range(3)],
    "a due date": [("expression", 'date(meeting_date) + duration("P8D")', None)],
    "a table of 40 cells": [("unaryTests", each, 7) for each in ("< 5", "[5..9]", "> 9", "1, 2, 7") for _ in range(10)],
    "a filter and a sum": [("expression", "sum(rows[ok and n > 4].n) + count(areas)", None)],
}


@contextmanager
def asking(bundle: Path) -> Iterator[Feel]:
    """FEEL from this bundle, which remembers no answers."""
    before, engine.feel.BUNDLE = engine.feel.BUNDLE, bundle
    feel = Feel(time_limit=5)
    feel._keep = lambda key, answer: None  # type: ignore[method-assign]
    feel.evaluate("1", {})
    yield feel
    feel.close()
    engine.feel.BUNDLE = before


def milliseconds(feel: Feel, items: list[Item], number: int) -> float:
    """How long one asking takes; ``number`` makes its variables new."""
    before = time.perf_counter()
    feel.run(items, {**VARIABLES, "risk": 7 + number % 3}, NOW)
    return (time.perf_counter() - before) * 1_000


def run(other: Path | None = None) -> None:
    """Print the medians; beside those of another bundle, asked in turn, and their ratio."""
    with asking(engine.feel.BUNDLE) as ours, asking(other or engine.feel.BUNDLE) as theirs:
        for name, items in ASKED.items():
            pairs = [(milliseconds(ours, items, n), milliseconds(theirs, items, n)) for n in range(ROUNDS)]
            own, others = (median(each) for each in zip(*pairs, strict=True))
            beside = f", the other {others:.2f} ms: {own / others:.2f} times" if other else ""
            print(f"{name}: {own:.2f} ms{beside}")
