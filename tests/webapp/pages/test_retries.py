"""Troubles by cause, and many tried again at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.engine.running import DAY, LATER
from tests.webapp.conftest import Browser, engine_of


@pytest.fixture
def broken(app: Flask, browser: Browser, clock: VirtualClock) -> Browser:
    """A manager who looks at two cases that stopped by one cause."""
    engine = engine_of(app)
    engine.deployments.deploy({"p.bpmn": LATER}, "barnsley", by="owner", strict=False)
    for _ in range(2):
        engine.cases.start("p", authority="barnsley", variables={"broken": True})
    for _ in range(6):
        clock.set(engine.clock.now() + DAY + timedelta(hours=1))
        engine.jobs.run_due()
    return browser.sign_in("service-director")


def test_the_overview_leads_to_the_causes(broken: Browser) -> None:
    assert 'href="/troubles"' in broken.get("/overview")[1]
    page = broken.get("/troubles")[1]
    assert 'href="/troubles/1"' in page
    assert "no way out fits" in page


def test_all_cases_of_the_cause_are_offered_and_what_will_happen_is_said(broken: Browser) -> None:
    page = broken.get("/troubles/1")[1]
    assert "Which of these 2 cases?" in page
    assert page.count(" checked") == 2
    assert "What will happen" in page


def test_it_shows_how_far_it_is_until_it_is_done(app: Flask, broken: Browser) -> None:
    engine_of(app).cases.set_variables(1, {"broken": False})
    status, page = broken.post("/troubles/1", incident=["1", "2"], reason="Mended")
    assert status == 200
    assert "0 of 2 cases go on, 2 to come." in page
    assert "data-again" in page
    engine_of(app).jobs.run_due()
    assert "1 of 2 cases goes on, 1 being tried." in broken.get("/troubles/retries/1")[1]


def test_what_is_missing_is_said_and_what_was_chosen_stays(broken: Browser) -> None:
    status, page = broken.post("/troubles/1", reason="Mended")
    assert status == 400
    assert "Select the cases that are to be tried again" in page
    assert "Mended" in page
    status, page = broken.post("/troubles/1", incident=["2"])
    assert status == 400
    assert "Enter why they are tried again" in page
    assert page.count(" checked") == 1


def test_only_managers_may(broken: Browser) -> None:
    broken.sign_in("seo")
    for address in ("/troubles", "/troubles/1", "/troubles/retries/1"):
        assert broken.get(address)[0] == 403
    assert broken.post("/troubles/1", incident=["1"], reason="x")[0] == 403
