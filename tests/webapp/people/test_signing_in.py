"""Signing somebody in."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask

from engine import Scope
from tests.webapp.conftest import Browser, engine_of
from webapp.people import accounts, passwords, signing_in
from webapp.people.signing_in import Attempt

SEO = "seo@barnsley.example.org"


def plain(page: str) -> str:
    """A page without what is new on each."""
    return re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", page)


@pytest.mark.parametrize(
    "changed",
    [{"closed": True}, {"until": date(2026, 9, 6)}, {"password_hash": passwords.NONE}],
    ids=["closed", "ended", "no password yet"],
)
def test_who_is_not_let_in_is_answered_as_with_a_wrong_password(
    app: Flask, browser: Browser, changed: dict[str, object]
) -> None:
    _, wrong = browser.post("/sign-in", username=SEO, password="wrong")
    with app.app_context(), engine_of(app).transactions.writing(Scope.all_authorities()) as session:
        for name, value in changed.items():
            setattr(accounts.find(SEO, session), name, value)
    status, answer = browser.post("/sign-in", username=SEO, password="pathways")
    assert status == 400
    assert plain(answer) == plain(wrong)


def test_every_refusal_takes_one_look_at_a_password(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda kept, password: looked.append(password) or fits(kept, password))
    with app.app_context():
        for name in (SEO, "nobody@barnsley.example.org"):
            signing_in.sign_in(Attempt(name, "wrong"))
    assert looked == ["wrong", "wrong"]


def test_when_somebody_was_seen_last_is_kept(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo")
    with app.app_context():
        account = accounts.find(SEO)
        assert account is not None
        assert account.seen is not None


def test_many_sign_in_at_once(app: Flask) -> None:
    def one(number: int) -> int:
        person = app.extensions["authorities"]["barnsley"].people[number]
        data = {"username": person.username, "password": "pathways"}
        return app.test_client().post("/sign-in", data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(16))) == [302] * 16
