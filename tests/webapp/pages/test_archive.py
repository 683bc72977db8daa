"""The archive: searched, read as before, and nothing is added to it."""

from __future__ import annotations

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.webapp.conftest import Browser, pass_years


@pytest.fixture
def archived(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> Browser:
    """Case 1 was cancelled, and is in the archive."""
    browser.sign_in("service-director").post("/cases/1/cancel", reason="Opened by mistake.", confirmed="1")
    pass_years(app, clock, 1)
    return browser


def test_it_has_the_case_and_the_list_of_cases_has_not(archived: Browser) -> None:
    assert "Case 1</a>" in archived.get("/archive")[1]
    assert "Case 1</a>" not in archived.get("/cases?status=all")[1]


def test_nor_the_page_of_its_school(archived: Browser) -> None:
    assert "/cases/1" not in archived.get("/schools/100001")[1]


@pytest.mark.parametrize(
    "asked",
    ["words=results+fall", "search=100001", "school=100001", "process=barnsley-escalation", "since=2026-09-07"],
)
def test_it_is_searched(archived: Browser, asked: str) -> None:
    assert "Case 1</a>" in archived.get(f"/archive?{asked}")[1]


@pytest.mark.parametrize(
    "asked", ["words=nonsense", "search=100002", "school=100002", "process=barnsley-complaint", "until=2026-09-06"]
)
def test_what_does_not_fit_is_not_found(archived: Browser, asked: str) -> None:
    assert "No case of the archive fits." in archived.get(f"/archive?{asked}")[1]


def test_a_day_that_is_none_is_told(archived: Browser) -> None:
    status, page = archived.get("/archive?since=yesterday")
    assert status == 400
    assert "Enter each day as a date" in page


@pytest.mark.parametrize("page", ["/cases/1", "/cases/1/chronology", "/cases/1/pack"])
def test_the_case_is_read_as_before(archived: Browser, page: str) -> None:
    assert archived.get(page)[0] == 200


def test_its_page_says_where_it_is_and_offers_nothing_to_add(archived: Browser) -> None:
    page = archived.get("/cases/1")[1]
    assert "In the archive" in page
    assert "Add or look after files" not in page
    assert "Add a comment" not in page


def test_what_is_sent_all_the_same_is_refused(archived: Browser) -> None:
    status, page = archived.post("/cases/1/comments", text="Too late.")
    assert status == 409
    assert "This case is in the archive" in page


def test_another_authority_sees_nothing_of_it(archived: Browser) -> None:
    assert "No case of the archive fits." in archived.sign_in("seo", "elsewhere").get("/archive")[1]


def test_a_head_has_no_archive(archived: Browser) -> None:
    assert archived.sign_in("headteacher").get("/archive")[0] == 403


def test_who_may_not_see_the_case_does_not_find_it(archived: Browser) -> None:
    assert "No case of the archive fits." in archived.sign_in("administrator").get("/archive?words=results")[1]
