"""The first page of whoever manages cases."""

from __future__ import annotations

import pytest
from flask import Flask

from engine.clock import VirtualClock
from engine.errors import AnswerKept
from tests.engine.running import DAY, Statements
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import CONCERN, Browser, engine_of, give


def test_managers_begin_there_and_others_with_their_tasks(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    assert browser.client.get("/").headers["Location"] == "/overview"
    browser.sign_in("seo")
    assert browser.client.get("/").headers["Location"] == "/tasks"
    assert browser.get("/overview")[0] == 403


def test_when_nothing_is_wrong_it_says_so(browser: Browser, case: int) -> None:
    _, page = browser.sign_in("service-director").get("/overview")
    assert "Nothing waits to be mended." in page
    assert "No task is late." in page
    assert "1 case has begun" in page
    assert "Nothing that matters to cases has changed in the register" in page


def test_it_says_what_is_late_by_role_and_process_and_links_to_the_list(
    app: Flask, browser: Browser, case: int, clock: VirtualClock
) -> None:
    due = engine_of(app).tasks.open(1)[0].due
    assert due is not None
    clock.set(due + DAY)
    _, page = browser.sign_in("service-director").get("/overview")
    assert "1 task is late, in" in page
    assert ">1 case</a>" in page
    assert "School Evaluation Officer (SEO) or System leader" in page
    assert "/cases?process=barnsley-escalation&amp;due=late" in page


def test_it_says_what_went_wrong_and_where_the_cases_are(app: Flask, browser: Browser, case: int) -> None:
    engine = engine_of(app)
    engine.tasks.complete(1, {"evidence_summary": "x"}, by="seo@barnsley.example.org")
    values = {"head_of_bsa_decision": 5, "school_category": "other"}
    with pytest.raises(AnswerKept):
        engine.tasks.complete(engine.tasks.open(1)[0].id, values, by="head-of-bsa@barnsley.example.org")
    _, page = browser.sign_in("service-director").get("/overview")
    assert "gives null, not true or false" in page
    assert "Schools escalation process</a>" in page
    assert "Something went wrong in case 1" in browser.get("/notices")[1]


def test_it_says_which_role_nobody_holds(app: Flask, browser: Browser, case: int) -> None:
    for role in ("seo", "system-leader"):
        give(app, f"{role}@barnsley.example.org", [])
    page = " ".join(browser.sign_in("service-director").get("/overview")[1].split())
    assert "Nobody is School Evaluation Officer (SEO) or System leader: 1 task waits for one, first" in page
    assert "Nothing waits to be mended." not in page


def test_it_asks_no_more_of_the_database_when_there_are_more_cases(app: Flask, browser: Browser, case: int) -> None:
    browser.sign_in("service-director").get("/overview")
    with Statements(engine_of(app)) as few:
        browser.get("/overview")
    browser.sign_in("seo")
    for urn in ("100002", "100003", "100004"):
        browser.post(f"/start/barnsley-escalation/{urn}", **CONCERN)
    browser.sign_in("service-director").get("/overview")
    with Statements(engine_of(app)) as many:
        browser.get("/overview")
    assert len(many.sent) == len(few.sent)


def test_what_falls_due_today_is_there_until_the_day_is_over(app: Flask, browser: Browser) -> None:
    task = '<startEvent id="s"/><userTask id="a" name="Write it" camunda:candidateGroups="seo" camunda:dueDate="= today()"/>'
    engine = engine_of(app)
    engine.deployments.deploy(
        {"w.bpmn": bpmn(task + '<endEvent id="e"/>', "s>a a>e", key="w")}, "barnsley", strict=False
    )
    engine.cases.start("w", authority="barnsley")
    _, page = browser.sign_in("service-director").get("/overview")
    assert "No task is late." in page
    assert "Write it</a>" in page.partition("What falls due within a week")[2]
    assert "(task, " in page
