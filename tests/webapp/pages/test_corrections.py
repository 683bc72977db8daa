"""A note of correction stands beside the answer; the answer stays."""

from __future__ import annotations

from typing import ClassVar

import pytest
from flask import Flask

from engine.forms import load_form
from tests.webapp.conftest import EVIDENCE, Browser
from webapp.forms.answers import reads_all

NOTE = {"text": "The results are of 2025, not of 2024.", "reason": "The school rang."}


@pytest.fixture
def done(browser: Browser, case: int) -> Browser:
    """The SEO has completed the first task."""
    browser.post("/tasks/1", **EVIDENCE)
    return browser


def test_the_note_stands_beside_the_answer_with_who_when_and_why(done: Browser) -> None:
    _, page = done.post("/tasks/1/correction", **NOTE)
    assert "Your note of correction stands beside the answer." in page
    assert "Falling results." in page
    assert "The results are of 2025, not of 2024." in page
    assert "Corrected by Sasha Example on 7 September 2026 at 9:00am" in page
    assert "The school rang." in page


def test_the_case_tells_it_too_to_whoever_may_read_all_that_it_corrects(done: Browser) -> None:
    done.post("/tasks/1/correction", **NOTE)
    assert "The results are of 2025" in done.get("/cases/1")[1]
    assert "The results are of 2025" in done.sign_in("head-of-bsa").get("/cases/1")[1]


SECRET = load_form(
    {
        "id": "f",
        "type": "default",
        "components": [
            {"type": "textfield", "key": "open", "label": "Open"},
            {"type": "textfield", "key": "kept", "label": "Kept", "properties": {"confidential": "clerk"}},
        ],
    }
)


@pytest.mark.parametrize(
    ("roles", "viewer", "reads"), [({"seo"}, "ann", False), ({"clerk"}, "ann", True), (set[str](), "sam", True)]
)
def test_who_may_not_read_an_answer_does_not_read_its_correction(roles: set[str], viewer: str, reads: bool) -> None:
    assert reads_all(SECRET, {"open": "a", "kept": "b"}, roles, "sam", viewer) is reads


def test_what_was_not_asked_keeps_nothing_back() -> None:
    assert reads_all(SECRET, {"open": "a"}, {"seo"}, "sam", "ann")


def test_nobody_else_corrects_it(app: Flask, done: Browser) -> None:
    status, page = done.sign_in("system-leader").post("/tasks/1/correction", **NOTE)
    assert status == 403
    assert "Only whoever completed “SEO evidence summary” can add a note of correction" in page
    assert "Add a note of correction" not in done.get("/tasks/1")[1]


def test_an_open_task_is_not_corrected(browser: Browser, case: int) -> None:
    assert browser.get("/tasks/1/correction")[0] == 403


def test_a_note_needs_its_reason(done: Browser) -> None:
    status, page = done.post("/tasks/1/correction", text="It was 2025.")
    assert status == 400
    assert "Enter why it is corrected now" in page
    assert "It was 2025." in page


class TestInPlace:
    NEW: ClassVar = {**EVIDENCE, "evidence_summary": "Results fell in two years."}

    def test_answers_are_changed_while_nothing_has_followed(self, done: Browser) -> None:
        assert "Correct your answers" in done.get("/tasks/1")[1]
        assert "Falling results.</textarea>" in done.get("/tasks/1/answers")[1]
        _, page = done.post("/tasks/1/answers", **self.NEW, why="The second year was missing.")
        assert "Your answers are corrected. What they were stands below them." in page
        assert "Results fell in two years." in page
        assert "Falling results." in page
        assert "The second year was missing." in page
        assert "Other answers took the place" in done.get("/cases/1/chronology")[1]

    def test_what_is_missing_is_said_and_what_was_typed_stays(self, done: Browser) -> None:
        status, page = done.post("/tasks/1/answers", **self.NEW)
        assert status == 400
        assert "Enter why they are changed" in page
        assert "Results fell in two years." in page

    def test_afterwards_a_note_is_added(self, done: Browser) -> None:
        decided = {"head_of_bsa_decision": "more evidence", "head_of_bsa_reason": "Too little."}
        done.sign_in("head-of-bsa").post("/tasks/2", **decided)
        done.sign_in("seo")
        assert "Add a note of correction" in done.get("/tasks/1")[1]
        status, page = done.post("/tasks/1/answers", **self.NEW, why="Late.")
        assert status == 409
        assert "cannot be replaced any more" in page
