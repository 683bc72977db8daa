"""Bad input gets a plain page or message, keeps what was typed, and changes nothing."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from engine import Engine
from tests.webapp.conftest import CONCERN, Browser

EVIDENCE = {
    "evidence_quality_of_education": "Weak phonics.", "evidence_leadership": "Few checks.", "evidence_summary": "Falling results.",
}  # fmt: skip


def engine_of(app: Flask) -> Engine:
    engine: Engine = app.extensions["pathways"]
    return engine


def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(app: Flask, browser: Browser, case: int) -> None:
    status, page = browser.post("/tasks/1", evidence_leadership="Few checks are made by leaders.")
    assert status == 400 and "There is a problem" in page and "<title>Error: " in page
    assert 'href="#evidence_summary"' in page and "Few checks are made by leaders." in page
    assert [task.id for task in engine_of(app).user_tasks()] == [1]


def test_a_task_completed_twice_says_who_did_it(browser: Browser, case: int) -> None:
    assert browser.post("/tasks/1", **EVIDENCE)[0] == 200
    status, page = browser.post("/tasks/1", **EVIDENCE)
    assert status == 409 and "completed by seo@barnsley.example.org on 7 September 2026" in page


def test_a_task_of_another_role_is_refused(app: Flask, browser: Browser, case: int) -> None:
    status, page = browser.sign_in("clerk").post("/tasks/1", **EVIDENCE)
    assert status == 403 and "This is not yours" in page
    assert [task.id for task in engine_of(app).user_tasks()] == [1]


def test_a_task_claimed_by_somebody_else_is_refused(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1/claim")
    status, page = browser.sign_in("system-leader").post("/tasks/1", **EVIDENCE)
    assert status == 409 and "claimed by seo@barnsley.example.org" in page
    browser.sign_in("seo").post("/tasks/1/release")
    assert browser.sign_in("system-leader").post("/tasks/1", **EVIDENCE)[0] == 200


def test_unknown_things_are_not_found(browser: Browser, case: int) -> None:
    for address in ("/tasks/999", "/cases/999", "/processes/nothing", "/definitions/999.bpmn", "/start/nothing/100001", "/nowhere"):
        status, page = browser.get(address)
        assert status in (403, 404) and "Page not found" in page or "not yours" in page, address


def test_a_school_that_does_not_exist_starts_nothing(app: Flask, browser: Browser) -> None:
    status, page = browser.sign_in("seo").post("/start/barnsley-escalation/999999", **CONCERN)
    assert status == 404 and "no school with the URN 999999" in page
    assert engine_of(app).user_tasks() == []


def test_a_start_with_missing_data_starts_nothing(app: Flask, browser: Browser) -> None:
    status, page = browser.sign_in("seo").post("/start/barnsley-escalation/100001", concern_description="Something")
    assert status == 400 and "There is a problem" in page and "Something" in page
    assert engine_of(app).user_tasks() == []


def test_no_school_chosen(browser: Browser) -> None:
    browser.sign_in("seo")
    status, page = browser.get("/start/barnsley-escalation?urn=")
    assert status == 400 and "Select a school" in page


def test_signing_in(browser: Browser) -> None:
    status, page = browser.post("/sign-in", username="", password="")
    assert status == 400 and "Enter your email address" in page and "Enter your password" in page
    for _ in range(5):
        assert browser.post("/sign-in", username="seo@barnsley.example.org", password="wrong")[0] == 400
    status, _ = browser.post("/sign-in", username="seo@barnsley.example.org", password="pathways")
    assert status == 400, "the account rests after five wrong passwords"
    browser.client.application.config["CLOCK"].advance(timedelta(minutes=16))
    assert browser.post("/sign-in", username="seo@barnsley.example.org", password="pathways")[0] == 200


def test_signing_in_leads_nowhere_else(browser: Browser) -> None:
    data = {"username": "seo@barnsley.example.org", "password": "pathways"}
    for target in ("//evil.example.org", "https://evil.example.org", "/\\evil.example.org"):
        answer = browser.client.post("/sign-in", query_string={"next": target}, data=data)
        assert answer.headers["Location"] == "/tasks"


def test_a_drawing_that_is_no_diagram_is_refused_with_reasons(browser: Browser) -> None:
    browser.sign_in("process-owner")
    for xml in ("", "hello", "<a><b></a>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        answer = browser.client.post("/api/deploy", json={"xml": xml, "note": "try", "file": "x.bpmn"})
        assert answer.status_code == 422 and answer.get_json()["message"], xml
    assert browser.client.post("/api/check", json={"file": "x"}).status_code == 400
    assert browser.client.post("/api/deploy", json={"xml": "<a/>", "file": "x.bpmn"}).status_code == 400


def test_a_case_is_cancelled_only_with_a_reason(app: Flask, browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    _, page = browser.post("/cases/1/cancel", reason=" ")
    assert "Enter why the case is cancelled" in page and engine_of(app).instance(1).state == "active"
    _, page = browser.post("/cases/1/cancel", reason="Opened by mistake")
    assert "Opened by mistake" in page and engine_of(app).instance(1).state == "cancelled"


def test_too_much_is_refused(browser: Browser, case: int) -> None:
    status, page = browser.post("/tasks/1", evidence_summary="x" * 7_000_000)
    assert status == 413 and "too large" in page


def test_an_unexpected_failure_has_a_page_and_no_trace(app: Flask, browser: Browser) -> None:
    app.extensions["clauses"] = None  # what a broken installation might lack
    browser.sign_in("seo").post("/start/barnsley-escalation/100001", **CONCERN)
    status, page = browser.get("/tasks/1")
    assert status == 500 and "Sorry, there is a problem" in page and "Traceback" not in page
