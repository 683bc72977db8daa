"""A process owner rehearses a process: a year's diary, step by step, saved as a test case that deployment plays."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from flask import Flask

from tests.webapp.conftest import CONCERN, EVIDENCE, ROOT, Browser, engine_of

HERE = "/processes/barnsley-escalation/rehearse"
SETUP = {"phase": "primary", "type": "community", "beginning": "0", "pace": "next school day"}


def recording(page: str) -> str:
    """The rehearsal that a page carries."""
    found = re.search(r'name="rehearse-json" value="([^"]*)"', page)
    assert found, page[:2000]
    return html.unescape(found[1])


def step(browser: Browser, page: str, **more: Any) -> tuple[int, str]:
    """Send the page's rehearsal on, with what is done."""
    named = {name.replace("rehearse_", "rehearse-"): value for name, value in more.items()}
    begun = {} if "Begin the rehearsal" in page else {"rehearse-begun": "1"}
    return browser.post(f"{HERE}/steps", **{"rehearse-json": recording(page), **begun, **named})


@pytest.fixture
def begun(browser: Browser) -> str:
    """The page of a rehearsal that has just begun."""
    _, page = browser.sign_in("process-owner").post(f"{HERE}/steps", **SETUP)
    return step(browser, page, rehearse_do="begin", **CONCERN)[1]


def test_a_year_in_a_diary(browser: Browser) -> None:
    status, page = browser.sign_in("process-owner").post(f"{HERE}/year", **SETUP)
    assert status == 200
    assert "SEO evidence summary is asked, due on 21 September 2026" in page
    assert "School Evaluation Officer (SEO) or System leader" in page


def test_a_diary_says_which_answers_were_given_and_why_a_way_was_taken(browser: Browser) -> None:
    _, page = browser.sign_in("process-owner").post(f"{HERE}/year", **SETUP)
    asked = "What does the Head of the BSA decide?"
    way = re.search(rf"{re.escape(asked)}: on to “No further action”[^<]*<ul[^>]*>\s*<li>([^<]+): ([^<]+)</li>", page)
    assert way, re.findall(r"[^<>]+: on to [^<]+(?:<[^<]*)*?</ul>", page)
    assert way[2] == "No further action"


def test_what_the_caller_of_a_process_hands_over_is_made_up_and_shown(browser: Browser) -> None:
    status, page = browser.sign_in("process-owner").post("/processes/barnsley-powers/rehearse/year", **SETUP)
    assert status == 200
    assert "What its caller hands over (made up)" in page
    assert "<code>compliance_last_day</code>" in page


def test_step_by_step_it_is_shown_too(browser: Browser) -> None:
    here = "/processes/barnsley-powers/rehearse/steps"
    _, page = browser.sign_in("process-owner").post(here, **SETUP)
    status, page = browser.post(here, **{"rehearse-json": recording(page), "rehearse-do": "begin"})
    assert status == 200
    assert "What its caller hands over (made up)" in page


def test_what_a_start_form_asks_is_handed_over_by_nobody(browser: Browser) -> None:
    _, page = browser.sign_in("process-owner").post(f"{HERE}/year", **SETUP)
    assert "What its caller hands over" not in page


def test_the_start_form_is_asked_and_what_is_wrong_is_said(browser: Browser) -> None:
    _, page = browser.sign_in("process-owner").post(f"{HERE}/steps", **SETUP)
    status, page = step(browser, page, rehearse_do="begin")
    assert status == 400
    assert "There is a problem" in page


def test_step_by_step(browser: Browser, begun: str) -> None:
    assert "SEO evidence summary" in begun
    assert 'data-active="[&#34;document-evidence&#34;]"' in begun
    status, page = step(browser, begun, rehearse_do="complete", rehearse_what="document-evidence", **EVIDENCE)
    assert status == 200
    assert "For Head of the Barnsley Schools’ Alliance (BSA)" in page
    assert "<code>evidence_summary</code>" in page


def test_a_wrong_answer_is_shown_again(browser: Browser, begun: str) -> None:
    status, page = step(browser, begun, rehearse_do="complete", rehearse_what="document-evidence")
    assert status == 400
    assert "There is a problem" in page


def test_time_passes_until_the_next_date_and_a_step_is_taken_back(browser: Browser, begun: str) -> None:
    page = step(browser, step(browser, begun, rehearse_do="wait")[1], rehearse_do="wait")[1]
    assert "SEO evidence summary: “Late: SEO evidence summary" in page
    page = step(browser, page, rehearse_do="complete", rehearse_what="document-evidence", **EVIDENCE)[1]
    assert "SEO evidence summary is done" in page
    assert "SEO evidence summary is done" not in step(browser, page, rehearse_do="undo")[1]


def test_an_event_happens(browser: Browser, begun: str) -> None:
    page = step(browser, begun, rehearse_do="choose", rehearse_what="high-risk")[1]
    assert "High risk found again" in page


