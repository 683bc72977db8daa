"""What a school's category may be: what the register's schools are in, and what tasks put them in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.lint import Known
from tests.engine.lint.drawing import inputs
from tests.engine.lint.test_variables import CATEGORY, KNOWN, _after, _codes, _one


def _known(categories: frozenset[str] | None, whole: bool = True) -> Known:
    return replace(KNOWN, categories=categories, whole=whole)


def _put_and_asked(given: str, asked: str) -> str:
    task = f'<serviceTask id="t" {CATEGORY}>{inputs(category=given, reason="So it is")}</serviceTask>'
    return _after(f'school.category = "{asked}"', task)


@pytest.mark.parametrize(("asked", "codes"), [("intensive", []), ("targeted", []), ("", []), ("Intensive", ["PW-872"])])
def test_it_is_compared_with_one_that_there_is(asked: str, codes: list[str]) -> None:
    xml = _put_and_asked("intensive", asked)
    assert _codes(xml, _known(frozenset({"targeted"}))) == codes


def test_the_nearest_is_named() -> None:
    xml = _put_and_asked("intensive", "intensiv")
    assert _one(xml, "PW-872", _known(frozenset())).remedy.startswith('Did you mean "intensive"?')


def test_what_it_was_before_adds_none() -> None:
    given = '= if school.category = "high" then "low" else school.category'
    xml = _put_and_asked(given, "hihg")
    assert _codes(xml, _known(frozenset({"high"}))) == ["PW-872"]


@pytest.mark.parametrize(
    ("given", "categories", "whole"),
    [("low", None, True), ("low", frozenset({"high"}), False), ("= school.name", frozenset({"high"}), True)],
    ids=["the register is not known", "not all diagrams are", "a task may give anything"],
)
def test_where_there_is_no_end_to_them_nothing_is_said(
    given: str, categories: frozenset[str] | None, whole: bool
) -> None:
    assert _codes(_put_and_asked(given, "hihg"), _known(categories, whole)) == []


@pytest.mark.parametrize(
    ("given", "there", "meant"),
    [("E", "AB", 'Schools are in: "A", "B".'), ("b", "AB", 'Did you mean "B"?'), ("4", "123", "Schools are in:")],
)
def test_a_letter_in_which_no_school_is_is_told(given: str, there: str, meant: str) -> None:
    assert _one(_put_and_asked(given, given), "PW-868", _known(frozenset(there))).remedy.startswith(meant)


def test_where_no_task_gives_one_they_are_the_register_s_affair() -> None:
    assert _codes(_after('school.category = "hihg"'), _known(frozenset({"high"}))) == []
