"""Starting a process for many schools at once."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from engine import Scope
from engine.store.tables import Job
from tests.webapp.conftest import Browser, engine_of

MANY = "/start/barnsley-risk-assessment/many"


def started(app: Flask) -> set[str]:
    return {engine_of(app).cases.variables(n)["school"]["urn"] for n in (1, 2)}


def test_a_case_is_started_for_each_school_that_is_ticked(app: Flask, browser: Browser) -> None:
    _, page = browser.sign_in("seo").get(MANY)
    assert "Sampleby Community Primary School" in page
    assert page.count('type="checkbox"') == 24
    _, page = browser.post(MANY, urn=["100001", "100002"], risk_reason="All are due.")
    assert "0 of 2 cases started" in page
    assert "2 to come" in page
    assert 'http-equiv="refresh"' in page
    engine_of(app).jobs.run_due()
    _, page = browser.get("/batches/1")
    assert "All done: 2 of 2 cases started" in page
    assert 'http-equiv="refresh"' not in page
    assert started(app) == {"100001", "100002"}
    assert engine_of(app).cases.variables(1)["risk_reason"] == "All are due."


def test_done_again_it_doubles_nothing(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo").post(MANY, urn=["100001", "100002"])
    engine_of(app).jobs.run_due()
    _, page = browser.get(MANY)
    assert page.count("– has an open case") == 2
    assert page.count(" disabled>") == 2
    _, page = browser.post(MANY, urn=["100001", "100003"])
    engine_of(app).jobs.run_due()
    assert "1 of 2 cases started, 1 passed over" in (page := browser.get("/batches/2")[1])
    assert "It has an open case of this process." in page


def test_without_a_school_it_says_so_and_keeps_the_answers(browser: Browser) -> None:
    status, page = browser.sign_in("seo").post(MANY, risk_reason="All are due.")
    assert status == 400
    assert "Select at least one school" in page
    assert "All are due." in page


def test_only_a_process_for_schools_and_only_whoever_may_start_it(browser: Browser) -> None:
    assert "Many schools at once" in browser.sign_in("seo").get("/start/barnsley-risk-assessment")[1]
    assert "Many schools at once" not in browser.get("/start/barnsley-escalation")[1]
    assert browser.get("/start/barnsley-escalation/many")[0] == 422
    assert browser.get("/batches/99")[0] == 404
    assert browser.sign_in("service-director").get(MANY)[0] == 403


def test_a_form_sent_twice_is_one_round(app: Flask, browser: Browser) -> None:
    _, page = browser.sign_in("seo").get(MANY)
    run = page.split('name="run" value="')[1].split('"')[0]
    for _ in range(2):
        _, page = browser.post(MANY, urn=["100001"], run=run, risk_reason="Due.")
    assert "1 to come" in page
    assert browser.get("/batches/2")[0] == 404


def test_a_school_whose_case_failed_is_tried_again_by_a_manager(app: Flask, browser: Browser) -> None:
    engine = engine_of(app)
    browser.sign_in("seo").post(MANY, urn=["100001", "100002"])
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.execute(update(Job).where(Job.token == "100002").values(attempts=99, error="A worker died."))
    engine.jobs.run_due()
    _, page = browser.get("/batches/1")
    assert "1 failed" in page
    assert "A worker died." in page
    assert "Try again" not in page
    assert "1 failed" in browser.get("/batches")[1]
    assert "A worker died." not in browser.get("/cases")[1]
    browser.sign_in("service-director")
    assert "The school with the URN 100002: A worker died." in browser.get("/cases")[1]
    assert "Try again" in browser.get("/batches/1")[1]
    assert browser.post("/incidents/1/retry")[0] == 200
    engine.jobs.run_due()
    assert "All done: 2 of 2 cases started" in browser.get("/batches/1")[1]


def test_another_authority_sees_nothing_of_it(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo").post(MANY, urn=["100001"])
    browser.sign_in("seo", "elsewhere")
    assert "Nothing has been started" in browser.get("/batches")[1]
    assert browser.get("/batches/1")[0] == 404
