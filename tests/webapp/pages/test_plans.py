"""Deployments that wait for an approval or a date, in the browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from engine import queries
from engine.clock import VirtualClock
from tests.webapp.conftest import Browser, ask_for_approval, engine_of

KEY = "barnsley-escalation"


@pytest.fixture
def asking(app: Flask) -> Flask:
    """Barnsley asks for the Service Director's approval."""
    ask_for_approval(app)
    return app


def handed_in(browser: Browser, day: str = "", words: str = "Exit: all is well") -> str:
    """The address of what the process owner has handed in."""
    page = browser.sign_in("process-owner").get(f"/processes/{KEY}")[1]
    found = re.search(r"/definitions/(\d+)\.bpmn", page)
    assert found
    xml = browser.get(found[0])[1].replace("Exit: support reduced, case closed", words)
    body = {"xml": xml, "note": "Shorter", "file": f"{KEY}.bpmn", "base": int(found[1]), "from": day}
    answer = browser.client.post("/api/deploy", json=body)
    assert answer.status_code == 200, answer.get_json()
    return str(answer.get_json()["address"])


def version(app: Flask) -> int:
    with engine_of(app).reading() as session:
        return queries.latest_definition(session, KEY).version


def test_a_policy_takes_effect_on_its_day(app: Flask, browser: Browser, clock: VirtualClock) -> None:
    day = (clock.now() + timedelta(days=20)).date()
    place = handed_in(browser, day.isoformat())
    _, page = browser.get(place)
    assert f"From {day.day} " in page
    assert "Exit: all is well" in page
    assert "Deployments that wait" in browser.get(f"/processes/{KEY}")[1]
    assert version(app) == 1
    clock.advance(timedelta(days=21))
    engine_of(app).jobs.run_due()
    assert version(app) == 2
    assert "Deployments that wait" not in browser.get(f"/processes/{KEY}")[1]
    assert "Deployed" in browser.get(place)[1]


def test_what_was_overtaken_says_so_before_its_day(app: Flask, browser: Browser, clock: VirtualClock) -> None:
    place = handed_in(browser, (clock.now() + timedelta(days=20)).date().isoformat())
    handed_in(browser, words="Exit: closed")
    assert version(app) == 2
    _, page = browser.get(place)
    assert "Overtaken: will not be deployed" in page
    assert "Takes effect" in page
    assert "New cases until then" not in page
    assert "Overtaken" in browser.get(f"/processes/{KEY}")[1]


def test_it_may_be_called_off(app: Flask, browser: Browser, clock: VirtualClock) -> None:
    place = handed_in(browser, (clock.now() + timedelta(days=20)).date().isoformat())
    status, page = browser.post(f"{place}/call-off", off="The committee said no")
    assert status == 200
    assert "is called off. Nothing was deployed." in page
    assert "The committee said no" in page
    clock.advance(timedelta(days=21))
    engine_of(app).jobs.run_due()
    assert version(app) == 1


def test_a_second_person_sees_what_is_different_and_approves(asking: Flask, browser: Browser) -> None:
    place = handed_in(browser)
    own = browser.get(place)[1]
    assert "Somebody else has to approve what you have handed in yourself." in own
    assert "Approve this deployment" not in own
    assert version(asking) == 1
    assert place in browser.sign_in("service-director").get("/overview")[1]
    assert "Exit: all is well" in browser.get(place)[1]
    _, page = browser.post(f"{place}/approve")
    assert "it is deployed, and new cases run on it" in page
    assert version(asking) == 2
    assert "approved by Devi Fictional" in browser.get(f"/processes/{KEY}")[1]
    assert place not in browser.get("/overview")[1]


def test_nobody_else_approves(asking: Flask, browser: Browser) -> None:
    place = handed_in(browser)
    for who in ("process-owner", "seo", "head-of-education-partnerships"):
        assert "Approve this deployment" not in browser.sign_in(who).get(place)[1]
        browser.post(f"{place}/approve")
    assert version(asking) == 1
    assert browser.sign_in("headteacher").client.get(place).status_code == 403
    assert browser.sign_in("seo").client.post(f"{place}/call-off").status_code == 403
    assert browser.sign_in("seo", "elsewhere").client.get(place).status_code == 404


def test_it_is_refused_with_a_reason(asking: Flask, browser: Browser) -> None:
    place = handed_in(browser)
    browser.sign_in("service-director")
    assert "Enter why you refuse it." in browser.post(f"{place}/refuse")[1]
    _, page = browser.post(f"{place}/refuse", why="Clause 4 is gone")
    assert "Clause 4 is gone" in page
    assert "Refused" in browser.sign_in("process-owner").get(place)[1]


def test_what_was_overtaken_says_so_and_may_go_on(app: Flask, browser: Browser, clock: VirtualClock) -> None:
    place = handed_in(browser, (clock.now() + timedelta(days=20)).date().isoformat())
    handed_in(browser, words="Exit: first")
    assert "Another version was deployed since" in browser.get(place)[1]
    clock.advance(timedelta(days=21))
    engine_of(app).jobs.run_due()
    assert version(app) == 2
    assert "Could not be deployed" in browser.get("/overview")[1]
    browser.post(f"{place}/renew")
    engine_of(app).jobs.run_due()
    assert version(app) == 3


def test_a_day_that_is_past_is_refused(browser: Browser) -> None:
    browser.sign_in("process-owner")
    found = re.search(r"/definitions/(\d+)\.bpmn", browser.get(f"/processes/{KEY}")[1])
    assert found
    xml = browser.get(found[0])[1].replace("Exit: support", "Exit: no support")
    body = {"xml": xml, "note": "Shorter", "file": "a.bpmn", "base": int(found[1])}
    answer = browser.client.post("/api/deploy", json={**body, "from": "2020-01-01"})
    assert answer.status_code == 422
    assert "must be after today" in answer.get_json()["message"]
    assert browser.client.post("/api/deploy", json={**body, "from": "soon"}).status_code == 400


def test_going_back_is_handed_in_too(asking: Flask, browser: Browser) -> None:
    place = handed_in(browser)
    browser.sign_in("service-director").post(f"{place}/approve")
    browser.sign_in("process-owner")
    assert "has to approve it first" in browser.get(f"/processes/{KEY}")[1]
    _, page = browser.post(f"/processes/{KEY}/back")
    assert "Waits for approval" in page
    assert version(asking) == 2
