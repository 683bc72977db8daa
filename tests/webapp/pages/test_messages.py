"""A message that found nobody: managers see it, read what it said, and do something with it."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import Browser, engine_of

ROOTS = '<message id="m" name="review-held"/>'
INPUTS = "".join(
    f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>'
    for name, text in {"note": "= note", "held_on": "= held_on", "copied": "= minutes"}.items()
)
PROPERTIES = prop(businessKey="= target").removesuffix("</extensionElements>")
THROWS = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:formKey="barnsley/minutes" camunda:candidateGroups="seo"/>'
    f'<intermediateThrowEvent id="t" name="Tell the review">{PROPERTIES}'
    f"<camunda:inputOutput>{INPUTS}</camunda:inputOutput></extensionElements>"
    '<messageEventDefinition messageRef="m"/></intermediateThrowEvent><endEvent id="e"/>',
    "s>a a>t t>e",
    ROOTS,
    "throws",
)
WAITS = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="w"><messageEventDefinition messageRef="m"/>'
    '</intermediateCatchEvent><userTask id="read" name="Read it"/><endEvent id="e"/>',
    "s>w w>read read>e",
    ROOTS,
    "waits",
)
FORM = {
    "type": "default",
    "id": "minutes",
    "components": [
        {"type": "textfield", "key": "note", "label": "What was agreed?"},
        {"type": "textfield", "key": "minutes", "label": "Minutes", "properties": {"confidential": "seo"}},
    ],
}


@pytest.fixture
def other(app: Flask) -> int:
    """A case that waits for the message under another key than the one that was thrown, by case 2."""
    engine = engine_of(app)
    files = {"throws.bpmn": THROWS, "waits.bpmn": WAITS, "minutes.form": json.dumps(FORM).encode()}
    engine.deployments.deploy(files, "barnsley", by="owner", strict=False)
    case = engine.cases.start("waits", "Sampleby 2026", authority="barnsley")
    source = engine.cases.start(
        "throws",
        "Case of Sampleby",
        authority="barnsley",
        variables={"target": "Sampleby 2025", "held_on": "2026-09-04"},
    )
    answer = {"note": "Go on", "minutes": "TOP-SECRET"}
    engine.tasks.complete(engine.tasks.open(source)[0].id, answer, by="seo@barnsley.example.org")
    engine.jobs.run_due()
    return case


@pytest.fixture
def manager(browser: Browser, other: int) -> Browser:
    return browser.sign_in("service-director")


def open_tasks(app: Flask, case: int) -> list[str]:
    return [each.element for each in engine_of(app).tasks.open(case)]


def test_managers_see_it_among_the_cases_at_once(manager: Browser) -> None:
    _, page = manager.get("/cases")
    assert "found nobody who waits for it" in page
    assert 'href="/messages/1"' in page


def test_the_case_that_threw_it_has_a_problem(manager: Browser) -> None:
    assert 'href="/messages/1"' in manager.get("/cases/2")[1]
    assert "1 problem" in manager.get("/cases?troubled=1")[1]


def test_officers_who_do_not_manage_are_not_asked(browser: Browser, other: int) -> None:
    browser.sign_in("seo")
    assert 'href="/messages/1"' not in browser.get("/cases")[1]
    assert browser.get("/messages/1")[0] == 403


def test_its_page_says_who_threw_it_and_under_which_key(manager: Browser) -> None:
    _, page = manager.get("/messages/1")
    assert "Case of Sampleby, at “Tell the review”" in page
    assert "Sampleby 2025" in page


def test_its_page_says_in_words_what_it_said(manager: Browser) -> None:
    _, page = manager.get("/messages/1")
    assert "What was agreed?" in page
    assert "Go on" in page
    assert "4 September 2026" in page


def test_what_a_form_keeps_to_others_is_not_shown_under_another_name_either(manager: Browser) -> None:
    _, page = manager.get("/messages/1")
    assert "TOP-SECRET" not in page
    assert "Confidential: your roles may not read it" in page


def test_its_page_names_the_cases_near_it(manager: Browser) -> None:
    assert "Waits for it, under the key “Sampleby 2026”" in manager.get("/messages/1")[1]


def test_it_is_delivered_to_a_case_with_a_reason(app: Flask, manager: Browser, other: int) -> None:
    _, page = manager.post("/messages/1", action=str(other), reason="The year was misspelt")
    assert f"is being sent to case {other}" in page
    engine_of(app).jobs.run_due()
    assert open_tasks(app, other) == ["read"]
    _, story = manager.get("/cases/2")
    assert "A message that found nobody was sent to a case" in story
    assert f"“review-held”, to case {other}. Reason: The year was misspelt" in story


def test_it_is_sent_again(app: Flask, manager: Browser) -> None:
    case = engine_of(app).cases.start("waits", "Sampleby 2025", authority="barnsley")
    manager.post("/messages/1", action="resend", reason="There is a case now")
    engine_of(app).jobs.run_due()
    assert open_tasks(app, case) == ["read"]


def test_it_is_let_rest_and_its_page_says_by_whom_and_why(manager: Browser) -> None:
    _, page = manager.post("/messages/1", action="rest", reason="The review was cancelled")
    assert 'href="/messages/1"' not in page
    _, page = manager.get("/messages/1")
    assert "Let rest by" in page
    assert "The review was cancelled" in page
    assert "What becomes of it?" not in page


def test_without_a_reason_nothing_is_done(manager: Browser) -> None:
    status, page = manager.post("/messages/1", action="rest", reason=" ")
    assert status == 400
    assert "Enter why" in page
    assert 'href="/messages/1"' in manager.get("/cases")[1]


def test_without_a_choice_nothing_is_done(manager: Browser) -> None:
    status, page = manager.post("/messages/1", reason="Because")
    assert status == 400
    assert 'href="#action"' in page
    assert 'value="Because"' in page


def test_a_case_that_does_not_wait_for_it_is_no_choice(manager: Browser) -> None:
    assert manager.post("/messages/1", action="2", reason="Because")[0] == 400


def test_who_comes_second_is_told_that_it_was_seen_to(app: Flask, manager: Browser, other: int) -> None:
    engine_of(app).messages.resend(1, by="sam")
    status, page = manager.post("/messages/1", action="rest", reason="Because")
    assert status == 404
    assert "somebody may have seen to it already" in page


def test_another_authority_s_is_not_found(browser: Browser, other: int) -> None:
    assert browser.sign_in("seo", "elsewhere").get("/messages/1")[0] == 404
