"""Something has happened: it is reported by people, told to whoever listens, and kept on the school's record."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from flask import Flask

from engine import Scope
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
    assert "No case that you see was waiting for it." in page
    _, record = browser.get("/schools/100001")
    assert "A new head." in record


class TestWhoReadsAReport:
    """What was typed into a report is read with the cases that it came to."""

    @pytest.fixture
    def reported(self, app: Flask, browser: Browser, concern: int) -> Browser:
        browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED)
        return browser

    def test_whoever_sees_the_case(self, reported: Browser) -> None:
        assert "A new head." in reported.sign_in("service-director").get("/schools/100001")[1]

    def test_whoever_does_not_is_told_that_it_happened(self, reported: Browser) -> None:
        page = reported.sign_in("lead-member").get("/schools/100001")[1]
        assert "It went to a case that you do not see." in page
        assert "A new head." not in page

    @pytest.mark.parametrize("address", ["/schools/100001", "/schools/100001/chronology"])
    def test_whoever_is_barred_from_the_case_meets_nothing_of_it(
        self, app: Flask, reported: Browser, concern: int, address: str
    ) -> None:
        director = reported.sign_in("service-director")
        assert "Concern resolved" in director.get(address)[1]
        bar(app, concern, "service-director@barnsley.example.org")
        page = director.get(address)[1]
        assert "A new head." not in page
        assert "Reported: Concern resolved" not in page
        assert "What has been reported" not in page


def test_whoever_is_barred_from_the_case_that_hears_of_it_is_told_nothing_of_it(
    app: Flask, browser: Browser, concern: int
) -> None:
    bar(app, concern, "seo@barnsley.example.org")
    browser.sign_in("seo")
    assert "No case that you see waits for this now." in browser.get("/schools/100001/events/concern-resolved")[1]
    status, page = browser.post("/schools/100001/events/concern-resolved", **RESOLVED)
    assert status == 200
    assert "No case that you see was waiting for it. It is kept on the school’s record." in page


def bar(app: Flask, case: int, whom: str) -> None:
    manager = Scope("barnsley", frozenset({"service-director"}), "other@barnsley.example.org", oversees=True)
    engine_of(app).conflicts.bar(case, whom, "Related.", manager)


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


def test_the_case_s_page_says_who_reported_what_and_when(browser: Browser, concern: int) -> None:
    browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED)
    _, page = browser.sign_in("service-director").get(f"/cases/{concern}")
    line = page.partition("Reported: Concern resolved")[2].partition("</details>")[0]
    assert "by Sasha Example" in line
    assert "A new head." in line


def test_a_pack_says_who_reported_what(browser: Browser, concern: int) -> None:
    browser.sign_in("seo").post("/schools/100001/events/concern-resolved", **RESOLVED)
    answer = browser.sign_in("service-director").client.post(
        f"/cases/{concern}/pack", data={"why": "Ofsted inspection"}
    )
    told = json.loads(zipfile.ZipFile(io.BytesIO(answer.get_data())).read("story.json"))
    [line] = [each for each in told["entries"] if each["kind"] == "reported"]
    assert "Sasha Example" in json.dumps(line)
    assert "A new head." in json.dumps(line)
