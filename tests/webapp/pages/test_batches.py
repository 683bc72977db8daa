"""Starting a process for many schools at once."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy import update

from engine import Scope, queries
from engine.queries import InstanceFilters
from engine.store.tables import Job
from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import Browser, engine_of

MANY = "/start/barnsley-risk-assessment/many"
VISITS = "/start/visits/many"
VISIT_FORM = {
    "type": "default",
    "id": "visit-start",
    "components": [
        {"type": "textfield", "key": "reason", "label": "Why now?", "validate": {"required": True}},
        {
            "type": "dynamiclist",
            "path": "visits",
            "label": "Visits",
            "components": [
                {"type": "textfield", "key": "visitor", "label": "Who visits?", "validate": {"required": True}},
                {"type": "datetime", "subtype": "date", "key": "on", "label": "When?"},
            ],
        },
    ],
}
ONE_VISIT = {
    "urn": ["100001"],
    "reason": "All are due.",
    "visits-row": "0",
    "visits-0-visitor": "Sam Example",
    "visits-0-on-day": "7",
    "visits-0-on-month": "9",
    "visits-0-on-year": "2026",
}


def visited(app: Flask, properties: str = "") -> None:
    """Deploy a process for schools whose start form has a repeating group."""
    drawn = bpmn(
        f'{properties}<startEvent id="s" camunda:formKey="barnsley/visit-start">{prop(forEach="school")}</startEvent>'
        '<userTask id="a" camunda:candidateGroups="seo"/><endEvent id="e"/>',
        "s>a a>e",
        key="visits",
    ).replace(b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterGroups="seo"')
    files = {"visits.bpmn": drawn, "visit-start.form": json.dumps(VISIT_FORM).encode()}
    engine_of(app).deployments.deploy(files, "barnsley", by="owner", strict=False)


@pytest.fixture
def visits(app: Flask) -> None:
    """The process for schools whose start form has a repeating group."""
    visited(app)


def ticked(page: str) -> int:
    """How many schools are ticked."""
    return page.count(" checked>")


def started(app: Flask) -> set[str]:
    return {engine_of(app).cases.variables(n)["school"]["urn"] for n in (1, 2)}


def test_nothing_is_ticked_at_first(browser: Browser) -> None:
    assert ticked(browser.sign_in("seo").get(MANY)[1]) == 0


def test_all_that_are_free_are_ticked_by_one_link(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get(MANY)
    free = int(re.search(r"Tick (\d+) without an open case", page)[1])
    assert ticked(browser.get(f"{MANY}?all=1")[1]) == free


def test_a_case_is_started_for_each_school_that_is_ticked(app: Flask, browser: Browser) -> None:
    _, page = browser.sign_in("seo").get(MANY)
    assert "Sampleby Community Primary School" in page
    assert page.count('type="checkbox"') == 24, "not the independent school"
    _, page = browser.post(MANY, urn=["100001", "100002"], risk_reason="All are due.")
    assert "0 of 2 cases started" in page
    assert "2 to come" in page
    assert "data-again" in page
    engine_of(app).jobs.run_due()
    _, page = browser.get("/batches/1")
    assert "All done: 2 of 2 cases started" in page
    assert "data-again" not in page
    assert started(app) == {"100001", "100002"}
    assert engine_of(app).cases.variables(1)["risk_reason"] == "All are due."


def test_a_school_with_an_open_case_is_offered_where_that_case_would_end(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo").post(MANY, urn=["100001", "100002"])
    engine_of(app).jobs.run_due()
    _, page = browser.get(MANY)
    assert page.count("– has an open case, which would end") == 2
    assert page.count(" disabled>") == 0
    assert "that case ends, and its story keeps what it still waited for" in page
    assert "tick all 24" in page
    assert ticked(browser.get(f"{MANY}?all=1")[1]) == 22
    assert ticked(browser.get(f"{MANY}?all=open")[1]) == 24


def test_a_school_with_an_open_case_is_offered_where_another_may_begin_beside_it(app: Flask, browser: Browser) -> None:
    visited(app, prop(cases="many", whileOpen="begin"))
    engine_of(app).cases.start("visits", authority="barnsley", school="100001")
    _, page = browser.sign_in("seo").get(VISITS)
    assert "– has an open case, which goes on beside the new one" in page
    assert page.count(" disabled>") == 0


@pytest.mark.usefixtures("visits")
def test_a_school_with_an_open_case_cannot_be_ticked_where_it_would_be_passed_over(
    app: Flask, browser: Browser
) -> None:
    engine_of(app).cases.start("visits", authority="barnsley", school="100001")
    _, page = browser.sign_in("seo").get(VISITS)
    assert page.count(" disabled>") == 1
    assert "is passed over, so you can do this again without doubling" in page
    assert "tick all" not in page


def test_a_school_s_open_case_ends_where_its_next_round_begins(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo").post(MANY, urn=["100001", "100002"])
    engine_of(app).jobs.run_due()
    browser.post(MANY, urn=["100001", "100003"])
    engine_of(app).jobs.run_due()
    assert "2 of 2 cases started" in browser.get("/batches/2")[1]
    with engine_of(app).reading() as session:
        live = [row.school_urn for row in queries.instances(session, InstanceFilters(status="active")).items]
    assert sorted(live) == ["100001", "100002", "100003"]


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


def test_add_another_starts_nothing_and_keeps_what_was_entered(app: Flask, browser: Browser, visits: None) -> None:
    status, page = browser.sign_in("seo").post(VISITS, **ONE_VISIT, **{"visits-add": "1"})
    assert status == 200
    assert 'name="visits-1-visitor"' in page
    assert 'value="Sam Example"' in page
    assert 'value="All are due."' in page
    assert ticked(page) == 1
    assert "There is a problem" not in page
    assert browser.get("/batches/1")[0] == 404


def test_add_another_ticks_no_school_that_was_not_ticked(browser: Browser, visits: None) -> None:
    _, page = browser.sign_in("seo").post(VISITS, **ONE_VISIT | {"urn": []}, **{"visits-add": "1"})
    assert 'name="visits-1-visitor"' in page
    assert ticked(page) == 0


def test_remove_starts_nothing(browser: Browser, visits: None) -> None:
    _, page = browser.sign_in("seo").post(VISITS, **ONE_VISIT, **{"visits-remove": "0"})
    assert 'name="visits-0-visitor"' not in page
    assert 'value="All are due."' in page
    assert browser.get("/batches/1")[0] == 404


def test_all_that_is_wrong_is_said_at_once(browser: Browser, visits: None) -> None:
    status, page = browser.sign_in("seo").post(VISITS, **ONE_VISIT | {"urn": [], "reason": ""})
    assert status == 400
    assert "Select at least one school" in page
    assert 'href="#reason"' in page
    assert 'name="visits-0-on-day" type="text" value="7"' in page


def test_without_a_school_a_right_answer_is_kept_as_it_was_typed(browser: Browser, visits: None) -> None:
    _, page = browser.sign_in("seo").post(VISITS, **ONE_VISIT | {"urn": []})
    assert 'name="visits-0-on-day" type="text" value="7"' in page


def test_the_rows_of_a_repeating_group_come_to_each_case(app: Flask, browser: Browser, visits: None) -> None:
    browser.sign_in("seo").post(VISITS, **ONE_VISIT)
    engine_of(app).jobs.run_due()
    assert engine_of(app).cases.variables(1)["visits"] == [{"visitor": "Sam Example", "on": "2026-09-07"}]
