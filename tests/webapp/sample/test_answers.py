"""Answers of the sample's people fit their question."""

from __future__ import annotations

from datetime import date
from random import Random

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


def test_a_choice_is_left_to_the_form() -> None:
    assert asked("radio", "Is it?", values=[{"label": "Yes", "value": "yes"}]) is None


def test_a_number_has_its_size() -> None:
    assert asked("number", "How long does it have?") in (15, 20)
