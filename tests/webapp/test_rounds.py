"""Starting a process for many schools at once."""

from __future__ import annotations

from flask import Flask

from tests.webapp.conftest import Browser, engine_of

MANY = "/start/barnsley-risk-assessment/many"


def started(app: Flask) -> set[str]:
    return {engine_of(app).variables(n)["school"]["urn"] for n in (1, 2)}


def test_a_case_is_started_for_each_school_that_is_ticked(app: Flask, browser: Browser) -> None:
    _, page = browser.sign_in("seo").get(MANY)
    assert "Sampleby Community Primary School" in page and page.count('type="checkbox"') == 24
    _, page = browser.post(MANY, urn=["100001", "100002"], risk_reason="All are due.")
    assert "0 of 2 cases started" in page and "2 to come" in page and 'http-equiv="refresh"' in page
    engine_of(app).run_due_jobs()
    _, page = browser.get("/rounds/1")
    assert "All done: 2 of 2 cases started" in page and 'http-equiv="refresh"' not in page
    assert started(app) == {"100001", "100002"} and engine_of(app).variables(1)["risk_reason"] == "All are due."


def test_done_again_it_doubles_nothing(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo").post(MANY, urn=["100001", "100002"])
    engine_of(app).run_due_jobs()
    _, page = browser.get(MANY)
    assert page.count("– has an open case") == 2 and page.count(" disabled>") == 2
    _, page = browser.post(MANY, urn=["100001", "100003"])
    engine_of(app).run_due_jobs()
    assert "1 of 2 cases started, 1 passed over" in browser.get("/rounds/2")[1]


def test_without_a_school_it_says_so_and_keeps_the_answers(browser: Browser) -> None:
    status, page = browser.sign_in("seo").post(MANY, risk_reason="All are due.")
    assert status == 400 and "Select at least one school" in page and "All are due." in page


def test_only_a_process_for_schools_and_only_whoever_may_start_it(browser: Browser) -> None:
    assert "Many schools at once" in browser.sign_in("seo").get("/start/barnsley-risk-assessment")[1]
    assert "Many schools at once" not in browser.get("/start/barnsley-escalation")[1]
    assert browser.get("/start/barnsley-escalation/many")[0] == 422
    assert browser.get("/rounds/99")[0] == 404
    assert browser.sign_in("service-director").get(MANY)[0] == 403
