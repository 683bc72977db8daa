"""One meeting, many schools: the same task of each is worked through as one list."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import CONCERN, EVIDENCE, Browser, engine_of


@pytest.fixture
def three(app: Flask, browser: Browser) -> Browser:
    """The SEO, when three schools wait for the evidence: Exampleton (task 1), Pretendale (2), Sampleby (3)."""
    browser.sign_in("seo")
    for urn in ("100010", "100008", "100001"):
        browser.post(f"/start/barnsley-escalation/{urn}", **CONCERN)
    return browser


def test_a_task_says_where_it_stands_in_the_list_of_schools(three: Browser) -> None:
    assert "School 2 of 3 in this list." in three.get("/tasks/2")[1]


def test_a_school_that_is_not_discussed_is_passed_by(three: Browser) -> None:
    assert "Not discussed today, next: Sampleby Community Primary School" in three.get("/tasks/2")[1]


def test_it_goes_back_too(three: Browser) -> None:
    assert "Back: Exampleton High School" in three.get("/tasks/2")[1]


def test_completing_goes_on_with_the_next_school(three: Browser) -> None:
    _, page = three.post("/tasks/1", **EVIDENCE, then="2")
    assert "Pretendale Infant School – Schools escalation process" in " ".join(page.split())


def test_what_is_done_keeps_its_place_in_the_list(three: Browser) -> None:
    _, page = three.post("/tasks/1", **EVIDENCE, then="2")
    assert "School 2 of 3 in this list, 1 done." in page


def test_a_head_has_no_list(app: Flask, browser: Browser) -> None:
    engine = engine_of(app)
    task = bpmn(
        '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="headteacher"/><endEvent id="e"/>', "s>a a>e"
    )
    engine.deployments.deploy({"a.bpmn": task}, "barnsley", by="x", strict=False)
    for urn in ("100001", "100002"):
        engine.cases.start("p", authority="barnsley", school=urn)
    assert "in this list" not in browser.sign_in("headteacher").get("/tasks/1")[1]


def test_tasks_about_no_school_are_no_list_of_schools(app: Flask, browser: Browser) -> None:
    engine = engine_of(app)
    task = bpmn('<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo"/><endEvent id="e"/>', "s>a a>e")
    engine.deployments.deploy({"a.bpmn": task}, "barnsley", by="x", strict=False)
    for school in (None, None, "100001", "100002"):
        engine.cases.start("p", authority="barnsley", school=school)
    assert "in this list" not in browser.sign_in("seo").get("/tasks/1")[1]
    assert "School 1 of 2 in this list" in " ".join(browser.get("/tasks/3")[1].split())


def test_each_is_saved_by_itself(app: Flask, three: Browser) -> None:
    three.post("/tasks/1", **EVIDENCE, then="2")
    assert [task.id for task in engine_of(app).tasks.open() if task.element == "document-evidence"] == [2, 3]


def test_a_form_that_is_wrong_stays_at_its_school(three: Browser) -> None:
    status, page = three.post("/tasks/1", then="2")
    assert status == 400
    assert "School 1 of 3 in this list." in page


def test_a_task_that_is_alone_shows_no_list(browser: Browser, case: int) -> None:
    assert "in this list" not in browser.get("/tasks/1")[1]


def test_a_role_that_has_no_part_in_it_sees_no_list(app: Flask, three: Browser) -> None:
    three.post("/tasks/1", **EVIDENCE)
    assert "in this list" not in three.sign_in("head-of-bsa").get("/tasks/4")[1]
