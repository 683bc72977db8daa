"""A report is drafted by itself when the task that asks for it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.engine.running import task
from tests.webapp.conftest import Browser, engine_of


@pytest.fixture
def asked(app: Flask, browser: Browser, case: int) -> int:
    """A task of the SEO that asks for a monthly evaluation of the school; the school has a case of escalation, too."""
    browser.sign_in("seo").post("/start/barnsley-risk-review/100001")
    return task(engine_of(app), "evaluate")


def test_a_report_is_drafted_by_itself_when_its_task_begins(
    app: Flask, browser: Browser, asked: int, case: int
) -> None:
    assert engine_of(app).reports.follow() == 1
    assert engine_of(app).reports.follow() == 0
    page = browser.client.get(f"/tasks/{asked}/report", follow_redirects=True).get_data(as_text=True)
    assert "Monthly evaluation: Sampleby Community Primary School" in page
    assert "Nobody has written on it yet" in page
    assert f'href="/cases/{case}"' in page, "where its figures come from"
    assert "Open the draft" in browser.get("/reports")[1]
    assert "Nobody yet, 7 September 2026" in browser.get("/reports")[1]


def test_one_that_cannot_be_drafted_is_left_to_whoever_has_the_task(app: Flask, browser: Browser, asked: int) -> None:
    template = Path(app.config["ROOT"]) / "config/reports/barnsley/monthly.md"
    text = template.read_text()
    template.write_text(text + "{{ report.nothing_such }}")
    try:
        assert engine_of(app).reports.follow() == 0
    finally:
        template.write_text(text)
    assert "Make the draft" in browser.get(f"/tasks/{asked}/report")[1]
