"""A trouble of a case: what it saw, and a value to correct so that trying again helps."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.engine.running import DAY, LATER
from tests.webapp.conftest import Browser, engine_of


@pytest.fixture
def broken(app: Flask, browser: Browser, clock: VirtualClock) -> int:
    """A case whose timer leads to a gateway with no way out while ``broken`` is true."""
    engine = engine_of(app)
    engine.deployments.deploy({"p.bpmn": LATER}, "barnsley", by="owner", strict=False)
    case = engine.cases.start("p", authority="barnsley", variables={"broken": True})
    for _ in range(6):
        clock.set(engine.clock.now() + DAY + timedelta(hours=1))
        engine.jobs.run_due()
    browser.sign_in("service-director")
    return case


def test_it_says_what_was_evaluated_and_seen(browser: Browser, broken: int) -> None:
    assert 'href="/incidents/1"' in browser.get(f"/cases/{broken}")[1]
    _, page = browser.get("/incidents/1")
    assert "Correct a value" in page
    assert "Broken" in page


def test_a_value_is_corrected_with_a_reason_and_trying_again_helps(app: Flask, browser: Browser, broken: int) -> None:
    _, page = browser.post(
        "/incidents/1/correct", **{"name": "broken", "value-broken": "no", "reason": "Typed wrongly"}
    )
    assert "Now try again what went wrong." in page
    assert "Typed wrongly" in page
    browser.post("/incidents/1/retry")
    engine_of(app).jobs.run_due()
    assert [task.element for task in engine_of(app).tasks.open(broken)] == ["a"]
    _, page = browser.get(f"/cases/{broken}")
    assert "Tried again" in page, "not the id of an element"


def test_a_correction_needs_a_reason_and_a_value_of_its_kind(app: Flask, browser: Browser, broken: int) -> None:
    status, page = browser.post("/incidents/1/correct", **{"name": "broken", "value-broken": "perhaps"})
    assert status == 400
    assert "Enter why the value is corrected" in page
    assert "Enter yes or no" in page
    assert 'value="perhaps"' in page
    assert engine_of(app).cases.variables(broken)["broken"] is True


def test_only_a_value_that_was_seen_is_corrected(browser: Browser, broken: int) -> None:
    status, page = browser.post("/incidents/1/correct", **{"name": "other", "value-other": "x", "reason": "y"})
    assert status == 400
    assert "Select the value that is to be corrected" in page


def test_a_resolved_trouble_stands_as_resolved_in_the_story(app: Flask, browser: Browser, broken: int) -> None:
    page = browser.get(f"/cases/{broken}")[1]
    assert "Not resolved" in page
    browser.post("/incidents/1/correct", **{"name": "broken", "value-broken": "no", "reason": "Typed wrongly"})
    browser.post("/incidents/1/retry")
    engine_of(app).jobs.run_due()
    page = browser.get(f"/cases/{broken}")[1]
    assert "Not resolved" not in page
    assert ">Resolved</strong>" in page
    assert "no way out fits" in page, "what went wrong stays"
    assert re.search(r"Resolved on \d+ September 2026 at [\d:]+[ap]m\s+by ", page)


def test_only_managers_may(browser: Browser, broken: int) -> None:
    browser.sign_in("seo")
    assert browser.get("/incidents/1")[0] == 403
    assert browser.post("/incidents/1/correct", name="broken")[0] == 403
