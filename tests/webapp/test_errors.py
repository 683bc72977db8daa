"""Every error has a page in plain English."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from flask import Flask

from engine import errors
from tests.webapp.conftest import CONCERN, Browser
from webapp import create_app
from webapp.cli import upgrade
from webapp.errors import status_of
from webapp.settings import database_url


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
    assert {status_of(kind()) for kind in kinds} <= {202, 403, 404, 409, 410, 422, 500, 503}


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
    assert status == 401
    assert "You have been signed out" in page
    assert "An hour&#39;s work" in page
    assert "my secret word" not in page


def test_a_form_from_elsewhere_is_refused(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo")
    app.config["WTF_CSRF_ENABLED"] = True
    status, page = browser.post("/tasks/1/claim")
    assert status == 400
    assert "not sent by Pathways" in page


@pytest.fixture
def severed(seeded: Path) -> Flask:
    """The application, whose database does not answer."""
    settings = {"ROOT": seeded, "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://127.0.0.1:1/x", "SAMPLE": True}
    return create_app({**settings, "SECRET_KEY": "for tests", "WTF_CSRF_ENABLED": False, "PROPAGATE_EXCEPTIONS": False})


@pytest.mark.parametrize("address", ["/tasks", "/sign-in", "/health"])
def test_a_database_that_does_not_answer_is_a_page_and_a_line_in_the_log(
    app: Flask, browser: Browser, severed: Flask, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser.sign_in("seo")
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    visitor = severed.test_client()
    visitor.set_cookie("session", cookie.value)
    data = {"username": "seo@barnsley.example.org", "password": "pathways"}
    answer = visitor.post(address, data=data) if address == "/sign-in" else visitor.get(address)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "Pathways is not ready" in answer.get_data(as_text=True)
    assert "127.0.0.1" not in answer.get_data(as_text=True)
    assert [record.exc_info for record in caplog.records if record.levelname == "ERROR"] == [None]


def test_a_connection_that_the_database_dropped_is_made_anew(seeded: Path, postgresql_url: str) -> None:
    url = database_url(postgresql_url, seeded)
    app = create_app({"ROOT": seeded, "SQLALCHEMY_DATABASE_URI": url, "SAMPLE": True, "WTF_CSRF_ENABLED": False})
    upgrade(app)
    assert app.test_client().get("/health").status_code == 200
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    assert app.test_client().get("/health").status_code == 200
