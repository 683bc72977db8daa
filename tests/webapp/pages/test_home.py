"""The way in."""

from __future__ import annotations

from tests.webapp.conftest import Browser


def test_the_first_page_is_the_inbox_and_navigation_fits_the_roles(browser: Browser) -> None:
    assert browser.client.get("/").headers["Location"].startswith("/sign-in")
    browser.sign_in("seo")
    assert browser.client.get("/").headers["Location"] == "/tasks"
    _, page = browser.get("/tasks")
    assert all(place in page for place in ("Start a case", "Cases", "Processes"))
    _, page = browser.sign_in("headteacher").get("/tasks")
    assert "Start a case" not in page
    assert "/cases" not in page


def test_health(browser: Browser) -> None:
    assert browser.get("/health") == (200, "ok\n")


def test_pages_are_guarded_by_headers(browser: Browser) -> None:
    headers = browser.client.get("/sign-in").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
