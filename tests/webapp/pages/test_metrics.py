"""What a monitor scrapes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from engine.clock import VirtualClock
from tests.webapp.conftest import Browser, engine_of

TOKEN = {"Authorization": "Bearer sesame"}


@pytest.fixture(autouse=True)
def token(app: Flask) -> None:
    """The monitor's token, without which there is no such page."""
    app.config["METRICS_TOKEN"] = "sesame"


def scraped(browser: Browser) -> str:
    answer = browser.client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def values(page: str) -> dict[str, float]:
    """All samples by name and labels."""
    return {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_jobs_due_fired_late_and_the_age_of_the_queue(
    app: Flask, browser: Browser, clock: VirtualClock, case: int
) -> None:
    engine = engine_of(app)
    engine.messages.signal("nobody-listens", authority="barnsley")
    clock.advance(timedelta(hours=2))
    before = values(scraped(browser))
    assert before["pathways_jobs_due"] == 1
    assert before["pathways_job_queue_age_seconds"] == 7200
    engine.jobs.run_due()
    after = values(scraped(browser))
    assert after["pathways_jobs_due"] == 0
    assert after["pathways_job_queue_age_seconds"] == 0
    fired = "pathways_jobs_fired_totalmessage"
    assert after[fired] == before.get(fired, 0) + 1
    assert after["pathways_job_lateness_seconds_sum"] == before["pathways_job_lateness_seconds_sum"] + 7200


def test_no_name_is_in_it(browser: Browser, case: int) -> None:
    assert not re.search("Sampleby|barnsley|seo", scraped(browser))


def test_only_whoever_sends_the_token_may_look(app: Flask) -> None:
    visitor = app.test_client()
    assert visitor.get("/metrics").status_code == 401
    assert visitor.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401
    assert visitor.get("/metrics", headers={"Authorization": "Bearer s\u00e9same"}).status_code == 401
    assert visitor.get("/metrics", headers=TOKEN).status_code == 200


def test_without_a_token_there_are_none(app: Flask) -> None:
    app.config["METRICS_TOKEN"] = ""
    assert app.test_client().get("/metrics", headers=TOKEN).status_code == 404
    assert app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
