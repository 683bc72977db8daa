"""Staying signed in on an open page: how long it lasts, extending it, and signing in again there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.webapp.conftest import Browser
from webapp.forms import drafts
from webapp.people import sessions
from webapp.settings import SAMPLE_PASSWORD

SEO = "seo@barnsley.example.org"


@pytest.fixture
def wall(app: Flask) -> VirtualClock:
    """The machine's time, which the test moves."""
    clock = VirtualClock(app.config["WALL"].now())
    app.config["WALL"] = clock
    return clock


def again(
    browser: Browser, username: str = SEO, password: str = SAMPLE_PASSWORD, opened_by: str = SEO
) -> tuple[int, dict[str, object]]:
    """Sign in on a page that somebody had opened; the status and what the script reads."""
    data = {"username": username, "password": password, "writer": drafts.writer_of("barnsley", opened_by)}
    answer = browser.client.post("/session/sign-in", data=data)
    return answer.status_code, answer.get_json()


def test_a_page_knows_how_long_its_session_lasts(browser: Browser, wall: VirtualClock) -> None:
    browser.sign_in("seo")
    wall.advance(sessions.LASTS - timedelta(minutes=5))
    assert 'data-lasts="300"' in browser.get("/tasks")[1]


def test_a_session_is_extended_in_place(browser: Browser, wall: VirtualClock) -> None:
    browser.sign_in("seo")
    wall.advance(sessions.LASTS - timedelta(minutes=5))
    browser.client.post("/session/extend")
    wall.advance(timedelta(minutes=10))
    assert browser.client.get("/session").get_json()["signed_in"] is True


def test_a_session_that_has_ended_is_not_extended(browser: Browser, wall: VirtualClock) -> None:
    browser.sign_in("seo")
    wall.advance(sessions.LASTS + timedelta(seconds=1))
    assert browser.client.post("/session/extend").status_code == 401


def test_whoever_opened_the_page_signs_in_again_on_it(browser: Browser, wall: VirtualClock) -> None:
    browser.sign_in("seo")
    wall.advance(sessions.LASTS + timedelta(seconds=1))
    status, said = again(browser)
    assert (status, said["signed_in"]) == (200, True)


def test_after_signing_in_again_the_page_can_be_sent(browser: Browser, case: int, wall: VirtualClock) -> None:
    wall.advance(sessions.LASTS + timedelta(seconds=1))
    again(browser)
    assert browser.client.post("/tasks/1", data={"draft": "typing", "evidence_summary": "Half"}).status_code == 200


def test_a_wrong_password_says_so_and_signs_nobody_in(browser: Browser) -> None:
    status, said = again(browser, password="wrong")
    assert (status, said["message"]) == (400, "The email address or password is wrong. Check both")


def test_what_is_missing_is_asked_for(browser: Browser) -> None:
    assert again(browser, password="")[1]["message"] == "Enter your email address and password"


def test_somebody_else_is_not_signed_in_on_the_page(browser: Browser) -> None:
    again(browser, username="clerk@barnsley.example.org")
    assert browser.client.get("/session").get_json()["signed_in"] is False


def test_too_many_tries_are_refused(browser: Browser) -> None:
    assert 429 in {again(browser, password="wrong")[0] for _ in range(15)}
