"""A browser is known for whoever has signed in with it, and cannot say so of itself."""

from __future__ import annotations

from flask import Flask

from tests.webapp.conftest import Browser
from webapp.people import browsers

SEO = "seo@barnsley.example.org"


def known(app: Flask, browser: Browser, username: str) -> str:
    cookie = browser.client.get_cookie("browser")
    sent = {"HTTP_COOKIE": f"browser={cookie.value}"} if cookie else {}
    with app.test_request_context("/", environ_base=sent):
        return browsers.known_for(username)


def test_a_browser_is_known_for_those_who_have_signed_in_with_it(app: Flask, browser: Browser) -> None:
    assert known(app, browser, SEO) == ""
    browser.sign_in("seo").sign_in("head-of-bsa")
    first = known(app, browser, SEO.upper())
    assert first
    assert known(app, browser, "head-of-bsa@barnsley.example.org") == first
    assert known(app, browser, "administrator@barnsley.example.org") == ""


def test_the_last_few_are_known(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo")
    for account in app.extensions["authorities"]["barnsley"].people[1 : browsers.MOST + 1]:
        browser.client.post("/sign-in", data={"username": account.username, "password": "pathways"})
    assert known(app, browser, SEO) == ""


def test_wrong_passwords_make_no_browser_known(browser: Browser) -> None:
    browser.post("/sign-in", username=SEO, password="wrong")
    assert browser.client.get_cookie("browser") is None


def test_a_cookie_that_nobody_signed_is_worth_nothing(app: Flask) -> None:
    with app.test_request_context("/", environ_base={"HTTP_COOKIE": "browser=eyJpZCI6IngifQ.x.y"}):
        assert browsers.known_for(SEO) == ""
