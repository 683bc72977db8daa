"""Every error has a page in plain English."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import errors
from tests.webapp.conftest import CONCERN, Browser
from webapp.errors import status_of


def test_unknown_things_are_not_found(browser: Browser, case: int) -> None:
    for address in (
        "/tasks/999",
        "/cases/999",
        "/processes/nothing",
        "/definitions/999.bpmn",
        "/start/nothing/100001",
        "/nowhere",
    ):
        status, page = browser.get(address)
        assert (status in (403, 404) and "Page not found" in page) or "not yours" in page, address


@pytest.mark.parametrize("address", ["/tasks/{}", "/cases/{}", "/definitions/{}.bpmn", "/batches/{}", "/messages/{}"])
def test_a_number_that_no_database_holds_is_not_found(browser: Browser, address: str) -> None:
    assert browser.sign_in("service-director").get(address.format("9" * 70))[0] == 404


def test_an_unexpected_failure_has_a_page_and_no_trace(app: Flask, browser: Browser) -> None:
    app.extensions["clauses"] = None  # what a broken installation might lack
    browser.sign_in("seo").post("/start/barnsley-escalation/100001", **CONCERN)
    status, page = browser.get("/tasks/1")
    assert status == 500
    assert "Sorry, there is a problem" in page
    assert "Traceback" not in page


def test_each_engine_error_has_a_status_that_a_page_can_show() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PathwaysError)
    ]
    assert len(kinds) > 20
    assert {status_of(kind()) for kind in kinds} <= {202, 403, 404, 409, 422, 500, 503}


@pytest.mark.parametrize(
    ("method", "address", "status"), [("POST", "/tasks", 405), ("GET", "/nowhere", 404), ("POST", "/tasks/1", 401)]
)
def test_pages_of_errors(browser: Browser, method: str, address: str, status: int) -> None:
    answer = browser.client.open(address, method=method)
    assert answer.status_code in (status, 302)
    if answer.status_code == status:
        assert "<h1" in answer.get_data(as_text=True)


def test_whoever_was_signed_out_is_told_so_and_gets_the_text_back(app: Flask, browser: Browser) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    status, page = browser.post("/tasks/1", evidence_summary="An hour's work", password_note="my secret word")
    assert status == 400
    assert "You have been signed out" in page
    assert "An hour&#39;s work" in page
    assert "my secret word" not in page


def test_a_form_from_elsewhere_is_refused(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo")
    app.config["WTF_CSRF_ENABLED"] = True
    status, page = browser.post("/tasks/1/claim")
    assert status == 400
    assert "not sent by Pathways" in page
