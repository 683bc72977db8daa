"""Processes, versions, and what the modeller sends."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from engine import queries
from tests.webapp.conftest import Browser, engine_of


def test_a_drawing_that_is_no_diagram_is_refused_with_reasons(browser: Browser) -> None:
    browser.sign_in("process-owner")
    for xml in ("", "hello", "<a><b></a>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        answer = browser.client.post("/api/deploy", json={"xml": xml, "note": "try", "file": "x.bpmn"})
        assert answer.status_code == 422, xml
        assert answer.get_json()["message"], xml
    assert browser.client.post("/api/check", json={"file": "x"}).status_code == 400
    assert browser.client.post("/api/deploy", json={"xml": "<a/>", "file": "x.bpmn"}).status_code == 400


def drawing(browser: Browser, process: str = "barnsley-escalation") -> str:
    _, page = browser.get(f"/processes/{process}")
    address = re.search(r"/definitions/\d+\.bpmn", page)
    assert address
    return browser.get(address[0])[1]


def test_a_process_shows_its_versions_and_gives_its_file(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/processes/barnsley-escalation")
    assert "new cases run on this" in page
    assert "Edit in the modeller" not in page
    answer = browser.client.get(re.findall(r"/definitions/\d+\.bpmn\?download=1", page)[0])
    assert answer.headers["Content-Disposition"] == "attachment; filename=barnsley-escalation.bpmn"


def test_a_changed_drawing_is_deployed_with_its_note(app: Flask, browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner")).replace("Exit: support reduced, case closed", "Exit: all is well")
    answer = browser.client.post(
        "/api/deploy", json={"xml": xml, "note": "Shorter", "file": "barnsley-escalation.bpmn"}
    )
    assert answer.get_json() == {"address": "/processes/barnsley-escalation?deployed=1"}
    _, page = browser.get("/processes/barnsley-escalation")
    assert "Shorter" in page
    assert "2 (new cases run on this)" in page


def test_after_deploying_a_called_process_its_own_page_follows_and_names_its_callers(browser: Browser) -> None:
    key = "barnsley-warning-notice"
    xml = drawing(browser.sign_in("process-owner"), key).replace("Stage 3, maintained school", "At stage 3")
    answer = browser.client.post("/api/deploy", json={"xml": xml, "note": "Shorter", "file": f"{key}.bpmn"})
    assert answer.get_json() == {"address": f"/processes/{key}?deployed=1"}
    _, page = browser.get(f"/processes/{key}?deployed=1")
    said = re.search(r"These refer to it, and so have a new version too: ([^.]*)\.", page)
    assert said
    assert "“Schools escalation process”" in said[1]


def test_a_drawing_of_an_older_version_does_not_take_newer_changes_back(browser: Browser) -> None:
    xml, file = drawing(browser.sign_in("process-owner")), "barnsley-escalation.bpmn"
    base = int(re.search(r"/definitions/(\d+)\.bpmn", browser.get("/processes/barnsley-escalation")[1])[1])
    first = xml.replace("Exit: support reduced, case closed", "Exit: the first tab")
    second = xml.replace("Exit: support reduced, case closed", "Exit: the second tab")
    browser.client.post("/api/deploy", json={"xml": first, "note": "One", "file": file, "base": base})
    answer = browser.client.post("/api/deploy", json={"xml": second, "note": "Two", "file": file, "base": base})
    assert answer.status_code == 409
    assert "Version 2 of “Schools escalation process” was deployed by Pat Pretend" in answer.get_json()["message"]
    assert "Exit: the first tab" in drawing(browser)


def test_whoever_has_seen_that_may_deploy_over_it(browser: Browser) -> None:
    xml, file = drawing(browser.sign_in("process-owner")), "barnsley-escalation.bpmn"
    base = int(re.search(r"/definitions/(\d+)\.bpmn", browser.get("/processes/barnsley-escalation")[1])[1])
    first = xml.replace("Exit: support reduced, case closed", "Exit: the first tab")
    browser.client.post("/api/deploy", json={"xml": first, "note": "One", "file": file, "base": base})
    told = browser.client.post("/api/deploy", json={"xml": xml, "note": "Two", "file": file, "base": base}).get_json()
    answer = browser.client.post("/api/deploy", json={"xml": xml, "note": "Two", "file": file, "base": told["base"]})
    assert answer.status_code == 200


def test_a_drawing_of_another_process_is_not_deployed_from_this_one(browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner"), "barnsley-complaint")
    base = int(re.search(r"/definitions/(\d+)\.bpmn", browser.get("/processes/barnsley-escalation")[1])[1])
    body = {"xml": xml.replace("Complaint received", "Complaint came"), "note": "x", "file": "a.bpmn", "base": base}
    answer = browser.client.post("/api/deploy", json=body)
    assert answer.status_code == 422
    assert "This drawing is of the process barnsley-complaint" in answer.get_json()["message"]


@pytest.mark.parametrize("body", ['{"xml": "\\ud800"}', "[" * 100_000, "[1]", "5", '{"xml": 5}'])
def test_what_is_no_drawing_at_all_is_refused(browser: Browser, body: str) -> None:
    browser.sign_in("process-owner")
    answer = browser.client.post("/api/check", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_a_note_is_short_enough_to_be_read(browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner"))
    answer = browser.client.post("/api/deploy", json={"xml": xml, "note": "z" * 2_001, "file": "x.bpmn"})
    assert answer.get_json()["message"] == "The note must be 2,000 characters or less: it has 1 too many."


def test_the_same_drawing_is_not_deployed_again(browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner"))
    answer = browser.client.post("/api/deploy", json={"xml": xml, "note": "Again", "file": "barnsley-escalation.bpmn"})
    assert answer.status_code == 422
    assert "Nothing was deployed" in answer.get_json()["message"]


def test_a_check_names_the_element_and_the_remedy(app: Flask, browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner")).replace('camunda:formKey="barnsley/evidence-summary"', "")
    found = browser.client.post("/api/check", json={"xml": xml, "file": "barnsley-escalation.bpmn"}).get_json()[
        "findings"
    ]
    (finding,) = [each for each in found if each["element"] == "document-evidence"]
    assert finding["severity"] == "error"
    assert "form" in finding["message"]
    assert finding["remedy"]
    assert engine_of(app).tasks.open() == []


def check_of_messages(browser: Browser, xml: str) -> list[tuple[str, str]]:
    answer = browser.client.post("/api/check", json={"xml": xml, "file": "barnsley-risk-assessment.bpmn"})
    found = answer.get_json()["findings"]
    return sorted((each["code"], each["element"]) for each in found if each["code"] in ("PW-891", "PW-892"))


def test_a_check_sees_who_of_the_deployed_processes_waits_for_a_message(browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner"), "barnsley-risk-assessment")
    assert check_of_messages(browser, xml) == []


def test_a_check_finds_a_message_that_no_deployed_process_waits_for(browser: Browser) -> None:
    xml = drawing(browser.sign_in("process-owner"), "barnsley-risk-assessment")
    assert check_of_messages(browser, xml.replace('name="high-risk"', 'name="risk-high"')) == [("PW-892", "high-risk")]


ESCALATION = "/processes/barnsley-escalation"


def redrawn(browser: Browser, words: str) -> None:
    xml = drawing(browser.sign_in("process-owner")).replace("Exit: support reduced, case closed", words)
    given = {"xml": xml, "note": "Changed", "file": "barnsley-escalation.bpmn"}
    assert browser.client.post("/api/deploy", json=given).status_code == 200


def test_an_owner_goes_back_to_the_version_before_in_one_click(app: Flask, browser: Browser) -> None:
    redrawn(browser, "Exit: all is well")
    assert "Go back to version 1" in browser.get(ESCALATION)[1]
    status, page = browser.post(f"{ESCALATION}/back", why="The committee said no")
    assert status == 200
    assert "3 (new cases run on this)" in page
    assert "Back to version 1: The committee said no" in page
    assert "Exit: support reduced, case closed" in drawing(browser)
    with engine_of(app).reading() as session:
        keys = [row.key for row in queries.definitions(session)]
    assert len(keys) == len(set(keys)), "no twin"


def test_going_back_takes_back_nothing_that_came_meanwhile(app: Flask, browser: Browser) -> None:
    with engine_of(app).reading() as session:
        first = queries.latest_definition(session, "barnsley-escalation").id
    redrawn(browser, "Exit: all is well")
    _, page = browser.post(f"{ESCALATION}/back", latest=str(first))
    assert "Nothing was deployed: version 2 was deployed after this page was opened." in page


def test_the_first_version_has_none_before_it(browser: Browser) -> None:
    _, page = browser.sign_in("process-owner").post(f"{ESCALATION}/back")
    assert "There is no version before this one." in page


def test_only_owners_go_back(browser: Browser) -> None:
    assert browser.sign_in("seo").client.post(f"{ESCALATION}/back").status_code == 403


def test_a_process_is_retired_with_a_reason_and_taken_back(browser: Browser) -> None:
    browser.sign_in("process-owner")
    assert "Enter why the process is retired" in browser.post(f"{ESCALATION}/retire")[1]
    _, page = browser.post(f"{ESCALATION}/retire", **{"retire-why": "The policy has ended"})
    assert "The policy has ended" in page
    assert "No new case begins" in page
    assert "Retired" in browser.get("/processes")[1]
    browser.sign_in("seo")
    assert "/start/barnsley-escalation" not in browser.get("/start")[1]
    status, told = browser.get("/start/barnsley-escalation/100001")
    assert status == 409
    assert "Pat Pretend retired it: The policy has ended." in told
    browser.sign_in("process-owner").post(f"{ESCALATION}/take-up")
    assert "/start/barnsley-escalation" in browser.sign_in("seo").get("/start")[1]
