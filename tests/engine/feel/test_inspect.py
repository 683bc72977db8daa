"""The parts of an expression, as lint reads them."""

from __future__ import annotations

import pytest

from engine.errors import ExpressionInvalid
from engine.feel import Feel


def test_a_comparison_has_its_two_sides_and_its_sign() -> None:
    comparison = Feel.shared().inspect('= judgement = "good"').parts[0]
    assert [part.kind for part in comparison.parts] == ["VariableName", "CompareOp", "StringLiteral"]
    assert [part.text for part in comparison.parts] == ["judgement", "=", '"good"']


def test_a_part_says_where_it_begins() -> None:
    assert Feel.shared().inspect("a + b1").parts[0].parts[-1].at == 4


def test_a_name_of_several_words_is_one_part() -> None:
    called = Feel.shared().inspect("list contains(l, 1)").parts[0].parts[0]
    assert called.word == "list contains"


def test_a_cell_is_read_as_unary_tests() -> None:
    assert Feel.shared().inspect("< 5", "unaryTests").kind == "UnaryTests"


def test_what_is_no_feel_is_refused() -> None:
    with pytest.raises(ExpressionInvalid):
        Feel.shared().inspect("a +")
