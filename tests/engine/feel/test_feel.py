"""FEEL from Python: values across, the clock, the cache, threads, forks, and what is said of a wrong expression."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ExpressionFailed, ExpressionInvalid, ExpressionLimit
from engine.feel import LENGTH_LIMIT, ZONE, Feel, Function, strip


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    feel = Feel()
    yield feel
    feel.close()


class Counting(Feel):
    """Counts how often V8 is asked."""

    calls = 0

    def _call(self, request: str, text: str) -> Any:
        self.calls += 1
        return super()._call(request, text)


@pytest.fixture
def counting() -> Iterator[Counting]:
    counting = Counting()
    yield counting
    counting.close()


# -- values ---------------------------------------------------------------------------------------------------


SAME = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    "",
    "text",
    "\0",
    "\ud800",
    "\U0001f40e",
    'é\n"\\',
    [],
    [1, [2]],
    {},
    {"a": {"b": [None]}},
    date(2024, 2, 29),
    time(10, 30, 5),
    datetime(2026, 7, 1, 10),
    datetime(2026, 7, 1, 10, 0, 0, 123456),
    datetime(2026, 7, 1, 10, tzinfo=ZONE),
    timedelta(days=2, hours=3),
    timedelta(seconds=-90),
    timedelta(0),
    timedelta(milliseconds=1500),
    {"@feel": "date", "value": "2026-01-01"},
    {"__proto__": {"a": 1}},
    {"constructor": 1},
    {"a key": 1, "": 2},
    2**53,
]


@pytest.mark.parametrize("value", SAME, ids=[ascii(value) for value in SAME])
def test_a_value_comes_back_as_it_was_given(feel: Feel, value: Any) -> None:
    assert feel.evaluate("value", {"value": value}) == value
    assert feel.evaluate("[value][1]", {"value": value}) == value
    assert feel.evaluate("{x: value}", {"value": value}) == {"x": value}


def test_other_values_become_the_nearest_of_feel(feel: Feel) -> None:
    given = {"a": (1, 2), "b": Decimal("1.5"), "c": Decimal(2), "d": float("nan"), "e": float("inf"), "f": {1: 2}}
    assert feel.evaluate("[a, b, c, d, e, f]", given) == [[1, 2], 1.5, 2, None, None, {"1": 2}]


def test_an_aware_time_is_seen_in_london(feel: Feel) -> None:
    moment = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert feel.evaluate("[moment.hour, string(date(moment))]", {"moment": moment}) == [0, "2026-07-02"]
    assert feel.evaluate("moment", {"moment": moment}) == moment


@pytest.mark.parametrize("hour", [0, 1])
def test_the_hour_that_comes_twice_stays_what_it_was(feel: Feel, hour: int) -> None:
    moment = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)  # half past one, before and after the clocks go back
    assert feel.evaluate("moment", {"moment": moment}) == moment


@pytest.mark.parametrize("expression", ["function(x) x", "[1..2]", "count", "[{f: function() 1}]"])
def test_a_result_must_be_data(feel: Feel, expression: str) -> None:
    with pytest.raises(ExpressionFailed, match="function or a range"):
        feel.evaluate(expression, {})


def test_a_date_past_pythons_is_an_error(feel: Feel) -> None:
    with pytest.raises(ExpressionFailed, match="outside"):
        feel.evaluate('@"9999-12-31" + @"P1D"', {})


def test_a_variable_of_an_unknown_kind_is_an_error_only_if_it_is_used(feel: Feel) -> None:
    given = {"odd": object(), "fine": 1}
    assert feel.evaluate("fine", given) == 1
    with pytest.raises(ExpressionFailed, match="object"):
        feel.evaluate("odd", given)


# -- the clock ------------------------------------------------------------------------------------------------


def test_now_is_the_time_that_is_given(feel: Feel) -> None:
    summer, winter = datetime(2026, 7, 1, 23, 30, tzinfo=UTC), datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    for moment, day in ((summer, date(2026, 7, 2)), (winter, date(2026, 12, 1))):
        assert feel.evaluate("now()", {}, moment) == moment
        assert feel.evaluate("today()", {}, moment) == day
    assert feel.evaluate("now()", {}, summer) == summer  # not what was kept of the other


@pytest.mark.parametrize("expression", ["now()", "today()", "{f: function() today(), r: f()}.r"])
def test_without_a_time_there_is_none(feel: Feel, expression: str) -> None:
    feel.evaluate("now()", {}, datetime(2026, 7, 1, tzinfo=UTC))
    with pytest.raises(ExpressionFailed, match="no time was given"):
        feel.evaluate(expression, {})


def test_a_variable_may_be_called_today(feel: Feel) -> None:
    assert feel.evaluate("today + 1", {"today": 2}, datetime(2026, 7, 1, tzinfo=UTC)) == 3


# -- expressions ----------------------------------------------------------------------------------------------


def test_the_leading_equals_sign_is_no_part_of_it(feel: Feel) -> None:
    assert strip(" = a ") == "a"
    assert feel.evaluate(" = 1 + 1", {}) == 2
    assert feel.unary_test("= 2", 2, {})


def test_many_are_asked_in_one_call(counting: Counting) -> None:
    assert counting.evaluate_many(["a + 1", "a + 2", "a + 1"], {"a": 1}) == [2, 3, 2]
    assert counting.calls == 1


def test_tests_and_expressions_go_together(counting: Counting) -> None:
    asked = [("unaryTests", "> a", 5), ("expression", "a * 2", None), ("unaryTests", "> a", 1)]
    assert counting.run(asked, {"a": 4}) == [True, 8, False]
    assert counting.calls == 1


def test_the_first_that_fails_is_named(feel: Feel) -> None:
    with pytest.raises(ExpressionInvalid, match=r'"2 \+".*too early at character 4'):
        feel.evaluate_many(["1", "2 +", "3 +"], {})


def test_an_unknown_variable_is_null_and_is_remarked(feel: Feel) -> None:
    (answer,) = feel.answers([("expression", "missing", None)], {})
    assert answer.value is None
    assert answer.warnings == ("Variable 'missing' not found",)


def test_functions_see_each_other_and_their_parameters_only(feel: Feel) -> None:
    functions = (Function("double it", ("n",), "n * 2"), Function("quad", ("n",), "double it(double it(n))"))
    peeping = (*functions, Function("peep", ("n",), "secret"))
    assert feel.run([("expression", "quad(3) + a", None)], {"a": 1}, functions=functions) == [13]
    assert feel.run([("expression", "peep(1)", None)], {"secret": 1}, functions=peeping) == [None]


WRONG = [
    ("", "it is empty"),
    ("=", "it is empty"),
    ("1 +", "it ends too early at character 4"),
    ("if a then", "it ends too early"),
    ("a > 3 )", '"\\)" was not expected at character 7'),
    ("(1", "it ends too early"),
    ("a && b", "not expected"),
    ("x = 'quoted'", "not expected"),
    ("1" * (LENGTH_LIMIT + 1), "longer than 10,000 characters"),
]


@pytest.mark.parametrize(("expression", "reason"), WRONG, ids=[ascii(text[:20]) for text, _ in WRONG])
def test_a_wrong_expression_is_refused_with_its_place(feel: Feel, expression: str, reason: str) -> None:
    for ask in (lambda: feel.check(expression), lambda: feel.evaluate(expression, {"a": 1})):
        with pytest.raises(ExpressionInvalid, match=reason) as caught:
            ask()
        assert len(str(caught.value)) < 500
        str(caught.value).encode("utf-8")


MISREAD = [
    ("a == 3", '"==" is no comparison at character 3'),
    ("a <> 3", '"<>" is no comparison'),
    ("if a =< 3 then 1 else 2", '"=<" is no comparison'),
    ("1 < a < 3", "two comparisons in a row"),
    ("3 + +2", r'FEEL has no sign "\+" before a value; leave it out at character 5'),
    ("[1, +2]", r'FEEL has no sign "\+" before a value'),
]


@pytest.mark.parametrize(("expression", "reason"), MISREAD)
def test_what_parses_but_means_something_else_is_refused(feel: Feel, expression: str, reason: str) -> None:
    for ask in (lambda: feel.check(expression), lambda: feel.evaluate(expression, {"a": 2})):
        with pytest.raises(ExpressionInvalid, match=reason):
            ask()


@pytest.mark.parametrize("expression", ["(1 < a) = true", "a in (> 3)", "a in > 3", "l[> 3]", "1 < a and a < 3"])
def test_what_means_what_it_says_is_not(feel: Feel, expression: str) -> None:
    feel.check(expression)


def test_a_cell_is_checked_as_a_cell(feel: Feel) -> None:
    feel.check("> 3, [1..2]", "unaryTests")
    with pytest.raises(ExpressionInvalid):
        feel.check("> 3, [1..2]")


NAMES = [
    ("1 + 2", set()),
    ("a + b.c * count(d)", {"a", "b", "d"}),
    ("for i in list, j in i return i + j + k + partial[1]", {"list", "k"}),
    ("some x in xs satisfies x > y", {"xs", "y"}),
    ("{a: 1, b: a + c, a b: b}.b", {"c"}),
    ("{f: function(x, y) x + y + z}.f(x: 1, y: q)", {"z", "q"}),
    ("pupils[age > limit and item.age < 3].name", {"pupils", "age", "limit"}),
    ('if phase = "primary" then min(m, 1) else today()', {"phase", "m"}),
    ("x instance of number", {"x"}),
    ('@"2026-01-01" < due', {"due"}),
]


@pytest.mark.parametrize(("expression", "names"), NAMES, ids=[text for text, _ in NAMES])
def test_the_names_that_an_expression_reads(feel: Feel, expression: str, names: set[str]) -> None:
    assert feel.names(expression) == names


def test_names_with_spaces(feel: Feel) -> None:
    given = {"school name": "Ash", "school": {"name": "Elm"}, "number-on-roll": 7, "a+b": 2}
    assert feel.evaluate("school name", given) == "Ash"
    assert feel.evaluate("school.name", given) == "Elm"
    assert feel.evaluate("number-on-roll + 1", given) == 8
    assert feel.evaluate("school name", {"school": 1}) is None


# -- the cache ------------------------------------------------------------------------------------------------


def test_the_same_is_not_asked_twice(counting: Counting) -> None:
    for other in range(3):
        assert counting.evaluate("a.b + 1", {"a": {"b": 1}, "other": other}) == 2
    assert counting.calls == 1
    assert counting.evaluate("a.b + 1", {"a": {"b": 2}}) == 3
    assert counting.calls == 2


def test_only_what_asks_for_the_time_depends_on_it(counting: Counting) -> None:
    first, second = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
    assert [counting.evaluate("1 + 1", {}, moment) for moment in (first, second)] == [2, 2]
    assert counting.calls == 1
    assert [counting.evaluate("now()", {}, moment) for moment in (first, second)] == [first, second]


def test_what_is_kept_cannot_be_changed_from_outside(counting: Counting) -> None:
    counting.evaluate("[1, {a: 1}]", {})[1]["a"] = 2
    assert counting.evaluate("[1, {a: 1}]", {}) == [1, {"a": 1}]
    assert counting.calls == 1


def test_true_is_not_one(counting: Counting) -> None:
    assert counting.evaluate("a = true", {"a": True}) is True
    assert counting.evaluate("a = true", {"a": 1}) is None
    assert counting.unary_test("true", True, {})
    assert not counting.unary_test("true", 1, {})


def test_the_cache_does_not_grow_for_ever(feel: Feel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.feel.CACHE_SIZE", 10)
    feel.evaluate_many([f"{number} + 0" for number in range(50)], {})
    assert len(feel._cache) == 10
    feel.evaluate("a", {"a": "x" * 100_000})
    assert not any("x" * 100_000 in str(key) for key in feel._cache)


# -- threads, forks, limits -----------------------------------------------------------------------------------


def test_several_threads_may_ask(feel: Feel) -> None:
    wrong: list[Any] = []

    def ask(thread: int) -> None:
        for number in range(40):
            found = feel.evaluate("a * 1000 + b", {"a": thread, "b": number})
            if found != thread * 1000 + number:
                wrong.append((thread, number, found))

    threads = [threading.Thread(target=ask, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_process_has_its_own_and_leaves_its_parents_alone(feel: Feel) -> None:
    assert feel.evaluate("1 + 1", {}) == 2
    with feel._calling:  # as if another thread were in the middle of a call
        child = os.fork()
        if child == 0:
            os._exit(0 if feel.evaluate("20 + 3", {}) == 23 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert feel.evaluate("30 + 4", {}) == 34


def test_v8_is_started_again_when_it_was_killed(feel: Feel) -> None:
    feel.evaluate("1 + 1", {})
    assert feel._process is not None
    feel._process._popen.kill()
    feel._process._popen.wait()
    assert feel.evaluate("40 + 5", {}) == 45


def test_v8_sees_nothing_of_the_environment(feel: Feel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret@example.org/cases")
    fresh = Feel()
    fresh.evaluate("1 + 1", {})
    assert fresh._process is not None
    assert b"secret" not in Path(f"/proc/{fresh._process._popen.pid}/environ").read_bytes()
    fresh.close()


def test_the_limits_can_be_set() -> None:
    slow = "sum(for i in 1..40000 return i)"
    short, long = Feel(time_limit=0.001), Feel(time_limit=5)
    with pytest.raises(ExpressionLimit, match="time"):
        short.evaluate(slow, {})
    assert long.evaluate("count(for i in 1..100000 return i)", {}) == 100_000
    short.close()
    long.close()


def test_in_a_batch_the_one_over_the_limit_is_named(feel: Feel) -> None:
    with pytest.raises(ExpressionLimit, match=r"1000000000.*time"):
        feel.evaluate_many(["1 + 1", "count(for i in 1..1000000000 return i)", "2 + 2"], {})
    assert feel.evaluate_many(["1 + 1", "2 + 2"], {}) == [2, 4]


def test_a_batch_may_take_longer_than_one_of_its_expressions() -> None:
    feel = Feel(time_limit=0.1)
    each = [f"count(for i in 1..20000 return i + {number})" for number in range(30)]
    assert feel.evaluate_many(each, {}) == [20_000] * 30
    feel.close()
