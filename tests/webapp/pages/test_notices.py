"""The notices page: read and unread, late tasks apart, linked to the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine import Scope, queries
from engine.clock import VirtualClock
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from webapp.people import keeping

SEO = "seo@barnsley.example.org"


@pytest.fixture
def told(app: Flask, browser: Browser, case: int) -> int:
    """The id of a notice to the SEO: a task was handed over to them."""
    with app.app_context():
        keeping.keep("second@barnsley.example.org", "Sid Second", "barnsley", ["seo"], "a long password")
    by = Scope("barnsley", frozenset({"seo"}), "second@barnsley.example.org")
    engine_of(app).tasks.hand_over(1, SEO, "I am on leave.", by)
    scope = Scope("barnsley", frozenset({"seo"}), SEO)
    with engine_of(app).reading(scope) as session:
        return queries.notices(session, scope).items[0].id


def test_a_person_is_told_of_a_task_that_comes_to_them(browser: Browser, told: int) -> None:
    _, page = browser.get("/tasks")
    assert "Handed to you: SEO evidence summary, Sampleby" in page
    assert "All notices, 1 not read" in page
    _, page = browser.get(f"/notices/{told}")
    assert "Reason: I am on leave." in page
    assert 'href="/tasks/1"' in page
    assert 'href="/cases/1"' in page


def test_what_was_looked_at_is_read(browser: Browser, told: int) -> None:
    browser.get(f"/notices/{told}")
    assert "Nothing new." in browser.get("/tasks")[1]
    assert "You have read all of them." in browser.get("/notices")[1]
    assert "Handed to you" in browser.get("/notices?show=all")[1]


def test_all_are_marked_as_read(browser: Browser, told: int) -> None:
    assert "Handed to you" in browser.get("/notices")[1]
    _, page = browser.post("/notices/read", show="unread")
    assert "You have read all of them." in page


def test_nobody_else_reads_it(browser: Browser, told: int) -> None:
    for role in ("system-leader", "service-director", "headteacher"):
        assert browser.sign_in(role).get(f"/notices/{told}")[0] == 404
        assert "Handed to you" not in browser.get("/notices?show=all")[1]


def test_late_tasks_stand_together_by_kind(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    clock.advance(timedelta(days=60))
    engine_of(app).jobs.run_due()
    engine_of(app).jobs.tell_late()
    _, page = browser.get("/notices?show=late")
    assert "SEO evidence summary" in page
    assert "1 task of Schools escalation process, 1 still open" in " ".join(page.split()).replace(" ,", ",")
    _, page = browser.post("/notices/read", show="late")
    assert "1 new" not in page
    assert "Late: SEO evidence summary, Sampleby" in browser.get("/notices?show=late-all")[1]


def test_new_tasks_are_told_apart_and_can_be_read(app: Flask, browser: Browser, case: int) -> None:
    engine_of(app).jobs.tell_late()
    assert "1 notice of tasks that are new or due soon" in browser.get("/tasks")[1]
    _, page = browser.get("/notices?show=tasks")
    assert "Decision awaited" not in page
    assert "New task: SEO evidence summary, Sampleby" in page
    assert "New task" not in browser.get("/notices?show=all")[1]
    _, page = browser.post("/notices/read", show="tasks")
    assert "You have read all of them." in page
    assert "New task: SEO evidence summary, Sampleby" in browser.get("/notices?show=tasks-all")[1]


def test_there_may_be_none(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    for show in ("unread", "all", "tasks", "tasks-all", "late", "what"):
        assert browser.sign_in("clerk").get(f"/notices?show={show}&page=0")[0] == 200


class TestHow:
    def test_a_person_chooses_how_they_are_told(self, browser: Browser, case: int) -> None:
        _, page = browser.get("/told")
        assert "you are told by mail to seo@barnsley.example.org" in page
        assert 'value="daily" checked' in page
        _, page = browser.post("/told", how="weekly")
        assert "You are told as you have chosen." in page
        assert 'value="weekly" checked' in page

    def test_there_is_no_other_way(self, browser: Browser, case: int) -> None:
        status, page = browser.post("/told", how="hourly")
        assert status == 400
        assert "Select how often you are told" in page

    def test_people_of_schools_are_told_at_once_until_they_choose(self, browser: Browser) -> None:
        assert 'value="once" checked' in browser.sign_in("headteacher").get("/told")[1]
