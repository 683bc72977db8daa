"""FEEL as DMN 1.3 section 10.3 has it: expressions and their values, worked out by hand from the specification."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from engine.feel import ZONE, Feel

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
VARIABLES = {
    "a": 3,
    "b": 4,
    "name": "Ash Grove",
    "yes": True,
    "no": False,
    "nothing": None,
    "school": {"name": "Ash Grove", "phase": "primary", "grades": [2, 3, 4], "head": {"name": "Kit Rowan"}},
    "pupils": [{"name": "Ali", "age": 9}, {"name": "Bea", "age": 11}, {"name": "Cy", "age": 10}],
    "scores": [3, 1, 2],
    "full name": "Ash Grove Primary",
    "due": date(2026, 10, 14),
    "sent": datetime(2026, 10, 14, 9, 0),
    "text date": "2026-10-14",
}

ARITHMETIC = [
    ("1 + 2", 3),
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("2 ** 3", 8),
    ("7 - 10", -3),
    ("-a + b", 1),
    ("10 / 4", 2.5),
    ("1 / 0", None),
    ("a - -b", 7),
    (".5 + 1", 1.5),
    ("1 + nothing", None),
    ('1 + "1"', None),
    ("decimal(1/3, 2)", 0.33),
    ("decimal(2.5, 0)", 2),
    ("floor(1.5)", 1),
    ("floor(-1.5)", -2),
    ("ceiling(1.5)", 2),
    ("round up(5.5, 0)", 6),
    ("round up(-5.5, 0)", -6),
    ("round down(5.5, 0)", 5),
    ("round half up(2.5, 0)", 3),
    ("round half down(2.5, 0)", 2),
    ("abs(-10)", 10),
    ("modulo(12, 5)", 2),
    ("modulo(-12, 5)", 3),
    ("sqrt(16)", 4),
    ("odd(5)", True),
    ("even(5)", False),
    ("exp(0)", 1),
    ("log(1)", 0),
    ('number("1 000.5", " ", ".")', 1000.5),
    ('number("abc")', None),
]
LOGIC = [
    ("yes and no", False),
    ("yes or no", True),
    ("no and nothing", False),
    ("yes and nothing", None),
    ("yes or nothing", True),
    ("no or nothing", None),
    ("not(yes)", False),
    ("not(nothing)", None),
    ("a = 3", True),
    ("a != 3", False),
    ('a = "3"', None),
    ("nothing = null", True),
    ("a < b", True),
    ("a >= b", False),
    ('"b" > "a"', True),
    ("a between 1 and 3", True),
    ("a in [1..3)", False),
    ("a in (2..4)", True),
    ("a in (> 2)", True),
    ("a in (1, 2)", False),
    ("a in (< 2, > 2)", True),
    ("[1, 2] = [1, 2]", True),
    ("{x: 1, y: 2} = {y: 2, x: 1}", True),
    ('if a > 2 then "many" else "few"', "many"),
    ('if nothing then "then" else "else"', "else"),
    ("a instance of number", True),
    ("name instance of string", True),
    ("due instance of date", True),
    ("[1, 2] instance of list<number>", True),
    ("nothing instance of number", False),
]
STRINGS = [
    ('"foo" + "bar"', "foobar"),
    ('substring("foobar", 3)', "obar"),
    ('substring("foobar", 3, 3)', "oba"),
    ('substring("foobar", -2, 1)', "a"),
    ('string length("foo")', 3),
    ('string length("\\U01F40Eab")', 3),
    ('upper case("aBc4")', "ABC4"),
    ('lower case("aBc4")', "abc4"),
    ('substring before("foobar", "bar")', "foo"),
    ('substring before("foobar", "xyz")', ""),
    ('substring after("foobar", "ob")', "ar"),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
    ('contains("foobar", "of")', False),
    ('starts with("foobar", "fo")', True),
    ('ends with("foobar", "r")', True),
    ('matches("foobar", "^fo*b")', True),
    ('matches("FOO", "foo", "i")', True),
    ('split("John Doe", "\\s")', ["John", "Doe"]),
    ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
    ('string join(["a", "b", "c"], "_and_")', "a_and_b_and_c"),
    ('string join(["a", null, "c"])', "ac"),
    ("string(1.1)", "1.1"),
    ("string(due)", "2026-10-14"),
    ("string([1, {x: true}])", "[1, {x: true}]"),
    ('"tab\\tnewline\\n"', "tab\tnewline\n"),
    ("full name", "Ash Grove Primary"),
]
LISTS = [
    ("[1, 2, 3][2]", 2),
    ("[1, 2, 3][-1]", 3),
    ("[1, 2, 3][5]", None),
    ("[1, 2, 3, 4][item > 2]", [3, 4]),
    ("pupils[age > 9].name", ["Bea", "Cy"]),
    ("pupils.age", [9, 11, 10]),
    ('pupils[name = "Bea"][1].age', 11),
    ("count(scores)", 3),
    ("sum(scores)", 6),
    ("sum([])", None),
    ("mean(scores)", 2),
    ("min(scores)", 1),
    ("max(1, 5, 3)", 5),
    ('min(["b", "a", "c"])', "a"),
    ("max(due, date(2026, 12, 1))", date(2026, 12, 1)),
    ("min([])", None),
    ('max(1, "a")', None),
    ("median(8, 2, 5, 3, 4)", 4),
    ("median([6, 1, 10, 2])", 4),
    ("median([1, 10, 2])", 2),
    ("mode(6, 3, 9, 6, 6)", [6]),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("stddev([2, 4, 7, 5])", 2.0816659994661),
    ("product([2, 3, 4])", 24),
    ("all([true, false])", False),
    ("any([false, true])", True),
    ("all([])", True),
    ("list contains(scores, 2)", True),
    ("list contains([null], null)", True),
    ('list contains([due], @"2026-10-14")', True),
    ("sublist([4, 5, 6], 1, 2)", [4, 5]),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1, 2], [3])", [1, 2, 3]),
    ("insert before([1, 3], 1, 2)", [2, 1, 3]),
    ("remove([1, 2, 3], 2)", [1, 3]),
    ("reverse([1, 2, 3])", [3, 2, 1]),
    ("index of([1, 2, 3, 2], 2)", [2, 4]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 2, 3, 2, 1])", [1, 2, 3]),
    ("flatten([[1, 2], [[3]], 4])", [1, 2, 3, 4]),
    ("sort([3, 1, 2], function(x, y) x < y)", [1, 2, 3]),
    ("list replace([2, 4, 7], 3, 6)", [2, 4, 6]),
]
ITERATION = [
    ("for i in [1, 2, 3] return i * 2", [2, 4, 6]),
    ("for i in 1..4 return i", [1, 2, 3, 4]),
    ("for i in 3..1 return i", [3, 2, 1]),
    ("for x in [1, 2], y in [10, 20] return x + y", [11, 21, 12, 22]),
    ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
    ("some i in scores satisfies i > 2", True),
    ("every i in scores satisfies i > 2", False),
    ("every i in [] satisfies i > 2", True),
    ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
]
CONTEXTS = [
    ("{a: 1, b: a + 1}.b", 2),
    ("school.head.name", "Kit Rowan"),
    ("school.grades[1]", 2),
    ("school.unknown", None),
    ("nothing.name", None),
    ('{"with space": 1}', {"with space": 1}),
    ('get value({k: 1}, "k")', 1),
    ("get entries({k: 1})", [{"key": "k", "value": 1}]),
    ('context put({x: 1}, "y", 2)', {"x": 1, "y": 2}),
    ("context merge([{x: 1}, {y: 2}])", {"x": 1, "y": 2}),
    ('context([{key: "k", value: 1}])', {"k": 1}),
    ("{double: function(x) x * 2, r: double(a)}.r", 6),
    ("(function(x, y) x - y)(y: 1, x: 5)", 4),
    ("{fac: function(n) if n < 2 then 1 else n * 2, r: fac(5)}.r", 10),
]
TEMPORAL: list[tuple[str, Any]] = [
    ('date("2026-10-14")', date(2026, 10, 14)),
    ("date(2026, 10, 14)", date(2026, 10, 14)),
    ('date("2026-02-30")', None),
    ("date(text date)", date(2026, 10, 14)),
    ('@"2026-10-14"', date(2026, 10, 14)),
    ('date and time("2026-10-14T09:00:00")', datetime(2026, 10, 14, 9)),
    ('date and time("2026-10-14T09:00:00Z")', datetime(2026, 10, 14, 9, tzinfo=UTC)),
    ('@"2026-10-14T09:00:00@Europe/London"', datetime(2026, 10, 14, 9, tzinfo=ZONE)),
    ('@"2026-10-14T09:00:00+01:00"', datetime(2026, 10, 14, 9, tzinfo=timezone(timedelta(hours=1)))),
    ("date and time(due, time(9, 0, 0))", datetime(2026, 10, 14, 9)),
    ('time("10:30:00")', time(10, 30)),
    ('@"10:30:00Z"', time(10, 30, tzinfo=UTC)),
    ("time(sent)", time(9)),
    ("date(sent)", date(2026, 10, 14)),
    ('duration("P1DT2H")', timedelta(days=1, hours=2)),
    ('duration("-PT1.5S")', timedelta(seconds=-1.5)),
    ('duration("P1Y2M")', "P1Y2M"),
    ('years and months duration(date("2024-08-15"), date("2026-11-20"))', "P2Y3M"),
    ('duration("PT48H") = duration("P2D")', True),
    ('duration("P200D") = duration("P201D")', False),
    ('duration("P13M") = duration("P1Y1M")', True),
    ('due + duration("P1M")', date(2026, 11, 14)),
    ('@"2026-01-31" + duration("P1M")', date(2026, 2, 28)),
    ('due - duration("P14D")', date(2026, 9, 30)),
    ('due - date("2026-10-01")', timedelta(days=13)),
    ('sent + duration("PT36H")', datetime(2026, 10, 15, 21)),
    ("due.year", 2026),
    ("due.weekday", 3),
    ('@"P1DT2H".hours', 2),
    ("day of week(due)", "Wednesday"),
    ("month of year(due)", "October"),
    ('day of year(@"2026-02-01")', 32),
    ('week of year(@"2026-01-01")', 1),
    ('due > @"2026-10-13"', True),
    ('due in [@"2026-10-01"..@"2026-10-31"]', True),
    ('sent < @"2026-10-14T10:00:00"', True),
    ("now()", NOW),
    ("today()", date(2026, 7, 1)),
    ("now().hour", 10),  # British Summer Time
    ("today() < due", True),
    ('is(@"10:00:00", @"10:00:00")', True),
]
RANGES = [
    ("before(1, 10)", True),
    ("after([5..10], 1)", True),
    ("meets([1..5], [5..10])", True),
    ("meets([1..5), [5..10])", False),
    ("met by([5..10], [1..5])", True),
    ("overlaps([1..5], [3..8])", True),
    ("overlaps([1..5], [6..8])", False),
    ("overlaps before([1..5], [3..8])", True),
    ("overlaps before([1..5), [5..8])", False),
    ("overlaps after([3..8], [1..5])", True),
    ("finishes(10, [1..10])", True),
    ("finishes([5..10], [1..10])", True),
    ("finishes([5..10), [1..10])", False),
    ("finished by([1..10], 10)", True),
    ("includes([1..10], 5)", True),
    ("includes([1..10], [2..12])", False),
    ("during(5, [1..10])", True),
    ("during([4..6], [1..10))", True),
    ("starts(1, [1..10])", True),
    ("starts(1, (1..10])", False),
    ("starts([1..5], [1..10])", True),
    ("started by([1..10], [1..5])", True),
    ("coincides(5, 5)", True),
    ("coincides([1..5], [1..5))", False),
    ("[1..10].end", 10),
]
GOLDEN = ARITHMETIC + LOGIC + STRINGS + LISTS + ITERATION + CONTEXTS + TEMPORAL + RANGES
#: Cells of decision tables (section 7.3.3 and 10.3.1.2): the cell, the input's value, whether it passes.
CELLS: list[tuple[str, Any, bool]] = [
    ("-", 1, True),
    ("5", 5, True),
    ("5", 6, False),
    ("< 5", 4, True),
    (">= 5", 5, True),
    ("[1..5]", 5, True),
    ("[1..5)", 5, False),
    ("]1..5]", 1, False),
    ("(1..5)", 2, True),
    ('"a"', "a", True),
    ('"a", "b"', "b", True),
    ('"a", "b"', "c", False),
    ('not("a", "b")', "c", True),
    ('not("a")', "a", False),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("null", None, True),
    ("null", 1, False),
    ("< 5", None, False),
    ("a", 3, True),
    ("> a", 4, True),
    ("< a, > b", 5, True),
    ("? > a and ? < 10", 4, True),
    ("odd(?)", 4, False),
    ('starts with(?, "As")', "Ash", True),
    ("scores", 2, True),
    ("school.grades", 7, False),
    ('> date("2026-01-01")', date(2026, 2, 1), True),
    ('[@"2026-01-01"..@"2026-12-31"]', date(2027, 1, 1), False),
    ('< duration("P1D")', timedelta(hours=3), True),
    ("? = null", None, True),
    ("not(null)", 1, True),
    ("list contains([1, 2], ?)", 2, True),
    ('starts with(?, "b")', None, False),
    ("? > 3", None, False),
    ("null, ? > 3", None, True),
    ("? > 3", 4, True),
]


@pytest.fixture(scope="module")
def feel() -> Feel:
    return Feel.shared()


def test_the_table_is_large_enough() -> None:
    assert len(GOLDEN) >= 200
    assert len({expression for expression, _ in GOLDEN}) == len(GOLDEN)


@pytest.mark.parametrize(("expression", "value"), GOLDEN, ids=[expression for expression, _ in GOLDEN])
def test_an_expression_has_the_value_of_the_specification(feel: Feel, expression: str, value: Any) -> None:
    found = feel.evaluate(expression, VARIABLES, NOW)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)
    assert isinstance(found, bool) == isinstance(value, bool)


def test_together_they_have_the_same_values(feel: Feel) -> None:
    fresh = Feel(time_limit=2)
    found = fresh.evaluate_many([expression for expression, _ in GOLDEN], VARIABLES, NOW)
    assert found == [feel.evaluate(expression, VARIABLES, NOW) for expression, _ in GOLDEN]
    fresh.close()


@pytest.mark.parametrize(("cell", "value", "passes"), CELLS, ids=[f"{cell} of {value}" for cell, value, _ in CELLS])
def test_a_cell_passes_as_the_specification_says(feel: Feel, cell: str, value: Any, passes: bool) -> None:
    assert feel.unary_test(cell, value, VARIABLES, NOW) is passes


@pytest.mark.parametrize("expression", [expression for expression, _ in GOLDEN])
def test_every_expression_is_found_right(feel: Feel, expression: str) -> None:
    feel.check(expression, names=["full name", "text date"])
