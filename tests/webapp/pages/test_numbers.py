"""Numbers that an address carries."""

from __future__ import annotations

import pytest
from flask import Flask

from engine.queries.common import Page, page_of
from tests.webapp.conftest import Browser
from webapp.pages.numbers import LAST_PAGE, page_asked, page_number

ODD = ["0", "-1", "9" * 5, "9" * 70, "9" * 5000, "1.5", "x", "", "²", "１", "%00", "1e9"]


@pytest.mark.parametrize(
    ("asked", "number"),
    [("7", 7), ("0", 1), ("-1", 1), ("²", 1), ("9" * 70, 1), ("999999", LAST_PAGE), ("x", 1), ("", 1)],
)
def test_a_page_is_one_that_there_can_be(app: Flask, asked: str, number: int) -> None:
    with app.test_request_context(f"/?page={asked}"):
        assert page_number() == number


@pytest.mark.parametrize("number", ODD)
def test_every_list_answers_whatever_page_is_asked_for(browser: Browser, case: int, number: str) -> None:
    browser.sign_in("service-director")
    for address in ("/tasks", "/cases"):
        assert browser.get(f"{address}?page={number}")[0] == 200, address
    browser.sign_in("administrator")
    for address in ("/people", "/accounts"):
        assert browser.get(f"{address}?page={number}")[0] == 200, address


def test_a_page_after_the_last_is_the_last(app: Flask) -> None:
    def read(number: int) -> Page[int]:
        return page_of(range((number - 1) * 2, 7)[:3], number, 2, (7, False))

    with app.test_request_context("/?page=999"):
        assert page_asked(read).items == (6,)
        assert page_asked(lambda number: page_of([], number, 2, (0, False))).number == 1


def test_a_list_that_ends_sooner_shows_its_last_page(browser: Browser, case: int) -> None:
    assert "SEO evidence summary" in browser.sign_in("seo").get("/tasks?page=999")[1]
    assert "/cases/1" in browser.sign_in("service-director").get("/cases?page=999")[1]
    assert "Schools escalation process" in browser.get("/cases/1/chronology?page=999")[1]
