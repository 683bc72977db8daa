"""Error messages: the author's words, and the label in quotes where there are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import Component
from engine.forms.wording import missing, shape, wrong


def asked(kind: str, label: str, **properties: str) -> Component:
    return Component(kind, "", key="answer_key", label=label, properties=properties)


@pytest.mark.parametrize("kind", ["textfield", "number", "datetime", "radio", "checklist", "checkbox", "dynamiclist"])
def test_the_author_says_what_to_do_about_a_missing_answer(kind: str) -> None:
    assert missing(asked(kind, "What now?", error="Say what comes next")) == "Say what comes next"


def test_the_author_says_what_to_do_about_an_ill_shaped_answer() -> None:
    assert shape(asked("textfield", "URN", error="Enter a URN of 6 numbers")) == "Enter a URN of 6 numbers"


@pytest.mark.parametrize(
    ("kind", "label", "message"),
    [
        ("textfield", "What is the school doing?", 'Enter an answer to "What is the school doing?"'),
        ("textarea", "2. Matters arising", 'Enter an answer to "2. Matters arising"'),
        ("datetime", "Date of meeting:", 'Enter an answer to "Date of meeting"'),
        ("number", "", 'Enter an answer to "Answer key"'),
        ("radio", "Do both agree?", 'Select an answer to "Do both agree?"'),
        ("select", "Stage", 'Select an answer to "Stage"'),
        ("checklist", "Areas of concern", 'Select an answer to "Areas of concern"'),
        ("checkbox", "I have read it", 'Select "I have read it" to continue'),
        ("dynamiclist", "Membership", 'Add at least one entry to "Membership"'),
    ],
)
def test_without_the_authors_words_the_label_is_quoted(kind: str, label: str, message: str) -> None:
    assert missing(asked(kind, label)) == message


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"name": "the date of the meeting"}, "The date of the meeting must be a real date"),
        ({"name": "Ofsted’s date"}, "Ofsted’s date must be a real date"),
        ({}, 'Your answer to "When?" must be a real date'),
    ],
)
def test_a_wrong_answer_is_called_by_its_name(properties: dict[str, str], message: str) -> None:
    assert wrong(asked("datetime", "When?", **properties), "must be a real date") == message


def test_an_answer_of_the_wrong_shape_is_called_by_its_name_when_the_author_says_no_more() -> None:
    assert shape(asked("textfield", "URN", name="the URN")) == "The URN must be in the correct format"


@given(label=st.text(), kind=st.sampled_from(["textfield", "checklist", "dynamiclist", "checkbox"]))
def test_every_label_gives_a_whole_sentence(label: str, kind: str) -> None:
    component = asked(kind, label)
    assert missing(component).startswith(("Enter ", "Select ", "Add "))
    assert wrong(component, "must").endswith(" must")
