"""Answers of the sample's people fit their question."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest

from engine.forms import load_form
from webapp.sample import answers

THURSDAY = date(2026, 11, 26)


def asked(kind: str, label: str, **more: object) -> object:
    """What is answered to a question of this kind and label."""
    part = {"type": kind, "id": "f", "key": "f", "label": label, **more}
    if kind == "datetime":
        part |= {"subtype": "date", "dateLabel": label}
    form = load_form({"type": "default", "id": "form", "components": [part]})
    return answers.given(form.fields, THURSDAY, Random(1)).get("f")


@pytest.mark.parametrize(
    ("label", "fitting"),
    [
        ("At what time?", ("9.30am", "1.30pm", "4pm", "4.15pm")),
        ("Who leads?", answers.PEOPLE),
        ("With whom?", answers.PEOPLE),
        ("For how long?", ("one year", "two terms", "until the end of the school year")),
    ],
)
def test_a_line_of_text_fits(label: str, fitting: tuple[str, ...]) -> None:
    assert asked("textfield", label) in fitting


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("When did you meet the chair?", "2026-11-26"),
        ("From when?", "2026-12-03"),
        ("Until when?", "2027-05-25"),
        ("When is the meeting?", "2027-01-21"),
        ("By when?", "2027-02-04"),
        ("When was the report published?", "2026-11-12"),
    ],
)
def test_a_date_lies_where_its_question_points(label: str, day: str) -> None:
    assert asked("datetime", label) == day


def test_a_day_that_would_be_a_weekend_is_the_monday() -> None:
    assert answers._date("When does it meet first?", date(2026, 11, 28)) == date(2026, 12, 14)


def test_a_day_on_which_school_is_closed_is_the_next_open_one() -> None:
    closed = (date(2026, 12, 14), date(2026, 12, 15))
    day = answers._date("When does it meet first?", date(2026, 11, 28), lambda day: "INSET" if day in closed else "")
    assert day == date(2026, 12, 16)


def test_a_day_that_lies_behind_was_the_last_open_one() -> None:
    day = answers._date("When was the report published?", date(2026, 12, 26), lambda day: "")
    assert day == date(2026, 12, 11)


def test_a_remark_is_seldom_the_same() -> None:
    chance = Random(1)
    said = Counter(answers._remark(chance) for _ in range(1000))
    assert max(said.values()) < 10


def test_a_school_stands_much_the_same_all_year() -> None:
    chance = Random(1)
    [(_, often), *_] = Counter(str(answers.standing("100001", chance)) for _ in range(100)).most_common()
    assert often > 70


def test_schools_stand_differently() -> None:
    chance = Random(1)
    found = {answers.standing(f"1000{number:02}", chance)["category"] for number in range(40)}
    assert found == {"1", "2", "3"}


def test_a_school_may_stand_the_same_all_year_and_not_badly() -> None:
    chance = Random(1)
    found = {answers.standing(f"1000{number:02}", chance, steady=True)["category"] for number in range(40)}
    assert found == {"1", "2"}
    assert len({str(answers.standing("100001", chance, steady=True)) for _ in range(100)}) == 1


def test_what_concerns_no_school_has_no_standing() -> None:
    assert answers.standing(None, Random(1)) == {}


def test_a_choice_is_left_to_the_form() -> None:
    assert asked("radio", "Is it?", values=[{"label": "Yes", "value": "yes"}]) is None


def test_a_number_has_its_size() -> None:
    assert asked("number", "How long does it have?") in (15, 20)


def chosen(steered: dict[str, Any], offered: list[str]) -> object:
    """What is chosen where a form offers these options for the question ``ask_notice``."""
    [question] = load_form(
        {"type": "default", "id": "form", "components": [{"type": "radio", "key": "ask_notice"}]}
    ).fields
    return answers.choose(Random(1), steered, question, offered)


def test_a_case_is_steered_to_what_its_form_offers() -> None:
    assert chosen({"ask_notice": "yes"}, ["no", "powers", "yes"]) == "yes"


def test_a_case_is_not_steered_to_what_its_form_does_not_offer_as_the_case_stands() -> None:
    assert chosen({"ask_notice": "yes"}, ["no"]) == "no"


def test_nothing_of_a_list_may_be_chosen() -> None:
    assert chosen({"ask_notice": None}, ["no", "yes"]) is None


def test_a_standing_tells_of_questions_that_it_does_not_name() -> None:
    found = Counter(chosen({answers.ANY: ("effective",)}, ["serious", "effective"]) for _ in range(10))
    assert found.most_common()[0][0] == "effective"
