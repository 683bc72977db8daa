"""However many expressions are asked, the process in which they run takes no more memory."""

from __future__ import annotations

from pathlib import Path

from engine.feel import Feel, Function

#: Asked together, as a table's cells are.
TOGETHER = 100
FUNCTIONS = [Function("twice the size", ("given size",), "2 * given size")]


def memory(feel: Feel) -> int:
    """Kilobytes that V8's process takes of the machine's memory."""
    assert feel._process is not None
    lines = Path(f"/proc/{feel._process._popen.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def ask(feel: Feel, first: int, last: int) -> None:
    """Expressions of which no two are alike, over variables of which no two are alike."""
    for start in range(first, last, TOGETHER):
        texts = [
            f'if twice the size({n}) > a.b-{n % 7} then a.list[item > {n % 50}] else string(@"P{n}D" * 2)'
            for n in range(start, start + TOGETHER)
        ]
        variables = {"a": {f"b-{n}": start + n for n in range(7)} | {"list": list(range(50)), "text": "x" * 1000}}
        feel.run([("expression", text, None) for text in texts], variables, functions=FUNCTIONS)


def test_twenty_thousand_expressions_take_hardly_more_memory_than_two_thousand() -> None:
    feel = Feel(time_limit=10)
    ask(feel, 0, 2_000)
    before = memory(feel)
    ask(feel, 2_000, 20_000)
    after = memory(feel)
    feel.close()
    assert after < 2 * before, f"{before} kB, then {after} kB"
