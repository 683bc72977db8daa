"""Whoever is no officer sees of their own school's case what they did, were asked and were told, and how far it is."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.conftest import Browser, engine_of
from tests.webapp.forms.test_confidential import to_the_update

DELIBERATIONS = ("Head of BSA decision", "SEO evidence summary", "agree to stage 2", "Inform the Service Director")


@pytest.fixture
def meeting(app: Flask, case: int) -> int:
    """The case at the record of an accountability meeting, which the clerk writes."""
    to_the_update(app)
    return case


@pytest.mark.parametrize("address", ["/cases/1", "/cases/1/chronology"])
@pytest.mark.parametrize("words", DELIBERATIONS)
def test_what_officers_considered_is_not_theirs(browser: Browser, meeting: int, address: str, words: str) -> None:
    assert words not in browser.sign_in("headteacher").get(address)[1]


@pytest.mark.parametrize("words", DELIBERATIONS)
def test_an_officer_sees_it(browser: Browser, meeting: int, words: str) -> None:
    assert words in browser.sign_in("seo").get("/cases/1/chronology")[1]


def test_no_officer_is_named_for_what_the_contact_had_no_part_in(browser: Browser, meeting: int) -> None:
    _, page = browser.sign_in("headteacher").get("/cases/1")
    assert "Started on" in page
    assert "Started on 7 September 2026 by" not in page


def test_what_waits_for_them_is_linked(app: Flask, browser: Browser, meeting: int) -> None:
    task = next(each.id for each in engine_of(app).tasks.open(1) if each.element == "hold-meeting")
    _, page = browser.sign_in("clerk").get("/cases/1")
    assert "It waits for you" in page
    assert f'href="/tasks/{task}"' in page
    assert "authority is at work on it" in page, "what else it waits for is not named"


def test_what_they_were_told_is_there_in_full(browser: Browser, meeting: int) -> None:
    _, page = browser.sign_in("headteacher").get("/cases/1")
    assert "Notice to improve" in page
    assert "Told to" in page


def test_what_they_did_is_there_with_its_answers(app: Flask, browser: Browser, meeting: int) -> None:
    task = next(each.id for each in engine_of(app).tasks.open(1) if each.element == "hold-meeting")
    engine_of(app).tasks.complete(task, {"meeting_agreed_actions": "Phonics."}, by="clerk@barnsley.example.org")
    _, page = browser.sign_in("clerk").get("/cases/1")
    assert "Accountability meeting: record" in page
    assert "Phonics." in page


def test_the_diagram_with_the_path_taken_is_the_officers(browser: Browser, meeting: int) -> None:
    assert "data-completed" in browser.sign_in("seo").get("/cases/1")[1]
    assert "data-completed" not in browser.sign_in("headteacher").get("/cases/1")[1]
