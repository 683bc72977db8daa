"""Hostile FEEL: each expression is refused, or stopped at a limit, or gives null, and the next one works."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ExpressionFailed, ExpressionInvalid, ExpressionLimit
from engine.feel import Feel
from tests.processor import Work


@pytest.fixture(scope="module")
def feel() -> Iterator[Feel]:
    feel = Feel()
    yield feel
    feel.close()


def _doubled(times: int, first: str, twice: str, then: str) -> str:
    """``first``, made twice as long so many times over, and what is then done with it."""
    steps = ", ".join(f"a{n}: {twice.replace('@', f'a{n - 1}')}" for n in range(1, times + 1))
    return f"{{a0: {first}, {steps}, r: {then.replace('@', f'a{times}')}}}.r"


def _text(times: int, then: str) -> str:
    return _doubled(times, '"xxxxxxxxxxxxxxxx"', "@ + @", then)


def _list(times: int, then: str) -> str:
    return _doubled(times, "[1, 2, 3, 4, 5, 6, 7, 8]", "concatenate(@, @)", then)


GREEDY = {
    "a thousand million": "for i in 1..1000000000 return i",
    "a range that never ends": "for i in 1..1e30 return i",
    "three nested loops": "for a in 1..3000, b in 1..3000, c in 1..3000 return 1",
    "some over a vast range": "some i in 1..1000000000 satisfies i < 0",
    "every over a vast range": "every i in 1..1000000000 satisfies i > 0",
    "a filter over a vast range": "(for i in 1..1000000000 return i)[item > 5]",
    "two calls each": "{f: function(f, n) if n = 0 then 0 else f(f, n - 1) + f(f, n - 1), r: f(f, 60)}.r",
    "itself for ever": "{f: function(f) f(f), r: f(f)}.r",
    "lists of all before": "for i in 1..60 return concatenate(partial, partial, [1])",
    "text of all before": 'for i in 1..80 return if i = 1 then "xx" else partial[-1] + partial[-1]',
    "a long text": _text(30, "string length(@)"),
    "a long text in capitals": _text(25, "upper case(@)"),
    "a long text, split": _text(24, 'split(@, "")'),
    "a long text, cut": _text(24, "substring(@, 5)"),
    "a long text, replaced": _text(24, 'replace(@, "x", "yyyyyyyyyyyyyyyyyyyyyyyy")'),
    "a long text as the result": _text(24, "@"),
    "a long text, repeated": _text(22, "[@, @, @, @, @, @, @, @, @]"),
    "long texts, joined": _text(22, "string join([@, @, @, @, @, @, @, @])"),
    "very long texts, joined": _text(24, "string join([@, @, @, @, @, @, @, @])"),
    "a long text in a pattern": _text(20, "matches(@, @)"),
    "a long list": _list(26, "count(@)"),
    "a long list, sorted": _list(20, "sort(@, function(x, y) x < y)"),
    "a long list as text": _list(21, "string(@)"),
    "a long list, flattened": _list(21, "flatten([@, @, @, @])"),
    "a long list, reversed": _list(24, "reverse(@)"),
    "a long list, summed": _list(18, "sum(@)"),
    "a long list, without doubles": _list(22, "distinct values(@)"),
    "a long list, unlike pairs": _list(14, "distinct values(for i in @ return {x: partial})"),
    "a long list as the result": _list(21, "@"),
    "contexts in contexts": _doubled(30, "{x: 1}", "{x: @, y: @}", "string(@)"),
    "contexts in contexts as the result": _doubled(40, "{x: 1}", "{x: @, y: @}", "@"),
    "backtracking": f'matches("{"a" * 40}b", "(a+)+$")',
    "backtracking while replacing": f'replace("{"a" * 40}b", "(a|a)*$", "")',
    "backtracking while splitting": f'split("{"a" * 40}b", "(a|aa)+$")',
    "backtracking with a reference": f'matches("{"ab" * 30}c", "((ab)*)*\\\\1d")',
    "a deep context as the result": _doubled(80, "{x: 1}", "{x: @}", "@"),
}


@pytest.mark.parametrize("name", GREEDY)
def test_what_takes_too_much_is_stopped(feel: Feel, name: str) -> None:
    feel.evaluate("1 + 1", {})
    with Work(feel) as work, pytest.raises(ExpressionLimit, match=r"too much (time|memory)"):
        feel.evaluate(GREEDY[name], {})
    assert work.within(5)
    assert feel.evaluate("a + 1", {"a": len(name)}) == len(name) + 1


def test_memory_stays_within_bounds(feel: Feel) -> None:
    for name in ("long texts, joined", "a long text, replaced", "a long list", "a long text, split"):
        feel.evaluate("1 + 1", {})
        process = feel._process
        assert process is not None
        peak = _peak_while(process._popen.pid, feel, GREEDY[name])
        assert peak < 1_000, f"{name}: {peak} MB"


def _peak_while(pid: int, feel: Feel, expression: str) -> int:
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            try:
                lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
                peak[0] = max(peak[0], *(int(x.split()[1]) // 1024 for x in lines if x.startswith("VmRSS")), 0)
            except OSError:
                return

    thread = threading.Thread(target=watch)
    thread.start()
    with pytest.raises(ExpressionLimit):
        feel.evaluate(expression, {})
    done.set()
    thread.join()
    return peak[0]


TOO_DEEP = [
    "(" * 4900 + "1" + ")" * 4900,
    "[" * 4900 + "]" * 4900,
    "{a:" * 3000 + "1" + "}" * 3000,
    "-" * 9000 + "1",
    "not(" * 2400 + "true" + ")" * 2400,
    "if true then " * 700 + "1" + " else 2" * 1,
    "1" + "+1" * 4900,
    "a" + ".a" * 4900,
    "a" + "[1]" * 3000,
    "function(x) " * 800 + "x",
    "for i in [1] return " * 480 + "i",
]


@pytest.mark.parametrize("expression", TOO_DEEP, ids=[text[:12] for text in TOO_DEEP])
def test_deep_nesting_ends_somehow_and_soon(feel: Feel, expression: str) -> None:
    with Work(feel) as work, suppress(ExpressionInvalid, ExpressionLimit, ExpressionFailed):
        feel.evaluate(expression, {"a": {"a": 1}})
    assert work.within(5)
    assert feel.evaluate("a + 1", {"a": len(expression)}) == len(expression) + 1


@pytest.mark.parametrize("expression", ["1" * 1_000_000, "a+" * 500_000 + "1", '"' + "x" * 20_000_000 + '"'])
def test_a_vast_expression_is_refused_unread(feel: Feel, expression: str) -> None:
    with Work(feel) as work:
        for ask in (feel.check, feel.names, lambda text: feel.evaluate(text, {})):
            with pytest.raises(ExpressionInvalid, match="longer than"):
                ask(expression)
    assert work.within(1)


PRYING = [
    "constructor",
    "__proto__",
    "prototype",
    "globalThis",
    "this",
    "window",
    "self",
    "Function",
    "eval",
    "require",
    "process",
    "feel",
    "Object",
    "Reflect",
    "Temporal",
    "WebAssembly",
    "SharedArrayBuffer",
    "Atomics",
    "import",
    "module",
    "arguments",
    "a.constructor",
    "a.__proto__",
    "a.constructor.constructor",
    "a.toString",
    "a.hasOwnProperty",
    "text.constructor",
    "text.length",
    "list.constructor",
    "list.length",
    "list.map",
    "number.constructor",
    "flag.valueOf",
    "count.constructor",
    "count.apply",
    "count.caller",
    "count.arguments",
    "count.prototype.constructor.constructor",
    "string.fn",
    "now.toString",
    "a.__defineGetter__",
    "a.__lookupGetter__",
    'get value(a, "constructor")',
    'get value(a, "__proto__")',
    'get value({}, "toString")',
    "{}.constructor",
    "{x: 1}.__proto__",
    "(function(x) x).constructor",
    '@"2026-01-01".constructor',
    '@"2026-01-01".toString',
    '@"P1D".constructor',
    "[1..2].constructor",
    "[1..2].includes",
    '@"10:00:00".unwrap',
    "a.`constructor`",
    "`constructor`",
    "a . constructor",
    "? . constructor",
]


@pytest.mark.parametrize("expression", PRYING)
def test_no_property_of_javascript_is_reached(feel: Feel, expression: str) -> None:
    given = {"a": {"x": 1}, "text": "abc", "list": [1, 2], "number": 1, "flag": True}
    try:
        found = feel.evaluate(expression, given)
    except (ExpressionInvalid, ExpressionFailed):
        return
    assert found in (None, [None, None])


CALLS = [
    'constructor("return 1")()',
    'a.constructor.constructor("return globalThis")()',
    'eval("1")',
    'Function("return 1")()',
    'require("fs")',
    'feel("{}")',
    'globalThis.feel("{}")',
    'import("fs")',
    "count.call(null, [1])",
    "count.apply(null, [1])",
    'count.constructor("return 1")()',
    '{}.constructor.constructor("return 1")()',
    'a.hasOwnProperty("x")',
    "text.repeat(1000000000)",
    "list.push(1)",
    '(function(x) x).fn.constructor("return 1")()',
    "{f: count.bind}.f(1)",
    'fetch("https://example.org")',
    "XMLHttpRequest()",
    "setTimeout(count, 1)",
    "java.lang.System.exit(0)",
    'function(x) external { java: {class: "java.lang.Math", method signature: "cos(double)"} }',
    '__import__("os")',
    'open("/etc/passwd")',
    "document.cookie",
    'load("/etc/passwd")',
    'now.constructor("return 1")()',
    '@"2026-01-01".value.constructor(1)',
    '@"2026-01-01".value.toZonedDateTime("UTC")',
    '@"P1D".value.negated()',
]


@pytest.mark.parametrize("expression", CALLS)
def test_nothing_but_feels_functions_can_be_called(feel: Feel, expression: str) -> None:
    given = {"a": {"x": 1}, "text": "abc", "list": [1, 2]}
    try:
        found = feel.evaluate(expression, given)
    except (ExpressionInvalid, ExpressionFailed):
        return
    assert found is None


POISON = [
    'context put({}, "__proto__", {y: 7})',
    "{__proto__: {y: 7}}",
    '{"__proto__": {y: 7}, "constructor": 1}',
    'context([{key: "__proto__", value: {y: 7}}])',
    'context merge([{}, {"__proto__": {y: 7}}])',
    'context put({}, ["__proto__", "y"], 7)',
    '{"__proto__": null}',
    "{toString: 1, valueOf: 2}",
    "given",
    "for x in [given] return x",
    "[given][y = 7]",
    "{hasOwnProperty: 1}.hasOwnProperty",
]


@pytest.mark.parametrize("expression", POISON)
def test_what_one_expression_writes_no_other_sees(feel: Feel, expression: str) -> None:
    given: dict[str, Any] = {"given": {"__proto__": {"y": 7}, "constructor": {"prototype": {"y": 7}}}}
    with suppress(ExpressionInvalid, ExpressionFailed):
        feel.evaluate(expression, given)
    assert feel.evaluate("{x: 1}.y", {}) is None
    assert feel.evaluate("y", {"z": len(expression)}) is None
    assert feel.evaluate("{x: 1}", {"q": 1}) == {"x": 1}
    assert feel.evaluate("get entries({x: 1})", {}) == [{"key": "x", "value": 1}]


@pytest.mark.parametrize(
    "name", ["__proto__", "constructor", "items", "now", "feel", "?", "@feel", "toString", "", " ", "\0"]
)
def test_a_variable_may_have_any_name(feel: Feel, name: str) -> None:
    assert feel.evaluate("1 + b", {name: {"polluted": True}, "b": 2}) == 3
    assert feel.evaluate("{}.polluted", {name: {"polluted": True}}) is None


WRONG_CALLS = [
    "matches(1, 2)",
    'matches("a", "(")',
    'matches("a", "[")',
    'replace("a", "*", "b")',
    'split("a", "(")',
    'matches("a", "a", "zz")',
    'matches("a", "a", "x")',
    "substring(null, 1)",
    'substring("a", 1e308)',
    "[1][1e308]",
    "decimal(1, 400)",
    "2 ** 10000",
    "-(2 ** 1024)",
    '@"P999999999999Y"',
    '@"2026-01-01" + @"P99999999999D"',
    '@"2026-13-45"',
    '@"25:61:61"',
    "date(1e20, 1, 1)",
    'date and time("-2026-01-01T00:00:00")',
    '@"not a date"',
    'time("10:00:00@Nowhere/Land")',
    "sort([3, 1], 5)",
    "sort([3, 1], function(x) x)",
    "list replace([1], null, 2)",
    "insert before([1], 1e15, 2)",
    "remove([1], -1e15)",
    "{a: 1}[1..2]",
    "null(1)",
    '"a"(1)',
    "1(2)",
]


@pytest.mark.parametrize("expression", WRONG_CALLS)
def test_nonsense_is_null_or_an_error(feel: Feel, expression: str) -> None:
    with suppress(ExpressionInvalid, ExpressionFailed, ExpressionLimit):
        feel.evaluate(expression, {})
    assert feel.evaluate("a + 1", {"a": len(expression)}) == len(expression) + 1


DEEP: Any = 1
for _ in range(500):
    DEEP = [DEEP]


def test_deep_variables_are_refused(feel: Feel) -> None:
    with pytest.raises(ExpressionFailed, match="nested too deeply"):
        feel.evaluate("a", {"a": DEEP})
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(ExpressionFailed, match="nested too deeply"):
        feel.evaluate("a", {"a": ring})


def test_large_variables_are_contained(feel: Feel) -> None:
    with Work(feel) as work, suppress(ExpressionLimit):
        feel.evaluate("count(a)", {"a": ["x" * 1000] * 50_000})
    assert work.within(10)
    assert feel.evaluate("1 + 2", {}) == 3


def test_cells_are_bound_by_the_same_limits(feel: Feel) -> None:
    for cell in ("? in (for i in 1..1000000000 return i)", 'matches(?, "(a+)+$")'):
        with pytest.raises(ExpressionLimit):
            feel.unary_test(cell, "a" * 40 + "b", {})
    assert feel.unary_test("> 3", 4, {})


def test_no_v8_is_left_behind(feel: Feel) -> None:
    fresh = Feel()
    pids = set()
    for number in range(3):
        with pytest.raises(ExpressionLimit):
            fresh.evaluate(f"count(for i in 1..1000000000 return {number})", {})
        assert fresh._process is not None
        pids.add(fresh._process._popen.pid)
    fresh.close()
    assert len(pids) == 3
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
