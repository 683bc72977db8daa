"""What people and authors write is read in time that grows with its length, and no faster."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from engine.calendar import timers
from engine.errors import PathwaysError
from engine.feel import Feel
from engine.forms import check_form
from engine.forms.places import lines
from engine.forms.text import expressions
from tests.processor import Work
from webapp.forms.markdown import to_html

#: Characters of which each reader gets as many as one text of a form may have, and ten times as many.
PIECES = ["{{", "}}", "{{a", "((", "[[", "![", "**", "a*", "``", "<a ", "every ", "1 ", "= ", '"\\']


def form(text: str) -> str:
    return json.dumps({"type": "default", "id": "f", "components": [{"type": "text", "text": text}]})


def timer(text: str) -> None:
    with pytest.raises(PathwaysError):
        timers.parse(text)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    ("reader", "length"),
    [
        (expressions, 200_000),
        (lambda text: check_form(form(text), Feel.shared()), 200_000),
        (lambda text: lines(form(text)), 200_000),
        (timer, 200_000),
        (to_html, 20_000),
    ],
    ids=["quoted expressions", "form", "places", "timer", "markdown"],
)
def test_a_hostile_text_is_read_at_once(reader: Callable[[str], object], length: int, piece: str) -> None:
    text = (piece * length)[:length]
    with Work() as work:
        reader(text)
    assert work.within(1.0), f"{work} for {piece!r}"


def test_a_text_that_nobody_reads_to_its_end_is_refused() -> None:
    assert check_form(form("x" * 20_000)) == []
    (found,) = check_form(form("long " * 4_001))
    assert "a text in it is longer than 20,000 characters: “long long" in found.message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{a}} and {{ b }}", ["a", "b"]),
        ("{{a} {{b}}", ["a} {{b"]),
        ("{{}}}}", ["}"]),
        ("{{}}", []),
        ("}} {{", []),
        ("{{a\n+b}}", ["a\n+b"]),
        ("no", []),
        ("= a {{b}}", ["= a {{b}}"]),
    ],
)
def test_expressions_stand_between_braces(text: str, found: list[str]) -> None:
    assert expressions(text) == found
