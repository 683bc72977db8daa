"""The inbox and one task."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html

from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import EVIDENCE, Browser, engine_of


def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(app: Flask, browser: Browser, case: int) -> None:
    status, page = browser.post("/tasks/1", evidence_leadership="Few checks are made by leaders.")
    assert status == 400
    assert "There is a problem" in page
    assert "<title>Error: " in page
    assert 'href="#evidence_summary"' in page
    assert "Few checks are made by leaders." in page
    assert [task.id for task in engine_of(app).tasks.open()] == [1]


def test_a_task_completed_twice_says_who_did_it(browser: Browser, case: int) -> None:
    assert browser.post("/tasks/1", **EVIDENCE)[0] == 200
    status, page = browser.post("/tasks/1", **EVIDENCE)
    assert status == 409
    assert "completed by Sasha Example on 7 September 2026" in page


def test_a_task_of_another_role_is_refused(app: Flask, browser: Browser, case: int) -> None:
    status, page = browser.sign_in("clerk").post("/tasks/1", **EVIDENCE)
    assert status == 403
    assert "This is not yours" in page
    assert [task.id for task in engine_of(app).tasks.open()] == [1]


def test_claiming_keeps_what_was_typed(browser: Browser, case: int) -> None:
    _, page = browser.post("/tasks/1/claim", evidence_summary="Half a sentence")
    assert "The task is yours." in page
    assert "Half a sentence" in page
    assert "There is a problem" not in page, "nothing is judged yet"


def test_giving_a_task_back_keeps_what_was_typed(browser: Browser, case: int) -> None:
    browser.post("/tasks/1/claim")
    assert "Half a sentence" in browser.post("/tasks/1/release", evidence_summary="Half a sentence")[1]


def test_a_task_that_a_colleague_has_claimed_shows_no_form(browser: Browser, case: int) -> None:
    browser.post("/tasks/1/claim")
    _, page = browser.sign_in("system-leader").get("/tasks/1")
    assert "Claimed by Sasha Example. Only they can complete it, until they give it back." in page
    assert "Complete this task" not in page


def test_whoever_comes_second_gets_what_they_wrote_back(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    status, page = browser.post("/tasks/1", **EVIDENCE | {"evidence_summary": "What the second of us saw."})
    assert status == 409
    assert "This task is no longer open" in page
    assert "What the second of us saw." in page


def test_the_message_names_the_school(browser: Browser, case: int) -> None:
    _, page = browser.post("/tasks/1", **EVIDENCE)
    assert "You completed “SEO evidence summary” for Sampleby Community Primary School." in page


def test_a_completed_task_is_not_overdue(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    app.config["CLOCK"].advance(timedelta(days=90))
    assert "Overdue" not in browser.get("/tasks/1")[1]


def test_a_task_claimed_by_somebody_else_is_refused(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1/claim")
    status, page = browser.sign_in("system-leader").post("/tasks/1", **EVIDENCE)
    assert status == 409
    assert "claimed by Sasha Example" in page
    browser.sign_in("seo").post("/tasks/1/release")
    assert browser.sign_in("system-leader").post("/tasks/1", **EVIDENCE)[0] == 200


def test_too_much_is_refused(browser: Browser, case: int) -> None:
    status, page = browser.post("/tasks/1", evidence_summary="x" * 7_000_000)
    assert status == 413
    assert "too large" in page


def test_the_inbox_shows_what_waits_for_my_roles_and_says_what_is_overdue(
    app: Flask, browser: Browser, case: int
) -> None:
    _, page = browser.get("/tasks")
    assert "SEO evidence summary" in page
    assert "Sampleby Community Primary School" in page
    assert "Overdue" not in page
    app.config["CLOCK"].advance(timedelta(days=30))
    assert "Overdue: 21 September 2026" in browser.get("/tasks")[1], "ten working days from 7 September"
    assert "No task waits for you." in browser.sign_in("clerk").get("/tasks")[1]


def test_a_claimed_task_is_among_mine(browser: Browser, case: int) -> None:
    assert "You have claimed no task." in browser.get("/tasks?show=mine")[1]
    browser.post("/tasks/1/claim")
    assert "SEO evidence summary" in browser.get("/tasks?show=mine")[1]
    assert "SEO evidence summary" not in browser.get("/tasks?show=unclaimed")[1]


def test_a_task_says_why_it_is_asked_and_in_which_document(browser: Browser, case: int) -> None:
    _, page = browser.get("/tasks/1")
    assert "Why am I asked this?" in page
    assert "BAR-ESC-0.2" in page
    assert "schools escalation process, September 2021" in page


def test_completing_says_what_happens_next(browser: Browser, case: int) -> None:
    _, page = browser.post("/tasks/1", **EVIDENCE)
    assert "Next in this case: Head of BSA decision." in page


def test_a_completed_task_shows_what_was_answered(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    _, page = browser.get("/tasks/1")
    assert "Falling results." in page
    assert "completed by Sasha Example" in page


def test_the_inbox_is_narrowed_by_school_and_process(browser: Browser, case: int) -> None:
    browser.sign_in("seo")
    assert "SEO evidence summary" in browser.get("/tasks?search=Sampleby&process=barnsley-escalation")[1]
    for narrowed in ("search=Elsewhere", "process=barnsley-complaint"):
        assert "SEO evidence summary" not in browser.get(f"/tasks?{narrowed}")[1], narrowed


WEEKS = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Agree the wait" camunda:formKey="barnsley/wait"/>'
    '<intermediateCatchEvent id="t" name="The wait"><timerEventDefinition>'
    '<timeDuration>= string(weeks) + " weeks"</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    '<endEvent id="e"/>',
    "s>a a>t t>e",
)
ASKED = [
    {"type": "number", "key": "weeks", "label": "How many weeks?"},
    {"type": "textarea", "key": "reason", "label": "Why?"},
]


def test_an_answer_that_gives_no_time_is_shown_with_the_error_and_nothing_is_lost(app: Flask, browser: Browser) -> None:
    form = json.dumps({"id": "wait", "type": "default", "schemaVersion": 17, "components": ASKED}).encode()
    engine_of(app).deployments.deploy({"p.bpmn": WEEKS, "wait.form": form}, "barnsley", strict=False)
    case = engine_of(app).cases.start("p", authority="barnsley")
    (task,) = engine_of(app).tasks.open(case)
    status, page = browser.sign_in("seo").post(f"/tasks/{task.id}", weeks="0", reason="It was agreed with the head.")
    assert status == 422
    assert "no time at all" in page
    assert 'href="#weeks"' in page
    assert "It was agreed with the head." in page
    assert [each.id for each in engine_of(app).tasks.open(case)] == [task.id]
    assert browser.post(f"/tasks/{task.id}", weeks="2", reason="It was agreed with the head.")[0] == 200


def test_an_answer_with_which_the_case_cannot_go_on_is_kept(app: Flask, browser: Browser) -> None:
    body = '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo"/><exclusiveGateway id="g"/><endEvent id="e"/>'
    engine = engine_of(app)
    xml = bpmn(body, "s>a a>g g>e[missing > 3]")
    engine.deployments.deploy({"p.bpmn": xml}, "barnsley", by="owner", strict=False)
    case = engine.cases.start("p", authority="barnsley")
    [task] = engine.tasks.open(case)
    status, page = browser.sign_in("seo").post(f"/tasks/{task.id}")
    assert status == 202
    assert "The answer is kept, but the case could not go on with it, and a manager has been told." in page
    assert "The answer of" in browser.get(f"/tasks/{task.id}")[1]
    assert "Try again" in browser.sign_in("service-director").get(f"/cases/{case}")[1]


def test_the_newest_notices_are_shown_and_all_are_a_link_away(app: Flask, browser: Browser) -> None:
    tell = (
        '<startEvent id="s" name="Begun"/><endEvent id="e" name="Told"/>'
        '<sendTask id="n" name="Tell" camunda:type="external" camunda:topic="notify"><extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="to">clerk</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">A notice</camunda:inputParameter>'
        '<camunda:inputParameter name="text">Of today.</camunda:inputParameter></camunda:inputOutput>'
        "</extensionElements></sendTask>"
    )
    engine = engine_of(app)
    engine.deployments.deploy({"tell.bpmn": bpmn(tell, "s>n n>e", key="tell")}, "barnsley", strict=False)
    for _ in range(5):
        engine.cases.start("tell", authority="barnsley", school="100001")
    page = html.fromstring(browser.sign_in("clerk").get("/tasks")[1])
    assert len(page.xpath("//li[a='A notice']")) == 3
    assert (
        page.xpath("normalize-space(//a[starts-with(normalize-space(), 'All notices')])") == "All notices, 5 not read"
    )


@pytest.mark.parametrize("act", ["claim", "release"])
def test_the_address_at_which_a_task_changed_hands_leads_to_it(browser: Browser, case: int, act: str) -> None:
    answer = browser.client.get(f"/tasks/1/{act}")
    assert answer.headers["Location"] == "/tasks/1"
