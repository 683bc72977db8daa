"""The accessibility statement: anybody finds it, and whom to ask."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.webapp.conftest import Browser, link_to, visit

LINKED = '<a class="govuk-footer__link" href="/accessibility">Accessibility statement</a>'
MAIL = re.compile(r'href="mailto:([^"]+)"')


def test_a_stranger_finds_it_and_the_contact_of_each_council(browser: Browser) -> None:
    assert LINKED in browser.get("/sign-in")[1]
    status, page = browser.get("/accessibility")
    assert status == 200
    assert MAIL.findall(page) == ["access@barnsley.example.org"]
    assert "01632\N{NO-BREAK SPACE}960\N{NO-BREAK SPACE}101; you get an answer within 10 working" in page
    assert re.search(r"Elsewhere \(sample\): +ask whoever gave you your account", page)


@pytest.mark.parametrize("role", ["seo", "headteacher"])
def test_who_is_signed_in_reads_whom_to_ask_in_their_own_council(browser: Browser, role: str) -> None:
    browser.sign_in(role)
    assert LINKED in browser.get("/tasks")[1]
    page = browser.get("/accessibility")[1]
    assert "access@barnsley.example.org" in page
    assert "Elsewhere" not in page


def test_whoever_came_by_a_link_finds_it_too(app: Flask, browser: Browser, case: int) -> None:
    guest = Browser(visit(app, link_to(app, 1, "clerk")))
    assert LINKED in guest.get("/tasks/1")[1]
    page = guest.get("/accessibility")[1]
    assert "access@barnsley.example.org" in page
    assert "Elsewhere" not in page


def test_a_page_that_is_not_there_leads_to_it(browser: Browser) -> None:
    assert LINKED in browser.get("/accessibility/nowhere")[1]
