"""Error messages made from a label: English where it is sure to be right, elsewhere the label in quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import Component, one
from engine.forms.wording import missing, wrong


def said(kind: str, label: str, **properties: str) -> str:
    return missing(Component(kind, "", key="answer_key", label=label, properties=properties))


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("Reason for the decision:", "Enter reason for the decision"),
        ("2. Matters arising", "Enter matters arising"),
        ("SISG membership", "Enter SISG membership"),
        ("Ofsted's judgement", "Enter Ofsted's judgement"),
        ("System Leader", "Enter System Leader"),
        ("Describe the evidence", "Describe the evidence"),
        ("Name of the chair", "Enter name of the chair"),
        ("What does the evidence show?", "Enter what the evidence shows"),
        ("What does it say, or what is missing?", "Enter what it says, or what is missing"),
        ("How does the school respond to the issues?", "Enter how the school responds to the issues"),
        ("What do you disagree about?", "Enter what you disagree about"),
        ("When did you speak with the leaders?", "Enter when you spoke with the leaders"),
        ("What did the governing body do?", "Enter what the governing body did"),
        ("When will you speak again?", "Enter when you will speak again"),
        ("When was the notice sent?", "Enter when the notice was sent"),
        ("When is the accountability meeting?", "Enter when the accountability meeting is"),
        ("What is the date of the meeting?", "Enter the date of the meeting"),
        ("Who chairs the meeting?", "Enter who chairs the meeting"),
        ("What was agreed?", "Enter what was agreed"),
        ("", "Enter answer key"),
    ],
)
def test_a_missing_answer_is_asked_for_in_the_words_of_its_label(label: str, message: str) -> None:
    assert said("textfield", label) == message


@pytest.mark.parametrize(
    "label",
    [
        "What is the school doing?",
        "What must the school improve?",
        "What must leaders improve?",
        "What does the documented evidence show as a whole?",
        "Why is progress slow?",
        "Has the school improved?",
        "At what time?",
        "What is the school told?",
    ],
)
def test_a_question_that_cannot_be_bent_safely_is_quoted(label: str) -> None:
    assert said("textfield", label) == f'Enter an answer to "{label}"'


@pytest.mark.parametrize(
    ("kind", "label", "message"),
    [
        ("radio", "Do both agree?", 'Select an answer to "Do both agree?"'),
        ("radio", "On the quality of education", 'Select an answer to "On the quality of education"'),
        ("select", "Stage", "Select stage"),
        ("checklist", "Areas of concern", "Select at least one area of concern"),
        ("checklist", "Duties", "Select at least one duty"),
        ("checklist", "Membership", "Select membership"),
        ("checklist", "Which areas does it affect?", "Select which areas it affects"),
        ("checkbox", "I have read it", 'Select "I have read it" to continue'),
        ("dynamiclist", "People who attended", "Add at least one person who attended"),
        ("dynamiclist", "Membership", 'Add at least one entry to "Membership"'),
    ],
)
def test_choices_and_lists_are_asked_for_as_such(kind: str, label: str, message: str) -> None:
    assert said(kind, label) == message


def test_the_forms_author_has_the_last_word() -> None:
    assert said("textfield", "What now?", error="Say what comes next") == "Say what comes next"
    named = Component("textarea", "", label="What now?", properties={"name": "the next step"})
    assert missing(named) == "Enter the next step"
    assert wrong(named, "must be short") == "The next step must be short"


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("Date of meeting", "Date of meeting must be a real date"),
        ("What is the date of the meeting?", "The date of the meeting must be a real date"),
        ("When did you meet?", 'Your answer to "When did you meet?" must be a real date'),
    ],
)
def test_a_wrong_answer_is_named_by_its_label(label: str, message: str) -> None:
    assert wrong(Component("datetime", "", label=label), "must be a real date") == message


words = st.sampled_from(
    [
        "who",
        "what",
        "when",
        "did",
        "does",
        "do",
        "the",
        "school",
        "you",
        "is",
        "are",
        "meet",
        "evidence?",
        "say,",
        "areas",
        "of",
        "?",
        ".",
        "A",
    ]
)
labels = st.text() | st.lists(words).map(" ".join)


@given(label=labels, kind=st.sampled_from(["textfield", "checklist", "dynamiclist", "checkbox"]))
def test_every_label_gives_a_message(label: str, kind: str) -> None:
    component = Component(kind, "", key="answer", label=label)
    assert missing(component).startswith(("Enter ", "Select ", "Add ")) or missing(component) in label
    assert wrong(component, "must").endswith(" must")
    assert one(component) == one(component).strip()
