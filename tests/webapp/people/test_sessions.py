"""Who is signed in is kept on the server: a saved cookie is worth nothing once the session has ended there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine import Scope
from engine.clock import SystemClock, VirtualClock
from tests.webapp.conftest import Browser, engine_of
from webapp.people import accounts, keeping, sessions
from webapp.people.accounts import Granted
from webapp.people.sessions import AccountSession

ADMINISTRATOR = Scope("barnsley", frozenset({"administrator"}), "administrator@barnsley.example.org")


def saved(app: Flask, browser: Browser) -> FlaskClient:
    """Another browser with the same cookie, as a thief would have it."""
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    assert thief.get("/tasks").status_code == 200
    return thief


def seo() -> int:
    found = accounts.find("seo@barnsley.example.org")
    assert found is not None
    return found.id


def test_a_saved_cookie_is_worth_nothing_after_signing_out(app: Flask, browser: Browser) -> None:
    thief = saved(app, browser.sign_in("seo"))
    browser.post("/sign-out")
    assert thief.get("/tasks").status_code == 302


def test_signing_out_leaves_the_other_browsers_alone(app: Flask, browser: Browser) -> None:
    other = Browser(app.test_client()).sign_in("seo")
    browser.sign_in("seo").post("/sign-out")
    assert other.get("/tasks")[0] == 200


@pytest.mark.parametrize(
    "done",
    [
        lambda: keeping.close(seo(), ADMINISTRATOR),
        lambda: keeping.sign_out(seo(), ADMINISTRATOR),
        lambda: keeping.grant(seo(), Granted("clerk"), ADMINISTRATOR),
        lambda: keeping.withdraw(seo(), "seo", ADMINISTRATOR),
        lambda: keeping.end_on(seo(), date(2026, 9, 6), ADMINISTRATOR),
        lambda: keeping.use_link(keeping.link(seo(), str, ADMINISTRATOR).token, "correct horse battery"),
        lambda: keeping.keep("seo@barnsley.example.org", "Sasha", "barnsley", ["seo"], "correct horse battery"),
    ],
    ids=["closed", "signed out", "given a role", "a role less", "ended", "new password", "kept anew"],
)
def test_a_session_ends_with_what_it_was_for(app: Flask, browser: Browser, done: Callable[[], object]) -> None:
    thief = saved(app, browser.sign_in("seo"))
    with app.app_context():
        done()
    assert thief.get("/tasks").status_code == 302
    assert browser.client.get("/tasks").status_code == 302


def test_a_session_ends_after_ten_hours(app: Flask, browser: Browser) -> None:
    app.config["WALL"] = wall = VirtualClock(SystemClock().now())
    thief = saved(app, browser.sign_in("seo"))
    wall.advance(sessions.LASTS - timedelta(seconds=1))
    assert thief.get("/tasks").status_code == 200
    wall.advance(timedelta(seconds=1))
    assert thief.get("/tasks").status_code == 302


def test_the_database_has_nothing_to_sign_in_with(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo")
    with browser.client.session_transaction() as kept:
        token = kept["_user_id"]
    with engine_of(app).reading(Scope.all_authorities()) as session:
        keys = session.scalars(select(AccountSession.key)).all()
    assert keys == [sessions.digest(token)]
    assert token not in keys


def test_what_has_ended_is_swept_when_somebody_signs_in(app: Flask, browser: Browser) -> None:
    app.config["WALL"] = wall = VirtualClock(SystemClock().now())
    browser.sign_in("seo")
    wall.advance(2 * sessions.LASTS)
    browser.sign_in("seo")
    with engine_of(app).reading(Scope.all_authorities()) as session:
        assert len(session.scalars(select(AccountSession.key)).all()) == 1


@pytest.mark.parametrize("token", ["", "x", "1", "link:", "\udc80"])
def test_a_token_that_was_never_given_is_nobody_s(app: Flask, token: str) -> None:
    with app.test_request_context("/"):
        assert accounts.by_token(token) is None
