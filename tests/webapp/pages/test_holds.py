"""Legal holds: on a case, a school or a person, shown on the case, lifted with a reason."""

from __future__ import annotations

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.webapp.conftest import Browser, pass_years


def test_it_is_shown_on_the_case_with_who_and_since_when(due: Browser) -> None:
    due.sign_in("information-governance")
    due.post("/records/holds", case="1", reason="A claim.")
    page = due.get("/cases/1")[1]
    assert "Legal hold" in page
    assert "A claim." in page
    assert "by Gov Guardwell" in page


def test_why_is_not_for_everybody_who_sees_the_case(due: Browser) -> None:
    due.sign_in("information-governance").post("/records/holds", case="1", reason="A claim.")
    page = due.sign_in("seo").get("/cases/1")[1]
    assert "Legal hold" in page
    assert "A claim." not in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": "A claim."}, "one of the three"),
        ({"case": "1", "school": "100001", "reason": "A claim."}, "one of the three"),
        ({"case": "x"}, "Enter the number of the case"),
        ({"case": "99", "reason": "A claim."}, "case 99"),
        ({"school": "999999", "reason": "A claim."}, "999999"),
        ({"person": "x" * 201}, "200 characters or less"),
        ({"case": "1"}, "Enter why it is held"),
        ({"case": "1", "until-day": "99"}, "Enter a day"),
        (
            {"case": "1", "reason": "A claim.", "until-day": "1", "until-month": "1", "until-year": "2020"},
            "in the future",
        ),
        (
            {"case": "1", "reason": "A claim.", "until-day": "31", "until-month": "12", "until-year": "9999"},
            "not later than",
        ),
    ],
)
def test_what_is_missing_is_told(due: Browser, given: dict[str, str], said: str) -> None:
    status, page = due.sign_in("information-governance").post("/records/holds", **given)
    assert status == 400
    assert said in page


@pytest.mark.parametrize(
    "given",
    [{"case": "1"}, {"school": "100001"}, {"person": "seo@barnsley"}],
)
def test_what_is_held_is_marked_and_not_deleted(due: Browser, given: dict[str, str]) -> None:
    due.post("/records/holds", reason="A claim.", **given)
    assert "Legal hold</strong>" in due.get("/records")[1]
    status, page = due.post("/records/approve", disposal=1, sure=1)
    assert status == 400
    assert "Case 1 is under a legal hold" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"case": "1"}, "It rests on 1 case now."),
        ({"school": "100001"}, "It rests on 1 case now, and on any"),
        ({"school": "100002"}, "The school has no case now."),
        ({"person": "SEO@barnsley"}, "It rests on 1 case now, and on any"),
        ({"person": "Zzzz Nobody"}, "No case names “Zzzz Nobody” now."),
    ],
)
def test_how_many_cases_it_rests_on_is_shown_before_it_is_set(due: Browser, given: dict[str, str], said: str) -> None:
    page = due.client.post("/records/holds", data={"reason": "A claim.", **given}).get_data(as_text=True)
    assert said in page
    assert "No hold binds." in due.get("/records/holds")[1]
    assert "The legal hold is set." in due.post("/records/holds", reason="A claim.", **given)[1]


def test_the_same_hold_is_not_set_twice(due: Browser) -> None:
    due.post("/records/holds", person="Sam", reason="A claim.")
    status, page = due.post("/records/holds", person=" SAM ", reason="Another claim.")
    assert status == 400
    assert "This is under such a legal hold already" in page


def test_one_whose_day_has_come_is_marked(app: Flask, due: Browser, clock: VirtualClock) -> None:
    day = {"until-day": "1", "until-month": "9", "until-year": "2040"}
    due.post("/records/holds", case="1", reason="A claim.", **day)
    assert "Look at it again</strong>" not in due.get("/records/holds")[1]
    pass_years(app, clock, 7)
    assert "Look at it again</strong>" in due.sign_in("information-governance").get("/records/holds")[1]


def test_lifting_needs_a_reason_and_is_remembered(due: Browser) -> None:
    due.post("/records/holds", case="1", reason="A claim.")
    status, page = due.post("/records/holds/1/lift", reason="")
    assert status == 400
    assert "Enter why the hold is lifted" in page
    assert "Settled." in due.post("/records/holds/1/lift", reason="Settled.")[1]