def test_nothing_of_it_happens(app: Flask, browser: Browser, begun: str) -> None:
    step(browser, begun, rehearse_do="complete", rehearse_what="document-evidence", **EVIDENCE)
    assert engine_of(app).tasks.open() == []
    assert "Rehearsal Lane School" not in browser.sign_in("seo").get("/schools")[1]


def test_a_saved_rehearsal_is_played_by_deployment(browser: Browser, begun: str) -> None:
    page = step(browser, begun, rehearse_do="complete", rehearse_what="document-evidence", **EVIDENCE)[1]
    said = browser.post(f"{HERE}/save", **{"rehearse-json": recording(page), "rehearse-name": "Evidence first"})[1]
    assert "The rehearsal “Evidence first” is saved" in said
    xml = (ROOT / "processes/barnsley/barnsley-escalation.bpmn").read_text(encoding="utf-8")
    changed = xml.replace('camunda:dueDate="10 working days"', 'camunda:dueDate="15 working days"', 1)
    answer = browser.client.post("/api/deploy", json={"xml": changed, "note": "x", "file": "barnsley-escalation.bpmn"})
    assert answer.status_code == 422
    assert "the rehearsal “Evidence first” goes otherwise" in json.dumps(answer.get_json(), ensure_ascii=False)
    removed = browser.post(f"{HERE}/1/remove")[1]
    assert "The rehearsal is removed" in removed


def test_a_rehearsal_without_a_name_is_not_saved(browser: Browser, begun: str) -> None:
    status, page = browser.post(f"{HERE}/save", **{"rehearse-json": recording(begun)})
    assert status == 400
    assert "Enter a name" in page


def test_a_rehearsal_as_a_file(browser: Browser, begun: str) -> None:
    answer = browser.client.post(f"{HERE}/download", data={"rehearse-json": recording(begun)})
    assert answer.get_json()["process"] == "barnsley-escalation"


@pytest.mark.parametrize("text", ["no", "{}", "[1]", '{"process": "other", "begins": "2026-09-07T09:00"}'])
def test_what_is_no_rehearsal_of_this_process(browser: Browser, text: str) -> None:
    browser.sign_in("process-owner")
    assert browser.post(f"{HERE}/steps", **{"rehearse-json": text, "rehearse-begun": "1"})[0] in (400, 422)


def saved(browser: Browser, page: str, name: str = "One") -> str:
    """The file of a rehearsal that is saved under a name."""
    carried = {"rehearse-json": recording(page), "rehearse-begun": "1"}
    _, after = browser.post(f"{HERE}/save", **carried, **{"rehearse-name": name})
    assert f"“{name}” is saved" in after
    return recording(browser.get(HERE)[1])


def test_all_are_played_and_what_they_go_through_is_shown(browser: Browser, begun: str) -> None:
    _, page = step(browser, begun, rehearse_do="complete", rehearse_what="document-evidence", **EVIDENCE)
    saved(browser, page)
    status, page = browser.get(f"{HERE}/coverage")
    assert status == 200
    assert "1 of 1 go as they were saved" in page
    covered = html.unescape(re.findall(r'data-completed="([^"]*)"', page)[0])
    assert "document-evidence" in json.loads(covered)
    assert '<span data-new="consider-evidence">' in page
    assert '<span data-new="document-evidence">' not in page


def test_where_none_is_saved_it_says_what_to_do(browser: Browser) -> None:
    page = browser.sign_in("process-owner").get(f"{HERE}/coverage")[1]
    assert "No rehearsal of this process has been saved yet" in page


def test_a_rehearsal_is_saved_from_its_file(browser: Browser, begun: str) -> None:
    file = saved(browser, begun)
    assert upload(browser, json.dumps({**json.loads(file), "name": "From a file"}))[0] == 200
    assert "From a file" in browser.get(HERE)[1]


def test_a_file_that_expects_something_else_is_not_saved(browser: Browser, begun: str) -> None:
    file = json.loads(saved(browser, begun))
    first = file["expect"]["path"][0]
    file["name"], file["expect"]["path"] = "Wrong", ["elsewhere"]
    status, page = upload(browser, json.dumps(file))
    assert status == 422
    assert f'comes "{first}", not "elsewhere"' in html.unescape(page)


def test_what_is_no_rehearsal_of_this_process_is_refused(browser: Browser, begun: str) -> None:
    file = json.loads(saved(browser, begun))
    assert "it is no JSON" in upload(browser, "{")[1]
    assert "one of the process other" in upload(browser, json.dumps({**file, "process": "other"}))[1]
    assert browser.client.post(f"{HERE}/upload").status_code == 400


def upload(browser: Browser, content: str) -> tuple[int, str]:
    sent = {"file": (io.BytesIO(content.encode()), "one.json")}
    answer = browser.client.post(f"{HERE}/upload", data=sent, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)
