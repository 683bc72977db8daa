"""What is read of an expression where the names that it reads are of known kinds and values."""

from __future__ import annotations

import pytest

from engine.feel import Feel
from engine.lint.names import Reading, Table, Variable, read, shapes
from engine.lint.names.shapes import Shape
from engine.lint.names.sources import tree

NAMES = Table(
    {
        "powers": Variable(shapes.listed(shapes.options(["budget", "governors"]))),
        "back": Variable(shapes.listed(shapes.options(["budget", "governors"]))),
        "cases": Variable(shapes.listed(shapes.context({"school": shapes.of("text")}))),
        "today": Variable(shapes.of("date")),
        "met_on": Variable(Shape(frozenset({"text"}), iso=True)),
        "nothing": Variable(shapes.of("null")),
    }
)


def reading(text: str) -> Reading:
    parsed = tree(Feel.shared(), text)
    assert parsed is not None
    return read(parsed, NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('powers = ["budgte"]', '"budgte" is none of the values that it can have'),
        ('powers = ["budget", "govenors"]', '"govenors" is none of the values that it can have'),
        ("powers = [7]", "a text is compared with a number (7), which is never true"),
        ("powers[not(list contains(bcak, item))]", 'nothing can have set "bcak"'),
        ("powers[itm != null]", 'nothing can have set "itm"'),
        ("cases[shcool != null]", 'nothing can have set "shcool"'),
    ],
)
def test_a_slip_in_a_list_is_found(text: str, said: str) -> None:
    assert [remark.message for remark in reading(text).remarks] == [said]


@pytest.mark.parametrize(
    "text",
    [
        'powers = ["budget"]',
        "powers = []",
        "powers[not(list contains(back, item))]",
        'cases[school != "Elm"]',
        "nothing[item > anything]",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert [remark for remark in reading(text).remarks if "anything" not in remark.message] == []


@pytest.mark.parametrize("text", ["string(today)", "string(met_on)"])
def test_the_text_of_a_date_is_one_that_stands_for_a_date(text: str) -> None:
    assert reading(text).shape.iso


@pytest.mark.parametrize(
    "text", ["concatenate(powers, nothing)", "distinct values(concatenate(powers, for each in nothing return each))"]
)
def test_what_is_nothing_adds_nothing_to_what_a_list_may_hold(text: str) -> None:
    held = reading(text).shape.item
    assert held is not None
    assert held.values == {"budget", "governors"}


def test_a_name_that_nothing_sets_adds_nothing_to_what_a_value_may_be() -> None:
    assert reading('if unset = null then "budget" else unset').shape.values == {"budget"}
