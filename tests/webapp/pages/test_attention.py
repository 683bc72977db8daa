"""Priority and the day until which a task rests, on the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.webapp.conftest import EVIDENCE, Browser
from tests.webapp.pages.test_day import asked, counts, names

assert asked
UNTIL = {"until-day": "9", "until-month": "9", "until-year": "2026"}


def test_a_task_that_rests_is_folded_and_not_counted_and_comes_back(app: Flask, asked: Browser) -> None:
    assert names(asked, "/tasks") == ["Ring the head", "Write the report"]
    _, page = asked.post("/tasks/1/later", **UNTIL)
    assert "“Ring the head” for Sampleby Community Primary School rests until 9 September 2026." in page
    assert "Resting until a day (1)" in page
    assert names(asked, "/tasks") == ["Write the report"]
    assert counts(asked)["due this week"] == "0"
    assert "Change or take it up again" in asked.get("/tasks/1")[1]
    app.config["CLOCK"].advance(timedelta(days=2))
    assert names(asked, "/tasks") == ["Ring the head", "Write the report"]


def test_it_is_taken_up_again(asked: Browser) -> None:
    asked.post("/tasks/1/later", **UNTIL)
    _, page = asked.post("/tasks/1/later", now="1")
    assert "is among your tasks again" in page
    assert names(asked, "/tasks") == ["Ring the head", "Write the report"]
    assert "taken up again" in asked.get("/cases/1")[1]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Enter a day"),
        ({**UNTIL, "until-day": "7"}, "it has to be a day after today"),
        ({**UNTIL, "until-day": "30"}, "it is due on"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field(asked: Browser, given: dict[str, str], says: str) -> None:
    status, page = asked.post("/tasks/1/later", **given)
    assert status == 400
    assert says in page
    assert 'href="#until-day"' in page


def test_what_was_typed_is_saved_on_the_way(browser: Browser, case: int) -> None:
    _, page = browser.post("/tasks/1", **{**EVIDENCE, "draft": "later"})
    assert "Until which day?" in page
    assert "Falling results." in browser.get("/tasks/1")[1]


def test_a_manager_changes_the_priority_and_the_lists_show_it(asked: Browser) -> None:
    assert asked.get("/tasks/2/priority")[0] == 403
    manager = asked.sign_in("service-director")
    assert manager.post("/tasks/2/priority", level="high")[0] == 400
    _, page = manager.post("/tasks/2/priority", level="high", reason="The inspectors come.")
    assert "The priority of “Write the report” for Sampleby Community Primary School is high now." in page
    assert "Priority: high, not normal." in page
    assert "The inspectors come." in page
    asked.sign_in("seo")
    assert "High priority" in asked.get("/tasks")[1]
    assert names(asked, "/tasks?order=priority") == ["Write the report", "Ring the head"]
    assert names(asked, "/tasks?level=high") == ["Write the report"]
