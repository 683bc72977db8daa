"""Forms: what is read from a submission, what is refused and in which words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import AtTime, Form, as_text, plausible
from tests.engine.forms.questions import AREAS, COMMUNITY, DIOCESE, VISITS, errors, make, question, read

# What is stored


@pytest.mark.parametrize(
    ("component", "typed", "stored"),
    [
        (question("textfield", "Name"), [("answer", "  Ann\r\nExample ")], "Ann Example"),
        (
            question("textarea", "Reason"),
            [("answer", "\r\n one\r\ntwo\rthree\u2028four\n ")],
            "one\ntwo\nthree\nfour",
        ),
        (question("number", "Pupils"), [("answer", " 1,204 ")], 1204),
        (question("number", "Rate"), [("answer", "2.50")], 2.5),
        (question("number", "Change"), [("answer", "\u22123")], -3),
        (
            question("datetime", "Date"),
            [("answer-day", "1"), ("answer-month", "Sept"), ("answer-year", "2026")],
            "2026-09-01",
        ),
        (question("radio", "Area", values=AREAS), [("answer", "attendance")], "attendance"),
        (question("select", "Stage", values=[{"label": "Two", "value": 2}]), [("answer", "2")], 2),
        (
            question("checklist", "Areas", values=AREAS),
            [("answer", "attendance"), ("answer", "leadership"), ("answer", "attendance")],
            ["leadership", "attendance"],
        ),
        (question("checkbox", "I agree"), [("answer", "true")], True),
    ],
)
def test_each_kind_is_stored_as_a_json_value(
    component: dict[str, Any], typed: list[tuple[str, str]], stored: Any
) -> None:
    values = read(make(component), *typed)
    assert values == {"answer": stored}
    assert json.loads(json.dumps(values)) == values


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("textfield", None),
        ("number", None),
        ("datetime", None),
        ("radio", None),
        ("checklist", []),
        ("checkbox", False),
    ],
)
def test_an_optional_question_left_blank_is_stored_as_nothing(kind: str, stored: Any) -> None:
    form = make(question(kind, "Area", required=False, values=AREAS))
    assert read(form) == {"answer": stored}


@pytest.mark.parametrize("nothing", ["   ", "\u200b", "\ufeff\u00a0", "\u2060 \u200d"])
def test_what_cannot_be_seen_is_no_answer(nothing: str) -> None:
    assert errors(make(question("textarea", "Reason")), ("answer", nothing)) == {
        "answer": ['Enter an answer to "Reason"']
    }


@pytest.mark.parametrize(
    "key", ["load", "fields", "Meta", "components", "asking", "opts", "validate", "dump", "context"]
)
def test_a_key_may_be_a_word_that_the_schema_library_uses_itself(key: str) -> None:
    form = make(question("textfield", "Name", key=key))
    assert read(form, (key, "x")) == {key: "x"}
    assert errors(form) == {key: ['Enter an answer to "Name"']}


# What is refused, in the words of the GOV.UK Design System


@pytest.mark.parametrize(
    ("component", "typed", "message"),
    [
        (question("radio", "Area", values=AREAS), {"answer": "other"}, 'Select an answer to "Area"'),
        (question("checklist", "Areas of concern", values=AREAS), {}, 'Select an answer to "Areas of concern"'),
        (question("checklist", "Areas", values=AREAS), {"answer": "x"}, 'Select an answer to "Areas"'),
        (question("textfield", "Name", properties={"error": "Give a name"}), {}, "Give a name"),
        (
            question("datetime", "Date of meeting"),
            {"answer-day": "3", "answer-month": "4"},
            "Date of meeting must include a year",
        ),
        (
            question("datetime", "Date of meeting"),
            {"answer-year": "2026"},
            "Date of meeting must include a day and month",
        ),
        (
            question("datetime", "Date of meeting"),
            {"answer-day": "3", "answer-month": "4", "answer-year": "26"},
            "Date of meeting must include a year with 4 numbers",
        ),
        (
            question("datetime", "Date of meeting"),
            {"answer-day": "29", "answer-month": "2", "answer-year": "2026"},
            "Date of meeting must be a real date",
        ),
        (
            question("datetime", "Date", rules={"min": "2026-09-01"}),
            {"answer-day": "31", "answer-month": "8", "answer-year": "2026"},
            "Date must be the same as or after 1 September 2026",
        ),
        (question("number", "Pupils"), {"answer": "many"}, "Pupils must be a number"),
        (question("number", "Pupils", decimalDigits=0), {"answer": "1.5"}, "Pupils must be a whole number"),
        (
            question("number", "Pupils", decimalDigits=1),
            {"answer": "1.55"},
            "Pupils must have 1 decimal place or fewer",
        ),
        (question("number", "Pupils", rules={"min": 1}), {"answer": "0"}, "Pupils must be 1 or more"),
        (question("number", "Pupils", rules={"max": 1.5}), {"answer": "2"}, "Pupils must be 1.5 or less"),
        (question("number", "Pupils"), {"answer": "9" * 16}, "Pupils must be 15 digits or fewer"),
        (
            question("textfield", "Name", rules={"maxLength": 3}),
            {"answer": "abcd"},
            "Name must be 3 characters or less",
        ),
        (
            question("textfield", "Name", rules={"minLength": 3}),
            {"answer": "ab"},
            "Name must be 3 characters or more",
        ),
        (
            question("textarea", "Reason"),
            {"answer": "x" * 20_001},
            "Reason must be 20,000 characters or less",
        ),
        (
            question("textarea", "Reason"),
            {"answer": "a\x00b"},
            "Reason must not include a character that cannot be used",
        ),
        (
            question("textfield", "Email", rules={"validationType": "email"}),
            {"answer": "ann@example"},
            "Enter an email address in the correct format, like name@example.org",
        ),
        (
            question("textfield", "Phone", rules={"validationType": "phone"}),
            {"answer": "ring me"},
            "Enter a phone number, like 01632 960 001",
        ),
    ],
)
def test_a_refusal_names_the_question_and_says_what_to_do(
    component: dict[str, Any], typed: dict[str, str], message: str
) -> None:
    assert errors(make(component), *typed.items()) == {"answer": [message]}


def test_what_was_typed_is_kept_with_all_the_errors_in_page_order() -> None:
    form = make(
        question("datetime", "Date", "held_on"),
        question("number", "Pupils", "pupils"),
        question("textfield", "Name", "who"),
    )
    with pytest.raises(FormInvalid) as refused:
        read(
            form,
            ("held_on-day", "31"),
            ("held_on-month", "6"),
            ("held_on-year", "2026"),
            ("pupils", "x"),
            ("who", "Ann"),
        )
    assert list(refused.value.errors) == ["held_on", "pupils"]
    assert refused.value.raw == {
        "held_on": {"day": "31", "month": "6", "year": "2026"},
        "pupils": "x",
        "who": "Ann",
    }


def test_a_pattern_is_held_against_the_answer() -> None:
    form = make(
        question(
            "textfield",
            "URN",
            rules={"pattern": "^[0-9]{6}$"},
            properties={"error": "Enter a URN of 6 numbers"},
        )
    )
    assert read(form, ("answer", "123456")) == {"answer": "123456"}
    assert errors(form, ("answer", "12345x")) == {"answer": ["Enter a URN of 6 numbers"]}


def test_a_pattern_that_would_take_for_ever_is_stopped() -> None:
    form = make(question("textfield", "Name", rules={"pattern": "^(a+)+$"}))
    assert "answer" in errors(form, ("answer", "a" * 200 + "!"))


# Answers as JSON, and the schema itself


def test_answers_may_come_as_json_values() -> None:
    form = make(VISITS, question("number", "Pupils", "pupils"), question("checkbox", "Done", "done"))
    given = {"visits": [{"name": "Ann", "on": "2026-10-14"}], "pupils": 3, "done": True, "stranger": 1}
    values = form.accept(given, {}, Feel.shared())
    assert values == {"visits": [{"name": "Ann", "on": "2026-10-14"}], "pupils": 3, "done": True}


def test_the_schema_is_made_once_for_a_form_and_can_be_loaded_again() -> None:
    form = make(*DIOCESE)
    schema = form.schema(COMMUNITY, Feel.shared())
    assert type(schema) is type(form.schema({}, Feel.shared()))
    assert schema.load({"decision": "go", "reason": "x"}) == {"decision": "go", "reason": "x"}
    assert schema.load({"decision": "stay", "reason": "x"}) == {"decision": "stay"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0**-24, "0.00000005960464477539063"),
        (1e22, "10000000000000000000000"),
        (2.5, "2.5"),
        (3.0, "3"),
        (-0.1, "-0.1"),
    ],
)
def test_a_number_is_shown_so_that_it_comes_back_the_same(value: float, text: str) -> None:
    assert as_text(value) == text
    assert float(text) == value


# What a page shows at first


def lasting(kind: str, **more: Any) -> Form:
    return make(question(kind, "Members", properties={"prefill": "keep"}, **more))


def test_a_question_that_is_asked_again_begins_empty() -> None:
    form = make(question("textarea", "Minutes"), question("datetime", "Day", key="day"))
    before = {"answer": "Last term's minutes", "day": "2026-06-01"}
    assert form.initial(before) == {"answer": "", "day": {"day": "", "month": "", "year": ""}}


def test_a_question_begins_with_the_form_s_own_default() -> None:
    assert make(question("number", "Weeks", defaultValue=6)).initial({"answer": 3}) == {"answer": "6"}


@pytest.mark.parametrize(("kind", "before"), [("textfield", "Ann Example"), ("checklist", ["attendance"])])
def test_an_answer_that_lasts_shows_again(kind: str, before: Any) -> None:
    assert lasting(kind, values=AREAS).initial({"answer": before}) == {"answer": before}


def test_answers_that_were_sent_back_show_again() -> None:
    assert make(question("textarea", "Plan")).initial({"answer": "As it was"}, corrects=True) == {"answer": "As it was"}


@pytest.mark.parametrize("kind", ["radio", "select"])
def test_a_choice_is_made_anew_even_where_answers_were_sent_back(kind: str) -> None:
    assert make(question(kind, "Area", values=AREAS)).initial({"answer": "attendance"}, corrects=True) == {"answer": ""}


def test_a_tick_is_made_anew_even_where_answers_were_sent_back() -> None:
    assert make(question("checkbox", "Agreed")).initial({"answer": True}, corrects=True) == {"answer": ""}


# School days


def meeting(why: str = "") -> dict[str, list[str]]:
    """What a form that asks for a meeting on a school day says of Saturday 12 September 2026."""
    form = make(
        question("datetime", "Date of the meeting", properties={"schoolDay": "why"}),
        question("textfield", "Reason", key="why", required=False),
    )
    feel = AtTime(Feel.shared(), datetime(2026, 9, 7, tzinfo=UTC), lambda day: "is a Saturday" if day.day == 12 else "")
    try:
        form.accept({"answer": "2026-09-12", "why": why}, {}, feel)
    except FormInvalid as refused:
        return refused.errors
    return {}


def test_a_meeting_is_on_a_school_day() -> None:
    says = "Date of the meeting is a Saturday: choose a school day, or say below why it is that day"
    assert meeting() == {"answer": [says]}


def test_a_meeting_on_another_day_says_why() -> None:
    assert meeting("Governors can only come at the weekend") == {}


# Limits by what was said before


def test_a_limit_that_names_its_own_question_means_the_last_answer() -> None:
    """A meeting is not held before the last one, whose date has the same key."""
    form = make(question("datetime", "The meeting", rules={"min": "=date(answer)"}))
    with pytest.raises(FormInvalid) as refused:
        form.accept({"answer": "2026-09-06"}, {"answer": "2026-09-07"}, Feel.shared())
    assert refused.value.errors == {"answer": ["The meeting must be the same as or after 7 September 2026"]}
    assert form.accept({"answer": "2026-09-07"}, {"answer": "2026-09-07"}, Feel.shared()) == {"answer": "2026-09-07"}


def test_an_invented_date_is_the_nearest_that_the_form_takes() -> None:
    form = make(question("datetime", "The meeting", rules={"min": "2026-09-14"}))
    today = date(2026, 9, 7)
    assert plausible(form, {}, Feel.shared(), (), today, {}) == {"answer": "2026-09-14"}


def test_an_invented_date_is_one_on_which_school_is_open_where_the_form_takes_one() -> None:
    form = make(question("datetime", "The letter", rules={"max": "2026-08-26"}))
    today, wanted = datetime(2026, 7, 15, tzinfo=UTC), date(2026, 9, 1)
    feel = AtTime(Feel.shared(), today, lambda day: "in the holidays" if day > date(2026, 7, 17) else "")
    sent = plausible(form, {}, feel, (), today.date(), {}, days={"answer": wanted})
    assert sent == {"answer": "2026-07-17"}
