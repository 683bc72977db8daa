"""Something has happened: it is reported by people, told to whoever listens, and kept on the school's record."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import Browser, engine_of

RESOLVED = {"resolved_on-day": "4", "resolved_on-month": "9", "resolved_on-year": "2026", "resolved_how": "A new head."}
SERIOUS = "barnsley-concerns-maintained"


@pytest.fixture
def concern(app: Flask) -> int:
    """A case of serious concern about a maintained school."""
    return engine_of(app).cases.start(
        SERIOUS, school="100001", authority="barnsley", variables={"concern": "leadership"}
    )


def test_the_case_s_page_offers_what_the_case_waits_for(browser: Browser, concern: int) -> None:
    _, page = browser.sign_in("seo").get(f"/cases/{concern}")
    assert "Concern resolved" in page
    assert "Begins “The concern is resolved at any moment”" in page


def test_the_school_s_page_says_who_would_hear_of_it(browser: Browser, concern: int) -> None:
    _, page = browser.sign_in("seo").get("/schools/100001/events")
    assert f"Case {concern}" in page


def test_a_report_reaches_the_case_that_listens(app: Flask, browser: Browser, concern: int) -> None:
    browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED)
    assert engine_of(app).cases.get(concern).status == "completed"


def test_what_was_recorded_is_a_variable_of_the_case(app: Flask, browser: Browser, concern: int) -> None:
    browser.sign_in("seo").post(f"/cases/{concern}/events/concern-resolved", **RESOLVED)
    assert engine_of(app).cases.variables(concern)["resolved_how"] == "A new head."


def test_the_person_is_told_which_case_it_went_to(browser: Browser, concern: int) -> None:
    _, page = browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED)
    assert f'href="/cases/{concern}">case {concern}</a> (Serious concerns about a maintained school)' in page


def test_what_nobody_waits_for_is_kept_on_the_school_s_record(browser: Browser) -> None:
    _, page = browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED)
    assert "No case was waiting for it." in page
    _, record = browser.get("/schools/100001")
    assert "A new head." in record


def test_a_report_that_is_not_whole_is_sent_back_with_all_that_was_entered(browser: Browser) -> None:
    status, page = browser.sign_in("seo").post("/schools/100001/events/concern-resolved", resolved_how="A new head.")
    assert status == 400
    assert "A new head." in page
    assert "Enter the date when the concern was resolved" in page


def test_a_role_that_does_not_report_it_is_told_who_does(browser: Browser, concern: int) -> None:
    status, page = browser.sign_in("lead-member").get("/schools/100001/events/concern-resolved")
    assert status == 403
    assert "is reported by School Evaluation Officer (SEO)" in page


def test_what_no_process_names_cannot_be_reported(browser: Browser) -> None:
    assert browser.sign_in("seo").get("/schools/100001/events/moon-landing")[0] == 404


def test_what_a_case_does_not_wait_for_cannot_be_reported_to_it(browser: Browser, case: int) -> None:
    assert browser.sign_in("seo").get(f"/cases/{case}/events/concern-resolved")[0] == 404


def test_another_authority_s_school_is_not_found(browser: Browser) -> None:
    assert browser.sign_in("seo", "elsewhere").get("/schools/100001/events")[0] == 404


def test_the_school_is_chosen_first(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/events?search=100001")
    assert 'value="100001"' in page
    status, page = browser.get("/events?urn=&chosen=1")
    assert status == 400
    assert "Select a school" in page


def test_back_and_report_again_reports_nothing_twice(browser: Browser, concern: int) -> None:
    _, form = browser.sign_in("seo").get("/schools/100001/events/concern-resolved")
    assert '<input type="hidden" name="last" value="0">' in form
    browser.post("/schools/100001/events/concern-resolved", **RESOLVED, last="0")
    status, page = browser.post("/schools/100001/events/concern-resolved", **RESOLVED, last="0")
    assert status == 409
    assert "was reported by Sasha Example on 7 September 2026, after this page was opened" in page


def test_what_has_happened_once_more_is_reported_on_a_new_page(browser: Browser, concern: int) -> None:
    browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED, last="0")
    _, form = browser.get("/schools/100001/events/concern-resolved")
    assert '<input type="hidden" name="last" value="1">' in form
    assert browser.post("/schools/100001/events/concern-resolved", **RESOLVED, last="1")[0] == 200


BEGINS = (
    f'<startEvent id="s" name="A flood">{prop(reportedBy="seo")}<messageEventDefinition messageRef="m"/></startEvent>'
    '<userTask id="a"/><endEvent id="e"/>'
)


@pytest.mark.parametrize(("kind", "offered"), [("community", True), ("academy", False)])
def test_what_would_begin_a_process_that_is_not_for_the_school_is_not_offered(
    app: Flask, browser: Browser, kind: str, offered: bool
) -> None:
    when = prop(startWhen=f"= school.type = &quot;{kind}&quot;")
    drawn = bpmn(f"{when}{BEGINS}", "s>a a>e", roots='<message id="m" name="flood"/>')
    engine_of(app).deployments.deploy({"f.bpmn": drawn}, "barnsley", by="x", strict=False)
    assert ("A flood" in browser.sign_in("seo").get("/schools/100001/events")[1]) is offered
