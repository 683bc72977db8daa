"""Who covers for whom, as a manager sets it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from lxml import html

from engine.clock import VirtualClock
from tests.engine.running import DAY
from tests.webapp.conftest import Browser
from webapp.people import keeping

HARI, SASHA = "head-of-bsa@barnsley.example.org", "seo@barnsley.example.org"
GIVEN = {
    "absent": HARI,
    "covering": SASHA,
    "since-day": "8",
    "since-month": "9",
    "since-year": "2026",
    "until-day": "11",
    "until-month": "9",
    "until-year": "2026",
    "reason": "On leave",
}


def test_a_cover_is_set_and_the_tasks_are_theirs_too(browser: Browser, case: int, clock: VirtualClock) -> None:
    browser.sign_in("seo").post("/tasks/1", evidence_summary="Falling.", evidence_leadership="Few.")
    _, page = browser.sign_in("service-director").post("/cover", **GIVEN)
    assert "Sasha Example covers for Hari Madeup from 8 September 2026 to 11 September 2026." in page
    assert "On leave" in page
    assert "You cover for" not in browser.sign_in("seo").get("/tasks")[1]
    clock.advance(DAY)
    assert "You cover for Hari Madeup: the tasks of their" in browser.get("/tasks")[1]
    clock.advance(4 * DAY)
    assert "You cover for" not in browser.get("/tasks")[1]


def test_two_of_one_name_and_the_same_roles_are_told_apart(app: Flask, browser: Browser) -> None:
    with app.app_context():
        keeping.keep("sasha2@example.org", "Sasha Example", "barnsley", ["seo"], "a long password")
    _, page = browser.sign_in("service-director").get("/cover")
    offered = [option.text for option in html.fromstring(page).xpath("//select[@id='absent']/option")]
    assert [each for each in offered if each.startswith("Sasha")] == [
        "Sasha Example, School Evaluation Officer (SEO), sasha2@example.org",
        "Sasha Example, School Evaluation Officer (SEO), seo@barnsley.example.org",
    ]
    assert "Hari Madeup, Head of the Barnsley Schools’ Alliance (BSA)" in offered, (
        "who has a name alone needs no address"
    )


def test_it_is_ended(browser: Browser, case: int) -> None:
    browser.sign_in("service-director").post("/cover", **GIVEN)
    _, page = browser.post("/cover/1/end")
    assert "The cover has ended." in page
    assert "Nobody covers for anybody." in page
    assert browser.post("/cover/1/end")[0] == 404


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"absent": ""}, "Select who is away"),
        ({"covering": ""}, "Select who covers"),
        ({"since-month": "13"}, "Enter the first day"),
        ({"until-day": ""}, "Enter the last day"),
        ({"reason": ""}, "Enter why somebody covers"),
        ({"covering": HARI}, "nobody covers for themselves"),
        ({"until-day": "7"}, "the last day is before the first"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: Browser, case: int, change: dict[str, str], says: str
) -> None:
    status, page = browser.sign_in("service-director").post("/cover", **{**GIVEN, **change})
    assert status == 400
    assert says in page
    assert {**GIVEN, **change}["reason"] in page
    assert re.search(r'name="since-day"[^>]*value="8"', page)


def test_another_authority_s_covers_are_not_seen(app: Flask, browser: Browser, case: int) -> None:
    browser.sign_in("service-director").post("/cover", **GIVEN)
    browser.sign_in("seo", "elsewhere")
    assert "On leave" not in browser.get("/cover")[1]
    assert browser.post("/cover/1/end")[0] == 404


def test_nobody_is_covered_for_until_a_day_that_is_too_far(browser: Browser, case: int) -> None:
    status, page = browser.sign_in("service-director").post("/cover", **{**GIVEN, "until-year": "2199"})
    assert status == 400
    assert "The last day must not be later than 7 September 2036" in page
