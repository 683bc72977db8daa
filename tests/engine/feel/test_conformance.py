"""FEEL by the tables of DMN 1.3 section 10.3: each case was worked out by hand from the table that its heading names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.feel import ZONE, Feel, YearsMonths
from tests.engine.feel.tables_of_functions import FILTERS, FUNCTIONS, LISTS, LOOPS, RANGES, TEXTS, TYPES
from tests.engine.feel.tables_of_time import DATES, DURATIONS, READING
from tests.engine.feel.tables_of_values import EQUALITY, IF, IN, LOGIC, MIXED, NUMBERS, ORDER

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
VARIABLES: dict[str, Any] = {
    "nothing": None,
    "five": 5,
    "price": 0.1,
    "word": "no",
    "flag": True,
    "due": date(2026, 10, 14),
    "sent": datetime(2026, 7, 1, 9, 30, tzinfo=ZONE),
    "week": timedelta(days=7),
    "term": YearsMonths("P1Y6M"),
    "school": {"name": "Ash Grove", "head-teacher": "Kit", "pupils on roll": 210},
    "rows": [{"n": 1, "ok": True}, {"n": 2, "ok": False}, {"n": 3, "ok": None}],
}
TABLES = {
    "numbers": NUMBERS,
    "mixed": MIXED,
    "equality": EQUALITY,
    "order": ORDER,
    "logic": LOGIC,
    "if": IF,
    "in": IN,
    "durations": DURATIONS,
    "dates": DATES,
    "reading": READING,
    "filters": FILTERS,
    "loops": LOOPS,
    "types": TYPES,
    "texts": TEXTS,
    "lists": LISTS,
    "functions": FUNCTIONS,
    "ranges": RANGES,
}
CASES = [pytest.param(text, value, id=f"{name}: {text}") for name, cases in TABLES.items() for text, value in cases]

#: Cells of decision tables (10.3.2.11): the cell, the input's value, whether it passes.
CELLS: list[tuple[str, Any, bool]] = [
    ("true", True, True),
    ("true", False, False),
    ("true", None, False),
    ("true", "true", False),
    ("false", False, True),
    ("false", None, False),
    ("flag", True, True),
    ("flag", False, False),
    ("not(flag)", False, True),
    ("not(true)", False, True),
    ("not(true)", True, False),
    ("not(true)", None, True),
    ("five > 4", True, True),
    ("five > 4", False, False),
    ("five > 9", False, True),
    ("five > 4", 3, False),
    ("? = true", True, True),
    ("? = true", None, False),
    ("? and five > 4", True, True),
    ("[1..null]", 5, False),
    ("[1..null]", None, False),
    ("[null..5]", 3, False),
    ('[1.."a"]', 5, False),
    ("> null", 5, False),
    ("> nothing", None, False),
    ("< 50", "", False),
    ("< 50", "5", False),
    ("< 50", None, False),
    ("not(< 50)", None, False),
    ("not(< 50)", "a", False),
    ("not(< 50)", 60, True),
    ('"a"', "a", True),
    ('"a"', None, False),
    ('not("a")', None, True),
    ('not("a", null)', None, False),
    ("null", None, True),
    ("null", "", False),
    ("not(null)", "", True),
    ("nothing", None, True),
    ("1, 2, > 5", 2, True),
    ("1, 2, > 5", 6, True),
    ("1, 2, > 5", 3, False),
    ("[1, 2]", 2, True),
    ("[1, 2]", [1, 2], True),
    ("[[1..2], 9]", 2, True),
    ("not([1..3])", 4, True),
    ("(1..3)", 2, True),
    ("0.3", 0.1, False),
    ("0.1 + 0.2", 0.3, True),
    ('@"2026-10-14"', date(2026, 10, 14), True),
    ("< due", date(2026, 1, 1), True),
    ("> today()", date(2026, 7, 1), False),
    ('@"P7D"', timedelta(days=7), True),
    ('>= @"P1Y"', YearsMonths("P18M"), True),
    ('< @"P1Y"', timedelta(days=7), False),
    ('contains(?, "a")', "cat", True),
    ('contains(?, "a")', None, False),
    ('not(contains(?, "a"))', "dog", True),
    ('not(contains(?, "a"))', None, False),
    ("count(?) > 1", [1, 2], True),
    ("some x in ? satisfies x > 3", [1, 4], True),
    ("- ", 1, True),
    ("= 3", 3, True),
    ("!= 3", 3, False),
    ("!= 3", None, True),
]


@pytest.fixture(scope="module")
def feel() -> Feel:
    return Feel.shared()


def test_there_are_hundreds_of_cases() -> None:
    assert len({text for cases in TABLES.values() for text, _ in cases}) + len(CELLS) >= 500


@pytest.mark.parametrize(("text", "value"), CASES)
def test_an_expression_gives_what_the_table_says(feel: Feel, text: str, value: Any) -> None:
    found = feel.evaluate(text, VARIABLES, NOW)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("cell", "value", "passes"), CELLS, ids=[f"{cell} of {value}" for cell, value, _ in CELLS])
def test_a_cell_passes_as_the_tables_say(feel: Feel, cell: str, value: Any, passes: bool) -> None:
    assert feel.unary_test(cell, value, VARIABLES, NOW) is passes
